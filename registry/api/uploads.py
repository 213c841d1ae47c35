"""A file at the door: one form of multipart/form-data, refused by its size before it is read, without a name that is not known."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser

from registry.api.base import shown
from registry.api.problems import Problem, entry
from registry.imports.mapping import MOST_BYTES as MOST_OF_MAPPING
from registry.imports.reading import ENCODINGS, MOST_BYTES, refuse_large

TRUTH = {"true": True, "1": True, "false": False, "0": False}
BESIDE = MOST_OF_MAPPING * 4 + 64 * 1024  # bytes of a body that are not the file


class OneForm(MultiPartParser):
    """multipart/form-data of which the header says how long it is."""

    def parse(self, stream, media_type=None, parser_context=None):
        """The fields and files."""
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > MOST_BYTES + BESIDE:
            raise Problem("too_large", f"A file has up to {MOST_BYTES // 1024**2} MB. Split it.")
        return super().parse(stream, media_type, parser_context)


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, and what was said of it."""

    name: str
    content: bytes
    encoding: str
    completes: bool
    mapping: str = ""
    site: str = ""
    seen: str = ""

    @property
    def words(self) -> bytes:
        """The whole wish, to tell it from another."""
        told = [self.name, self.encoding, self.completes, self.mapping, self.site, self.seen]
        return json.dumps([*told, hashlib.sha256(self.content).hexdigest()]).encode()


def upload_of(request, fields) -> Upload:
    """The upload of a request that takes these fields. Raises a Problem that names every field at fault."""
    sent, files = request.data, request.FILES
    errors = [
        entry(shown(name), "unknown_field", f"“{shown(name)}” is not known here; possible are: {', '.join(fields)}.")
        for name in [*sent]
        if name not in fields
    ]
    errors += [
        entry(name, "given_twice", f"{name} is given {len(values)} times; give it once.")
        for name, values in sent.lists()
        if name in fields and len(values) > 1
    ]
    errors += [
        entry(shown(name), "not_a_text", f"{shown(name)} is a text, not a file.")
        for name in files
        if name in fields and name not in ("file", "mapping")
    ]
    if "file" not in files:
        errors.append(entry("file", "missing", "No file was sent. Send it as a file of the form: -F file=@records.csv"))
    encoding, completes = sent.get("encoding", "utf-8"), sent.get("completes", "false")
    if encoding not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        said = f"encoding is “{shown(encoding)}”; possible are: {known}."
        errors.append(entry("encoding", "bad_choice", said, found=shown(encoding), allowed=[*ENCODINGS]))
    if completes not in TRUTH:
        said = f"completes is “{shown(completes)}”; possible are: true, false."
        errors.append(entry("completes", "bad_choice", said, found=shown(completes), allowed=["true", "false"]))
    if errors:
        raise refused(errors)
    file = files["file"]
    try:
        refuse_large(file.size)
    except ValidationError as refusal:
        raise Problem("too_large", " ".join(refusal.messages)) from None
    texts = {"mapping": _mapping_of(files, sent), **{name: sent.get(name, "") for name in ("site", "seen")}}
    return Upload(PurePath(file.name).name[:200], file.read(), str(encoding), TRUTH[str(completes)], **texts)


def refused(errors) -> Problem:
    """The problem of a file that was not stored: its first fault in words, and all of them in a list."""
    more = f" And {len(errors) - 1} more; all are in `errors`." if len(errors) > 1 else ""
    return Problem("refused", f"{errors[0]['detail']}{more}", errors=errors)


def _mapping_of(files, sent):
    """The mapping, which may be sent as a text or as a file."""
    if "mapping" not in files:
        return sent.get("mapping", "")
    try:
        return files["mapping"].read(BESIDE).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused([entry("mapping", "refused", "The mapping is not UTF-8 text.")]) from None


def of_file(refusal) -> Problem:
    """A refusal of the file, of its mapping or of both together as a Problem."""
    return refused([entry("file", one.code or "refused", " ".join(one.messages)) for one in refusal.error_list])
