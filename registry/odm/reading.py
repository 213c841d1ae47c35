"""An ODM file read back: our own, and the dialect of REDCap's project files. Plain Python; what its names mean the caller knows.

REDCap puts FormData under SubjectData, attributes of its own beside CDISC's, and lists of the type boolean: all of that is taken.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
REDCAP = "{https://projectredcap.org}"
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000


class OdmError(ValueError):
    """Why a file is not read, in words."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of a form as the file names it. Blank is what is not there; a value that is null is left out, for its reason stands beside it."""

    subject: str
    site: str
    form: str
    course: str
    number: str
    instance: str
    values: dict[str, str] = field(repr=False)


def read_odm(content: bytes) -> Iterator[ReadRow]:
    """The rows in the file's order, computed values left out. Raises OdmError for what is no such file; entities and a document type are refused."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    if len(content) > MOST_BYTES:
        raise OdmError(f"The file has more than {MOST_BYTES // 1024**2} MB. Export fewer cases at once.")
    names = _Names()
    try:
        root = None
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element
                if element.tag != f"{ODM}ODM":
                    raise OdmError(f"The file's first element is {element.tag[:80]}; expected ODM of CDISC 1.3.")
                if element.get("FileType") == "Transactional":
                    raise OdmError("The file tells how answers were changed (FileType Transactional). Send one that holds what they are: Snapshot.")  # fmt: skip
            if event == "end":
                yield from _read(element, names)
    except DefusedXmlException:
        raise OdmError("The file holds a document type or entities, which are not read. Remove them.") from None
    except ParseError as fault:
        line, column = fault.position
        raise OdmError(f"The file is not well-formed XML (line {line}, column {column}).") from None
    except (UnicodeDecodeError, LookupError):
        raise OdmError("The file's encoding is not the one it declares; expected UTF-8.") from None


def _read(element, names):
    if element.tag == f"{ODM}ItemDef":
        names.items[element.get("OID", "")] = element.get("Name") or element.get("OID", "")
    elif element.tag == f"{ODM}FormDef":
        names.forms[element.get("OID", "")] = element.get(f"{REDCAP}FormName") or element.get("Name", "")
    elif element.tag == f"{ODM}ItemRef" and element.get("MethodOID"):
        names.computed.add(element.get("ItemOID", ""))
    elif element.tag == f"{ODM}SubjectData":
        yield from _rows(element, names)
        element.clear()


def _rows(subject, names):
    key = subject.get("SubjectKey", "").strip()
    if not key:
        raise OdmError("A SubjectData has no SubjectKey, so nobody knows whose it is.")
    place = subject.find(f"{ODM}SiteRef")
    site = place.get("LocationOID", "").rpartition(".")[2] if place is not None else ""
    events = [(event, event.get("StudyEventRepeatKey", "")) for event in subject.findall(f"{ODM}StudyEventData")]
    for holder, course in [(subject, ""), *events]:
        for data in holder.findall(f"{ODM}FormData"):
            oid = data.get("FormOID", "")
            form = names.forms.get(oid) or oid.rpartition(".")[2]
            for group, values in _groups(data, names):
                instance = group.get(f"{REDCAP}RepeatInstance", "") or data.get(f"{REDCAP}RepeatInstance", "")
                number = data.get("FormRepeatKey", "")
                yield ReadRow(key, site, form, course, number, instance, values)


def _groups(data, names):
    """(the form's first group, the answers of all its groups): a form is one row, however a file groups its items."""
    values, first = {}, data
    for group in data.findall(f"{ODM}ItemGroupData"):
        first = group if first is data else first
        for one in group:
            oid = one.get("ItemOID", "")
            if not one.tag.startswith(f"{ODM}ItemData") or oid in names.computed or one.get("IsNull") == "Yes":
                continue
            name = names.items.get(oid) or oid.rpartition(".")[2]
            value = one.get("Value") if one.get("Value") is not None else (one.text or "")
            if values.get(name, value) != value:
                raise OdmError(f"{name} stands twice in one form, as {values[name][:40]!r} and {value[:40]!r}.")
            values[name] = value
    yield first, values


@dataclass
class _Names:
    """What the file's identifiers stand for."""

    items: dict = field(default_factory=dict)
    forms: dict = field(default_factory=dict)
    computed: set = field(default_factory=set)
