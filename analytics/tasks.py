"""Messages of the doorbell: a task calls one action of the same name; nothing is decided here.

Actions are imported inside the tasks: web processes name these tasks, and must not import pandas.
"""

from celery import shared_task


@shared_task
def build_datasets():
    """Cover the open changes."""
    from analytics import actions

    actions.build_datasets(in_turn=True)


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


@shared_task
def issue_releases():
    """Issue what site users see of outcomes."""
    from analytics import actions_of_releases

    actions_of_releases.issue_releases()


@shared_task
def work_on_cut(order_id):
    """Take, verify or report a data cut, as ordered."""
    from analytics import actions_of_cuts

    actions_of_cuts.work_on_cut(order_id)


@shared_task
def retire_cuts():
    """Retire the data cuts, and take back the exports, that hold somebody whose data may not be used any more."""
    from analytics import actions_of_cuts, actions_of_exports

    actions_of_cuts.retire_all_cuts()
    actions_of_exports.take_back_exports()


@shared_task
def make_export(job_id):
    """Make one export."""
    from analytics import actions_of_exports

    actions_of_exports.make_export(job_id)


@shared_task(soft_time_limit=840, time_limit=870)  # below the time after which the broker would give it to another
def verify_history_nightly():
    """Verify the history."""
    from analytics import actions_of_history

    actions_of_history.verify_history_nightly()
