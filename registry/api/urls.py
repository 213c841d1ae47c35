"""Addresses of the REST interface."""

urlpatterns: list = []
