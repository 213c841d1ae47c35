"""Text in CSV files that people open in a spreadsheet."""

import unicodedata

FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def guarded(text):
    """`text`, with an apostrophe before what a spreadsheet would run as a formula, also after blanks and zero-width signs.

    For text columns only: a number stays a number.
    """
    seen = text.lstrip(" \u00a0\u3000")
    while seen and unicodedata.category(seen[0]) in ("Cf", "Zs"):
        seen = seen[1:]
    return f"'{text}" if seen.startswith(FORMULA) else text
