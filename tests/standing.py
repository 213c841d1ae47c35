"""Worlds on which tests stand: made once, in a transaction below those of the tests, which undo only what they did themselves.

For tests that roll back (`db`). Whoever stores for real finds an empty database, and has `tests.remembered`.

An open transaction holds back, on the whole server, whoever waits until no older one runs: sealing the history, streams of what was
changed. So none stands longer than LIFE, or below a test that does not need it; what has stood so long is made anew.
"""

import copy
import inspect
import time
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase

LIFE = 2  # s
_wanted: dict = {}  # of the test that begins: maker → {argument: maker}, each after those it stands on
_layers: list = []  # the lowest first
_unblocked: list = []  # how to reach the database between tests
_copies: dict = {}  # of the test that runs: maker → what it made


class Layer(NamedTuple):
    """What makers made up to here, the last of them in a transaction of its own that is open."""

    maker: object
    made: dict
    atomic: transaction.Atomic
    session: object
    since: float


def standing(maker):
    """A fixture that is made once for all tests that follow each other and ask for it; each is given a copy of its own.

    Its arguments are other standing fixtures. It does nothing that outlives a transaction.
    """

    def given(db, **below):
        return _copies[maker] if maker in _copies else maker(**below)  # a test that stores for real has no copy

    words = [*inspect.signature(maker).parameters, "db"]
    given.__signature__ = inspect.Signature([inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY) for word in words])
    given.__name__, given.__doc__, given.__module__ = maker.__name__, maker.__doc__, maker.__module__
    given.maker = maker
    return pytest.fixture(given)


def prepare(item):
    """Note on what the test that begins stands; if on nothing, nothing stays."""
    _wanted.clear()
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})

    def add(name, place=-1):
        definition = fixtures[name][place]
        below = {word: add(word, place - 1 if word == name else -1) for word in definition.argnames if word in fixtures}
        maker = getattr(definition.func, "maker", None)
        if maker:
            below.pop("db")
            if None in below.values():
                raise TypeError(
                    f"{maker.__module__}.{name} stands on {', '.join(below)}: each must be a standing fixture"
                )
            _wanted[maker] = below
        return maker

    for name in fixtures:
        add(name)
    if _layers and not _wanted:
        with _unblocked[0]():  # it may be a test without a database
            settle({})


def settle(wanted):
    """Undo what the test that begins does not stand on, make what is missing, and copy what is there."""
    if _layers and not _is_open():
        _layers.clear()
    is_old = _layers and time.monotonic() - _layers[0].since > LIFE
    shared = 0
    for layer, maker in zip(_layers, wanted, strict=False):
        if is_old or layer.maker is not maker:
            break
        shared += 1
    while len(_layers) > shared:
        _undo(_layers.pop().atomic)
    for maker in list(wanted)[shared:]:
        _make(maker, wanted[maker])
    _copies.clear()
    if _layers:
        _copies.update(copy.deepcopy(_layers[-1].made))


def _make(maker, below):
    atomic = transaction.atomic()
    atomic._from_testcase = True
    atomic.__enter__()
    try:
        if not _layers:
            with connection.cursor() as cursor:  # tests without a database may come between
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        made = copy.deepcopy(_layers[-1].made) if _layers else {}  # the maker may change what it stands on
        made[maker] = maker(**{word: made[one] for word, one in below.items()})
    except BaseException:
        _undo(atomic)
        raise
    _layers.append(Layer(maker, made, atomic, connection.connection, time.monotonic()))


def _undo(atomic):
    transaction.set_rollback(True)
    atomic.__exit__(None, None, None)


def _is_open():
    """Whether the transaction is still there: a test may have closed the connection."""
    session = _layers[0].session
    return connection.connection is session and not session.closed and connection.in_atomic_block


def install(blocker):
    """Let every test with a database settle first; returns what puts it back."""
    _unblocked[:] = [blocker.unblock]
    before = {kind: kind.__dict__["_fixture_setup"] for kind in (TestCase, TransactionTestCase)}

    def setup_of(kind, wanted):
        def _fixture_setup(cls):
            settle(wanted)
            before[kind].__func__(cls)

        return classmethod(_fixture_setup)

    TestCase._fixture_setup = setup_of(TestCase, _wanted)
    TransactionTestCase._fixture_setup = setup_of(TransactionTestCase, {})

    def put_back():
        for kind, setup in before.items():
            kind._fixture_setup = setup

    return put_back
