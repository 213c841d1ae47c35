"""Audits by blind re-entry: drawn by chance, entered again without what is stored, sealed, compared, judged, counted."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from analytics.error_rates import Rate
from registry.access.row_security import everything_scope, person_scope
from registry.actions.audits import draw_audit
from registry.audits import critical_items, tallies
from registry.models import FORMS, Audit, AuditAnswer, AuditForm, HistoryEvent, Query
from registry.trail import TOLD, verify_history
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import text

pytestmark = pytest.mark.django_db
# As it is stored: KYO-0001 died on day 200 of cause 2 in remission; related to the therapy: 1.
DIED = (factories.DAY_0 + timedelta(days=200)).isoformat()


@pytest.fixture
def audit(world):
    """A complete death of Kyoto, entered by the first coordinator, drawn by the data manager."""
    world.case = factories.infused_case(world.kyoto, by=world.nurse)
    world.death = factories.completed_form(world.case, by=world.nurse)
    body = {"name": "Autumn", "cohort": "tisagenlecleucel", "size": "1"}
    answer = signed_in(world.manager).post("/audits/", body)
    assert answer.status_code == 302
    world.url = answer.url
    with everything_scope(actor="tests"):
        world.one = AuditForm.objects.get()
    world.form_url = f"{answer.url}forms/{world.one.pk}/"
    return world


def step(world, who, name, **body):
    """What the form's page answers to a step."""
    return signed_in(who).post(world.form_url, {"step": name, **body})


def as_stored(world, **changes):
    """The death as it is stored, typed again, with changes."""
    return {name: str(getattr(world.death, name) or "") for name in critical_items(type(world.death))} | changes


def shown(world, who, url=""):
    """A page as somebody reads it."""
    answer = signed_in(who).get(url or world.form_url)
    assert answer.status_code == 200
    return text(answer)


def test_a_form_is_entered_again_without_anything_that_is_stored_and_compared_once_it_is_sealed(audit):
    other = audit.other_nurse
    assert step(audit, audit.nurse, "begin").status_code == 422, "who entered it does not enter it again"
    before = shown(audit, other)
    assert step(audit, other, "begin").status_code == 302

    asked = shown(audit, other)
    for page in (before, asked):
        assert DIED not in page
        assert "checked" not in re.sub(r'value=""[^>]*checked', "", page)
    assert 'name="death_date"' in asked
    assert "autopsy" not in asked, "critical items alone"
    for page in ("", "history/", "print/", "death/1/", "death/1/history/", "summary/"):
        answer = signed_in(other).get(f"/cases/KYO-0001/{page}")
        assert answer.status_code == 403, page
        assert DIED not in text(answer)
    assert signed_in(other).get("/api/v1/death/KYO-0001/1").status_code == 403
    assert signed_in(audit.nurse).get("/cases/KYO-0001/").status_code == 200, "closed to that person alone"

    wrong = step(audit, other, "seal", death_date="not a day", death_cause="2")
    assert wrong.status_code == 422
    assert 'value="not a day"' in text(wrong)
    assert DIED not in text(wrong)
    assert step(audit, other, "seal", **as_stored(audit, death_cause="3", death_date="2024-12-21")).status_code == 302

    told = shown(audit, other)
    assert DIED in told
    assert "differs" in told
    assert signed_in(other).get("/cases/KYO-0001/").status_code == 200
    assert "never been shown the case" in told
    with everything_scope(actor="tests"):
        found = {one.item: one.outcome for one in AuditAnswer.objects.all()}
    assert {item for item, outcome in found.items() if outcome != "agreed"} == {"death_cause", "death_date"}
    assert step(audit, other, "seal", **as_stored(audit)).status_code == 422, "sealed once"


def test_what_differs_is_judged_by_another_counted_and_asked_about(audit, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)  # the anchors of the history
    step(audit, audit.other_nurse, "begin")
    step(audit, audit.other_nurse, "seal", **as_stored(audit, death_cause="3"))
    assert "1 errors in" in shown(audit, audit.lead, audit.url), "what is not judged counts as wrong"
    assert step(audit, audit.other_nurse, "judge", verdict_death_cause="registry").status_code == 403
    assert step(audit, audit.manager, "judge", verdict_death_cause="somebody").status_code == 422
    assert step(audit, audit.manager, "judge", verdict_death_cause="reentry").status_code == 302
    assert "0 errors in" in shown(audit, audit.manager, audit.url)

    step(audit, audit.manager, "judge", verdict_death_cause="both")
    for _again in range(2):
        assert signed_in(audit.manager).post(f"{audit.url}ask/").status_code == 302
    with everything_scope(actor="tests"):
        (query,) = Query.objects.filter(origin="manager")
        assert (query.form, query.item) == ("death", "death_cause")
    lines = [
        *csv.DictReader(
            io.StringIO(text(signed_in(audit.manager).get(f"{audit.url}report.csv?answers")).lstrip("\ufeff"))
        )
    ]
    judged = [(one["case"], one["outcome"], one["judgement"]) for one in lines if one["item"] == "death_cause"]
    assert judged == [("KYO-0001", "differs", "both are wrong")]
    rates = [
        *csv.DictReader(io.StringIO(text(signed_in(audit.manager).get(f"{audit.url}report.csv")).lstrip("\ufeff")))
    ]
    assert [(one["of"], one["errors"]) for one in rates if one["errors"] != "0"] == [
        ("audit", "1"),
        ("site", "1"),
        ("item", "1"),
    ]
    assert verify_history() == []
    assert "entered again and sealed" in shown(audit, audit.nurse, "/cases/KYO-0001/history/")


