"""What somebody typed and did not save: kept for that person, put back, gone with the save, never lost and never a record."""

import re

import pytest

from registry.access.row_security import everything_scope, person_scope
from registry.actions.drafts import MOST_CHARACTERS
from registry.actions.forms import void_form
from registry.models import FORM_OF, Case, Draft, FollowUp, HistoryEvent, Infusion, Outbox, Patient, Relapse
from tests import factories
from tests.registry.views.conftest import nurse, signed_in, world  # noqa: F401
from tests.scenarios.entry.test_a_form_is_entered import answers, scoped
from tests.standing import standing

INFUSION = "infusion/1.1/"


@standing
def case(world):  # noqa: F811
    return factories.infused_case(world.kyoto, by=world.nurse)


@pytest.fixture
def infusion(case):
    """The address of the case's infusion."""
    return f"{case.get_absolute_url()}{INFUSION}"


def drafts_of(person):
    """What the database has of this person's drafts."""
    with person_scope(person):
        return list(Draft.objects.all())


def kept(browser, address, typed, *, status=200):
    """What the server says of a draft that the page sends."""
    answer = browser.post(f"{address}draft/", typed)
    assert answer.status_code == status
    return answer.json()


def correction(browser, address, **typed):
    """What the open form sends, with these answers typed over."""
    return {**answers(browser.get(address)), **typed}


def test_a_draft_is_kept_and_offered_on_another_computer(world, nurse, infusion):  # noqa: F811
    said = kept(nurse, infusion, correction(nurse, infusion, inf_dose_total="120", inf_date="soon", reason="Misread"))

    assert re.fullmatch(r"draft kept \d\d:\d\d", said["said"])
    page = signed_in(world.nurse).get(infusion)
    html = page.content.decode()
    assert "did not save was put back" in html and said["said"] in html
    assert answers(page).items() >= {"inf_dose_total": "120", "inf_date": "soon", "reason": "Misread"}.items()
    assert "not a date of the calendar" in html and 'id="error-summary"' not in html


def test_a_draft_is_no_record(world, nurse, infusion):  # noqa: F811
    def trail():
        with everything_scope(actor="test"):
            return HistoryEvent.objects.count(), Outbox.objects.count(), list(Infusion.objects.values())

    typed = correction(nurse, infusion, inf_dose_total="120")
    before = trail()

    kept(nurse, infusion, typed)
    signed_in(world.nurse).get(infusion)
    nurse.post(f"{infusion}draft/", {"drop": "1"})

    assert trail() == before
    assert drafts_of(world.nurse) == []


def test_nobody_else_sees_it(world, nurse, infusion):  # noqa: F811
    kept(nurse, infusion, correction(nurse, infusion, inf_dose_total="120"))

    for person in (world.other_nurse, world.manager):
        page = signed_in(person).get(infusion)
        assert page.context["page"].draft is None
        assert "120" not in answers(page).values()
        signed_in(person).post(f"{infusion}draft/", {"drop": "1"})
    for person in (world.other_nurse, world.manager, world.osaka_nurse, world.admin):
        assert drafts_of(person) == []
    with everything_scope(actor="test"):
        assert not Draft.objects.exists()
    assert len(drafts_of(world.nurse)) == 1


def test_it_goes_with_the_save(world, nurse, infusion):  # noqa: F811
    typed = correction(nurse, infusion, inf_dose_total="120", reason="Misread")
    kept(nurse, infusion, typed)

    assert nurse.post(infusion, typed).status_code == 302

    assert drafts_of(world.nurse) == []
    assert nurse.get(infusion).context["page"].draft is None


def test_a_late_message_of_a_saved_page_keeps_nothing(world, nurse, infusion):  # noqa: F811
    typed = correction(nurse, infusion, inf_dose_total="120", reason="Misread")
    nurse.post(infusion, typed)

    assert kept(nurse, infusion, {**typed, "inf_dose_total": "12"}) == {"said": "", "stamp": ""}

    assert drafts_of(world.nurse) == []


