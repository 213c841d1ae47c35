"""An entry form laid out for the page: sections of questions, each with everything its component shows."""

import json
from dataclasses import dataclass, field
from functools import cache, cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from registry.dictionary.items import EMPTY, plain
from registry.edit_checks.base import MISSING
from registry.entry.aloud import read_aloud
from registry.entry.echo import echo_of
from registry.entry.form import typed
from registry.fields import MISSING_CHOICES, HospitalNumber, code_choices, code_label, written_unit
from registry.record import said

MOST_BUTTONS = 5
WIDEST_ROW = 66  # characters of the labels that stand in one row of buttons; longer ones are stacked
LONG_TEXTS = ("karyotype_iscn",)
MISSING_LABELS = {
    "ND": gettext_lazy("ND · not done"),
    "UK": gettext_lazy("UK · unknown"),
    "NAP": gettext_lazy("NAP · not applicable"),
    "PD": gettext_lazy("PD · pending"),
}


@dataclass(frozen=True)
class Option:
    """One code that can be chosen."""

    value: str
    label: str
    anchor: str
    is_chosen: bool
    find: str = ""  # its labels in every language, by which it is found when somebody types


@cache
def labels_of(codelist):
    """Code → its labels in every language of the registry, with a bar between them."""
    labels = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for code in codelist.codes():
                labels.setdefault(code, []).append(code_label(codelist, code))
    return {code: "|".join(own) for code, own in labels.items()}


def label_of(column):
    """What a page calls the question: the dictionary's label, save where a person types something else than is stored."""
    if isinstance(column, HospitalNumber):
        return _("Hospital number (kept only as a fingerprint)")
    return str(column.verbose_name)


@dataclass(frozen=True)
class Question:
    """One question on the page. `entry` knows what was typed, `known` the answers it depends on."""

    entry: object
    name: str
    known: dict
    findings: tuple = ()
    previous: object = None
    asked: tuple = ()  # queries about it, each with words and an anchor

    @cached_property
    def item(self):
        return self.entry.items[self.name]

    @cached_property
    def column(self):
        return self.entry.instance._meta.get_field(self.name)

    @property
    def label(self):
        return label_of(self.column)

    @cached_property
    def kind(self):
        """buttons, select, boxes, date, number, text or long: which control it gets."""
        if self.item.kind == "cat":
            return "buttons" if len(list(self.item.codelist)) <= MOST_BUTTONS else "select"
        if self.item.kind == "text":
            return "long" if self.name in LONG_TEXTS else "text"
        return {"multi": "boxes", "date": "date"}.get(self.item.kind, "number")

    @cached_property
    def value(self):
        return self.entry.text(self.name)

    @property
    def unit(self):
        return written_unit(self.item.unit)

    @property
    def usual(self):
        """The usual range, as a hint."""
        soft = self.item.soft
        if self.kind != "number" or not soft:
            return ""
        return _("usual %(low)s–%(high)s") % {"low": plain(soft.low), "high": plain(soft.high)}

    @cached_property
    def options(self):
        chosen = [str(one) for one in self.value] if isinstance(self.value, list) else [str(self.value)]
        words = labels_of(self.item.codelist) if self.kind == "select" else {}
        return [
            Option(
                str(code),
                label,
                self.name if place == 0 else f"{self.name}-{code}",
                str(code) in chosen,
                words.get(code, ""),
            )
            for place, (code, label) in enumerate(code_choices(self.item.codelist))
        ]

    @property
    def is_stacked(self):
        """Whether the buttons stand one below the other, because their labels are long."""
        return sum(2 if ord(sign) > 0x2E80 else 1 for one in self.options for sign in f"{one.label}   ") > WIDEST_ROW

    @property
    def has_unknown_code(self):
        """Whether what was sent is no code of the list; it is kept as a choice of its own, to be seen and mended."""
        return (
            self.kind in ("select", "buttons") and bool(self.value) and not any(one.is_chosen for one in self.options)
        )

    @property
    def reasons(self):
        """The reasons for a missing answer, of which at most one is chosen."""
        chosen = self.entry.text(f"{self.name}_mr")
        return [Option(code, MISSING_LABELS[code], "", code == chosen) for code, _label in MISSING_CHOICES]

    @property
    def has_reason(self):
        return any(one.is_chosen for one in self.reasons)

    @property
    def other_code(self):
        return self.item.other_code

    @property
    def other_text(self):
        return self.entry.text(f"{self.name}_oth") if self.other_code is not None else ""

    @property
    def wants_other(self):
        """Whether "Other" is chosen, or its text still stands there."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return self.other_code is not None and (str(self.other_code) in map(str, chosen) or bool(self.other_text))

    @property
    def errors(self):
        """What was refused: of the answer, of its reason, of the text of "Other"."""
        names = (self.name, f"{self.name}_mr", f"{self.name}_oth")
        return [message for name in names for message in self.entry.errors.get(name, [])]

    @property
    def odd(self):
        """Findings about an answer that can be stored; what is merely still open, or asked by a query, is not repeated here."""
        told = {one.words for one in self.asked}
        odd = [one for one in self.findings if one.severity != MISSING]
        return [] if self.errors else [one for one in odd if not told or said(one) not in told]

    @property
    def queries(self):
        """What is asked about the answer, in words."""
        return [said(one) for one in self.odd]

    @property
    def is_asked(self):
        return self.item.asked(self.known)

    @property
    def is_filled(self):
        stored_hash = isinstance(self.column, HospitalNumber) and self.entry.stored[self.name]
        return bool(self.value not in EMPTY or self.has_reason or self.other_text or stored_hash)

    @property
    def is_hidden(self):
        return not self.is_asked and not self.is_filled

    @property
    def keeps_unasked(self):
        """Filled, though it does not apply: it stays until somebody clears it."""
        return not self.is_asked and self.is_filled

    @cached_property
    def own_conditions(self):
        """Conditions on answers of the same page, for the browser to follow. A row's number is no answer."""
        return [one for one in self.item.asked_if if one.item in self.entry.fields]

    @property
    def asked_if(self):
        """Those conditions as data for the page, or nothing if the question always applies."""
        if not self.item.asked_if:
            return ""
        return json.dumps(
            [{"item": one.item, "comparison": one.comparison, "codes": one.codes} for one in self.own_conditions]
        )

    @property
    def fails_elsewhere(self):
        """Whether an answer of another form keeps this question from applying."""
        return not all(one.holds(self.known) for one in self.item.asked_if if one not in self.own_conditions)

    @property
    def echo(self):
        """How the date or amount that stands there is understood."""
        return echo_of(self.item, self.value, day0=self.entry.day0) if self.echoed else ""

    @property
    def echoed(self):
        """date, number or fraction, where what is typed is said again as it was understood."""
        if self.kind not in ("date", "number"):
            return ""
        return "fraction" if self.item.unit == "fraction" else self.kind

    @property
    def note(self):
        if isinstance(self.column, HospitalNumber) and self.entry.stored[self.name]:
            return _("Registered (fingerprint %(start)s…). Type the number again only to change it.") % {
                "start": self.entry.stored[self.name][:8]
            }
        return ""

    @property
    def stored_words(self):
        """The stored answer as one reads it."""
        return self.note if self.note else read_aloud(self.entry.instance, self.name)

    @property
    def before(self):
        """The answer of the row before, as one reads it."""
        return read_aloud(self.previous, self.name) if self.previous is not None else ""

    @property
    def last(self):
        """The answer of the row before as data for the page, where it may be repeated."""
        if self.previous is None or not self.item.lasting or getattr(self.previous, self.name) in EMPTY:
            return ""
        texts = typed(self.previous, self.name)
        other = getattr(self.previous, f"{self.name}_oth", None) or ""
        return json.dumps({"texts": texts if isinstance(texts, list) else [texts], "other": other})

    @property
    def is_copied(self):
        """Whether the answer was repeated from the row before and nobody has looked at it yet."""
        return self.name in self.entry.copied

    @property
    def described_by(self):
        """Ids of what explains the control, for aria-describedby."""
        parts = [
            ("findings", True),
            ("note", self.note),
            ("echo", self.echoed),
            ("unit", self.unit),
        ]
        own = [f"{self.name}-{part}" for part, present in parts if present]
        return " ".join([*own, *(one.anchor for one in self.asked)])


