"""What leaves the consortium: days instead of dates, classes of at least LEAST cases, rare answers grouped, other pseudonyms."""

import hashlib
import hmac
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.exports import declared as d
from analytics.exports.declared import Code, Table
from analytics.exports.forms import PARTIAL_TEXT
from analytics.exports.policy import DAYS, DEIDENTIFIED, GROUP, LEAST, QUASI, listed_as, way
from registry.dictionary.words import gettext_noop

RARE, GROUPED = 97, "grouped"  # the code of rare answers together; no list of the dictionary has it
RARE_LABEL = gettext_noop("Rare answers together")
DIGITS = 12
DAY_ZERO = ("T0", "T_APH", "T_DEC")  # a case's day 0: the infusion, else the collection, else the decision
MONTH, YEAR = (
    30,
    365,
)  # bounds of a partial date go outward to multiples of these, for the first of a month is a calendar
OF_CLASS = {  # column → what of its class it shows
    "site": "site", "SITEID": "site", "sex": "sex", "sex_at_birth": "sex", "SEX": "sex",
    "age_group": "age", "AGEGR1": "age", "AGEGR1N": "age",
}  # fmt: skip


def deidentified(tables, snapshot, origin):
    """The tables with what the policy says of each column done to it. Rows keep their order; `tables_of` sorts them by the new names."""
    shown, zero = classes(snapshot.whole), day_zero(snapshot.whole)
    found = []
    for table in tables:
        cases = table.rows[table.subject]
        columns, rows = [], {}
        counted = _ticks_to_fold(table, cases, origin)
        for column in table.columns:
            how = way(DEIDENTIFIED, *listed_as(table, column, origin)) if column.role != d.KEY else ""
            for made, series in _changed(
                column, table.rows[column.name], how, cases, snapshot, shown, zero, counted, table
            ):
                columns.append(made)
                rows[made.name] = np.asarray(series, dtype=object) if made.kind == d.TEXT else series.array
        frame = pd.DataFrame(rows, columns=[one.name for one in columns])
        found.append(_renamed(Table(table.name, table.label, tuple(columns), frame, table.keys, table.sas), snapshot))
    return found


def day_zero(whole):
    """Case → its day 0; NaT where it has none of the three."""
    days = whole[list(DAY_ZERO)].bfill(axis="columns").iloc[:, 0]
    return dict(zip(whole["case"], pd.to_datetime(days), strict=True))


def classes(whole, least=LEAST):
    """For each case what of hospital, age group and sex may be shown, so that each class of cases that look the same holds `least`.

    DataFrame by case with site, age, sex; None is withheld. Withheld first is the hospital, then the age, then the sex; a class of
    those of whom nothing is shown takes the smallest other one in until it is large enough.
    """
    names = ["site", "age", "sex"]
    shown = pd.DataFrame(
        {
            name: pd.Series(np.asarray(whole[of], dtype=object))
            for name, of in zip(names, ("site", "age_group", "sex"), strict=True)
        }
    )
    shown.index = pd.Index(whole["case"])
    shown = shown.where(shown.notna(), None)
    for name in names:
        shown.loc[_sizes(shown) < least, name] = None
    while True:
        sizes, blank = _sizes(shown), shown.isna().all(axis="columns")
        small = blank.sum() < least and blank.any() and not blank.all()
        if not small and not ((sizes < least) & ~blank).any():
            return shown
        others = sizes[~blank]
        smallest = shown.loc[others.index[int(np.argmin(others.to_numpy()))]]
        same = (shown.fillna("") == smallest.fillna("")).all(axis="columns")
        shown.loc[same, names] = None


def _sizes(shown):
    """(cases,) how many cases look the same."""
    return shown.fillna("").groupby(list(shown.columns), sort=False)[shown.columns[0]].transform("size")


def _changed(column, series, how, cases, snapshot, shown, zero, counted, table):
    """The columns that leave in the place of one, each with its values."""
    if how == DAYS and column.role == d.ANSWER and _is_partial(column, table):
        return _days_of_partial(column, table, cases, snapshot, zero)
    if how == DAYS and column.role in (d.ANSWER, d.DERIVED):
        return [_in_days(column, series, cases, snapshot, zero)]
    if how == DAYS and column.role != d.REASON:
        return []  # precision and the date as entered: said by the bounds
    if how == QUASI and column.role in (d.ANSWER, d.DERIVED):
        allowed = cases.map(shown[OF_CLASS[column.name]]).notna().to_numpy()
        return [(column, series.where(allowed, pd.NA if column.is_numeric else None))]
    if how == GROUP and column.role in (d.ANSWER, d.DERIVED):
        return _grouped(column, series, cases, snapshot, counted)
    return [(column, series)]


def _is_partial(column, table):
    return f"{column.name}_text" in table.rows


def _relative(dates, cases, zero):
    return (
        pd.to_datetime(pd.Series(np.asarray(dates, dtype=object)))
        - pd.to_datetime(cases.map(zero)).reset_index(drop=True)
    ).dt.days


def _in_days(column, series, cases, snapshot, zero):
    """A date as days from the case's day 0. An ADaM date keeps its name: in SAS it is the number of days."""
    name = column.name if column.role == d.DERIVED else f"{column.name}_day"
    label = _bracketed(column.label, snapshot.say(gettext_noop("day")))
    made = replace(column, name=name, label=label, kind=d.WHOLE, unit="d", codes=())
    return made, _relative(series, cases, zero).astype("Int64")


