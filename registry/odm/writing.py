"""An ODM file, written subject by subject. It validates against the CDISC schema, and every object identifier resolves."""

import re
from datetime import UTC

from registry.odm.study import REMOVE

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]")
OF_CASE, OF_COURSE = "SE.CASE", "SE.COURSE"
EVENTS = (
    (OF_CASE, "Case", "No", "症例"),
    (OF_COURSE, "CAR-T course", "Yes", "CAR-T治療コース"),
)
BYTES_AT_ONCE = 256 * 1024
SNAPSHOT, TRANSACTIONAL = "Snapshot", "Transactional"  # what is stored, or how it came to be


def odm_pieces(study, subjects, *, sites=(), people=(), kind=SNAPSHOT):
    """The file as bytes, some at a time.

    subjects   Subject after Subject, or of a TRANSACTIONAL file Step after Step, read while they are written; None for a file without clinical data
    sites      codes or pseudonyms of all hospitals that a subject names; people: pseudonyms of all who changed something
    """
    from lxml import etree

    sink = _Sink()
    head = {
        "ODMVersion": "1.3.2", "FileType": kind, "FileOID": _name(study.file), "CreationDateTime": _moment(study.as_of),
        "AsOfDateTime": _moment(study.as_of), "SourceSystem": "CAR-T registry", "SourceSystemVersion": study.source,
    }  # fmt: skip
    if subjects is not None:
        head["Granularity"] = "All"
    else:
        head["Granularity"] = "Metadata"
    maker = _Maker(etree, study)
    with etree.xmlfile(sink, encoding="UTF-8") as out:
        out.write_declaration()
        with out.element(f"{{{NAMESPACE}}}ODM", head, nsmap={None: NAMESPACE}):
            out.write(maker.study(), pretty_print=True)
            if subjects is not None:
                if sites or people:
                    out.write(maker.admin(sites, people), pretty_print=True)
                where = {"StudyOID": maker.study_oid, "MetaDataVersionOID": maker.version_oid}
                with out.element(f"{{{NAMESPACE}}}ClinicalData", where):
                    made = maker.step if kind == TRANSACTIONAL else maker.subject
                    for subject in subjects:
                        out.write(made(subject))
                        out.flush()
                        if sink.size > BYTES_AT_ONCE:
                            yield sink.taken()
    yield sink.taken() + b"\n"


class _Sink:
    """Where lxml writes until somebody takes it."""

    def __init__(self):
        self.held, self.size = [], 0

    def write(self, piece):
        self.held.append(bytes(piece))
        self.size += len(piece)

    def taken(self):
        found, self.held, self.size = b"".join(self.held), [], 0
        return found