def test_nobody_judges_the_own_re_entry(audit):
    step(audit, audit.manager, "begin")
    step(audit, audit.manager, "seal", **as_stored(audit, death_cause="3"))

    assert "verdict_death_cause" not in shown(audit, audit.manager)
    answer = step(audit, audit.manager, "judge", verdict_death_cause="registry")
    assert answer.status_code == 422
    assert "You entered it again yourself" in text(answer)


def test_thirty_errors_in_a_thousand_are_three_per_cent_with_exact_limits(audit):
    with everything_scope(actor="tests"):
        AuditAnswer.objects.bulk_create(
            AuditAnswer(audit_form=audit.one, case=audit.case, site=audit.kyoto, item=f"x{number}", outcome="differs" if number < 31 else "agreed",
                        verdict="registry" if number < 30 else "unclear" if number == 30 else "")
            for number in range(1001)
        )  # fmt: skip
    with person_scope(audit.manager):
        (whole,) = tallies(Audit.objects.get())

    assert (whole["compared"], whole["differ"], whole["wrong"], whole["unclear"]) == (1001, 31, 30, 1)
    assert Rate("all", whole).words == "3.0\u00a0% (2.0–4.3)"
    assert str(Rate("all", whole).tier.word) == "at most 3 %"
    assert Rate("all", {**whole, "open": 1}).tier.tone == "bad", "31 of 1,000 are above the line"


def test_the_sample_is_drawn_again_by_its_number_and_stays_within_its_hospitals(audit):
    for site in (audit.kyoto, audit.osaka):
        for _more in range(4):
            factories.completed_form(factories.enrolled_case(site))
    words = {"cohort": factories.cohort(), "sites": [audit.osaka], "size": 3, "seed": 7, "by": audit.manager}
    drawn = []
    for name in ("one", "two"):
        made = draw_audit(name=name, **words)
        with everything_scope(actor="tests"):
            drawn.append(sorted(made.auditform_set.values_list("form", "row_id", "site__code")))
    assert drawn[0] == drawn[1]
    assert {site for _form, _row, site in drawn[0]} == {"OSA"}
    refused = signed_in(audit.manager).post("/audits/", {"name": "x", "cohort": "tisagenlecleucel", "size": "99"})
    assert refused.status_code == 422
    assert "There are 9 complete forms to draw from" in text(refused)
    assert signed_in(audit.osaka_nurse).get(audit.form_url).status_code == 404

    def count(url):
        browser = signed_in(audit.manager)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(url).status_code == 200
        return len(caught)

    assert count(f"/audits/{made.pk}/") == count(audit.url), "whatever the number of forms"


def refused(statement, *values, says):
    """PostgreSQL refuses the statement."""
    with pytest.raises(DatabaseError, match=says), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_postgresql_itself_keeps_what_is_sealed(audit):
    step(audit, audit.other_nurse, "begin")
    with person_scope(audit.nurse):
        refused("UPDATE registry_auditform SET sealed_at = now()", says="by whoever began it alone")
    step(audit, audit.other_nurse, "leave")
    assert signed_in(audit.other_nurse).get("/cases/KYO-0001/").status_code == 200
    step(audit, audit.other_nurse, "begin")
    step(audit, audit.other_nurse, "seal", **as_stored(audit))
    with person_scope(audit.other_nurse):
        refused("UPDATE registry_auditform SET began_by = ''", says="is sealed")
        refused("UPDATE registry_auditanswer SET entered = stored", says="permission denied")
        refused("DELETE FROM registry_auditanswer", says="permission denied")
    with everything_scope(actor="tests"):
        assert {"audit", "audit_form", "audit_answer"} <= TOLD.keys()
        assert HistoryEvent.objects.filter(form="audit_form", item="sealed_at").exists()
    with person_scope(audit.osaka_nurse):
        assert not AuditForm.objects.exists()
        assert not AuditAnswer.objects.exists()


def test_every_form_with_critical_items_can_be_asked_blindly(audit):
    from registry.entry.blind import BlindEntry, blind_sections

    asked = {}
    for model in FORMS:
        entry = BlindEntry(model(case=audit.case, site=audit.kyoto), {})
        asked[model.form_name] = [one.name for section in blind_sections(entry) for one in section.questions]
        assert asked[model.form_name] == critical_items(model)
        assert not any(
            one.is_hidden or one.stored_words for section in blind_sections(entry) for one in section.questions
        )
    assert {"inf_date", "rel_date", "death_date"} <= {name for names in asked.values() for name in names}
    assert "mrn_hash" not in asked["patient"]
