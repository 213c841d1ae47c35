"""The search of all coded and numeric questions of the forms: what fits some words, and the ways to choose or split patients by it."""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from analytics import item_words, phrases
from analytics.core.columns.column import AT_INFUSION, BASELINE
from analytics.core.items.asked import ANSWER, ANY, FIRST, HIGHEST, LAST, LOWEST, Asked, rules_of
from analytics.core.items.declared import items, titles

MOST_HITS = 12
OF_PAGE = ("find", "form")
RULES = {
    ANSWER: pgettext_lazy("rule", "the answer"),
    FIRST: pgettext_lazy("rule", "first"),
    LAST: pgettext_lazy("rule", "last"),
    HIGHEST: pgettext_lazy("rule", "highest"),
    LOWEST: pgettext_lazy("rule", "lowest"),
    ANY: pgettext_lazy("rule", "any of some codes"),
}


@dataclass(frozen=True)
class Way:
    """One way to use a question: its words, the address that does, and what it is called beside others of the page."""

    words: str
    url: str
    name: str


@dataclass(frozen=True)
class Hit:
    """A question that was found. about: its form, and when it is known; choose, split: ways; codes: ways to split by one code."""

    label: str
    about: str
    choose: tuple = ()
    split: tuple = ()
    codes: tuple = ()
    refused: str = ""


@dataclass(frozen=True)
class Hits:
    """What was found; said: how much, in words."""

    found: tuple = ()
    said: str = ""


def hits_of(build):
    """The questions that the words of the address fit, with ways by what its method may do. build: form.Builder."""
    wanted = _plain(build.address.find).split()
    found = [one for one in items().values() if wanted and all(word in _searched(one) for word in wanted)]
    return Hits(tuple(_hit(build, one) for one in found[:MOST_HITS]), _said(len(found)))


def _said(n):
    if not n:
        return _(
            "No coded or numeric question fits. Try a shorter word; texts, dates and what identifies a person cannot be chosen."
        )
    if n > MOST_HITS:
        return _("{n} questions fit, {shown} are shown. Write more of it.").format(n=n, shown=MOST_HITS)
    return _("Questions that fit: {n}").format(n=n)


def _plain(text):
    return unicodedata.normalize("NFKC", text).casefold()


def _searched(item):
    """All that a question is found by: name, text and form in both languages, its answers."""
    codes = [text for _code, label in item.levels for text in (label, item_words.code(item, label))]
    return _plain(" ".join([item.name, item.form, item.label, item.label_ja, *titles()[item.form], *codes]))


def _hit(build, item):
    known = {BASELINE: _("known before infusion"), AT_INFUSION: _("known at infusion")}
    when = known.get(item.when, _("known after infusion, or nobody knows when"))
    unit = phrases.label(item.unit) if item.unit else ""
    about = pgettext("list", ", ").join(part for part in (item_words.form(item.form), unit, when) if part)
    label = item_words.question(item)
    columns = {rule: _column(item, rule) for rule in rules_of(item)}
    if not build.may_split(_probe(item)):
        return Hit(
            label, about, refused=_(
                "It may not choose or split the patients here: the clock has started before it is known, and who lived to have it "
                "was granted that time. Proportions and characteristics can use it."
            ),
        )  # fmt: skip
    choose = tuple(
        Way(str(RULES[rule]), build.with_words(add=name), f"{label}, {RULES[rule]}") for rule, name in columns.items()
    )
    may_group = build.knows("group") and not build.given("exposure")
    split = tuple(
        Way(str(RULES[rule]), build.with_words(group=name), f"{label}, {RULES[rule]}")
        for rule, name in columns.items()
        if may_group and rule != ANY
    )
    return Hit(label, about, choose, split, _by_code(build, item, label) if may_group and ANY in columns else ())


def _column(item, rule):
    """The column of a question by a rule; of ANY what the form begins."""
    return f"{ANY}.{item.name}" if rule == ANY else Asked(item, rule).name


def _probe(item):
    """Any column of the question: all are known from the same time."""
    rule = rules_of(item)[0]
    return Asked(item, rule, (item.levels[0][0],) if rule == ANY else ()).name


def _by_code(build, item, label):
    """Ways to split by one code: whether any row has it."""
    listed = []
    for code, text in item.levels:
        said = item_words.code(item, text)
        listed.append(Way(said, build.with_words(group=Asked(item, ANY, (code,)).name), f"{label}: {said}"))
    return tuple(listed)


def address_with(words, **changed):
    """The query of the words of an address with one filter begun, or another column that splits; what was looked for is done."""
    pairs = [(name, value) for name, values in words.items() for value in values if name not in OF_PAGE]
    if "group" in changed:
        pairs = [(name, value) for name, value in pairs if name not in ("group", "cuts")]
    return f"?{urlencode([*pairs, *changed.items()])}"
