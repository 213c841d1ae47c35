"""What may go to nobody outside the consortium is left out: the cases whose consent does not reach so far (docs/algorithms/consent.md)."""

from dataclasses import replace
from datetime import date

import pandas as pd

from registry.consent import Consent, consent_of
from registry.edit_checks.follow_up import PARENTAL_ONLY

BIRTH = ("birth_date", "birth_date_p")


def only_abroad(snapshot, today, by_now):
    """The snapshot with the cases that may go abroad on this day, as it has their consent and as the record has it now.

    by_now   ids of the cases that may by the record: a cut is older than what somebody refused since

    Its de-identified names are of their own: what goes abroad cannot be joined with what stays. Raises ValueError for a cut that was
    frozen without its forms.
    """
    if "patient" not in snapshot.forms:
        raise ValueError("This cut was frozen before cuts kept the whole forms: whose data may go abroad is not in it.")
    rows = snapshot.forms["patient"]
    kept = {row["case"] for row in rows.to_dict("records") if _consent(row, snapshot.is_published, today).may_go_abroad}
    kept = {name for name in kept if snapshot.ids[name] in by_now}
    of_kept = lambda table: table[table["case"].isin(kept)].reset_index(drop=True)  # noqa: E731
    return replace(
        snapshot,
        tables={name: of_kept(table) for name, table in snapshot.tables.items()},
        whole=of_kept(snapshot.whole),
        forms={name: of_kept(table) for name, table in snapshot.forms.items()},
        numbers={name: number for name, number in snapshot.numbers.items() if name in kept},
        key=f"{snapshot.key}:abroad",
    )


def _consent(row, is_published, today):
    """What the answers of a registration allow. A cut holds no day of birth: then nobody knows whether a patient is of age by now."""
    answers = {name: _number(row.get(name)) for name in ("consent_type", "consent_share_intl", "consent_withdrawn")}
    day, precision = (row.get(name) for name in BIRTH)
    if _is_blank(day):
        unsure = answers["consent_type"] == PARENTAL_ONLY and not is_published
        return Consent(True, True, True, False) if unsure else consent_of(answers, is_published=is_published)
    born = {
        "birth_date": date.fromisoformat(str(day)[:10]),
        "birth_date_p": None if _is_blank(precision) else precision,
    }
    return consent_of({**answers, **born}, today=today, is_published=is_published)


def _number(value):
    return None if _is_blank(value) else int(value)


def _is_blank(value):
    return value is None or value == "" or pd.isna(value)
