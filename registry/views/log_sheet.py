"""The daily log of an episode as a sheet: one row a day, one column a component, as stored or as typed."""

import json
import uuid
from datetime import timedelta
from functools import cached_property

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from registry import clock
from registry.access.permissions import Permission
from registry.dictionary.items import EMPTY
from registry.edit_checks.derived import crs_at, icans_at
from registry.edit_checks.grades import day_of
from registry.entry import EntryForm, read_aloud
from registry.entry.form import REASONS
from registry.models import CrsDay
from registry.record import record_of, row_of
from registry.views.case_forms import row_title
from registry.views.derived_section import derivation
from registry.views.derived_words import derived_words
from registry.views.log_rows import LOG_OF, SheetDay, cell_of, columns_of, days_of, log_url

MOST_DAYS = 60  # rows of one sheet
PROPOSED = 45  # days of an episode for which rows are laid out
SPARE = 3  # blank rows where the episode gives no days


class Sheet:
    """The page of a log. `posted`: what was sent, or None to show what is stored."""

    def __init__(self, request, case, stored, episode, posted=None):
        self.request, self.case, self.stored, self.episode = request, case, stored, episode
        self.model = LOG_OF[episode.form_name]
        self.reason, self.reason_error, self.page_errors, self.is_typed = "", "", [], posted is not None
        self.days = self._typed_days(posted) if posted is not None else self._stored_days()
        if posted is not None:
            self.reason = posted.get("reason", "")[:500]
        self.grade_days()

    # what the sheet is made of

    def _rows(self):
        return days_of(self.stored, self.episode)

    def _stored_days(self):
        rows = self._rows()
        if self.may_write:
            rows += [self._new(day) for day in self._open_days(rows)]
        dated = [row for row in rows if getattr(row, self.model.dated_by)]
        rest = [row for row in rows if not getattr(row, self.model.dated_by)]
        rows = [*sorted(dated, key=lambda row: getattr(row, self.model.dated_by)), *rest]
        return [
            SheetDay(place, EntryForm(row, day0=self.stored.day0), row.version if row.pk else 0)
            for place, row in enumerate(rows[:MOST_DAYS])
        ]

    def _open_days(self, rows):
        """Days of the episode that have no row yet; blank ones where its dates are not known."""
        prefix = self.model.form_name.removesuffix("_day")
        onset, resolved = (getattr(self.episode, f"{prefix}_{name}") for name in ("onset", "resolved"))
        there = {getattr(row, self.model.dated_by) for row in rows}
        if not onset or getattr(self.episode, f"{prefix}_onset_p") != "D":
            return [None] * SPARE
        is_known = resolved and getattr(self.episode, f"{prefix}_resolved_p") == "D"
        last_entered = max((day for day in there if day), default=onset)
        last = resolved if is_known else min(last_entered + timedelta(days=7), clock.today())
        days = [onset + timedelta(days=number) for number in range(min((last - onset).days + 1, PROPOSED))]
        return [day for day in days if day not in there]

    def _new(self, day=None):
        words = {
            "course_no": self.episode.course_no,
            self.model.log_of[1]: getattr(self.episode, self.episode.key_item),
        }
        if day:
            words |= {self.model.dated_by: day, f"{self.model.dated_by}_p": "D"}
        return self.model(case=self.case, site=self.case.site, **words)

    def _typed_days(self, posted):
        rows = {str(getattr(row, row.key_item)): row for row in self._rows()}
        text = posted.get("days", "")
        count = min(int(text), MOST_DAYS) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        days = []
        for place in range(count):
            instance = rows.get(posted.get(f"d{place}-row", "")) or self._new()
            version = posted.get(f"d{place}-version", "")
            seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
            entry = EntryForm(instance, self._data_of(posted, place), day0=self.stored.day0)
            entry.is_valid()
            self._need_date(entry)
            days.append(SheetDay(place, entry, seen))
        return days

    def _data_of(self, posted, place):
        """What was typed in one row, as an entry form reads it: a reason chosen as the answer is the reason why it is missing."""
        data = QueryDict(mutable=True)
        data[self.model.log_of[1]] = str(getattr(self.episode, self.episode.key_item))
        for name, item in self.model.items().items():
            if item.key or name == self.model.log_of[1]:
                continue
            typed = posted.get(f"d{place}-{name}", "")
            is_reason = item.kind == "cat" and typed in REASONS
            data[name], data[f"{name}_mr"] = ("", typed) if is_reason else (typed, "")
        return data

    def _need_date(self, entry):
        """A day that holds something needs its date."""
        name = self.model.dated_by
        day = SheetDay(0, entry, 0)
        if day.is_blank:
            entry.errors.clear()
        elif not entry.text(name) and name not in entry.errors:
            entry.add_error(name, _("The date of this day is missing."))

    # what is shown

    @cached_property
    def columns(self):
        return columns_of(self.model)

    @property
    def rows(self):
        """(day, its cells)."""
        return [(day, [cell_of(day, column) for column in self.columns]) for day in self.days]

    def grade_days(self):
        """Grade each day and the episode from what is typed; a row that cannot be read counts as it is stored."""
        rows = [day.form for day in self.days if not day.is_blank]
        own = {row.pk for row in self._rows()}
        forms = [one for one in self.stored.forms if type(one) is not self.model or one.pk not in own]
        record, episode = record_of([*forms, *rows]), row_of(self.episode)
        course = next((one for one in record.courses() if one.course == self.episode.course_no), record)
        for day in self.days:
            if not day.is_blank:
                derived = day_of(course, episode, row_of(day.form))
                day.grade, day.missing = derived_words(derived), list(derived.missing)
        self.placed = (crs_at if self.model is CrsDay else icans_at)(course, episode)

    @property
    def derived(self):
        """The grade of the episode by the log, beside the site's."""
        return [derivation(self.placed, self.stored, self.episode, self.episode_url)]

    @property
    def grade_text(self):
        """The grade of the episode in one line."""
        grade = derived_words(self.placed.derived)
        if grade:
            return _("Worst day: %(grade)s") % {"grade": grade}
        return _("The episode cannot be graded yet.")

    @property
    def title(self):
        return _("%(episode)s: daily log") % {"episode": row_title(self.episode)}

    @property
    def episode_url(self):
        return reverse("form", args=[self.case.number, self.episode.form_name, self.episode.key])

    @property
    def crumbs(self):
        return [
            (_("Cases"), reverse("cases")),
            (self.case.number, self.case.get_absolute_url()),
            (row_title(self.episode), self.episode_url),
        ]

    @property
    def episode_words(self):
        """Onset and end of the episode."""
        prefix = self.model.form_name.removesuffix("_day")
        days = [read_aloud(self.episode, f"{prefix}_{name}") for name in ("onset", "resolved")]
        return " – ".join(day or "…" for day in days) if any(days) else ""

    @property
    def url(self):
        return log_url(self.case, self.episode)

    @property
    def grades_url(self):
        return reverse("log_grades", args=[self.case.number, self.episode.form_name, self.episode.key])

    @cached_property
    def may_write(self):
        """Whether the reader may; what was typed stays in its place where a lock came between."""
        is_locked = self.case.is_closed or self.episode.is_locked or any(row.is_locked for row in self._rows())
        return self.request.user.may(Permission.FORM_WRITE) and (self.request.method == "POST" or not is_locked)

    @cached_property
    def nonce(self):
        """Names this page, so that sending it twice stores it once."""
        return self.request.POST.get("nonce", "")[:36] or str(uuid.uuid4())

    @property
    def needs_reason(self):
        return any(day.is_stored for day in self.days)

    @property
    def faults(self):
        """What was refused, each with the id of its control."""
        found = [{"message": message, "anchor": ""} for message in self.page_errors]
        for day in self.days:
            for name, messages in day.entry.errors.items():
                anchor = f"d{day.place}-{self.model.dated_by if name == NON_FIELD_ERRORS else name.removesuffix('_mr')}"
                words = {"day": day.date_text or str(day.place + 1)}
                found += [
                    {"message": _("%(day)s: %(message)s") % {**words, "message": one}, "anchor": anchor}
                    for one in messages
                ]
        if self.reason_error:
            found.append({"message": self.reason_error, "anchor": "reason"})
        return found

    def said_of(self, row):
        """A stored day of somebody else in words."""
        answers = [(column.title, read_aloud(row, column.item)) for column in self.columns]
        return "; ".join(f"{title}: {words}" for title, words in answers if words not in EMPTY)

    def as_json(self):
        """The grades, for the page while it is filled in."""
        days = [{"place": day.place, "grade": day.grade, "date": day.date_words} for day in self.days]
        return {"days": days, "episode": self.grade_text}

    def body(self):
        """What was sent, to tell one sheet from another."""
        names = sorted(name for name in self.request.POST if name not in ("csrfmiddlewaretoken", "go"))
        return json.dumps([(name, self.request.POST.getlist(name)) for name in names]).encode()
