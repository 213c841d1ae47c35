"""The two people of the entry benchmark store the same answers, and the quick one needs fewer interactions."""

import pytest

from benchmarks import entry
from benchmarks.typists import PlainTypist, QuickTypist

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORMS = ("patient", "prior_therapy", "lymphodepletion")


@pytest.mark.soak
def test_both_store_the_same_and_one_is_quicker(browser, live_server, transactional_db):
    forms = [(name, answers) for name, answers in entry.typical_case()[1] if name in FORMS]

    plain, plain_rows = entry.enter(browser, live_server.url, PlainTypist, "KYO", forms)
    quick, quick_rows = entry.enter(browser, live_server.url, QuickTypist, "OSA", forms)

    entry.compare(forms, plain_rows, quick_rows)
    assert all(fast < slow for fast, slow in zip(quick, plain, strict=True)), (quick, plain)
