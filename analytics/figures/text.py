"""Text in figures: what people typed is shown as typed, numbers are set the same everywhere."""

from __future__ import annotations

import html
import unicodedata

DAYS_PER_MONTH = 30.4375
MAX_LABEL = 60
NBSP = "\u00a0"
BOLDER = 1.12  # how much wider bold type runs, in the widest of the usual fonts


def safe(text: str, longest: int = MAX_LABEL) -> str:
    """Free text for a figure: plotly's pseudo-HTML, `$…$` and `%{…}` lose their meaning; overlong text ends in "…"."""
    plain = "".join(" " if unicodedata.category(one)[0] == "C" else one for one in str(text))
    plain = " ".join(part for part in plain.split(" ") if part)
    if len(plain) > longest:
        plain = plain[: longest - 1].rstrip() + "…"
    return html.escape(plain, quote=False).replace("$", "&#36;").replace("%{", "&#37;{")


def width(text: str, size: float, bold: bool = False) -> float:
    """About how wide plain text is, in px, at a type size in px; on the safe side for usual sans-serif fonts."""
    return sum(_em(one) for one in text) * size * (BOLDER if bold else 1)


def fitted(text: str, size: float, widest: float, bold: bool = False) -> str:
    """The plain text, or as much of it as `widest` px hold, ending in "…"."""
    shown = text
    while shown and width(shown, size, bold) > widest:
        text = text[:-1].rstrip()
        shown = f"{text}…" if text else ""
    return shown


def _em(character: str) -> float:
    """Width in ems, of the widest of the usual fonts."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    for characters, wide in (("…%", 1.0), ("mwMW≥≤+=", 0.88), ("1–", 0.6), (" .,:;·()'|iljtfI", 0.36)):
        if character in characters:
            return wide
    return 0.78 if character.isupper() else 0.6


def wrapped(text: str, size: float, widest: float, bold: bool = False) -> list[str]:
    """Plain text in lines of at most `widest` px; broken between words, in Japanese between characters."""
    lines, line = [], ""
    for piece in pieces(text):
        if line and width((line + piece).rstrip(), size, bold) > widest:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def pieces(text: str) -> list[str]:
    """Words with their space; each wide character on its own, with the opening bracket before and the closing punctuation after it."""
    found: list[str] = []
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        closing = wide and unicodedata.category(character) in ("Pe", "Po", "Pf")
        if found and _opens(found[-1][-1]):
            found[-1] += character
        elif (
            not found
            or (wide and not closing)
            or found[-1].endswith(" ")
            or not wide
            and unicodedata.east_asian_width(found[-1][-1]) in "WF"
        ):
            found.append(character)
        else:
            found[-1] += character
    return found


def _opens(character: str) -> bool:
    """Whether no line may end in it."""
    return unicodedata.east_asian_width(character) in "WF" and unicodedata.category(character) in ("Ps", "Pi")


def short(label: str) -> str:
    """The label without its explanation in brackets: "Low (< 5 % marrow blasts)" is "Low"."""
    return label.partition(" (")[0].partition("（")[0] or label


def percent(share: float | None, missing: str) -> str:
    """A share from 0 to 1 as "82 %", never broken before the sign; what is not all or nothing is never shown as 100 % or 0 %."""
    if share is None:
        return missing
    if 0.995 <= share < 1:
        return f"> 99{NBSP}%"
    return f"< 1{NBSP}%" if 0 < share < 0.005 else f"{_whole(100 * share)}{NBSP}%"


def limits(lower: float | None, upper: float | None, missing: str) -> str:
    """Limits of a share as "66–91"; `missing` where they are not defined, or one number, as before the first event."""
    if (lower is None and upper is None) or lower == upper:
        return missing
    return "–".join(missing if one is None else str(_whole(100 * one)) for one in (lower, upper))


def _whole(number: float) -> int:
    """Rounded half up, as people do; the 1e-9 keeps 80.49999999999999 and 80.5 the same number."""
    return int(number + 0.5 + 1e-9)


def months(days: float | None, missing: str) -> str:
    """Days as months with one decimal."""
    return missing if days is None else f"{days / DAYS_PER_MONTH:.1f}"


def p_value(p: float | None) -> str:
    """ "= 0.005", "< 0.001": two significant digits, at most three decimals, as in journals."""
    if p is None:
        return ""
    if p < 0.001:
        return f"<{NBSP}0.001"
    if p > 0.99:
        return f">{NBSP}0.99"
    return f"={NBSP}{p:.3f}" if p < 0.0995 else f"={NBSP}{p:.2f}"


def counted(n: float | None) -> str:
    """A count; a dash for one that is withheld."""
    return "–" if n is None else f"{n:.0f}"
