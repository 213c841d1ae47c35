"""Whatever the catalogue's Results say of the worlds of the tests, and the tables made of them, is Japanese to a Japanese reader."""

import html
import re

import pytest
from django.utils.translation import override

from analytics import phrases
from analytics.catalogue import CATALOGUE, TISAGENLECLEUCEL
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.figures.figure import alt_text, figure_of
from analytics.sheets import sheets_of
from analytics.sheets.regression import ESTIMATORS
from analytics.words import figure_words, localised
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.reference import twelve_patients as twelve
from tests.reference.expected import table
from tests.reference.test_seed_cohort import forms_of
from tests.registry.test_languages import JAPANESE, assert_japanese, compiled, english, entries, reader  # noqa: F401

ENGLISH = re.compile(r"[A-Za-z]{3,}")
WORDS_IN_A_ROW = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
SAME_IN_JAPANESE = {*ESTIMATORS.values(), "ALL", "CNS1", "CNS2", "CNS3", "CRi", "IEC-HS", "SMD"}
ALSO_SAID_IN_JAPANESE = "intention to treat"
NAMED = re.compile(
    r"SYN-\d*|CRi|EFS_[A-Z]+(_[A-Z]+)*|Clopper–Pearson|Fisher|log-log|tisagenlecleucel"
)  # patients, rules, people
REPORTS = ("enrolment", "flow", "response", "toxicity", "swimmer", "sensitivity", "completeness", "proportion")
MADE_OF = {
    "dataset": {
        "cohort": TISAGENLECLEUCEL,
        "kind": "live",
        "revision": 1,
        "hash": "0" * 64,
        "made_at": "2025-03-02T00:00:00+00:00",
    },
    "code_version": "1",
}


def seed_cohort():
    return {row.patient: forms_of(row) for row in table("kato_synthetic").itertuples()}


def one_patient():
    return dict([*seed_cohort().items()][:1])


WORLDS = {
    "twelve": lambda: whole_table(twelve.tables()),
    "seed cohort": lambda: whole_table(twelve.tables_of(seed_cohort())),
    "one patient": lambda: whole_table(twelve.tables_of(one_patient())),
    "nobody": lambda: whole_table(twelve.tables()).iloc[:0],
}


def texts_of(result):
    """Every text that a page shows of a Result."""
    shown = localised(result)
    yield shown["analysis"]["population"]
    yield from shown["warnings"]
    yield from (one["reason"] for one in (*shown["undefined"], *shown["excluded"]))
    yield from (shown["endpoint"][name] for name in ("label", "clock", "print") if shown["endpoint"])
    yield from (group["label"] for group in shown.get("groups", ()))
    for sheet in sheets_of(shown):
        yield from (sheet.caption, sheet.first, sheet.note, *sheet.heads)
        for row in sheet.rows:
            yield from (row.label, *row.cells)
    if shown["analysis"]["method"] in REPORTS:
        words = figure_words()
        yield alt_text(shown, words)
        figure = figure_of(shown, words)
        yield from (html.unescape(note["text"]) for note in figure["layout"]["annotations"])


def is_english(text):
    text = NAMED.sub("", text.replace(ALSO_SAID_IN_JAPANESE, ""))
    return bool(WORDS_IN_A_ROW.search(text)) or bool(ENGLISH.search(text) and not JAPANESE.search(text))


@pytest.mark.parametrize("world", WORLDS)
def test_what_results_say_is_japanese(world):
    cases = WORLDS[world]()
    found = set()
    for analysis in CATALOGUE:
        result = run(analysis, cases) | MADE_OF
        with override("ja"):
            found |= {(analysis.name, text) for text in texts_of(result) if is_english(text)}
    assert not {(name, text) for name, text in found if text not in SAME_IN_JAPANESE}


def test_titles_and_questions_are_japanese():
    with override("ja"):
        texts = [phrases.label(text) for one in CATALOGUE for text in (one.title, one.question)]
    assert not [text for text in texts if not JAPANESE.search(text)]


def test_the_pages_of_the_analyses_hold_no_english_message(transactional_db, english):  # noqa: F811
    kyoto = factories.site("KYO", "京都大学病院")
    factories.cohort(name="本登録")
    for death in (None, 200, None):
        case = factories.infused_case(kyoto)
        (factories.death if death else factories.follow_up)(case, death or 400)
    lead = reader("lead")
    ours = [one.name for one in CATALOGUE if one.cohort == TISAGENLECLEUCEL]
    for address in ("/analyses/", f"/analyses/{ours[0]}/"):  # not computed yet
        assert_japanese(lead, address, english)
    compute(names=ours)
    for address in ("/analyses/", *(f"/analyses/{name}/" for name in ours)):
        assert_japanese(lead, address, english)
