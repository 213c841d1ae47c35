"""Requests that are refused before anybody reads them: what was found, what is expected and what to do, in words."""

import math
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Unread:
    """Why a request was not read: the kind of problem that REST calls it, its status, a page's heading, what was found and what to do."""

    kind: str
    status: int
    heading: str
    found: str
    do: str


def unread_by(exception, request):
    """What an exception of Django's readers means to whoever sent the request."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        do = _("Nothing was stored. Go back: what you typed into a form is kept in the browser tab. Was a whole document pasted into a field? Shorten it and save again. Many rows are brought in as a file, under Imports.")  # fmt: skip
        return Unread(
            "too_large", 413, _("That is more than the registry takes at once"), _too_much(exception, request), do
        )
    if isinstance(exception, DisallowedHost):
        found = _("The registry does not know the host name by which it was asked.")
        do = _(
            "Open it at the address that your administrator gave you. For the administrator: ALLOWED_HOSTS lists the names."
        )
        return Unread("malformed", 400, _("This is not the registry's address"), found, do)
    if isinstance(exception, MultiPartParserError):
        found = _("The form came broken or without its end: the connection may have been cut.")
        do = _("Nothing was stored. Go back and send it again.")
    else:
        found = _(
            "What was sent holds characters that cannot be stored, such as NUL, or is not what a page of the registry sends."
        )
        do = _("Nothing was stored. Go back, take the characters out and send it again; what you typed into a form is kept in the browser tab.")  # fmt: skip
    return Unread("malformed", 400, _("The registry could not read that"), found, do)


def _too_much(exception, request):
    if isinstance(exception, TooManyFilesSent):
        return _("More than %(most)s files were sent at once.") % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    if isinstance(exception, TooManyFieldsSent):
        most = number_format(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, force_grouping=True)
        return _("More than %(most)s fields were sent at once.") % {"most": most}
    return _too_long(request)


def _too_long(request):
    most = _megabytes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    length = request.META.get("CONTENT_LENGTH", "")
    if request.content_type == "multipart/form-data" or not length.isdecimal():
        return _("The texts of a form may have %(most)s MB together, its files not counted; more was sent.") % {
            "most": most
        }
    return _("%(found)s MB were sent; a form may have %(most)s MB.") % {"found": _megabytes(int(length)), "most": most}


def _megabytes(size):
    return number_format(math.ceil(10 * size / MEGABYTE) / 10, 1)


def answer(request, unread):
    """A page; for a script of ours, which shows what is `said` beside the form, one line."""
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        said = _("%(found)s It is kept in this browser tab alone.") % {"found": unread.found}
        return JsonResponse({"said": said}, status=unread.status)
    return render(None, "unread.html", {"unread": unread}, status=unread.status)
