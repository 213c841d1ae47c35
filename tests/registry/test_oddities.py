"""Ten oddities planted among 10,000 events of ordinary work: at least nine are found, with at most twenty false alarms (here: none).

The events are put in as the owner, for no action can write the past.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from registry.access.row_security import everything_scope
from registry.actions.queries import raise_query
from registry.models import FORM_OF, HistoryEvent
from registry.oddities import oddities
from tests import factories

TOKYO = ZoneInfo("Asia/Tokyo")
BEGAN = datetime(2025, 3, 3, tzinfo=TOKYO)  # a Monday
DAYS, EVENTS = 60, 10_000
COLUMNS = "at, actor, role, reason, request, transaction, site_id, case_id, form, row_id, kind, item, old, new"
ORDINARY = [name for name, item in FORM_OF["infusion"].items().items() if not item.critical and not item.key]
CRITICAL = "inf_dose_total"


class Trail:
    """Events to be stored, in the order of their moments."""

    def __init__(self):
        self.events, self.transaction = [], 10

    def save(
        self, at, actor, site, row, changes, *, kind="update", role="coordinator", request="page-x", form="infusion"
    ):
        """One save: (item, old, new) of each change."""
        self.transaction += 1
        for item, old, new in changes:
            old, new = (None if value is None else json.dumps(value) for value in (old, new))
            place = (site, row // 100, form, row, kind, item, old, new)
            self.events.append((at.astimezone(UTC), actor, role, "", request, self.transaction, *place))

    def store(self):
        """As the owner past the triggers, oldest first."""
        self.events.sort(key=lambda event: event[0])
        with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
            administrator.execute("SET session_replication_role = replica")
            statement = f"COPY registry_historyevent ({COLUMNS}) FROM STDIN"
            with administrator.cursor().copy(statement) as copy:
                for event in self.events:
                    copy.write_row(event)


def ordinary(trail, sites):
    """People of three sites enter, complete, correct and lock in working hours; the registry imports at night."""
    chance = random.Random(20250303)
    row = 100
    while len(trail.events) < EVENTS:
        row += 1
        site = chance.choice(sites)
        actor = f"nurse{chance.randrange(3)}.{site}@example.org"
        at = BEGAN + timedelta(days=chance.randrange(DAYS), hours=chance.uniform(8, 19))
        trail.save(at, actor, site, row, [(name, None, 1) for name in (*ORDINARY[:8], CRITICAL)], kind="insert")
        trail.save(at + timedelta(minutes=3), actor, site, row, [("is_complete", None, True)])
        if chance.random() < 0.4:
            trail.save(at + timedelta(minutes=40), actor, site, row, [(ORDINARY[0], 1, 2)])
        if chance.random() < 0.2:
            before = at - timedelta(minutes=2)  # an endpoint's answer, mended before completion
            trail.save(before, actor, site, row + 50_000, [(CRITICAL, 1, 2)])
        if chance.random() < 0.3:
            trail.save(
                at + timedelta(hours=2), "manager@example.org", site, row, [("is_locked", None, True)], role="manager"
            )
        if chance.random() < 0.05:
            night = at.replace(hour=2)
            trail.save(night, "import", site, row + 90_000, [(ORDINARY[0], None, 1)], role="system", request="import-y")


def planted(trail, sites):
    """(signal, actor) of ten oddities."""
    nurse = f"nurse0.{sites[0]}@example.org"
    for number, hour in enumerate((0.1, 4.9)):
        trail.save(
            BEGAN + timedelta(days=7 + number, hours=hour),
            f"owl{number}@example.org",
            sites[0],
            700_001 + number,
            [(ORDINARY[0], None, 1)],
        )
    for number in range(2):
        noon = BEGAN + timedelta(days=10 + number, hours=12)
        for step in range(25):
            at = noon + timedelta(seconds=20 * step)
            trail.save(at, f"hasty{number}@example.org", sites[1], 710_000 + 100 * number + step, [(ORDINARY[1], 3, 4)])
    for number in range(2):
        at, row = BEGAN + timedelta(days=20 + number, hours=10), 720_000 + number
        trail.save(at, "manager@example.org", sites[0], row, [("is_locked", None, True)], role="manager")
        trail.save(
            at + timedelta(days=1), "manager@example.org", sites[0], row, [("is_locked", True, None)], role="manager"
        )
        trail.save(at + timedelta(days=1, hours=1), f"late{number}@example.org", sites[0], row, [(ORDINARY[2], 1, 2)])
    for number in range(2):
        at, row = BEGAN + timedelta(days=30 + number, hours=10), 730_000 + number
        trail.save(at, nurse, sites[0], row, [(CRITICAL, None, 150)], kind="insert")
        trail.save(at + timedelta(minutes=1), nurse, sites[0], row, [("is_complete", None, True)])
        trail.save(at + timedelta(days=3), f"mender{number}@example.org", sites[0], row, [(CRITICAL, 150, 250)])
    for number in range(2):
        for step, site in enumerate(sites):
            at = BEGAN + timedelta(days=40 + number, hours=9 + step)
            trail.save(
                at,
                f"everywhere{number}@example.org",
                site,
                740_000 + 10 * number + step,
                [(ORDINARY[0], None, 1)],
                kind="insert",
            )
    kinds = {"owl": "night", "hasty": "many", "late": "unlocked", "mender": "critical", "everywhere": "sites"}
    return {(signal, f"{name}{number}@example.org") for name, signal in kinds.items() for number in range(2)}


@pytest.mark.django_db(transaction=True)
def test_ten_oddities_among_ten_thousand_events_are_found_and_little_else():
    sites = [factories.site(code).pk for code in ("KYO", "OSA", "NAG")]
    trail = Trail()
    ordinary(trail, sites)
    wanted = planted(trail, sites)
    trail.store()

    with everything_scope(actor="tests"):
        assert HistoryEvent.objects.exclude(case_id=None).count() >= EVENTS
        found = oddities(BEGAN, BEGAN + timedelta(days=DAYS + 2))

    signs = {(one.signal, one.actor) for one in found}
    assert len(signs & wanted) >= 9
    assert [one for one in found if (one.signal, one.actor) not in wanted] == [], "at most 20 would do"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_asked", [False, True])
def test_a_correction_that_a_query_asked_for_is_no_oddity(is_asked):
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    with everything_scope(actor="tests"):
        infusion = FORM_OF["infusion"].objects.get(case=case)
        if is_asked:
            raise_query(infusion, item=CRITICAL, text="150 or 250?", by=factories.person("manager"))
    trail, now = Trail(), datetime.now(UTC)
    trail.save(now, "nurse@example.org", kyoto.pk, infusion.pk, [("is_complete", None, True)])
    trail.save(now + timedelta(seconds=2), "nurse@example.org", kyoto.pk, infusion.pk, [(CRITICAL, 150, 250)])
    trail.store()

    with everything_scope(actor="tests"):
        odd = [one.signal for one in oddities(now - timedelta(days=1), now + timedelta(days=1), ["critical"])]

    assert odd == ([] if is_asked else ["critical"])
