"""Rows, columns and cells of the sheet of a daily log."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.actions.daily_logs import LogDay
from registry.entry import EntryForm, read_aloud
from registry.entry.dates import echo
from registry.entry.form import REASONS
from registry.entry.questions import MISSING_LABELS
from registry.fields import code_choices, written_unit
from registry.models import CrsDay, IcansDay

LOG_OF = {model.log_of[0]: model for model in (CrsDay, IcansDay)}  # form of the episode → model of its days


@dataclass(frozen=True)
class LogLink:
    """The way from an episode to its log."""

    url: str
    rows: list

    @property
    def days(self):
        return len(self.rows)


def log_link(case, stored, form):
    """The log below a stored form; None where the form has none."""
    return LogLink(log_url(case, form), days_of(stored, form)) if form.form_name in LOG_OF else None


def log_url(case, episode):
    """The address of an episode's log."""
    return reverse("log", args=[case.number, episode.form_name, episode.key])


def days_of(stored, episode):
    """The stored days of an episode, in the order of their dates."""
    model = LOG_OF[episode.form_name]
    number, day = getattr(episode, episode.key_item), model.dated_by
    rows = [
        row
        for row in stored.rows_of(model.form_name)
        if row.course_no == episode.course_no and getattr(row, model.log_of[1]) == number
    ]
    return sorted(rows, key=lambda row: (getattr(row, day) is None, getattr(row, day)))


def short_titles():
    """Titles of the columns. The whole question is the name of each control."""
    return {
        "crs_day_tmax": _("Highest temperature"),
        "crs_day_fever": _("Fever"),
        "crs_day_hypotension": _("Hypotension"),
        "crs_day_hypoxia": _("Oxygen"),
        "crs_day_attrib_other": _("Explained otherwise"),
        "icans_day_tool": _("Tool"),
        "icans_day_ice_orient": _("Orient."),
        "icans_day_ice_naming": _("Naming"),
        "icans_day_ice_command": _("Comm."),
        "icans_day_ice_writing": _("Writing"),
        "icans_day_ice_attention": _("Attent."),
        "icans_day_ice_total": _("ICE total"),
        "icans_day_capd_total": _("CAPD"),
        "icans_day_unable": _("Unable"),
        "icans_day_conscious": _("Consc."),
        "icans_day_seizure": _("Seizure"),
        "icans_day_motor": _("Motor"),
        "icans_day_edema": _("Oedema"),
        "icans_day_alt_cause": _("Other cause"),
    }


@dataclass(frozen=True)
class Column:
    """One component of the day."""

    item: str
    title: str
    label: str
    unit: str
    is_choice: bool
    none: str  # the code of "none", or ""
    span: str  # possible values of a number, as a hint


@dataclass(frozen=True)
class Cell:
    """One control. `options`: (value, words, whether chosen) of a choice; `words`: the answer as one reads it."""

    name: str
    column: Column
    value: str
    words: str
    options: list
    errors: list


@dataclass
class SheetDay:
    """One row: the day as it is stored or typed. `theirs`: what somebody else stored meanwhile, in words."""

    place: int
    entry: EntryForm
    version: int
    theirs: str = ""
    grade: str = ""
    missing: list = field(default_factory=list)

    @property
    def form(self):
        return self.entry.instance

    @property
    def is_stored(self):
        return self.form.pk is not None

    @property
    def number(self):
        """The number of the stored row, or ""."""
        return getattr(self.form, self.form.key_item) if self.is_stored else ""

    @property
    def name(self):
        """Name of its date's control."""
        return f"d{self.place}-{self.form.dated_by}"

    @property
    def date_text(self):
        return self.entry.text(self.form.dated_by)

    @property
    def date_words(self):
        """The date in words with the day after infusion."""
        day = getattr(self.form, self.form.dated_by)
        return echo(day, "D", day0=self.entry.day0) if day and self.form.dated_by not in self.entry.errors else ""

    @property
    def components(self):
        return [name for name in self.entry.names if name not in (self.form.dated_by, self.form.log_of[1])]

    @property
    def is_blank(self):
        """Whether no component is entered: such a day is not kept."""
        return not any(self.entry.text(name) or self.entry.text(f"{name}_mr") for name in self.components)

    @property
    def errors(self):
        """Every message of the row."""
        return [message for messages in self.entry.errors.values() for message in messages]

    def change(self):
        """What is to be stored of it, or None: nothing is."""
        if self.is_blank and not self.is_stored:
            return None
        return LogDay(self.form, self.version, is_removed=self.is_blank)


def columns_of(model):
    """A column for each component of the day."""
    titles, found = short_titles(), []
    for name, item in model.items().items():
        if not item.key and name not in (model.log_of[1], model.dated_by):
            span = f"{item.hard.low}–{item.hard.high}" if item.kind == "int" and item.hard else ""
            none = "" if item.none is None else str(item.none)
            label = str(model._meta.get_field(name).verbose_name)
            found.append(
                Column(
                    name,
                    titles[name],
                    label,
                    "" if item.unit == "pt" else written_unit(item.unit),
                    item.kind == "cat",
                    none,
                    span,
                )
            )
    return found


def cell_of(day, column):
    """The control of one component of one day."""
    value, reason = str(day.entry.text(column.item)), day.entry.text(f"{column.item}_mr")
    options = []
    if column.is_choice:
        codelist = day.form.items()[column.item].codelist
        listed = [(str(code), f"{code} · {label}") for code, label in code_choices(codelist)]
        listed += [(code, str(MISSING_LABELS[code])) for code in REASONS]
        options = [(code, words, code == (reason or value)) for code, words in listed]
        if value and not any(chosen for _code, _words, chosen in options):
            options.append((value, value, True))
    errors = [one for name in (column.item, f"{column.item}_mr") for one in day.entry.errors.get(name, [])]
    words = read_aloud(day.form, column.item)
    return Cell(f"d{day.place}-{column.item}", column, value or reason, words, options, errors)
