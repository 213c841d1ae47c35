"""Messages of the doorbell: a task calls one action; nothing is decided here."""

from celery import shared_task

from registry.actions import checks, import_work, leaving, letters, sessions


@shared_task
def check_cases(run_id):
    """Go on with one run of the checks."""
    checks.run_checks(run_id)


@shared_task
def run_import(job_id, person_id):
    """Go on with one import."""
    import_work.run_import(job_id, person_id)


@shared_task
def check_cases_nightly():
    """Ask for the run of the night."""
    checks.nightly_checks()


@shared_task
def clear_sessions():
    """Remove ended sessions and old counts."""
    sessions.clear_ended()


@shared_task
def end_accounts():
    """End the accounts whose last day is over."""
    leaving.end_due()


@shared_task
def send_letters():
    """Send the mails that are due."""
    letters.send_letters()
