"""Records, or the project alone, as CDISC ODM: `content=project_xml`, and `format=odm` of records."""

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone, translation

from registry.dictionary.codebook import codebook
from registry.models import FORMS, HistoryEvent
from registry.odm import study as o
from registry.odm.writing import odm_pieces
from registry.redcap.about import PROJECT, project_row, sites_of
from registry.redcap.asked import given_out
from registry.redcap.cells import text_of
from registry.redcap.project import ANSWER, AS_ENTERED, COMPLETE, COURSE, PRECISION, REASON, instruments
from registry.redcap.records import records

KINDS = {"int": o.INTEGER, "cat": o.INTEGER, "multi": o.INTEGER, "dec": o.FLOAT, "date": o.DATE, "text": o.TEXT}
LENGTHS = {o.INTEGER: 9, o.FLOAT: 19, o.TEXT: 2000}
DIGITS = 8
NO_YES = (("0", o.Words("No", "いいえ")), ("1", o.Words("Yes", "はい")))
SAID_BY_DATE = (PRECISION, AS_ENTERED, COURSE)  # the value of a partial date, and the event of a course, say it


class Odm:
    """The pieces of one file, and how many rows they held. asked: which records and fields; None for all fields and no records."""

    def __init__(self, asked, person):
        self.asked, self.person, self.rows, self.held = asked, person, 0, set()
        parts = asked.parts if asked else [(one, tuple(f for f in one.fields if given_out(f, person))) for one in instruments()]  # fmt: skip
        self.parts = [(one, fields) for one, chosen in parts if (fields := _written(one, chosen))]

    def pieces(self):
        """The file as text, some cases at a time."""
        title = project_row()[PROJECT.index("project_title")]
        study = o.Study(
            code="cart", name=title, about=title, file=f"project.{dictionary_version()}", dictionary=dictionary_version(),
            source=settings.CODE_VERSION, as_of=self._as_of(), forms=tuple(_form(*part) for part in self.parts),
        )  # fmt: skip
        sites = [site.code for site in sites_of(self.person)] if self.asked else ()
        for piece in odm_pieces(study, self._subjects() if self.asked else None, sites=sites):
            yield piece.decode()

    def cases(self):
        """Ids of the cases in it; None where it holds the project alone."""
        return sorted(self.held) if self.asked else None

    def _as_of(self):
        """The last change that this person may know of."""
        told = HistoryEvent.objects.filter(site_id__in=self.person.site_ids(), case_id__isnull=False)
        last = told.order_by("-pk").values_list("at", flat=True).first()
        return timezone.localtime(last) if last else datetime(1970, 1, 1, tzinfo=UTC)

    def _subjects(self):
        found = records(
            self.person, self.asked.instruments_read, numbers=self.asked.numbers, changed=self.asked.changed
        )
        for some in found:
            for record in some:
                rows = {
                    one.name: tuple(_row(row, chosen) for row in record.rows[one.name]) for one, chosen in self.parts
                }
                self.rows += sum(map(len, rows.values()))
                self.held.add(record.pk)
                yield o.Subject(record.number, record.group.upper(), rows)


def dictionary_version():
    """What the dictionary is: the start of the SHA-256 of its codebook."""
    return hashlib.sha256(codebook(FORMS).encode()).hexdigest()[:12]


def _written(instrument, chosen):
    """The fields that are items of the form. The row's own number is its repeat key."""
    return tuple(
        field
        for field in chosen
        if field.part not in SAID_BY_DATE and not (field.part == ANSWER and field.name == instrument.form.key_item)
    )


def _form(instrument, chosen):
    form = instrument.form
    items = tuple(item for field in chosen for item in _items(field))
    return o.StudyForm(form.form_name, _said(lambda: instrument.label), form.of_course, bool(form.key_item), items)


def _items(field):
    item = field.item if field.part == ANSWER else None
    label = _said(lambda: field.label)
    about = {"item": field.name_of_item if field.part != COMPLETE else field.name}
    if field.is_checkbox:
        for code, name in zip(field.codes, field.columns(), strict=True):
            said = _said(lambda code=code: f"{field.label}: {field.label_of(code)}")
            yield o.StudyItem(name, said, o.INTEGER, length=1, codes=NO_YES, **about)
        return
    codes = tuple((str(code), _said(lambda code=code: field.label_of(code))) for code in field.codes)
    is_text = any(not code.isdecimal() for code, _words in codes)
    kind = o.TEXT if is_text else KINDS[field.kind]
    kind = o.PARTIAL_DATE if item and item.partial else kind
    yield o.StudyItem(
        field.name, label, kind, length=max((len(code) for code, _words in codes), default=LENGTHS.get(kind, 0)),
        digits=DIGITS if kind == o.FLOAT else 0, unit=item.unit if item and item.unit != "n" else "", codes=codes,
        limits=o.span_limits(item.hard, item.soft) if kind in (o.INTEGER, o.FLOAT) and item else (),
        sas=item.sas if item and len(item.sas) <= 8 else "", is_required=bool(item and item.required and not item.asked_if),
        **about,
    )  # fmt: skip


def _said(words):
    with translation.override("en"):
        en = str(words())
    with translation.override("ja"):
        return o.Words(en, str(words()))


def _row(row, chosen):
    form, values, nulls = row.instrument.form, {}, set()
    for field in chosen:
        if field.is_checkbox:
            answer = row.value(field)
            if answer is not None:
                values |= {
                    name: str(int(code in answer)) for code, name in zip(field.codes, field.columns(), strict=True)
                }
            continue
        text = (
            _partial(row, field)
            if field.part == ANSWER and field.item and field.item.partial
            else text_of(row.value(field))
        )
        if text:
            values[field.name] = text
            if field.part == REASON:
                nulls.add(field.name_of_item)
    course = row.stored["course_no"] if form.of_course else None
    number = row.stored[form.key_item] if form.key_item else None
    return o.StudyRow(course, number, values, frozenset(nulls))


def _partial(row, field):
    """A date as far as it is known."""
    day = row.stored[field.column]
    length = {"Y": 4, "M": 7}.get(row.stored[f"{field.column}_p"], 10)
    return day.isoformat()[:length] if day else ""
