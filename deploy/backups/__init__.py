"""Backups: taken, followed, brought back. No Django; the commands of analytics/management/commands drive it."""


class RefusalError(Exception):
    """What was found, what was expected and what to do, in one sentence for whoever runs the command."""
