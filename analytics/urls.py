"""Addresses of the dashboards."""

urlpatterns: list = []
