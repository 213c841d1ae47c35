"""What the consortium expects of a hospital's data, with where each threshold comes from. Change them here; every Result names them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

CRITICAL_FORMS = ("patient", "baseline_disease", "pre_infusion_assessment", "infusion")
CRITICAL, OTHERS = "critical", "others"
MONTHS_OF_A_PERIOD = 4  # January to April, May to August, September to December

BY_DUE, OF_PREVIOUS, BY_DEADLINE = "critical_by_due", "critical_of_previous", "others_by_deadline"
CIBMTR = "CIBMTR continuous process improvement"
TAKEN_OVER = "2026-11-26"

GOOD, WARNED, PROBATION, SUSPENDED = "good", "warning", "probation", "suspension"
STAGES = (GOOD, WARNED, PROBATION, SUSPENDED)  # one period each in a row; one good period restores


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least share of forms that are complete.

    measure  critical_by_due: critical forms due in the period, complete by their due day
             critical_of_previous: critical forms due in the period before, complete by the end of this one
             others_by_deadline: all other forms due in the period, complete by its end
    least    share from 0 to 1; a share equal to it meets it
    source   whose rule; as_of: the day from which the registry applies it (CIBMTR asks 95 % instead of 90 % of some forms by now)
    """

    measure: str
    least: float
    source: str
    as_of: str

    def as_dict(self) -> dict[str, object]:
        """As a Result names it."""
        return asdict(self)


THRESHOLDS = (
    Threshold(BY_DUE, 0.50, CIBMTR, TAKEN_OVER),
    Threshold(OF_PREVIOUS, 0.98, CIBMTR, TAKEN_OVER),
    Threshold(BY_DEADLINE, 0.90, CIBMTR, TAKEN_OVER),
)