@dataclass(frozen=True)
class Section:
    """A titled part of a form."""

    title: str
    questions: list = field(default_factory=list)

    @property
    def shown(self):
        """How many questions apply, or hold an answer."""
        return sum(not one.is_hidden for one in self.questions)

    @property
    def filled(self):
        return sum(one.is_filled and not one.is_hidden for one in self.questions)

    @property
    def has_queries(self):
        """Whether something is asked about it."""
        return any(one.asked for one in self.questions)

    @property
    def may_be_none(self):
        """Whether "none" for several of its questions at once says something."""
        return sum(one.item.none is not None for one in self.questions) > 1

    @property
    def has_last(self):
        return any(one.last for one in self.questions)

    @property
    def is_empty(self):
        """Whether nothing of it applies."""
        return self.shown == 0 and not any(one.own_conditions for one in self.questions if not one.fails_elsewhere)


def sections(entry, *, elsewhere, findings=(), previous=None, asked=()):
    """The form's sections.

    elsewhere   answers of the case's other forms, by item
    findings    findings of the stored row
    previous    the row before it of a repeating form, or None
    asked       its queries, each with item, words and anchor
    """
    known = {**elsewhere, **entry.instance.answers(), **_row_number(entry.instance, previous)}
    by_item, queries = {}, {}
    for one in findings:
        by_item.setdefault(one.item, []).append(one)
    for one in asked:
        queries.setdefault(one.item, []).append(one)
    return [
        Section(
            _(title),
            [
                Question(entry, name, known, tuple(by_item.get(name, ())), previous, tuple(queries.get(name, ())))
                for name in names
                if name in entry.fields
            ],
        )
        for title, names in entry.instance.sections.items()
    ]


def _row_number(form, previous):
    """The number that a row has, or will have if it is stored now, by its item."""
    name = form.key_item
    if not name:
        return {}
    return {name: getattr(form, name) or (getattr(previous, name) + 1 if previous else 1)}
