"""From columns of a table to the numbers of a regression, saying which rows, levels and references they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.core import regression_sentences as words

NUMBER, CATEGORY, FLAG = "number", "category", "flag"
KINDS = (NUMBER, CATEGORY, FLAG)
TRUE, FALSE = ("1", "1.0", "true", "yes", "y", "t"), ("0", "0.0", "false", "no", "n", "f")
# Part of a standardised column that its predecessors leave unexplained, below which it is their combination.
COLLINEAR = 1e-8


@dataclass(frozen=True, slots=True)
class Covariate:
    """A column of the table and how it enters.

    kind       number: as it is; category: one column for each level but the reference; flag: yes 1, no 0
    label      its name in terms and sentences; the column's name if not given
    levels     of a category, in order; those found, sorted, if not given
    reference  of a category; the first level if not given
    """

    name: str
    kind: str = NUMBER
    label: str | None = None
    levels: tuple[str, ...] | None = None
    reference: str | None = None

    @property
    def shown(self) -> str:
        """Its name in terms and sentences."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class DesignTerm:
    """A column of x: its name, the covariate it belongs to, and for a category the level and what it is compared with."""

    term: str
    covariate: str
    level: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """x (n, p) of the rows in use and its terms.

    kept        (rows of the table,) bool, the complete cases; x[i] is the i-th of them
    references  category -> reference level
    missing     covariate -> rows of the table without it
    warnings    sentences: rows left out, levels left out
    """

    x: np.ndarray
    terms: tuple[DesignTerm, ...]
    kept: np.ndarray
    references: dict[str, str] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the terms, in the order of the columns."""
        return tuple(term.term for term in self.terms)

    @property
    def covariates(self) -> tuple[str, ...]:
        """For each column the covariate it belongs to."""
        return tuple(term.covariate for term in self.terms)


def design(
    table: pd.DataFrame, covariates: Sequence[Covariate], *, used: np.ndarray | None = None, events: int | None = None
) -> Design:
    """The design matrix of `covariates` over the complete rows of `table`.

    used    (rows,) bool, the rows that could be used otherwise (a time is known); all if None. Rows outside it are
            neither kept nor counted as missing
    events  number of events, to refuse more columns than events

    Raises ValueError for an absent or repeated covariate, values that do not fit its kind, a covariate without
    variation, a reference without cases, columns that follow from others, no complete row, more columns than events.
    """
    _check_names(table, covariates)
    used = np.ones(len(table), dtype=bool) if used is None else np.asarray(used, dtype=bool)
    read = {one.name: _read(table[one.name], one, used) for one in covariates}
    present = {name: ~pd.isna(values) for name, values in read.items()}
    kept = np.logical_and.reduce([used, *present.values()])
    missing = {one.shown: int((used & ~present[one.name]).sum()) for one in covariates}
    if not kept.any():
        raise ValueError(words.NO_ROW)
    warnings = _left_out(int((used & ~kept).sum()), missing)
    columns: list[np.ndarray] = []
    terms: list[DesignTerm] = []
    references: dict[str, str] = {}
    for one in covariates:
        values = read[one.name][kept]
        _refuse_constant(values, one)
        if one.kind == CATEGORY:
            levels, reference, empty = _levels(values, one)
            warnings += [words.EMPTY_LEVEL.format(covariate=one.shown, level=level) for level in empty]
            references[one.shown] = reference
            columns += [values == level for level in levels if level != reference]
            terms += [
                DesignTerm(f"{one.shown}: {level}", one.shown, level, reference)
                for level in levels
                if level != reference
            ]
        else:
            columns.append(values)
            terms.append(DesignTerm(one.shown, one.shown))
    x = np.column_stack([column.astype("float64") for column in columns])
    if events is not None and len(terms) > events:
        raise ValueError(words.TOO_MANY_COLUMNS.format(columns=len(terms), events=events))
    refuse_combinations(x, tuple(term.term for term in terms))
    return Design(x, tuple(terms), kept, references, missing, tuple(warnings))


def kind_of(values: pd.Series) -> str:
    """How a column enters if nobody says: numbers as numbers, booleans as flags, all else as categories."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return FLAG
    return CATEGORY if pd.to_numeric(values, errors="coerce").isna().sum() > values.isna().sum() else NUMBER


