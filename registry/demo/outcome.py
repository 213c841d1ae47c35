"""What happens to a synthetic patient, in days from infusion: the frame around which everything else is invented."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

KATO_SYNTHETIC = Path(__file__).with_name("kato_synthetic.csv")
HIGH_BURDEN_FROM = 5  # % marrow blasts before infusion


@dataclass(frozen=True, slots=True)
class Outcome:
    """One synthetic patient. Days count from infusion; None where it never happened."""

    patient: str
    blasts: Decimal  # % of marrow cells before infusion
    prior_hsct: bool
    response: str  # CR, CRi or NR at the first assessment
    assessment_day: int
    relapse_day: int | None
    hsct_day: int | None  # transplant in remission after infusion
    death_day: int | None
    last_day: int  # last contact, or death

    @property
    def high_burden(self) -> bool:
        """Whether the marrow held 5 % blasts or more."""
        return self.blasts >= HIGH_BURDEN_FROM

    def failed_by(self, day: int) -> bool:
        """Whether the leukaemia was back, or had never gone, on `day`."""
        return self.response == "NR" or (self.relapse_day is not None and day >= self.relapse_day)


def kato_synthetic() -> list[Outcome]:
    """The 42 invented patients whose analysis gives the seed study's published figures (see README.md beside the file)."""
    with KATO_SYNTHETIC.open(encoding="utf-8", newline="") as lines:
        return [_outcome(row) for row in csv.DictReader(lines)]


def _outcome(row: dict[str, str]) -> Outcome:
    return Outcome(
        patient=row["patient"],
        blasts=Decimal(row["bm_blasts_pct"]),
        prior_hsct=row["prior_hsct"] == "1",
        response=row["best_response"],
        assessment_day=int(row["assessment_day"]),
        relapse_day=_day(row["relapse_day"]),
        hsct_day=_day(row["post_hsct_day"]),
        death_day=_day(row["death_day"]),
        last_day=int(row["last_contact_day"]),
    )


def _day(text: str) -> int | None:
    return int(text) if text else None
