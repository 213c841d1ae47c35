"""The published estimates of docs/clinical/benchmarks.csv, as they were printed. Plain Python.

Every row names the paper that it was read in; one that does not is refused. What was not printed is None, or "" in a text.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs/clinical/benchmarks.csv"
AUTHOR = re.compile(r"^(?P<name>.+?) [A-Z]{1,3} et al\b")
OF_CURVES = ("OS", "EFS", "RFS", "DOR", "CIR")


@dataclass(frozen=True, slots=True)
class Published:
    """One row. Percentages as printed, months from the cohort's own clock."""

    cohort: str
    source: str
    doi: str
    year: int
    n: int | None
    set: str
    endpoint: str
    rule: str
    months: float | None
    estimate: float
    lower: float | None
    upper: float | None
    subgroup: str
    note: str

    @property
    def name(self) -> str:
        """The cohort as people write it."""
        return self.cohort.replace("_", " ")

    @property
    def citation(self) -> str:
        """First author and year; a source without an author by its title."""
        found = AUTHOR.match(self.source)
        return f"{found['name'] if found else self.source.partition('.')[0]} {self.year}"


def read_rows(text: str) -> tuple[Published, ...]:
    """The rows of a CSV file. Raises ValueError, naming the line, for a row without its source or with impossible numbers."""
    return tuple(_row(row, line) for line, row in enumerate(csv.DictReader(text.splitlines()), start=2))


@functools.cache
def published() -> tuple[Published, ...]:
    """The rows of the registry's own file."""
    return read_rows(FILE.read_text(encoding="utf-8"))


def texts() -> tuple[str, ...]:
    """What stands beside a point in words: rules, notes and subgroups of the estimates of curves."""
    rows = [row for row in published() if row.endpoint in OF_CURVES]
    return tuple(dict.fromkeys(text for row in rows for text in (row.subgroup, row.rule, row.note) if text))


def _row(row: dict[str, str], line: int) -> Published:
    if not row["source_citation"].strip():
        raise ValueError(
            f"line {line}: {row['cohort']} has no source_citation; an estimate without its source is not shown"
        )
    try:
        n, months, lower, upper = (
            float(row[name]) if row[name] else None for name in ("n", "timepoint_months", "ci_low", "ci_high")
        )
        estimate, year = float(row["estimate_pct"]), int(row["year"])
    except ValueError as refusal:
        raise ValueError(f"line {line}: {refusal}") from None
    shares = [one for one in (lower, estimate, upper) if one is not None]
    if (lower is None) != (upper is None) or shares != sorted(shares) or not 0 <= shares[0] <= shares[-1] <= 100:
        raise ValueError(f"line {line}: {lower}, {estimate}, {upper} are no estimate with its limits in per cent")
    return Published(
        cohort=row["cohort"],
        source=row["source_citation"],
        doi=row["doi"],
        year=year,
        n=None if n is None else int(n),
        set=row["population_set"],
        endpoint=row["endpoint"],
        rule=row["endpoint_rule_note"],
        months=months,
        estimate=estimate,
        lower=lower,
        upper=upper,
        subgroup=row["subgroup"],
        note=row["note"],
    )
