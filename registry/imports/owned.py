"""Whose imports somebody sees: those they brought in; a program those of its own token alone."""

from django.http import Http404

from registry.models import ImportJob


def own_jobs(person):
    """What this person brought in, newest first, without the files."""
    own = ImportJob.objects.filter(person=person, **({"token": person.came_by} if person.came_by else {}))
    return own.defer("content", "mapping")


def own_job(person, pk):
    """One of them with its file; one of another's answers like one that is not there."""
    job = own_jobs(person).defer(None).filter(pk=pk).select_related("site").first()
    if job is None:
        raise Http404
    return job
