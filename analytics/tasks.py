"""Messages of the doorbell: a task calls one action of the same name; nothing is decided here.

Actions are imported inside the tasks: web processes name these tasks, and must not import pandas.
"""

from celery import shared_task


@shared_task
def build_datasets():
    """Cover the open changes."""
    from analytics import actions

    actions.build_datasets()


@shared_task
def run_analysis(run_id):
    """Compute one run."""
    from analytics import actions

    actions.run_analysis(run_id)


@shared_task
def heartbeat():
    """Show that a worker works."""
    from analytics import actions

    actions.beat_heart()


@shared_task
def prune_live_datasets():
    """Drop old live revisions."""
    from analytics import actions

    actions.prune_live_datasets()