def test_what_is_stored_already_is_no_draft(world, nurse, infusion):  # noqa: F811
    typed = correction(nurse, infusion, inf_dose_total="120")
    stamp = kept(nurse, infusion, typed)["stamp"]

    kept(nurse, infusion, {**typed, "inf_dose_total": "150", "draft": stamp})

    assert drafts_of(world.nurse) == []


def test_show_what_is_stored_instead(world, nurse, infusion):  # noqa: F811
    kept(nurse, infusion, correction(nurse, infusion, inf_dose_total="120"))

    assert nurse.post(f"{infusion}draft/", {"drop": "1"}).url == infusion

    assert answers(nurse.get(infusion))["inf_dose_total"] == "150"
    assert drafts_of(world.nurse) == []


def test_a_draft_over_an_older_version_shows_both(world, nurse, infusion):  # noqa: F811
    kept(nurse, infusion, correction(nurse, infusion, inf_weight="41", reason="Misread"))
    other = signed_in(world.other_nurse)
    other.post(infusion, correction(other, infusion, inf_weight="38", reason="Weighed again"))

    page = nurse.get(infusion)
    conflict = nurse.post(infusion, answers(page))

    assert answers(page)["version"] == "1"
    assert conflict.status_code == 409
    assert "38 kg" in conflict.content.decode() and "41 kg" in conflict.content.decode()
    assert [one.version for one in drafts_of(world.nurse)] == [1]
    discard = re.search(r'<form id="discard" method="post" action="([^"]+)"', conflict.content.decode())[1]
    assert nurse.post(discard, {"drop": "1"}).url == infusion
    assert answers(nurse.get(infusion))["inf_weight"] == "38"


def test_the_draft_goes_when_the_choice_between_two_versions_is_saved(world, nurse, infusion):  # noqa: F811
    mine = correction(nurse, infusion, inf_weight="41", reason="Misread")
    other = signed_in(world.other_nurse)
    other.post(infusion, correction(other, infusion, inf_weight="38", reason="Weighed again"))
    conflict = nurse.post(infusion, mine)
    assert len(drafts_of(world.nurse)) == 1

    assert nurse.post(infusion, {**answers(conflict), "take_inf_weight": "theirs"}).status_code == 302

    assert drafts_of(world.nurse) == []


def test_what_a_save_refused_is_there_when_the_page_was_closed(world, nurse, infusion):  # noqa: F811
    page = nurse.post(infusion, correction(nurse, infusion, inf_weight="4O", reason="Typo"))

    assert page.status_code == 422
    assert answers(signed_in(world.nurse).get(infusion))["inf_weight"] == "4O"
    assert nurse.post(infusion, {**answers(page), "inf_weight": "40.5"}).status_code == 302
    assert drafts_of(world.nurse) == []


def test_a_new_row_and_the_stored_ones_have_their_own_drafts(world, nurse, case):  # noqa: F811
    factories.follow_up(case, 100)
    first, new = f"{case.get_absolute_url()}follow_up/1.1/", f"{case.get_absolute_url()}follow_up/new/"
    kept(nurse, first, correction(nurse, first, ps_fup="90"))
    kept(nurse, new, correction(nurse, new, ps_fup="80"))
    kept(nurse, new, {**correction(nurse, f"{new}?course=2", ps_fup="70"), "draft": ""}, status=409)

    assert answers(nurse.get(first))["ps_fup"] == "90"
    assert answers(nurse.get(new))["ps_fup"] == "80"
    assert answers(nurse.get(f"{new}?course=2"))["ps_fup"] == ""
    nurse.post(f"{new}draft/?course=2", correction(nurse, f"{new}?course=2", ps_fup="70"))
    assert answers(nurse.get(f"{new}?course=2"))["ps_fup"] == "70"
    assert nurse.post(new, answers(nurse.get(new))).status_code == 302
    assert sorted(one.key for one in drafts_of(world.nurse)) == ["1.1", "2."]
    with person_scope(world.nurse):
        assert FollowUp.objects.count() == 2