def _check_names(table: pd.DataFrame, covariates: Sequence[Covariate]) -> None:
    if not covariates:
        raise ValueError(words.NO_COVARIATE)
    seen: set[str] = set()
    for one in covariates:
        if one.kind not in KINDS:
            raise ValueError(f"kind of {one.name} is {one.kind!r}; expected one of {', '.join(KINDS)}")
        if one.name not in table.columns:
            raise ValueError(words.ABSENT.format(covariate=one.name))
        if one.name in seen or one.shown in seen:
            raise ValueError(words.TWICE.format(covariate=one.shown))
        seen |= {one.name, one.shown}


def _read(column: pd.Series, one: Covariate, used: np.ndarray) -> np.ndarray:
    """The column's values under its kind, None or NaN where missing (or not used)."""
    absent = column.isna().to_numpy() | ~used
    if one.kind == CATEGORY:
        texts = np.array([None if gone else _text(value) for value, gone in zip(column, absent, strict=True)], object)
        known = set(one.levels) if one.levels is not None else None
        wrong = [] if known is None else sorted({text for text in texts if text is not None} - known)
        if wrong:
            raise ValueError(words.UNKNOWN_LEVEL.format(covariate=one.shown, value=wrong[0]))
        return texts
    if one.kind == NUMBER:
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
        sentence = words.NOT_A_NUMBER
    else:
        low = column.astype(str).str.strip().str.lower()
        numbers = np.where(low.isin(TRUE), 1.0, np.where(low.isin(FALSE), 0.0, np.nan))
        sentence = words.NOT_A_FLAG
    bad = ~absent & ~np.isfinite(numbers)
    if bad.any():
        raise ValueError(sentence.format(covariate=one.shown, value=column[bad].iloc[0]))
    return np.where(absent, np.nan, numbers)


def _text(value: object) -> str:
    """A level as text; whole numbers that a file made fractions are whole again."""
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)


def _left_out(n: int, missing: dict[str, int]) -> list[str]:
    if not n:
        return []
    counts = ", ".join(f"{name} {count}" for name, count in missing.items() if count)
    return [words.counted(words.LEFT_OUT, n, counts=counts)]


def _refuse_constant(values: np.ndarray, one: Covariate) -> None:
    first = values[0]
    if (values == first).all():
        value = f"{first:g}" if isinstance(first, float) else first
        raise ValueError(words.CONSTANT.format(covariate=one.shown, value=value, n=len(values)))


def _levels(values: np.ndarray, one: Covariate) -> tuple[list[str], str, list[str]]:
    """The levels with cases, in order; the reference; the levels without cases."""
    found = set(values.tolist())
    ordered = list(one.levels) if one.levels is not None else sorted_levels(found)
    levels = [level for level in ordered if level in found]
    reference = levels[0] if one.reference is None else one.reference
    if reference not in found:
        raise ValueError(words.NO_REFERENCE.format(covariate=one.shown, level=reference))
    return levels, reference, [level for level in ordered if level not in found]


def sorted_levels(found: set[str]) -> list[str]:
    """Levels in the order of numbers if all are numbers, else of the alphabet."""
    try:
        return sorted(found, key=lambda level: (float(level), level))
    except ValueError:
        return sorted(found)


def refuse_combinations(x: np.ndarray, names: Sequence[str]) -> None:
    """Raise ValueError that names the first column of x which follows from those before it (and a constant), and them."""
    centred = x - x.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    centred = centred / np.where(length > 0, length, 1)
    triangle = np.linalg.qr(centred, mode="r")
    rest = np.zeros(x.shape[1])
    rest[: len(triangle)] = np.abs(np.diagonal(triangle))
    dependent = np.flatnonzero(rest < COLLINEAR)
    if not len(dependent):
        return
    column = int(dependent[0])
    share = np.linalg.lstsq(centred[:, :column], centred[:, column], rcond=None)[0]
    others = [names[other] for other in range(column) if abs(share[other]) > 1e-6]
    raise ValueError(words.COMBINATION.format(term=names[column], others=", ".join(others) or "the constant"))
