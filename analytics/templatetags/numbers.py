"""How numbers stand in running text."""

import re

from django import template

register = template.Library()
NBSP = "\u00a0"
NAMES = re.compile(r"\b(n|p|p [=<>]|df|CI|HR) (?=[\d<>=.])")
PER_CENT = re.compile(r"(?<=\d)[ \u00a0]%(?: (?=CI\b))?")
WITH_DASH = re.compile(r"((?<![\w.])\d+(?:\.\d+)?[–〜]\d+(?:\.\d+)?|(?<!\w)\d{4}-\d{2}(?:-\d{2})?(?!\d))")


@register.inclusion_tag("components/unbroken.html")
def unbroken(text):
    """The text with each number on the line of its unit and of its name, "n 42", and no range or date on two: "95 % CI 66–91"."""
    text = PER_CENT.sub(lambda found: found[0].replace(" ", NBSP), str(text))
    text = NAMES.sub(lambda found: found[0].replace(" ", NBSP), text)
    parts = WITH_DASH.split(text)  # words and what has a dash in turn
    return {"parts": [(one, i % 2 == 1) for i, one in enumerate(parts)]}
