"""The codebook in the reader's language: every item, code, check and derived field, as rows that pages and files share."""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from registry.dictionary.codelists import CODE_LISTS, DatePrecision, MissingReason
from registry.dictionary.items import plain
from registry.edit_checks.table import described_checks
from registry.entry.conditions import asked_if_words, order_words
from registry.fields import code_label, written_unit
from registry.grading.fields import FIELDS
from registry.models import FORM_OF, FORMS


@dataclass(frozen=True)
class Entry:
    """One question of a form."""

    form: type
    section: str
    name: str
    item: object
    checks: list = field(default_factory=list)
    derived: list = field(default_factory=list)

    @property
    def label(self):
        return str(self.form._meta.get_field(self.name).verbose_name)

    @property
    def kind(self):
        return kinds()[self.item.kind]

    @property
    def unit(self):
        return written_unit(self.item.unit)

    @property
    def possible(self):
        return _span(self.item.hard)

    @property
    def usual(self):
        return _span(self.item.soft)

    @cached_property
    def codes(self):
        """(code, label, whether it stands alone)."""
        listed = self.item.codelist
        return [(one.value, code_label(listed, one.value), one.exclusive) for one in listed] if listed else []

    @property
    def codelist(self):
        return self.item.codelist.list_name() if self.item.codelist else ""

    @property
    def asked_if(self):
        """The condition in words."""
        return asked_if_words(self.item, here=self.form)

    @property
    def condition(self):
        """The condition as the programs read it."""
        return " and ".join(f"{one.item} {one.comparison} {one.codes}" for one in self.item.asked_if)

    @property
    def order(self):
        return [order_words(one) for one in self.item.order]

    @property
    def precision(self):
        """How exactly a date must be known."""
        if self.item.kind != "date":
            return ""
        return _("the month or the year may be all that is known") if self.item.partial else _("to the day")

    @property
    def note(self):
        return pgettext("note", self.item.note) if self.item.note else ""

    @property
    def companions(self):
        """The columns beside its own."""
        columns = set(self.form.columns())
        return [self.name + suffix for suffix in ("_mr", "_p", "_oth") if self.name + suffix in columns]

    def fits(self, search):
        """Whether the search is a part of its label, name or SAS name."""
        return search.casefold() in f"{self.name} {self.label} {self.item.label} {self.item.sas}".casefold()


@dataclass(frozen=True)
class CheckEntry:
    """One cross-form check."""

    number: str
    severity: str
    rule: str
    message: str
    reads: tuple

    @property
    def effect(self):
        """What happens when it fails."""
        return {
            "H": _("the form cannot be complete"),
            "S": _("somebody is asked"),
            "H / S": _("the form cannot be complete, or somebody is asked"),
        }[self.severity]


@dataclass(frozen=True)
class DerivedEntry:
    """One field that nobody types."""

    name: str
    form: type
    label: str
    unit: str
    scale: str
    rule: str
    sas: str
    reads: tuple
    is_provisional: bool


def kinds():
    """How each kind of answer is called."""
    return {
        "text": _("text"),
        "cat": _("one code"),
        "multi": _("several codes"),
        "int": _("whole number"),
        "dec": _("number"),
        "date": _("date"),
    }


def entries(forms=FORMS):
    """Every question of these forms, in the order of their sections."""
    reading = {}
    for check in checks():
        for name in check.reads:
            reading.setdefault(name, []).append(check)
    made = {}
    for one in derived():
        for name in one.reads:
            made.setdefault(name, []).append(one)
    return [
        Entry(form, _(section), name, form.items()[name], reading.get(name, []), made.get(name, []))
        for form in forms
        for section, names in form.sections.items()
        for name in names
    ]


def checks():
    """Every cross-form check, by number."""
    items = {name: item for form in FORMS for name, item in form.items().items()}
    japanese = (get_language() or "").startswith("ja")
    return [
        CheckEntry(one.number, one.severity, one.rule, one.message_ja if japanese else one.message, one.reads(items))
        for one in described_checks()
    ]


def derived():
    """Every derived field."""
    return [
        DerivedEntry(
            one.name,
            FORM_OF[one.form],
            _(one.label),
            written_unit(one.unit),
            pgettext("scale", f"{one.scale.name} {one.scale.version}"),
            _(one.rule),
            one.sas,
            one.reads,
            one.is_provisional,
        )
        for one in FIELDS
    ]


def codes():
    """(list, code, label, whether it stands alone) of every code list, reasons and precisions included."""
    for name, codelist in CODE_LISTS.items():
        for one in codelist:
            yield name, one.value, code_label(codelist, one.value), one.exclusive
    for name, words in (("missing_reason", MissingReason), ("date_precision", DatePrecision)):
        for one in words:
            yield name, one.name, pgettext(name, one.value), False


def _span(span):
    if not span:
        return ""
    if span.low is None:
        return _("up to %(high)s") % {"high": plain(span.high)}
    if span.high is None:
        return _("from %(low)s") % {"low": plain(span.low)}
    return f"{plain(span.low)}–{plain(span.high)}"