class _Maker:
    """Makes the elements of one study."""

    def __init__(self, etree, study):
        self.etree, self.of = etree, study
        self.study_oid, self.version_oid = f"S.{_name(study.code)}", f"MDV.{_name(study.dictionary)}"
        self.lists, self.units = {}, {}
        self.forms = {form.name: form for form in study.forms}
        for form in study.forms:
            for one in form.items:
                if one.codes:
                    self.lists.setdefault((one.kind, one.codes), f"CL.{form.name}.{one.name}")
                if one.unit:
                    self.units.setdefault(one.unit, f"MU.{len(self.units) + 1}")

    def add(self, parent, name, text=None, /, **attributes):
        """A new element; attributes that are None are left out."""
        given = {key: clean(value) for key, value in attributes.items() if value is not None}
        made = (
            self.etree.Element(f"{{{NAMESPACE}}}{name}", given, nsmap={None: NAMESPACE})
            if parent is None
            else self.etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", given)
        )
        if text is not None:
            made.text = clean(text)
        return made

    def words(self, parent, name, words):
        """An element that says something in both languages."""
        holder = self.add(parent, name)
        for language, text in (("en", words.en), ("ja", words.ja)):
            if text:
                self.add(holder, "TranslatedText", text).set(LANGUAGE, language)

    def study(self):
        """Units, and the one version of the metadata."""
        from registry.odm.study import Words

        study = self.add(None, "Study", OID=self.study_oid)
        about = self.add(study, "GlobalVariables")
        self.add(about, "StudyName", self.of.name)
        self.add(about, "StudyDescription", self.of.about)
        self.add(about, "ProtocolName", self.of.code)
        if self.units:
            basic = self.add(study, "BasicDefinitions")
            for unit, oid in self.units.items():
                self.words(self.add(basic, "MeasurementUnit", OID=oid, Name=unit), "Symbol", Words(unit))
        version = self.add(study, "MetaDataVersion", OID=self.version_oid, Name=f"Dictionary {self.of.dictionary}")
        events = [one for one in EVENTS if any(self.event_of(form) == one[0] for form in self.of.forms)]
        protocol = self.add(version, "Protocol")
        for place, (oid, *_rest) in enumerate(events, start=1):
            self.add(protocol, "StudyEventRef", StudyEventOID=oid, OrderNumber=place, Mandatory="No")
        for oid, name, repeating, ja in events:
            event = self.add(version, "StudyEventDef", OID=oid, Name=name, Repeating=repeating, Type="Common")
            self.words(event, "Description", Words(name, ja))
            for form in self.of.forms:
                if self.event_of(form) == oid:
                    self.add(event, "FormRef", FormOID=_form(form), Mandatory="No")
        for form in self.of.forms:
            made = self.add(
                version, "FormDef", OID=_form(form), Name=form.name, Repeating="Yes" if form.is_repeating else "No"
            )
            self.words(made, "Description", form.title)
            self.add(made, "ItemGroupRef", ItemGroupOID=_group(form), Mandatory="Yes")
        for form in self.of.forms:
            group = self.add(version, "ItemGroupDef", OID=_group(form), Name=form.name, Repeating="No")
            self.words(group, "Description", form.title)
            for place, one in enumerate(form.items, start=1):
                self.add(
                    group, "ItemRef", ItemOID=_item(form, one), OrderNumber=place, Mandatory="Yes" if one.is_required else "No",
                    MethodOID=_method(form, one) if one.rule else None,
                )  # fmt: skip
        for form in self.of.forms:
            for one in form.items:
                self.item(version, form, one)
        self.code_lists(version)
        for form in self.of.forms:
            for one in form.items:
                if one.rule:
                    method = self.add(version, "MethodDef", OID=_method(form, one), Name=one.name, Type="Computation")
                    self.words(method, "Description", one.rule)
        return study

    @staticmethod
    def event_of(form):
        """The event in which the form stands."""
        return OF_COURSE if form.of_course else OF_CASE

    def item(self, version, form, one):
        """The definition of one value."""
        made = self.add(
            version, "ItemDef", OID=_item(form, one), Name=one.name, DataType=one.kind, Length=one.length or None,
            SignificantDigits=one.digits or None, SASFieldName=one.sas or None,
        )  # fmt: skip
        self.words(made, "Question", one.label)
        if one.unit:
            self.add(made, "MeasurementUnitRef", MeasurementUnitOID=self.units[one.unit])
        for comparator, strength, bound in one.limits:
            self.add(self.add(made, "RangeCheck", Comparator=comparator, SoftHard=strength), "CheckValue", bound)
        if one.codes:
            self.add(made, "CodeListRef", CodeListOID=self.lists[one.kind, one.codes])
        if one.item and one.item != one.name:
            self.add(made, "Alias", Context="item", Name=one.item)

    def code_lists(self, version):
        """Every list once."""
        for (kind, codes), oid in self.lists.items():
            made = self.add(version, "CodeList", OID=oid, Name=oid.rpartition(".")[2], DataType=kind)
            for value, words in codes:
                self.words(self.add(made, "CodeListItem", CodedValue=value), "Decode", words)

    def admin(self, sites, people):
        """Who is named in the clinical data, and where."""
        admin = self.add(None, "AdminData", StudyOID=self.study_oid)
        for one in people:
            self.add(admin, "User", OID=f"U.{_name(one)}", UserType="Other")
        for one in sites:
            place = self.add(admin, "Location", OID=f"L.{_name(one)}", Name=one, LocationType="Site")
            self.add(
                place, "MetaDataVersionRef", StudyOID=self.study_oid, MetaDataVersionOID=self.version_oid,
                EffectiveDate=self.of.as_of.astimezone(UTC).date().isoformat(),
            )  # fmt: skip
        return admin

    def subject(self, subject):
        """One case."""
        made = self.add(None, "SubjectData", SubjectKey=subject.key)
        if subject.site:
            self.add(made, "SiteRef", LocationOID=f"L.{_name(subject.site)}")
        courses = sorted({row.course for rows in subject.rows.values() for row in rows if row.course is not None})
        for course in (None, *courses):
            event = None
            for form in self.of.forms:
                for row in subject.rows.get(form.name, ()):
                    if row.course != course:
                        continue
                    if event is None:
                        oid = OF_CASE if course is None else OF_COURSE
                        event = self.add(made, "StudyEventData", StudyEventOID=oid, StudyEventRepeatKey=course)
                    self.row(event, form, row, subject.site)
        return made

    def row(self, event, form, row, site):
        """One row of a form. A value that is missing for a reason is null, and the reason stands beside it."""
        data = self.add(event, "FormData", FormOID=_form(form), FormRepeatKey=row.number)
        group = self.add(data, "ItemGroupData", ItemGroupOID=_group(form))
        for one in form.items:
            value = row.values.get(one.name)
            is_null = value is None and one.name == one.item and one.item in row.nulls
            if value is None and not is_null:
                continue
            made = self.add(group, "ItemData", ItemOID=_item(form, one), Value=value, IsNull="Yes" if is_null else None)
            change = row.changes.get(one.item)
            if change and site:
                self.audit(made, change, site)
            if one.unit and value is not None:
                self.add(made, "MeasurementUnitRef", MeasurementUnitOID=self.units[one.unit])

    def step(self, step):
        """One change of a row: the audit record stands at the items, and of a row that was removed at the form."""
        form = self.forms[step.form]
        made = self.add(None, "SubjectData", SubjectKey=step.key, TransactionType="Upsert")
        self.add(made, "SiteRef", LocationOID=f"L.{_name(step.site)}")
        event = self.add(
            made, "StudyEventData", StudyEventOID=self.event_of(form), StudyEventRepeatKey=step.course, TransactionType="Upsert"
        )  # fmt: skip
        data = self.add(event, "FormData", FormOID=_form(form), FormRepeatKey=step.number, TransactionType=step.kind)
        if step.kind == REMOVE:
            self.audit(data, step.change, step.site)
            return made
        group = self.add(data, "ItemGroupData", ItemGroupOID=_group(form), TransactionType=step.kind)
        items = {one.name: one for one in form.items}
        for name, kind, value in step.items:
            one, is_null = items[name], value is None and kind != REMOVE
            item = self.add(
                group, "ItemData", ItemOID=_item(form, one), TransactionType=kind, Value=value, IsNull="Yes" if is_null else None
            )  # fmt: skip
            self.audit(item, step.change, step.site)
            if one.unit and value is not None:
                self.add(item, "MeasurementUnitRef", MeasurementUnitOID=self.units[one.unit])
        return made

    def audit(self, parent, change, site):
        """Who changed it, when, and why."""
        record = self.add(parent, "AuditRecord")
        self.add(record, "UserRef", UserOID=f"U.{_name(change.who)}")
        self.add(record, "LocationRef", LocationOID=f"L.{_name(site)}")
        self.add(record, "DateTimeStamp", _moment(change.at))
        if change.why:
            self.add(record, "ReasonForChange", change.why)


def clean(value):
    """Text without the signs that XML cannot hold."""
    return NOT_IN_XML.sub("\ufffd", str(value))


def _name(text):
    return NOT_IN_NAME.sub("_", text)


def _form(form):
    return f"FO.{form.name}"


def _group(form):
    return f"IG.{form.name}"


def _item(form, one):
    return f"IT.{form.name}.{one.name}"


def _method(form, one):
    return f"MT.{form.name}.{one.name}"


def _moment(at):
    return at.replace(microsecond=0).isoformat()
