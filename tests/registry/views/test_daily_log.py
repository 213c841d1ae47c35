"""The sheet of a daily log: its rows, its grades while typing, its saving, and what it refuses."""

import json
from decimal import Decimal

import pytest

from registry.access.row_security import everything_scope
from registry.models import CrsDay, CrsEpisode, DerivedValue, IdempotencyKey, Patient
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing

EPISODE = {
    "crs_onset": factories.day(2),
    "crs_resolved": factories.day(5),
    "crs_system": 1,
    "crs_grade_site": 1,
    "crs_fever": 1,
    "crs_hypotension": 0,
    "crs_hypoxia": 0,
    "crs_attrib_other": 0,
    "crs_death": 0,
}


@standing
def case(world):
    case = factories.infused_case(world.kyoto)
    factories.stored_form(case, "crs", crs_occurred=1, toci_given=0)
    factories.stored_form(case, "crs_episode", **EPISODE)
    return case


def address(case, rest=""):
    return f"{case.get_absolute_url()}crs_episode/1.1/days/{rest}"


def sheet(*days, **more):
    """What the page sends: (day, fever, hypotension, hypoxia[, row, version])."""
    sent = {"days": len(days), "go": "save", **more}
    for place, (number, fever, hypotension, hypoxia, *known) in enumerate(days):
        row, version = known or ("", 0)
        when = "" if number is None else factories.day(number).isoformat()
        sent |= {f"d{place}-row": row, f"d{place}-version": version, f"d{place}-crs_day_date": when}
        answers = {"fever": fever, "hypotension": hypotension, "hypoxia": hypoxia}
        sent |= {f"d{place}-crs_day_{name}": answer for name, answer in answers.items()}
    return sent


def stored(case):
    with everything_scope(actor="tests"):
        return list(CrsDay.objects.filter(case=case).order_by("crs_day_date"))


def test_the_episodes_days_are_laid_out(nurse, case):
    page = nurse.get(address(case)).context["page"]
    assert [day.date_text for day in page.days] == [factories.day(number).isoformat() for number in (2, 3, 4, 5)]
    assert all(day.is_blank and not day.is_stored for day in page.days)


def test_only_days_with_something_entered_are_stored(nurse, case):
    answer = nurse.post(address(case), sheet((2, 1, 0, 0), (3, 1, 0, 2), (4, "", "", ""), (5, "", "", "")))
    assert answer.status_code == 302
    assert [(one.crs_day_date, one.crs_day_hypoxia, one.crs_day_episode) for one in stored(case)] == [
        (factories.day(2), 0, 1),
        (factories.day(3), 2, 1),
    ]
    text = nurse.get(address(case)).content.decode()
    assert "Worst day: grade 3" in text and "worst day of the log: 2024-06-06" in text
    assert "The site says Grade 1: the two differ." in text
    with everything_scope(actor="tests"):
        assert DerivedValue.objects.get(case=case, form="crs", name="crs_grade").value == 3


def test_the_grades_are_shown_while_typing_and_nothing_is_stored(nurse, case):
    answer = nurse.post(address(case, "grades/"), sheet((2, 1, 1, 0), (3, 1, 3, 0), (4, "", "", "")))
    said = json.loads(answer.content)
    assert [one["grade"] for one in said["days"]] == ["grade 2", "grade 4", ""]
    assert said["episode"] == "Worst day: grade 4"
    assert stored(case) == []


def test_a_row_is_filled_as_the_day_before_without_the_browsers_help(nurse, case):
    sent = sheet((2, 1, 2, 0), (3, "", "", ""), same="1")
    del sent["go"]
    page = nurse.post(address(case), sent).context["page"]
    assert [page.days[1].entry.text(f"crs_day_{name}") for name in ("fever", "hypotension", "hypoxia")] == [
        "1",
        "2",
        "0",
    ]
    assert page.days[1].date_text == factories.day(3).isoformat()
    assert stored(case) == []


def test_nothing_found_fills_only_what_is_blank(nurse, case):
    sent = sheet((2, 1, 2, ""), nothing="0")
    del sent["go"]
    page = nurse.post(address(case), sent).context["page"]
    assert [page.days[0].entry.text(f"crs_day_{name}") for name in ("fever", "hypotension", "hypoxia")] == [
        "1",
        "2",
        "0",
    ]


def test_more_days(nurse, case):
    sent = sheet((2, 1, 2, 0), more="1")
    del sent["go"]
    assert len(nurse.post(address(case), sent).context["page"].days) == 4


def test_a_change_needs_a_reason_and_keeps_what_was_typed(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0), (3, 1, 0, 0)))
    answer = nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), (3, 1, 0, 3, 2, 1)))
    assert answer.status_code == 422
    assert "reason-error" in answer.content.decode()
    assert answer.context["page"].days[1].entry.text("crs_day_hypoxia") == "3"
    nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), (3, 1, 0, 3, 2, 1), reason="misread the chart"))
    assert [(one.version, one.crs_day_hypoxia) for one in stored(case)] == [(1, 0), (2, 3)]


