"""The app that collects."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Forms, people, access, actions."""

    name = "registry"
