"""The dates and traits of one synthetic patient, invented once from a seed and read by every form."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from registry.demo.outcome import Outcome

FIRST_DAY_0 = date(2020, 2, 1)
LAST_CONTACT = date(2025, 6, 30)  # no synthetic date lies after it
YEAR = 365.25


class Story:
    """One patient's calendar. Days count from infusion; the same outcome and seed give the same story."""

    def __init__(self, outcome: Outcome, seed: int):
        self.outcome = outcome
        self.random = Random(f"{seed}:{outcome.patient}")  # noqa: S311 - reproducible, not secret
        self.day_0 = self._day_0()
        self._before_infusion()
        self._history()
        self._traits()

    def on(self, day: int) -> date:
        """The date of a day after (or, negative, before) infusion."""
        return self.day_0 + timedelta(days=day)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability

    def days(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return self.random.randint(low, high)

    def amount(self, low: float, high: float, places: int = 1) -> Decimal:
        """A measured value between `low` and `high`."""
        return Decimal(f"{self.random.uniform(low, high):.{places}f}")

    def one_of(self, answers, weights=None):
        """One of `answers`."""
        return self.random.choices(answers, weights)[0]

    def age_on(self, day: int) -> float:
        """Age in years on a day after infusion."""
        return (self.on(day) - self.birth_date).days / YEAR

    def _day_0(self) -> date:
        """Last contact within four months of the newest date; those who died were infused at any time before."""
        latest = LAST_CONTACT - timedelta(days=self.outcome.last_day)
        if self.outcome.death_day is None:
            return latest - timedelta(days=self.days(0, 120))
        return FIRST_DAY_0 + timedelta(days=self.days(0, (latest - FIRST_DAY_0).days))

    def _before_infusion(self) -> None:
        """From the decision to lymphodepletion: collection, transport, manufacturing, release."""
        self.aph_end = -self.days(44, 70)
        self.aph_days = self.one_of((1, 2), (3, 1))
        self.aph_start = self.aph_end - self.aph_days + 1
        self.decision = self.aph_start - self.days(5, 20)
        self.shipped = self.aph_end + self.days(1, 3)
        self.released = self.shipped + self.days(22, 28)
        self.received = self.released + self.days(2, 4)
        self.ld_end = -self.days(3, 6)
        self.ld_start = self.ld_end - 3
        self.assessed = self.ld_start - self.days(1, 3)

    def _history(self) -> None:
        """From birth to the last relapse before the decision. A transplant comes before the last relapse."""
        refractory = not self.outcome.prior_hsct and self.chance(0.2)
        self.relapses = 0 if refractory else self.one_of((1, 2), (3, 2))
        self.last_relapse = self.decision - self.days(20, 90)
        self.hsct = self.last_relapse - self.days(100, 900) if self.outcome.prior_hsct else None
        first = self.last_relapse
        if self.relapses == 2:
            first = (self.hsct or self.last_relapse - 300) - self.days(90, 160)
        self.first_relapse = first
        before = self.hsct if self.hsct is not None and self.relapses == 1 else first
        self.diagnosis = (self.decision if refractory else before) - self.days(150, 900)
        self.birth_date = self.on(self.diagnosis) - timedelta(days=round(self.random.triangular(0.8, 14, 4) * YEAR))

    def _traits(self) -> None:
        self.sex = self.one_of((1, 2), (11, 9))
        age = self.age_on(self.aph_start)
        self.weight = Decimal(f"{min(75.0, 8 + 2.6 * age) * self.random.uniform(0.85, 1.15):.1f}")
        self.subtype = self.one_of((1, 4, 5, 6, 8, 2), (10, 3, 3, 4, 2, 1))
        self.out_of_specification = self.chance(0.07)
        self.blina = self.chance(0.35)
        self.ino = self.chance(0.2)
