"""Units that are accepted where an answer is typed, and their exact sizes. Plain Python: no Django here.

An answer is always stored in the unit of the dictionary. Two units can be converted where they stand in the same table below;
every factor is an exact decimal, so that nothing is rounded on the way. What is no matter of units is not here: a dose for each
kilogram needs a weight, mol/L a molar mass, °F an offset that decimals cannot hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Context, Decimal, Inexact

EXACT = Context(prec=200, traps=[Inexact])  # raises rather than rounds
SHARE = "share"
CELLS = "cells"
CELLS_IN_VOLUME = "cells in volume"

# Quantity → unit → its size, in one unit of the table.
SIZES: Mapping[str, Mapping[str, Decimal]] = {
    name: {unit: Decimal(size) for unit, size in sizes.items()}
    for name, sizes in {
        CELLS: {"10^6": "1e6", "10^8": "1e8", "10^9": "1e9", "cells": "1"},
        CELLS_IN_VOLUME: {
            "10^9/L": "1e9",
            "10^6/L": "1e6",
            "/L": "1",
            "/mL": "1e3",
            "/µL": "1e6",
            "10^3/µL": "1e9",
            "10^4/µL": "1e10",
        },
        SHARE: {"%": "0.01", "fraction": "1"},
        "mass in volume": {
            "g/dL": "10",
            "g/L": "1",
            "mg/dL": "0.01",
            "mg/L": "1e-3",
            "µg/mL": "1e-3",
            "µg/dL": "1e-5",
            "µg/L": "1e-6",
            "ng/mL": "1e-6",
            "ng/dL": "1e-8",
            "ng/L": "1e-9",
            "pg/mL": "1e-9",
        },
        "activity in volume": {"U/L": "1", "U/mL": "1e3", "kU/L": "1e3", "µkat/L": "60"},
        "mass": {"kg": "1", "g": "1e-3"},
        "volume": {"L": "1", "mL": "1e-3"},
        "time": {"d": "1", "wk": "7"},
        "surface": {"m²": "1", "cm²": "1e-4"},
        "dose by surface": {"mg/m²": "1", "g/m²": "1e3"},
        "dose by weight": {"mg/kg": "1", "µg/kg": "1e-3"},
        "exposure": {"mg·h/L": "1", "µg·h/mL": "1"},
        "clearance": {"mL/min/1.73m²": "1", "mL/s/1.73m²": "60"},
        "copies in DNA": {"copies/µg DNA": "1", "copies/ng DNA": "1e3"},
        "temperature": {"°C": "1"},
        "multiple": {"xULN": "1"},
        "copies": {"copies": "1"},
        "points": {"pt": "1"},
        "number": {"n": "1"},
    }.items()
}
QUANTITY_OF = {unit: quantity for quantity, sizes in SIZES.items() for unit in sizes}

# Unit → how else people write it. Capitals, spaces and the sign of a power never matter.
ALSO_WRITTEN = {
    "cells": ("cell", "個", "細胞"),
    "10^9/L": ("G/L",),
    "10^3/µL": ("K/µL", "千/µL", "10^3/mm³"),
    "10^4/µL": ("万/µL",),
    "/µL": ("cells/µL", "個/µL", "/mm³"),
    "/mL": ("cells/mL", "個/mL"),
    "/L": ("cells/L",),
    "%": ("percent", "pct", "パーセント"),
    "fraction": ("割合", "比"),
    "U/L": ("IU/L",),
    "U/mL": ("IU/mL",),
    "d": ("day", "days", "日", "日間"),
    "wk": ("week", "weeks", "週", "週間"),
    "mg·h/L": ("mg*h/L", "mg h/L", "mg·hr/L"),
    "°C": ("C", "度"),
    "xULN": ("ULN", "×ULN"),
    "copies": ("copy", "コピー"),
    "copies/µg DNA": ("copies/µg", "コピー/µg DNA"),
    "copies/ng DNA": ("copies/ng", "コピー/ng DNA"),
    "pt": ("pts", "point", "points", "点"),
}


def accepted(unit: str) -> dict[str, Decimal]:
    """Unit that may be typed → exact factor to `unit`, which comes first. Only `unit` itself where nothing converts to it."""
    if unit not in QUANTITY_OF:
        return {unit: Decimal(1)}
    sizes = SIZES[QUANTITY_OF[unit]]
    return {other: EXACT.divide(sizes[other], sizes[unit]) for other in (unit, *(one for one in sizes if one != unit))}


def converted(number: Decimal, factor: Decimal) -> Decimal:
    """`number` times `factor`, without rounding."""
    return EXACT.multiply(number, factor)


def raised(number: Decimal, power: int) -> Decimal:
    """`number` times ten to the `power`, without rounding."""
    return EXACT.scaleb(number, power)


def recognised(text: str, unit: str) -> str | None:
    """Which of the units accepted for `unit` is meant by what was typed; None for another unit or none."""
    typed = _plainly(text)
    return next(
        (one for one in accepted(unit) if typed in map(_plainly, (one, *ALSO_WRITTEN.get(one, ())))),
        None,
    )


def _plainly(unit: str) -> str:
    """A unit without capitals, spaces and signs of powers, and with micro, 2 and 3 in one way."""
    text = unicodedata.normalize("NFKC", unit).casefold()
    return re.sub(r"(?:mc|u)(?=g|l\b|kat)", "μ", re.sub(r"[\s^]", "", text))
