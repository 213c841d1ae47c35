"""Note who took what along. A file that leaves the registry has left its protection."""

import hashlib

from analytics.models import Export

EXACT = "exact"
TABLES_ARE = "analysis"  # what the tables of a dataset hold: days instead of dates, pseudonyms
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
        cases=stored.dataset.case_ids,
    )


def note_table(person, dataset, *, table, kind, filters, rows, content):
    """One line for a stored table of a dataset. content: what was sent of it."""
    return Export.objects.create(
        person=person,
        role=person.role,
        what=f"table {table} {dataset.cohort.code} {dataset.kind} {dataset.revision}"[:120],
        format=kind,
        profile=TABLES_ARE,
        about={"filters": {name: text[:MOST_SIGNS] for name, text in filters.items()}, "rows": rows},
        dataset_hash=dataset.hash,
        digest=hashlib.sha256(content).hexdigest(),
        cases=dataset.case_ids,
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
        cases=report.dataset.case_ids,
    )


def note_dataset(snapshot, files_digest, *, kind, profile, about, cases, person=None, by=""):
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
        cases=cases,
    )


def note_file(person, job, *, goes_on):
    """One line for the file of an export, each time it is taken. goes_on: the end of a file whose begin was taken before."""
    if goes_on and Export.objects.filter(person=person, about__export=job.pk).exists():
        return
    Export.objects.create(
        person=person,
        role=person.role,
        what=f"dataset {job.dataset_stated}"[:120],
        format=job.format,
        profile=job.profile,
        about={
            "export": job.pk, "sites": job.sites, "tables": job.tables, "labels": job.labels, "language": job.language,
            "rows": job.rows, **({"abroad": True} if job.abroad else {}),
        },
        dataset_hash=job.dataset_hash,
        digest=job.sha256,
        cases=job.cases,
    )  # fmt: skip


def note_records(person, *, what, kind, filters, rows, digest, cases, is_whole, profile="full", stream=""):
    """One line for records that were sent while they were read, named in settings.EXPORTS_ARE_NOTED_BY.

    filters  the words of the call; stream: the name under which its digest can be asked for
    """
    about = {"filters": {name: text[:MOST_SIGNS] for name, text in filters.items()}, "rows": rows, "is_whole": is_whole}
    about |= {"stream": stream} if stream else {}
    return Export.objects.create(
        person=person, role=person.role, what=what[:120], format=kind, profile=profile, about=about, digest=digest,
        cases=cases,
    )  # fmt: skip
