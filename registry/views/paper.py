"""A case report form as a sheet of paper: blank, with boxes to tick and fill; or filled, with every stored answer in words."""

from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext as _

from registry.dictionary.items import EMPTY, plain
from registry.edit_checks.grades import EPISODE_OF
from registry.entry.aloud import read_aloud
from registry.entry.conditions import asked_if_words
from registry.entry.questions import label_of
from registry.fields import MISSING_CHOICES, HospitalNumber, code_choices, written_unit
from registry.record import row_of
from registry.views.case_forms import progress, row_title

MOST_BOXES = 24  # codes that are printed to tick; of a longer list the code is written in, and the list stands below
LOG_LINES = 21  # days for which the table of a daily log has room
SHORT_TEXTS = {"karyotype_iscn": 3}  # lines to write on; one for the others


@dataclass(frozen=True)
class BlankQuestion:
    """One question to fill in by hand."""

    number: int
    name: str
    label: str
    kind: str  # one, several, code, date, digits, amount or text
    options: list
    unit: str
    hint: str
    has_other: bool
    has_reason: bool
    is_required: bool
    is_partial: bool
    digits: range
    lines: range


@dataclass(frozen=True)
class FilledQuestion:
    """One question with its stored answer."""

    number: int
    name: str
    label: str
    words: str
    codes: str
    is_missing: bool
    asked: bool


@dataclass(frozen=True)
class Group:
    """Neighbouring questions that are asked under one condition, in words."""

    condition: str
    questions: list


@dataclass(frozen=True)
class Part:
    """A section of the form."""

    title: str
    groups: list
    not_asked: int = 0

    @property
    def questions(self):
        return [one for group in self.groups for one in group.questions]


@dataclass(frozen=True)
class Sheet:
    """One form on paper."""

    model: type
    title: str
    parts: list
    condition: str = ""
    lists: list = field(default_factory=list)
    form: object = None
    answered: int = 0
    asked: int = 0

    @property
    def row_label(self):
        """What the number of a row of a repeating form is called."""
        key = self.model.key_item
        return str(self.model._meta.get_field(key).verbose_name) if key else ""

    @property
    def row_number(self):
        return getattr(self.form, self.model.key_item) if self.model.key_item else None

    @property
    def log_lines(self):
        """Lines of the table of days, on the sheet of a daily log."""
        return range(LOG_LINES) if self.model.form_name in EPISODE_OF else ()


def blank_sheet(model):
    """The form to fill in by hand. A row's number is written in its head."""
    numbers = _numbers(model)
    key = model.items().get(model.key_item)
    of_all = asked_if_words(key, here=model) if key else ""
    parts, lists = [], {}
    for title, names in model.sections.items():
        asked = [name for name in names if name in numbers]
        groups = [
            Group("" if condition == of_all else condition, [_blank(model, name, numbers[name]) for name in own])
            for condition, own in groupby(asked, key=lambda name: asked_if_words(model.items()[name], here=model))
        ]
        if groups:
            parts.append(Part(_(title), groups))
        lists |= {
            model.items()[name].codelist: (
                model._meta.get_field(name).verbose_name,
                code_choices(model.items()[name].codelist),
            )
            for name in asked
            if _is_long(model.items()[name])
        }
    return Sheet(model, _(model.title), parts, of_all, list(lists.values()))


def filled_sheet(form, record):
    """A stored form with every answer that was asked or given. `record`: the case as the checks see it."""
    model = type(form)
    known = {**record.around(row_of(form)), **form.answers()}
    numbers = _numbers(model)
    parts = []
    for title, names in model.sections.items():
        all_of_it = [_filled(form, name, numbers[name], known) for name in names if name in numbers]
        shown = [one for one in all_of_it if one.asked or one.words]
        if all_of_it:
            parts.append(Part(_(title), [Group("", shown)] if shown else [], len(all_of_it) - len(shown)))
    answered, asked = progress(form, record.around(row_of(form)))
    return Sheet(model, row_title(form), parts, form=form, answered=answered, asked=asked)


def _numbers(model):
    """Item → number of its question on the sheet; the row's number has none."""
    asked = [name for name, item in model.items().items() if not item.key]
    return {name: place for place, name in enumerate(asked, 1)}


def _blank(model, name, number):
    item = model.items()[name]
    kind = _kind(item)
    return BlankQuestion(
        number,
        name,
        label_of(model._meta.get_field(name)),
        kind,
        code_choices(item.codelist) if kind in ("one", "several") else [],
        written_unit(item.unit),
        _hint(item),
        item.other_code is not None,
        not item.key,
        item.required,
        item.partial,
        range(_width(item, kind)),
        range(SHORT_TEXTS.get(name, 1)),
    )


def _kind(item):
    if _is_long(item):
        return "code"
    kinds = {"cat": "one", "multi": "several", "date": "date", "dec": "amount", "text": "text"}
    return kinds.get(item.kind) or ("digits" if item.hard and item.hard.high is not None else "amount")


def _is_long(item):
    return item.codelist is not None and len(list(item.codelist)) > MOST_BOXES


def _width(item, kind):
    """How many boxes hold every possible number or code."""
    if kind == "code":
        return max(len(str(code)) for code in item.codelist.codes())
    return len(plain(item.hard.high)) if kind == "digits" else 0


def _hint(item):
    """What can stand there."""
    spans = ((item.hard, _("possible %(low)s–%(high)s")), (item.soft, _("usual %(low)s–%(high)s")))
    return "; ".join(words % {"low": plain(span.low), "high": plain(span.high)} for span, words in spans if span)


def _filled(form, name, number, known):
    item, answer = form.items()[name], getattr(form, name)
    reason = getattr(form, f"{name}_mr", None)
    column = form._meta.get_field(name)
    words = read_aloud(form, name)
    if isinstance(column, HospitalNumber) and answer:
        words = _("fingerprint %(start)s…") % {"start": answer[:8]}
    codes = answer if isinstance(answer, list) else [answer]
    shown = ", ".join(map(str, codes)) if item.codelist and answer not in EMPTY else ""
    is_missing = answer in EMPTY and bool(reason)
    return FilledQuestion(
        number, name, label_of(column), words, reason if is_missing else shown, is_missing, item.asked(known)
    )


def reasons():
    """(code, words) of the reasons why an answer may be missing."""
    return MISSING_CHOICES
