"""What a reader chooses stands in the address, once, and comes back from it."""

from itertools import product

import pytest
from django.test import RequestFactory

from analytics.choices import KNOWN, USUAL, Choice, choice_of

EVERY = [
    Choice(**dict(zip(KNOWN, words, strict=True)), data=data)
    for *words, data in product(*KNOWN.values(), ("live", "cut:report-2026"))
]


def asked(query):
    return choice_of(RequestFactory().get(f"/dashboards/x/{query}"))


def test_every_choice_comes_back_from_its_address():
    assert [asked(one.query()) for one in EVERY] == EVERY
    assert len({one.query() for one in EVERY}) == len(EVERY)


def test_what_is_as_usual_is_not_in_the_address():
    assert USUAL.query() == "?"
    assert USUAL.query(rule="b", published="1") == "?rule=b&published=1"


@pytest.mark.parametrize(
    "query", ["", "?rule=", "?rule=Z", "?direction=up&stacked=yes", "?rule=<script>", "?published=2&x=1"]
)
def test_what_means_nothing_is_as_usual(query):
    assert asked(query) == USUAL


def test_letters_may_be_large():
    assert asked("?rule=C&direction=FAILURE") == Choice(rule="c", direction="failure")
