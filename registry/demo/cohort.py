"""Random outcomes for as many synthetic patients as are wanted, in the proportions of the demonstration's own cohort."""

from decimal import Decimal
from random import Random

from registry.demo.outcome import Outcome

LONGEST = 1600  # days of follow-up
NO_RESPONSE = 0.07
RELAPSE_BY = {"high": 0.6, "low": 0.35}  # share that relapses if followed for long enough


def random_outcomes(count: int, seed: int) -> list[Outcome]:
    """`count` outcomes; the same numbers give the same patients, whichever sites they go to."""
    return [_outcome(f"SEED{seed}-{number:06d}", Random(f"{seed}:outcome:{number}")) for number in range(1, count + 1)]  # noqa: S311


def _outcome(patient: str, random: Random) -> Outcome:
    high = random.random() < 0.36
    blasts = Decimal(f"{random.uniform(5, 90) if high else random.uniform(0, 4.9):.1f}")
    followed = random.randint(70, LONGEST)
    response = "NR" if random.random() < NO_RESPONSE else random.choice(("CR", "CR", "CRi"))
    relapse = hsct = death = None
    if response == "NR":
        death = _if_before(followed, 60 + round(random.expovariate(1 / 120)))
    else:
        relapse, hsct = _after_remission(random, "high" if high else "low", followed)
        death = _death(random, relapse, hsct, followed)
    return Outcome(
        patient=patient,
        blasts=blasts,
        prior_hsct=random.random() < 0.55,
        response=response,
        assessment_day=28 if response != "NR" else random.randint(26, 34),
        relapse_day=relapse,
        hsct_day=hsct,
        death_day=death,
        last_day=followed if death is None else death,
    )


def _after_remission(random: Random, burden: str, followed: int) -> tuple[int | None, int | None]:
    """Day of relapse and of a transplant in remission before it."""
    hsct = _if_before(followed - 10, random.randint(70, 240)) if random.random() < 0.2 else None
    relapses = random.random() < RELAPSE_BY[burden] * (0.4 if hsct else 1)
    relapse = _if_before(followed - 20, (hsct or 45) + 15 + round(random.expovariate(1 / 240))) if relapses else None
    return relapse, hsct


def _death(random: Random, relapse: int | None, hsct: int | None, followed: int) -> int | None:
    """Half of those who relapse die of it; few die in remission."""
    if relapse is not None:
        return (
            _if_before(followed, relapse + 30 + round(random.expovariate(1 / 200))) if random.random() < 0.5 else None
        )
    return _if_before(followed, random.randint((hsct or 40) + 20, 900)) if random.random() < 0.04 else None


def _if_before(end: int, day: int) -> int | None:
    return day if day < end else None
