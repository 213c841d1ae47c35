"""Values as R source. Free text becomes a string or a comment, never code."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*\Z")
ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def literal(value: Any) -> str:
    """A string, number, truth value or None as R writes it. Raises TypeError for anything else."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return "Inf" if value == float("inf") else repr(value)
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    raise TypeError(f"{value!r} cannot be written as R; expected text, a number, a truth value or None")


def _character(one: str) -> str:
    """A character inside quotes: ASCII, so that the script reads the same in every locale."""
    if one in ESCAPED:
        return ESCAPED[one]
    code = ord(one)
    if one.isascii():
        return one if one.isprintable() else " "
    # A surrogate alone is no character; R refuses its escape.
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def vector(values: Iterable[Any]) -> str:
    """c(…); NULL for none."""
    written = [literal(one) for one in values]
    return f"c({', '.join(written)})" if written else "NULL"


def named(values: Mapping[str, str]) -> str:
    """list(name = R source, …), names being text of the plan."""
    return f"list({', '.join(f'{name(key)} = {source}' for key, source in values.items())})"


def name(text: str) -> str:
    """A name that R takes as it stands. Raises ValueError for any other text."""
    if not NAME.match(text):
        raise ValueError(f"{text!r} is no plain name")
    return text


def comment(text: object) -> str:
    """One line of comment: whatever could end the line or turn its direction is a blank."""
    kept = "".join(" " if unicodedata.category(one) in CONTROLS else one for one in str(text))
    return f"# {' '.join(kept.split())}".rstrip()


CONTROLS = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
