"""Text as people type and paste it: other digits, eras, emoji, very long notes, HTML and formulas. Read, or kept and said; never run."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import escape

from registry.access.row_security import everything_scope
from registry.api.csv_cells import FORMULA
from registry.models import BaselineDisease, HistoryEvent, Infusion
from tests import factories
from tests.registry.views.conftest import nurse, signed_in, world  # noqa: F401
from tests.scenarios.entry.test_a_form_is_entered import answers, scoped
from tests.standing import standing

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</textarea></title><svg/onload=alert(1)>",
    "{{ 7*7 }} {% load i18n %} %(label)s %s ${7*7}",
    "Robert'); DROP TABLE registry_case;--",
    "javascript:alert(1)",
    "&lt;b&gt; &#60;i&#62;",
)
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '＝HYPERLINK("http://example.org")',
    "\u200b=1+1",
)
SIGNS = ("46,XX 🙂👩🏽‍⚕️", "髙﨑 か゛ ｶﾞ ㍻", "\u202egnp.exe", "é e\u0301 ñ", "line one\nline two\ttab")
TEXTS = (*HOSTILE, *FORMULAS, *SIGNS)


@standing
def case(world):  # noqa: F811
    return factories.infused_case(world.kyoto, by=world.nurse)


@pytest.fixture
def disease(case):
    """The address of the case's disease form, which has a free text, stored without it."""
    factories.stored_form(case, "baseline_disease", karyotype_done=1)
    return f"{case.get_absolute_url()}baseline_disease/1/"


def noted(browser, address, text, **more):
    """Save the form with `text` as its note."""
    typed = {"version": answers(browser.get(address))["version"], "karyotype_done": "1", "karyotype_iscn": text}
    return browser.post(address, {"reason": f"because {text}", **typed, **more})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("令和6年6月4日", date(2024, 6, 4)),
        ("令和６年６月４日", date(2024, 6, 4)),
        ("R6.6.4", date(2024, 6, 4)),
        ("Ｒ６．６．４", date(2024, 6, 4)),
        ("r6/6/4", date(2024, 6, 4)),
        ("２０２４／６／４", date(2024, 6, 4)),
        ("2024年6月4日", date(2024, 6, 4)),
        ("　2024-06-04　", date(2024, 6, 4)),
    ],
)
def test_a_date_of_an_era_or_in_wide_digits_is_stored(world, nurse, case, typed, meant):  # noqa: F811
    address = f"{case.get_absolute_url()}infusion/1.1/"

    saved = nurse.post(address, {**answers(nurse.get(address)), "inf_date": typed, "reason": "Misread"})

    assert saved.status_code == 302
    assert scoped(world.nurse, lambda: Infusion.objects.get().inf_date) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("１２０", "120"), ("４２．５", "42.5"), (" 120　", "120"), ("120．0", "120")]
)
def test_a_number_in_wide_digits_is_stored(world, nurse, case, typed, meant):  # noqa: F811
    address = f"{case.get_absolute_url()}infusion/1.1/"

    saved = nurse.post(address, {**answers(nurse.get(address)), "inf_dose_total": typed, "reason": "Misread"})

    assert saved.status_code == 302
    assert scoped(world.nurse, lambda: Infusion.objects.get().inf_dose_total) == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    ["🙂", "12🙂", "一二〇", "令和", "令和7年13月1日", "平成40年1月1日", "R7.2.30", "①②", "½", "1２3e９９９９", "٣٤"],
)
def test_what_is_no_date_and_no_number_is_kept_and_said(world, nurse, case, typed):  # noqa: F811
    address = f"{case.get_absolute_url()}infusion/1.1/"
    before = scoped(world.nurse, lambda: Infusion.objects.values().get())

    page = nurse.post(
        address,
        {**answers(nurse.get(address)), "inf_date": typed, "inf_dose_total": f"{typed}x", "reason": "Misread"},
    )

    assert page.status_code == 422
    shown = answers(page)
    assert (shown["inf_date"], shown["inf_dose_total"]) == (typed, f"{typed}x")
    assert {one.anchor for one in page.context["page"].faults} == {"inf_date", "inf_dose_total"}
    assert scoped(world.nurse, lambda: Infusion.objects.values().get()) == before


def test_a_note_that_is_too_long_is_kept_whole_and_said(world, nurse, disease):  # noqa: F811
    long = ("46,XX,t(9;22) 🙂 " * 1000)[:10_000]

    page = noted(nurse, disease, long)

    assert page.status_code == 422
    assert long.strip() in page.content.decode()
    assert "2000 are possible" in page.content.decode()
    assert scoped(world.nurse, lambda: BaselineDisease.objects.get().karyotype_iscn) is None
    assert long.strip() in nurse.get(disease).content.decode(), "the draft has it whole"
    assert noted(nurse, disease, long[:1999]).status_code == 302


def test_a_reason_that_is_very_long_is_not_lost(world, nurse, disease):  # noqa: F811
    noted(nurse, disease, "46,XX")

    saved = noted(nurse, disease, "46,XY", reason="x" * 10_000)

    assert saved.status_code in (302, 422)
    if saved.status_code == 422:
        assert "x" * 10_000 in saved.content.decode()
    else:
        with everything_scope(actor="test"):
            assert HistoryEvent.objects.filter(item="karyotype_iscn").latest("pk").reason == "x" * 10_000


def test_a_text_is_shown_as_it_was_typed_and_never_run(world, nurse, disease):  # noqa: F811
    case = disease.removesuffix("baseline_disease/1/")
    for text in TEXTS:
        assert noted(nurse, disease, text).status_code == 302
        assert scoped(world.nurse, lambda: BaselineDisease.objects.get().karyotype_iscn) == text
        holds(nurse, disease, text)
        if text in (HOSTILE[0], FORMULAS[0], SIGNS[0]):
            holds(nurse, f"{disease}print/", text)
            holds(nurse, f"{case}print/", text)

    holds(nurse, f"{disease}history/", *TEXTS, *(f"because {text}" for text in TEXTS))
    holds(nurse, f"{case}history/", *TEXTS)


def holds(browser, address, *texts):
    """The page shows the texts, and nothing of them is markup."""
    html = browser.get(address).content.decode()
    for line in (line for text in texts for line in text.split("\n")):
        assert escape(line) in html, address
    for raw in HOSTILE[:3]:
        assert raw not in html, address


def test_no_cell_of_a_file_begins_with_a_formula(world, nurse, disease):  # noqa: F811
    for text in FORMULAS:
        typed = {"version": answers(nurse.get(disease))["version"], "karyotype_done": "1", "karyotype_iscn": text}
        assert nurse.post(disease, {**typed, "reason": text}).status_code == 302

    answer = signed_in(world.manager).get("/history/export/", {"form": "baseline_disease"})
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    told = [line for line in lines if line["item"] == "karyotype_iscn"]
    assert len(told) == len(FORMULAS)
    for line in told:
        for column in ("old", "new", "reason"):
            assert not line[column].lstrip("\u200b ").startswith(FORMULA), line
    assert {line["new"].removeprefix("'") for line in told} == set(FORMULAS)
