"""Text in CSV files that people open in a spreadsheet."""

import unicodedata

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
UNSEEN = ("Cf", "Zs")  # categories of signs that a spreadsheet passes over


def guarded(text):
    """`text`, with an apostrophe before what a spreadsheet would run as a formula, also after blanks and zero-width signs.

    For text columns only: a number stays a number.
    """
    seen = text.lstrip(" \u00a0\u3000")
    while seen and unicodedata.category(seen[0]) in UNSEEN:
        seen = seen[1:]
    return f"'{text}" if seen.startswith(FORMULA) else text


def _pattern():
    """What `guarded` looks for, as a regular expression of PostgreSQL in quotes."""

    def escaped(point):
        return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"

    unseen = {point for point in range(0x110000) if unicodedata.category(chr(point)) in UNSEEN}
    begins = [one for one in sorted(unseen) if one - 1 not in unseen]
    ends = [one for one in sorted(unseen) if one + 1 not in unseen]
    ranges = "".join(f"{escaped(begin)}-{escaped(end)}" for begin, end in zip(begins, ends, strict=True))
    signs = "".join(escaped(ord(sign)) for sign in FORMULA)
    return f"'^[{ranges}]*[{signs}]'"


FORMULA_PATTERN = _pattern()
