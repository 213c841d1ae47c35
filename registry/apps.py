"""The app that collects."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Forms, people, access, actions."""

    name = "registry"

    def ready(self):
        """Make ours the current Celery application, so that web processes ring the right bell."""
        import registry.celery  # noqa: F401
