"""A table of text, and how numbers are set in it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics import phrases
from analytics.core.cases_counted import cell
from analytics.figures.text import limits, p_value, percent

NONE = "–"
MINUS = "\u2212"
LONG = 40  # characters; a longer text may be broken into lines


class Cell(str):
    """The text of a cell, and the words of the address of the cases that it counts (analytics.core.cases_counted.cell)."""

    __slots__ = ("words",)

    def __new__(cls, text, words):
        """A text with words beside it."""
        self = super().__new__(cls, text)
        self.words = words
        return self


def led(text, n, *words):
    """A count that leads to its cases, if there are any: words as `cell` takes them."""
    return Cell(text, cell(*words)) if n else text


@dataclass(frozen=True)
class Row:
    """label: head of the row. cells: text. is_head: a line above the rows that it names. is_inner: below such a line."""

    label: str
    cells: tuple = ()
    is_head: bool = False
    is_inner: bool = False

    @property
    def shown(self):
        """Of each cell: its text, whether it is long, and the words of the address of its cases or nothing.

        A page has ten thousand cells, and a template is slow to ask a text for what it has not.
        """
        return [(str(one), len(one) > LONG, getattr(one, "words", "")) for one in self.cells]


@dataclass(frozen=True)
class Sheet:
    """A table: its caption, the head of the first column, the other heads, the rows, and a line under it."""

    caption: str
    first: str
    heads: tuple
    rows: tuple
    note: str = ""


def at_month(month):
    """The head of a column: "12 months", "1 month"."""
    return _("1 month") if month == 1 else _("{months} months").format(months=month)


def counted(number):
    """A count; one that a released form withholds is said to be."""
    return _("withheld") if number is None else str(number)


def decimal(value, places=2):
    """A number with so many decimals."""
    return NONE if value is None else f"{value:.{places}f}".replace("-", MINUS)


def between(lower, upper, places=2):
    """Limits as "0.11 to 0.68"; what is not defined is a dash."""
    if lower is None and upper is None:
        return NONE
    return _("{lower} to {upper}").format(lower=decimal(lower, places), upper=decimal(upper, places))


def p_of(p):
    """A p value without the sign of equality."""
    return NONE if p is None else p_value(p).replace("=\u00a0", "")


def share(row, key):
    """A share with its limits: "80 % (59–91)"."""
    if row[key] is None:
        return NONE
    interval = limits(row["lower"], row["upper"], "")
    return f"{percent(row[key], NONE)} ({interval})" if interval.strip("–") else percent(row[key], NONE)


def label(text):
    """A label of the Result in the reader's language."""
    return phrases.label(text) if text else NONE


def tested(name, test, statistic="χ²"):
    """A test as a row: its statistic, degrees of freedom and p."""
    return Row(name, (f"{statistic} {decimal(test['statistic'])}", str(test["df"]), p_of(test["p"])))
