"""Proportions with exact limits: from one row a patient (status), or from counts (x of n)."""

from __future__ import annotations

import pandas as pd

from analytics.core.estimate.reading import lines_of, numbers, read_table, rows_of_groups
from analytics.core.estimate.request import RefusedError, Request
from analytics.core.estimators.proportions import clopper_pearson, wilson
from analytics.core.results import number


def answer(request: Request) -> dict:
    """The whole answer: this method needs no times."""
    warnings: list[str] = []
    table = read_table(request, warnings)
    x, n, left_out = _counts(request, table) if request.x else _statuses(request, table)
    group = pd.Series("all", index=table.index) if request.group is None else table[request.group]
    known = left_out & group.notna()
    if not known.all():
        warnings.append(f"{int((~known).sum())} rows with a missing value are left out ({lines_of(~known)}).")
    labels = group[known].to_numpy(dtype=str)
    x_known, n_known = x[known].to_numpy(), n[known].to_numpy()
    rows = [
        _row(request, name, int(x_known[own].sum()), int(n_known[own].sum())) for name, own in rows_of_groups(labels)
    ]
    if not rows:
        warnings.append("No row can be used: nothing is estimated.")
    warnings += [f"{row['group']}: 0 of 0; its proportion is null." for row in rows if not row["n"]]
    return {
        "method": request.method,
        "n": int(n[known].sum()),
        "events": int(x[known].sum()),
        "options": {"limits": "Clopper-Pearson", "confidence": request.level},
        "warnings": warnings,
        "groups": rows,
    }


def _row(request: Request, name: str, x: int, n: int) -> dict:
    exact, score = clopper_pearson(x, n, request.level), wilson(x, n, request.level)
    return {
        "group": name,
        "x": x,
        "n": n,
        "estimate": number(exact.estimate),
        "lower": number(exact.lower),
        "upper": number(exact.upper),
        "wilson_lower": number(score.lower),
        "wilson_upper": number(score.upper),
    }


def _statuses(request: Request, table: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """x and n of each row, and whether the row is known."""
    status = numbers(table, str(request.status), "expected 0 no, 1 yes")
    wrong = (status < 0) | (status != status.round()).where(status.notna(), False)
    if wrong.any():
        raise RefusedError(f"{lines_of(wrong)}, column {request.status}: expected 0 no, 1 yes")
    above = status > 1
    if request.cause is None and above.any():
        raise RefusedError(
            f"{lines_of(above)}, column {request.status}: expected 0 no, 1 yes; name the status to count with --cause"
        )
    known = status.notna()
    return (status == (request.cause or 1)).astype("int64"), known.astype("int64"), known


def _counts(request: Request, table: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    x, n = numbers(table, str(request.x)), numbers(table, str(request.n))
    known = x.notna() & n.notna()
    wrong = known & ((x < 0) | (x > n) | (x != x.round()) | (n != n.round()))
    if wrong.any():
        raise RefusedError(f"{lines_of(wrong)}, columns {request.x}, {request.n}: expected whole numbers, 0 <= x <= n")
    return x.where(known, 0).astype("int64"), n.where(known, 0).astype("int64"), known
