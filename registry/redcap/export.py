"""The record export: records as flat rows or as single answers, written while they are read."""

from collections import Counter

from registry.redcap.asked import Asked, columns_of, headers_of, id_label
from registry.redcap.cells import cells_of, text_of
from registry.redcap.project import COMPLETE, GROUP, INSTANCE, INSTRUMENT, RECORD_ID, fields, instrument_of
from registry.redcap.records import INCOMPLETE, records
from registry.redcap.written import writer

EAV = ("record", INSTRUMENT, INSTANCE, "field_name", "value")
SIGNS_AT_ONCE = 256 * 1024


class Export:
    """The pieces of one export, and how many rows they held."""

    def __init__(self, asked: Asked, person):
        self.asked, self.person, self.rows, self.held = asked, person, 0, set()
        self.to = writer(asked.kind, asked.delimiter)
        self.columns = {instrument.name: columns_of(asked, chosen) for instrument, chosen in asked.parts}
        self.head = [RECORD_ID, INSTRUMENT, INSTANCE, *([GROUP] if asked.has_groups else [])]

    def pieces(self):
        """The text of the export, some cases at a time."""
        if self.asked.is_eav:
            yield self.to.begin(EAV)
        else:
            yield self.to.begin(self._headers() if self.asked.has_label_headers else self._columns())
        held, size, between = [], 0, ""
        for line in self._lines():
            held.append(line)
            size += len(line)
            if size > SIGNS_AT_ONCE:
                yield between + self.to.between.join(held)
                held, size, between = [], 0, self.to.between
        if held:
            yield between + self.to.between.join(held)
        yield self.to.end

    def cases(self):
        """Ids of the cases of which it held a row."""
        return sorted(self.held)

    def _lines(self):
        lines = self._eav if self.asked.is_eav else self._flat
        found = records(
            self.person, self.asked.instruments_read, numbers=self.asked.numbers, changed=self.asked.changed
        )
        for some in found:
            for record in some:
                for line in lines(record):
                    self.rows += 1
                    self.held.add(record.pk)
                    yield line

    def _columns(self):
        return [*self.head, *(name for names in self.columns.values() for name in names)]

    def _headers(self):
        """Labels, made unique by the form where two fields share one."""
        head = [
            id_label(),
            "Repeat Instrument",
            "Repeat Instance",
            *(["Data Access Group"] if self.asked.has_groups else []),
        ]
        found = [(one, label) for one, chosen in self.asked.parts for label in headers_of(self.asked, chosen)]
        shared = Counter(label for _one, label in found)
        titled = [f"{one.label}: {label}" if shared[label] > 1 else label for one, label in found]
        again, seen = Counter(titled), Counter()
        for place, label in enumerate(titled):
            seen[label] += 1
            titled[place] = f"{label} ({seen[label]})" if again[label] > 1 else label
        return [*head, *titled]

    def _kept(self, record):
        """(the base row is written, the repeated rows that are). Without logic all; else those of which it holds, with their base row."""
        repeated = [row for name, rows in record.rows.items() if instrument_of()[name].is_repeating for row in rows]
        if not self.asked.logic:
            return True, repeated
        base = {name: rows[0] for name, rows in record.rows.items() if not instrument_of()[name].is_repeating}
        kept = [row for row in repeated if self.asked.logic.holds(_Answers(record, base, row))]
        return bool(kept) or self.asked.logic.holds(_Answers(record, base, None)), kept

    def _flat(self, record):
        """The lines of one record."""
        is_kept, repeated = self._kept(record)
        if not is_kept:
            return
        filled = {
            name: rows[0] for name, rows in record.rows.items() if not instrument_of()[name].is_repeating and rows
        }
        yield self._line(record, "", "", filled)
        for row in repeated:
            if self.columns[row.instrument.name]:
                name = row.instrument.label if self.asked.is_label else row.instrument.name
                yield self._line(record, name, row.instance, {row.instrument.name: row})

    def _line(self, record, instrument, instance, filled):
        group = [record.group] if self.asked.has_groups else []
        segments = [self.to.cells(self.head, [record.number, instrument, instance, *group])]
        for one, chosen in self.asked.parts:
            if not chosen:
                continue
            if one.name in filled:
                values = [
                    cell for field in chosen for cell in cells_of(field, filled[one.name].value(field), self.asked)
                ]
                segments.append(self.to.cells(self.columns[one.name], values))
            else:
                segments.append(self._blank(one, chosen, is_base=not instrument and not one.is_repeating))
        return self.to.line(segments)

    def _blank(self, instrument, chosen, *, is_base):
        """The segment of a form that the row does not fill; in the base row the status of a form never saved is 0, or blank if asked."""
        key = (instrument.name, is_base)
        if key not in self._blanks:
            shows = is_base and not self.asked.is_gray_blank
            values = []
            for field in chosen:
                is_status = shows and field.part == COMPLETE
                values += (
                    cells_of(field, INCOMPLETE, self.asked)
                    if is_status
                    else [""] * len(columns_of(self.asked, [field]))
                )
            self._blanks[key] = self.to.cells(self.columns[instrument.name], values)
        return self._blanks[key]

    @property
    def _blanks(self):
        return self.__dict__.setdefault("blanks", {})

    def _eav(self, record):
        """The answers of one record, one a line; blanks are left out."""
        is_kept, repeated = self._kept(record)
        if not is_kept:
            return
        yield self._answer(record, None, RECORD_ID, record.number)
        if self.asked.has_groups:
            yield self._answer(record, None, GROUP, record.group)
        base = [row for name, rows in record.rows.items() if not instrument_of()[name].is_repeating for row in rows]
        chosen_of = {instrument.name: chosen for instrument, chosen in self.asked.parts}
        for row in [*base, *repeated]:
            for field in chosen_of[row.instrument.name]:
                for text in self._texts(field, row.value(field)):
                    yield self._answer(record, row, field.name, text)

    def _texts(self, field, value):
        """The answer as text: none for a blank, several for a checkbox."""
        if field.is_checkbox:
            return [field.label_of(code) if self.asked.is_label else str(code) for code in value or ()]
        return [text for text in cells_of(field, value, self.asked) if text]

    def _answer(self, record, row, name, text):
        repeats = row is not None and row.instrument.is_repeating
        place = [row.instrument.name, row.instance] if repeats else ["", ""]
        return self.to.line([self.to.cells(EAV, [record.number, *place, name, text])])


class _Answers:
    """Looks up what a condition asks, in one row and in the base row of its record."""

    def __init__(self, record, base, row):
        self.record, self.base, self.row = record, base, row

    def __call__(self, name, code):
        """The raw answer as text; of a checkbox 1 or 0."""
        if name == RECORD_ID:
            return self.record.number
        field = fields()[name]
        form = field.form.form_name
        row = self.row if self.row is not None and self.row.instrument.name == form else self.base.get(form)
        if row is None:
            return ""
        value = row.value(field)
        return str(int(code in map(str, value or ()))) if field.is_checkbox else text_of(value)
