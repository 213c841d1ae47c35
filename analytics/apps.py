"""The app that answers."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Datasets, runs, results, dashboards."""

    name = "analytics"

    def ready(self):
        """Register the tasks, so that an eager or a real broker both find them by name."""
        from analytics import tasks  # noqa: F401
