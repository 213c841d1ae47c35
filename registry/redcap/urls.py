"""The door's addresses, each with and without a slash at its end: a redirect would turn the POST into a GET. One client insists on
the ending /api/."""

from django.urls import re_path

from registry.redcap.door import door

urlpatterns = [
    re_path(r"^api/redcap/?$", door, name="redcap"),
    re_path(r"^api/redcap/api/?$", door, name="redcap-api"),
]
