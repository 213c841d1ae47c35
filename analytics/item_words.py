"""The words of columns that are made of answers of the forms, in the reader's language. No pandas: web processes use this."""

import re
from functools import cache

from django.utils.translation import gettext, pgettext

from analytics.core.items.asked import ANSWER, ANY, BETWEEN_CODES, FIRST, HIGHEST, LAST, LOWEST, SAID
from analytics.core.items.asked import SAID_OF_ONE_ROW as OF_ONE_ROW
from analytics.core.items.declared import UNITS, items, titles

CONTEXT = "analysis"  # as of every word of a stored result
TEMPLATES = (*(SAID[one] for one in (FIRST, LAST, HIGHEST, LOWEST, ANY)), OF_ONE_ROW, *filter(None, UNITS.values()))


def question(item):
    """A question of the forms."""
    return pgettext("item", item.label)


def code(item, label):
    """An answer of its code list."""
    return pgettext(item.codelist, label)


def form(name):
    """A form's title."""
    return gettext(titles()[name][0])


def said(text):
    """A label that was stored with a result, as `Asked.label` or its code list has it; what is neither stays as it is."""
    for rule in (FIRST, LAST, HIGHEST, LOWEST, ANSWER):
        found = _pattern(SAID[rule]).fullmatch(text)
        if found and found["item"] in _questions():
            return _filled(SAID[rule], item=question(_questions()[found["item"]]))
    for template in (SAID[ANY], OF_ONE_ROW):
        found = _pattern(template).fullmatch(text)
        if found and (item := _questions().get(found["item"])):
            values = [code(item, one) for one in found["values"].split(BETWEEN_CODES)]
            return _filled(template, item=question(item), values=BETWEEN_CODES.join(values))
    listed = _codes().get(text)
    return code(listed, text) if listed else text


def _filled(template, **words):
    return words["item"] if template == SAID[ANSWER] else pgettext(CONTEXT, template).format(**words)


@cache
def _pattern(template):
    source = re.escape(template).replace(r"\{item\}", "(?P<item>.+)").replace(r"\{values\}", "(?P<values>.+)")
    return re.compile(source)


@cache
def _questions():
    """English label → question."""
    return {one.label: one for one in items().values()}


@cache
def _codes():
    """English label of a code → the first question that has it."""
    found = {}
    for one in items().values():
        for _code, label in one.levels:
            found.setdefault(label, one)
    return found
