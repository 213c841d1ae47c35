"""Which day it is, is asked in one place: in Tokyo a night is two days of Greenwich, and a day entered at breakfast has come."""

import ast
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from registry import clock
from registry.entry.dates import understood
from registry.models import Infusion
from registry.settings.environment import ROOT

OTHER_CLOCKS = {"today", "localdate", "utcnow"}


def sources(*places):
    """The trees of the Python files in some folders, with their names."""
    for place in places:
        for path in sorted((ROOT / place).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def asked_of(tree):
    """The clocks that a tree asks: `<of>.<name>` of every call of a name that tells a day."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OTHER_CLOCKS:
            yield ast.unparse(node.func)


def asked_when_imported(tree):
    """The clocks that a module asks before anything of it is called."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from asked_of(node)


def test_the_day_is_asked_of_the_registry_s_clock():
    found = {(name, one) for name, tree in sources("registry", "analytics") for one in asked_of(tree)}
    assert found > {("registry/fields.py", "clock.today")}
    assert {one for one in found if one[1] != "clock.today"} == {("registry/clock.py", "timezone.localdate")}


def test_no_test_keeps_the_day_on_which_it_was_imported():
    assert list(asked_when_imported(ast.parse("TODAY = clock.today()"))) == ["clock.today"]
    assert [(name, one) for name, tree in sources("tests") for one in asked_when_imported(tree)] == []


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_half_past_midnight_in_tokyo_is_the_new_day_in_every_process(zone, monkeypatch):
    monkeypatch.setattr(clock.timezone, "now", lambda: datetime(2026, 3, 31, 15, 30, tzinfo=UTC))
    infused = Infusion._meta.get_field("inf_date")
    with timezone.override(zone):
        assert clock.today() == date(2026, 4, 1) == clock.day_of(datetime(2026, 4, 1, 14, 59, tzinfo=UTC))
        assert understood("t", partial=False) == (date(2026, 4, 1), "D")
        infused.validate(date(2026, 4, 1), None)
        with pytest.raises(ValidationError, match="has not come yet"):
            infused.validate(date(2026, 4, 2), None)
