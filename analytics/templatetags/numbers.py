"""How numbers stand in running text."""

import re

from django import template

register = template.Library()
NBSP = "\u00a0"
NAMES = re.compile(r"\b(n|p|p [=<>]|df|CI|HR) (?=[\d<>=.])")
PER_CENT = re.compile(r"(?<=\d) %(?: (?=CI\b))?")


@register.filter
def unbroken(text):
    """The text with each number on the line of its unit and of its name: "95 % CI 66–91", "n 42", "p = 0.001"."""
    text = PER_CENT.sub(lambda found: found[0].replace(" ", NBSP), str(text))
    return NAMES.sub(lambda found: found[0].replace(" ", NBSP), text)