def test_a_form_that_is_there_once_finds_its_draft_after_somebody_began_it(world, nurse, case):  # noqa: F811
    address = f"{case.get_absolute_url()}death/"
    typed = {"version": 0, "death_date": factories.day(50).isoformat(), "death_cause": "1"}
    kept(nurse, f"{address}new/", typed)
    signed_in(world.other_nurse).post(f"{address}new/", {**typed, "death_date": factories.day(51).isoformat()})

    page = nurse.get(f"{address}new/", follow=True)

    assert page.redirect_chain == [(f"{address}1/", 302)]
    assert answers(page)["death_date"] == factories.day(50).isoformat()
    assert nurse.post(f"{address}1/", answers(page)).status_code == 409


def test_the_worklist_leads_to_every_draft(world, nurse, case):  # noqa: F811
    factories.relapse(case, 90)
    addresses = ["relapse/1.1/", "relapse/new/", "relapse/new/?course=2", "death/new/", "crs/new/", "crs/new/?course=2"]
    for address in addresses:
        page, _question, course = f"{case.get_absolute_url()}{address}".partition("?")
        date = next(name for name, item in FORM_OF[address.partition("/")[0]].items().items() if item.kind == "date")
        typed = {**answers(nurse.get(f"{page}?{course}")), date: "2024-10-09"}
        assert nurse.post(f"{page}draft/?{course}", typed).json()["said"]

    lines = re.findall(r'href="([^"]+)"[^>]*>', nurse.get("/worklist/").content.decode())

    for address in addresses:
        place = f"{case.get_absolute_url()}{address}"
        assert place in lines
        assert "2024-10-09" in answers(nurse.get(place)).values(), place


def test_two_windows_never_write_over_each_others_draft(world, nurse, infusion):  # noqa: F811
    first, second = (correction(nurse, infusion) for _window in range(2))
    stamp = kept(nurse, infusion, {**first, "inf_weight": "41"})["stamp"]

    refused = kept(nurse, infusion, {**second, "inf_weight": "42"}, status=409)

    assert "another window" in refused["said"]
    assert answers(nurse.get(infusion))["inf_weight"] == "41"
    kept(nurse, infusion, {**first, "inf_weight": "43", "draft": stamp})
    assert answers(nurse.get(infusion))["inf_weight"] == "43"
    saved = nurse.post(infusion, {**second, "inf_weight": "42", "reason": "Misread"})
    assert saved.status_code == 302
    assert [dict(one.typed)["inf_weight"] for one in drafts_of(world.nurse)] == ["43"], (
        "the other window's is not thrown away"
    )


def test_the_hospital_number_is_never_kept(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)
    address = f"{case.get_absolute_url()}patient/new/"

    kept(nurse, address, {"version": 0, "mrn_hash": "123-456", "birth_date": "2012-03", "sex_at_birth": "1"})

    (draft,) = drafts_of(world.nurse)
    assert "123-456" not in str(draft.typed)
    assert 'data-tab-only="mrn_hash' in nurse.get(address).content.decode()


def test_an_answer_to_a_query_is_kept_and_put_back(world, nurse, case, infusion):  # noqa: F811
    factories.follow_up(case, 100)  # and no assessment of day 28
    typed = correction(nurse, infusion)
    (name,) = {one for one in typed if re.fullmatch(r"query_\d+_text", one)}

    kind = name.replace("_text", "_kind")

    assert kept(nurse, infusion, {**typed, kind: "confirmed", name: "As the chart says"})["said"]

    page = nurse.get(infusion)
    assert answers(page)[name] == "As the chart says" and '<option value="confirmed" selected>' in page.content.decode()
    saved = nurse.post(infusion, {**answers(page), kind: "confirmed"})
    assert saved.status_code == 302
    assert drafts_of(world.nurse) == []