def test_a_cleared_day_goes_for_a_reason(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0), (3, 1, 0, 0)))
    assert nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), (3, "", "", "", 2, 1))).status_code == 422
    nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), (3, "", "", "", 2, 1), reason="another patient's"))
    assert [one.crs_day_date for one in stored(case)] == [factories.day(2)]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([(2, 9, 0, 0)], "has no code 9"),
        ([(2, 1, 0, 0), (2, 1, 0, 0)], "in the log of its episode already"),
        ([(None, 1, 0, 0)], "The date of this day is missing"),
        ([(2, "<b>", 0, 0)], "is not a code"),
        ([(9999, 1, 0, 0)], "has not come yet"),
    ],
)
def test_what_cannot_be_stored_is_said_and_kept(nurse, case, days, words):
    answer = nurse.post(address(case), sheet(*days))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert b"<b>" not in answer.content
    assert stored(case) == []


def test_a_day_that_somebody_changed_meanwhile_is_shown_and_kept(world, nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    second = signed_in(world.other_nurse)
    second.post(address(case), sheet((2, 1, 2, 0, 1, 1), reason="second look"))
    answer = nurse.post(address(case), sheet((2, 1, 1, 0, 1, 1), reason="mine"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Somebody changed this day" in text and "One vasopressor" in text
    assert stored(case)[0].crs_day_hypotension == 2
    nurse.post(address(case), sheet((2, 1, 1, 0, 1, answer.context["page"].days[0].version), reason="mine"))
    assert stored(case)[0].crs_day_hypotension == 1


def test_a_page_sent_twice_is_stored_once(nurse, case):
    sent = sheet((2, 1, 0, 0), nonce="the-page")
    assert [nurse.post(address(case), sent).status_code for _ in range(2)] == [302, 302]
    assert len(stored(case)) == 1
    assert IdempotencyKey.objects.count() == 1


def test_a_reason_why_an_answer_is_missing(nurse, case):
    nurse.post(address(case), sheet((2, 1, "ND", 0), **{"d0-crs_day_tmax": "39.2"}))
    row = stored(case)[0]
    assert (row.crs_day_hypotension, row.crs_day_hypotension_mr, row.crs_day_tmax) == (None, "ND", Decimal("39.2"))
    assert "ND" in nurse.get(address(case)).content.decode()


def test_a_days_own_address_leads_to_its_log(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    base = case.get_absolute_url()
    for place in ("crs_day/1.1/", "crs_day/new/"):
        assert nurse.get(f"{base}{place}")["Location"] == address(case)
    assert nurse.get(f"{base}icans_day/new/")["Location"] == base


def test_a_log_is_shown_under_its_episode(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0), (3, 1, 0, "")))
    lines = nurse.get(case.get_absolute_url()).context["lines"]
    assert not [line for line in lines if line.model is CrsDay]
    episode = next(line for line in lines if line.model.form_name == "crs_episode")
    assert (episode.log.days, episode.soft >= 1) == (2, True)
    assert address(case) in nurse.get(f"{case.get_absolute_url()}crs_episode/1.1/").content.decode()


def test_who_only_reads_sees_the_log(world, nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    manager = signed_in(world.manager)
    text = manager.get(address(case)).content.decode()
    assert "grade 1" in text and "<select" not in text
    assert manager.post(address(case), sheet((2, 1, 0, 0))).status_code == 403
    assert manager.post(address(case, "grades/"), sheet((2, 1, 0, 0))).status_code == 403


def test_a_foreign_log_is_not_there(world, case):
    stranger = signed_in(world.osaka_nurse)
    for rest in ("", "grades/"):
        assert stranger.post(address(case, rest), sheet((2, 1, 0, 0))).status_code == 404
    assert stranger.get(address(case)).status_code == 404


def test_only_episodes_have_logs(nurse, case):
    for place in ("crs/1/days/", "crs_episode/1.2/days/", "infusion/1.1/days/"):
        assert nurse.get(f"{case.get_absolute_url()}{place}").status_code == 404


def test_a_sheet_sent_by_hand_breaks_nothing(nurse, case):
    for sent in (
        {"go": "save"},
        {"go": "save", "days": "x"},
        {"go": "save", "days": "999999"},
        {"same": "77"},
        {"same": "x"},
    ):
        assert nurse.post(address(case), sent).status_code in (200, 302), sent
    odd = sheet((2, 1, 0, 0)) | {"d0-row": "77", "d0-version": "-1"}
    assert nurse.post(address(case), odd).status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_days(nurse, case, django_assert_max_num_queries):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    with django_assert_max_num_queries(40) as seen:
        nurse.get(address(case))
    few = len(seen)
    nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), *((number, 1, 0, 0) for number in (3, 4, 5))))
    with django_assert_max_num_queries(few):
        nurse.get(address(case))


def test_a_locked_log_is_read_and_not_written(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    with everything_scope(actor="tests"):
        CrsEpisode.objects.filter(case=case).update(is_locked=True, version=2)
    assert "<select" not in nurse.get(address(case)).content.decode()
    answer = nurse.post(address(case), sheet((2, 1, 0, 0, 1, 1), (3, 1, 0, 0)))
    assert answer.status_code == 422
    assert "locked" in answer.content.decode()
    assert len(stored(case)) == 1


def test_after_a_withdrawal_the_log_is_not_there(nurse, case):
    nurse.post(address(case), sheet((2, 1, 0, 0)))
    with everything_scope(actor="tests"):
        Patient.objects.filter(case=case).update(consent_withdrawn=1)
    assert nurse.get(address(case)).status_code == 404
    assert nurse.post(address(case), sheet((2, 1, 0, 0))).status_code == 404
    assert len(stored(case)) == 1