def _days_of_partial(column, table, cases, snapshot, zero):
    """The day where it is known; else the bounds between which it lies, outward to whole months or years of days."""
    entered = table.rows[f"{column.name}_text"]
    made, exact = _in_days(column, table.rows[column.name], cases, snapshot, zero)
    low, high = zip(*(_bounds(one) for one in entered), strict=True) if len(entered) else ((), ())
    step = [YEAR if one is not None and len(one) == PARTIAL_TEXT["Y"] else MONTH for one in entered]
    earliest = np.floor(_relative(low, cases, zero).astype("float64") / step) * step
    latest = np.ceil(_relative(high, cases, zero).astype("float64") / step) * step
    partial = exact.isna()
    found = [(made, exact)]
    for suffix, words, bound in (
        ("min", gettext_noop("earliest day"), earliest),
        ("max", gettext_noop("latest day"), latest),
    ):
        name, label = f"{made.name}_{suffix}", _bracketed(column.label, snapshot.say(words))
        beside = _beside(made, name, label, f"{column.sas[:6]}_{suffix[1].upper()}", role=d.AS_ENTERED)
        found.append((beside, bound.where(partial).astype("Int64")))
    return found


def _bracketed(label, said):
    """A label with words in brackets."""
    return d.Label(f"{label.en} ({said.en})", f"{label.ja}（{said.ja}）")


def _beside(column, name, label, sas, **more):
    """A column made beside or of another one: with words of its own, so without the other's short label and note."""
    return replace(column, name=name, label=label, sas=sas, short="", note="", **more)


def _bounds(text):
    """First and last day of a month or year that was entered."""
    if text is None or pd.isna(text) or len(text) == PARTIAL_TEXT["D"]:
        return None, None
    period = pd.Period(text)
    return period.start_time.strftime("%Y-%m-%d"), period.end_time.strftime("%Y-%m-%d")


def _grouped(column, series, cases, snapshot, counted):
    """Answers of fewer than LEAST cases as one; of a question with several, the columns of its rare codes as one."""
    if column.item in counted:
        fold, last = counted[column.item]
        if column.name not in fold:
            return [(column, series)]
        if column.name != last:
            return []
        label, codes = snapshot.say(RARE_LABEL), column.codes
        question = column.label.en.partition(":")[0], column.label.ja.partition("：")[0]
        label = d.Label(f"{question[0]}: {label.en}", f"{question[1]}：{label.ja}")
        made = _beside(
            column, f"{column.item}___{RARE}", label, f"{column.sas[:5]}_{RARE}", kind=d.CODE, unit="", codes=codes
        )
        return [(made, fold[last])]
    rare = RARE if column.is_numeric else GROUPED
    folded = series.astype(object).where(~series.isin(_rare_levels(series, cases)), rare)
    folded = folded.where(series.notna(), None)
    codes = (*column.codes, Code(rare, snapshot.say(RARE_LABEL))) if column.codes else ()
    made = replace(column, codes=codes)
    return [(made, folded.astype("Int64") if column.is_numeric else folded)]


def _rare_levels(series, cases):
    """Levels of fewer than LEAST cases, and of the next ones as many as make them LEAST together."""
    known = series.notna().to_numpy()
    held = pd.DataFrame(
        {"level": np.asarray(series, dtype=object)[known], "case": np.asarray(cases, dtype=object)[known]}
    ).drop_duplicates()
    counts = held.groupby("level")["case"].nunique()
    counts = counts.iloc[np.lexsort((counts.index.astype(str), counts.to_numpy()))]
    rare, together = [], set()
    for level, count in counts.items():
        if count >= LEAST and (not rare or len(together) >= LEAST):
            break
        rare.append(level)
        together |= set(held.loc[held["level"] == level, "case"])
    return rare


def _ticks_to_fold(table, cases, origin):
    """Item with several answers → (name of a rare code's column → the rare ones together, name of the last of them)."""
    found = {}
    ticks = [one for one in table.columns if one.role == d.ANSWER and "___" in one.name]
    for item in dict.fromkeys(one.item for one in ticks):
        own = [one for one in ticks if one.item == item]
        if way(DEIDENTIFIED, *listed_as(table, own[0], origin)) != GROUP:
            continue
        count = {
            one.name: cases[table.rows[one.name].eq(1).fillna(False).to_numpy(dtype=bool)].nunique() for one in own
        }
        rare = [one.name for one in own if count[one.name] < LEAST]
        together = table.rows[rare].max(axis="columns").astype("Int64") if rare else None
        if rare and cases[together.eq(1).fillna(False).to_numpy(dtype=bool)].nunique() < LEAST:
            together = together.where(together.isna(), pd.NA)  # too few even together: withheld
        found[item] = (dict.fromkeys(rare, together), rare[-1] if rare else "")
    return found


def _renamed(table, snapshot):
    """Cases and hospitals under names of this dataset's de-identified exports alone."""
    rows = table.rows.copy()
    rows[table.subject] = [_name(snapshot, "d", one) for one in rows[table.subject]]
    for name in ("site", "SITEID"):
        if name in rows:
            rows[name] = [None if one is None or pd.isna(one) else _name(snapshot, "h", one)[:6] for one in rows[name]]
    if "USUBJID" in rows:
        rows["USUBJID"] = rows["STUDYID"] + "-" + rows[table.subject]
    return table.with_rows(rows)


def _name(snapshot, letter, key):
    text = f"export:{snapshot.hash}:{key}".encode()
    return letter + hmac.new(snapshot.key.encode(), text, hashlib.sha256).hexdigest()[:DIGITS]