def test_a_draft_rests_while_consent_is_withdrawn_and_is_not_lost(world, nurse, case, infusion):  # noqa: F811
    kept(nurse, infusion, correction(nurse, infusion, inf_weight="41"))
    patient = f"{case.get_absolute_url()}patient/1/"

    def withdraw(answer):
        typed = {**answers(nurse.get(patient)), "consent_withdrawn": answer, "reason": "As the patient asked"}
        assert nurse.post(patient, typed).status_code == 302

    withdraw("1")
    assert nurse.get(infusion).status_code == 404
    assert infusion not in nurse.get("/worklist/").content.decode()
    withdraw("0")

    assert answers(nurse.get(infusion))["inf_weight"] == "41"


def test_a_draft_has_a_largest_size(world, nurse, infusion):  # noqa: F811
    said = kept(nurse, infusion, correction(nurse, infusion, inf_weight="41", reason="x" * MOST_CHARACTERS), status=422)
    junk = kept(nurse, infusion, {**correction(nurse, infusion, inf_weight="41"), "unknown": "x" * MOST_CHARACTERS})

    assert "too long" in said["said"] and "draft kept" in junk["said"]
    assert "unknown" not in dict(drafts_of(world.nurse)[0].typed)


def test_the_draft_of_a_locked_form_can_be_read(world, nurse, case, infusion):  # noqa: F811
    typed = correction(nurse, infusion, inf_weight="41", inf_date="soon")
    kept(nurse, infusion, typed)
    with everything_scope(actor="test"):
        Case.objects.filter(pk=case.pk).update(is_locked=True)

    page = nurse.get(infusion).content.decode()

    assert "data-entry" not in page
    assert "cannot be changed now" in page and "41 kg" in page and "soon" in page
    assert "draft kept" in kept(nurse, infusion, {**typed, "inf_weight": "42"})["said"]
    assert "42 kg" in nurse.get(infusion).content.decode()


def test_the_draft_of_a_removed_form_can_be_read_and_thrown_away(world, nurse, case):  # noqa: F811
    factories.relapse(case, 90)
    address = f"{case.get_absolute_url()}relapse/1.1/"
    kept(nurse, address, correction(nurse, address, rel_date=factories.day(91).isoformat()))
    with person_scope(world.other_nurse):
        void_form(Relapse.objects.get(), by=world.other_nurse, seen_version=1, reason="Another patient's")

    page = nurse.get(address).content.decode()

    assert "was removed" in page and factories.day(91).isoformat() in page
    assert signed_in(world.other_nurse).get(address).status_code == 404
    assert nurse.post(f"{address}draft/", {"drop": "1"}).status_code == 302
    assert nurse.get(address).status_code == 404
    assert factories.day(91).isoformat() not in nurse.get(address).content.decode()


def test_whoever_signs_in_again_at_the_drafts_address_is_led_to_the_form(nurse, infusion):  # noqa: F811
    assert nurse.get(f"{infusion}draft/").url == infusion
    assert (
        nurse.get(f"{infusion.replace('1.1', 'new')}draft/?course=2").url
        == f"{infusion.replace('1.1', 'new')}?course=2"
    )


def test_a_foreign_case_is_not_there_and_a_reader_keeps_nothing(world, infusion):  # noqa: F811
    assert signed_in(world.osaka_nurse).post(f"{infusion}draft/", {"inf_weight": "1"}).status_code == 404
    assert signed_in(world.manager).post(f"{infusion}draft/", {"inf_weight": "1"}).status_code == 403


def test_a_draft_is_kept_in_japanese_too(world, nurse, infusion):  # noqa: F811
    nurse.post("/language/", {"language": "ja"})

    said = kept(nurse, infusion, correction(nurse, infusion, inf_date="令和6年6月4日", inf_dose_total="１２０"))

    assert said["said"]
    assert answers(nurse.get(infusion))["inf_date"] == "令和6年6月4日"
    assert scoped(world.nurse, lambda: Patient.objects.count()) == 1
