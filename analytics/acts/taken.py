"""Note who took what along. A file that leaves the registry has left its protection."""

import hashlib

from analytics.models import Export

EXACT = "exact"


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
