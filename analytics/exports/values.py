"""Stored text → values, and values → text. One way each."""

from decimal import Decimal

import pandas as pd


def codes_of(text):
    """The codes of an answer with several, as PostgreSQL writes an array: "{2,6}" → (2, 6)."""
    return tuple(int(one) for one in str(text).strip("{}").replace(",", " ").split())


def as_answer(kind, text):
    """One stored answer as the dictionary's conditions compare it; None where there is none."""
    if text is None or pd.isna(text):
        return None
    if kind in ("cat", "int"):
        return int(text)
    if kind == "dec":
        return Decimal(text)
    return list(codes_of(text)) if kind == "multi" else text


def number_text(value):
    """A number as text: no exponent, no trailing zeros, the digits that a double needs; blank for none."""
    if value is None or pd.isna(value):
        return ""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(series):
    """Text, or numbers, as whole numbers with gaps."""
    return pd.to_numeric(series).astype("float64").round().astype("Int64")


def number(series):
    """Text as doubles; missing is NaN."""
    return pd.to_numeric(series).astype("float64")


def text(series):
    """Text with None for missing; no empty text."""
    found = series.astype(object)
    return found.where(found.notna() & (found != ""), None)
