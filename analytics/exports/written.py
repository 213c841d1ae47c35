"""Tables → files: the one list of formats, and the manifest that goes with each export."""

import hashlib
import json
import shutil
import zipfile

from analytics.exports.adam.tables import VARIABLES_OF
from analytics.exports.codebook import CODEBOOK, LABELS, beside, codebook_rows, label_rows
from analytics.exports.formats.arrow_files import arrow_files, parquet_files
from analytics.exports.formats.csv_file import csv_files
from analytics.exports.formats.ndjson_file import ndjson_files
from analytics.exports.formats.odm_file import odm_files
from analytics.exports.formats.odm_trail_file import odm_trail_files
from analytics.exports.formats.sas_files import xpt8_files, xpt_files
from analytics.exports.formats.spss_files import sav_files
from analytics.exports.formats.stata_files import dta_files
from analytics.exports.formats.xlsx_file import xlsx_bytes
from analytics.exports.options import FORMATS

ADAM_TABLES = tuple(VARIABLES_OF)
OF_TABLES = {  # format → files of the tables
    "csv": csv_files,
    "ndjson": ndjson_files,
    "parquet": parquet_files,
    "arrow": arrow_files,
    "xpt": xpt_files,
    "xpt8": xpt8_files,
    "sav": sav_files,
    "dta": dta_files,
    "adam": lambda tables, options: [*csv_files(tables, options), *xpt_files(tables, options)],
}
ODM = {"odm": odm_files, "odm_audit": odm_trail_files}
CASES, MANIFEST = "cases", "manifest.json"
THEN = (1980, 1, 1, 0, 0, 0)  # the time of every entry of a zip: the same tables give the same bytes


def needed(name, wanted):
    """Names of the tables to be made for an export in this format of those wanted; none means all. ODM asks the cases for hospitals."""
    if name == "adam":
        return wanted or ADAM_TABLES
    return [*wanted, CASES] if wanted and name in ODM else wanted


def kept(tables, name, snapshot, wanted=()):
    """Those of the tables that an export in this format is made of, of them those wanted if any are named."""
    held = {"adam": ADAM_TABLES, **dict.fromkeys(ODM, (CASES, *_forms(snapshot)))}.get(name)
    return [
        one for one in tables if (held is None or one.name in held) and (not wanted or one.name in needed(name, wanted))
    ]


def _forms(snapshot):
    return [one.name for one in snapshot.declared]


def written(tables, name, options, snapshot, *, about):
    """(file name, pieces of bytes) of an export in this format, manifest.json last. Pieces are made while they are taken, so take all of a file before the next.

    about  what the manifest says of the export beside dataset and files: profile, hospitals

    Raises ValueError for an unknown format, and for what it cannot hold.
    """
    if name not in FORMATS:
        raise ValueError(f"{name!r} is no format; expected one of {', '.join(FORMATS)}")
    return _pieces(kept(tables, name, snapshot), name, options, snapshot, about)


def _pieces(tables, name, options, snapshot, about):
    told = []
    for file, content in _files(tables, name, options, snapshot):
        yield file, _told(file, [content] if isinstance(content, bytes) else content, told)
    tables = [one for one in tables if name not in ODM or one.name in _forms(snapshot)]
    for file, content in beside(tables, snapshot, options.language):
        yield file, _told(file, [content], told)
    said = {"format": name, "labels": options.labels, "language": options.language, "excel": options.excel, **about}
    yield MANIFEST, [_manifest(tables, told, snapshot, said)]


def _files(tables, name, options, snapshot):
    if name == "xlsx":
        sheets = [
            ("codebook", CODEBOOK, codebook_rows(tables, snapshot.declared)),
            ("labels", LABELS, label_rows(tables)),
        ]
        return [("dataset.xlsx", xlsx_bytes(tables, options, sheets))]
    return ODM[name](tables, options, snapshot) if name in ODM else OF_TABLES[name](tables, options)


def _told(file, pieces, told):
    """The pieces; then `told` has what the manifest says of the file."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
        yield piece
    told.append({"name": file, "bytes": size, "sha256": digest.hexdigest()})


def zipped(folder, names, path):
    """Put these files of the folder into one archive: the same files give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, THEN)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            entry.file_size = (folder / name).stat().st_size
            with archive.open(entry, "w") as out, (folder / name).open("rb") as held:
                shutil.copyfileobj(held, out, 1024 * 1024)


def _manifest(tables, files, snapshot, said):
    about = {
        "dataset": {
            "cohort": snapshot.cohort,
            "name": snapshot.name,
            "revision": snapshot.revision,
            "cut_date": snapshot.cut_date and snapshot.cut_date.isoformat(),
            "sha256": snapshot.hash,
            "synthetic": snapshot.is_synthetic,
            "whole_forms": bool(snapshot.forms),
        },
        "export": said,
        "dictionary": snapshot.dictionary,
        "code_version": snapshot.code_version,
        "tables": [{"name": one.name, "rows": len(one.rows), "columns": len(one.columns)} for one in tables],
        "files": files,
    }
    return json.dumps(about, indent=1, ensure_ascii=False).encode() + b"\n"


def digest_of(files):
    """SHA-256 over the lines "name sha256" of all files, manifest included."""
    lines = [f"{name} {sha256}\n" for name, sha256 in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
