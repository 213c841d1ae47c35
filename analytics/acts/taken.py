"""Note who took what along. A file that leaves the registry has left its protection."""

import hashlib

from analytics.models import Export

EXACT = "exact"
MOST_SIGNS = 500  # of one word of a call


def note_export(person, stored, content, *, what, kind, audience=EXACT):
    """One line for a file made of a stored result. content: its bytes; kind: "svg", "csv" …; what: its name."""
    return Export.objects.create(
        person=person,
        role=person.role,
        what=what,
        format=kind,
        audience=audience,
        dataset_hash=stored.dataset.hash,
        spec_hash=stored.run.spec_hash,
        digest=hashlib.sha256(content).hexdigest(),
    )


def note_public(person, release, issue, content, *, what, kind):
    """One line for a file made of a release to the public."""
    return Export.objects.create(
        person=person,
        role=person.role,
        what=f"{what} cut:{issue.name}"[:120],
        format=kind,
        audience=release.audience,
        dataset_hash=issue.hash,
        spec_hash=release.analysis_hash,
        digest=hashlib.sha256(content).hexdigest(),
    )


def note_report(person, report):
    """One line for the report of a data cut."""
    return Export.objects.create(
        person=person,
        role=person.role,
        what=f"report {report.dataset.cohort.code} cut:{report.dataset.name}"[:120],
        format=report.format,
        audience=report.audience,
        dataset_hash=report.dataset.hash,
        digest=report.sha256,
    )


def note_dataset(snapshot, files_digest, *, kind, profile, about, person=None, by=""):
    """One line for the files of a dataset: by a person, or by a command that somebody runs."""
    return Export.objects.create(
        person=person,
        by=by[:254],
        role=person.role if person else "command",
        what=f"dataset {snapshot.stated}"[:120],
        format=kind,
        audience=EXACT,
        profile=profile,
        about=about,
        dataset_hash=snapshot.hash,
        digest=files_digest,
    )


def note_records(person, *, what, kind, filters, rows, digest):
    """One line for records taken by a REDCap client, named in settings.EXPORTS_ARE_NOTED_BY. filters: the words of the call."""
    about = {"filters": {name: text[:MOST_SIGNS] for name, text in filters.items()}, "rows": rows}
    return Export.objects.create(
        person=person, role=person.role, what=what[:120], format=kind, profile="full", about=about, digest=digest
    )
