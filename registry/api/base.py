"""What every view of the REST interface shares: rights, strict parameters, conditional reads."""

import re

from django.utils.cache import patch_vary_headers
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.access.sessions import is_proved
from registry.api.authentication import Rights
from registry.api.limits import PerRole
from registry.api.parsers import StrictJSON
from registry.api.problems import Problem, entry

ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')
PAGING = ("cursor", "limit")
SHOWN_OF_FOUND = 60  # characters of a refused value that are said back


class RestView(APIView):
    """A view that names the right each method needs (`rights`) and the query parameters it takes (`parameters`)."""

    permission_classes = [Rights]
    throttle_classes = [PerRole]
    parser_classes = [StrictJSON]
    rights: dict = {}
    carries_rows = (
        False  # of patients, or what tells as much: a session confirms itself first, as pages of exports ask it to
    )
    parameters: tuple[str, ...] = ()

    def initial(self, request, *args, **kwargs):
        """Who, whether, and then: no parameter that the view does not know."""
        super().initial(request, *args, **kwargs)
        if self.carries_rows:
            refuse_unconfirmed(request)
        for name, values in request.query_params.lists():
            if name not in (*self.parameters, "format"):
                detail = (
                    f"“{shown(name)}” is not a parameter here; possible are: {', '.join(self.parameters) or 'none'}."
                )
                raise Problem(
                    "unknown_parameter",
                    detail,
                    errors=[
                        entry(
                            shown(name), "unknown_parameter", detail, found=shown(name), allowed=list(self.parameters)
                        )
                    ],
                )
            if len(values) > 1:
                raise bad_parameter(name, f"{len(values)} values", "one value")

    def perform_content_negotiation(self, request, force=False):
        """The representation that Accept or `format` asks for; a format that is not served is named."""
        wanted = request.query_params.get("format")
        formats = [renderer.format for renderer in self.renderer_classes]
        if not force and wanted is not None and wanted not in formats:
            raise bad_parameter("format", wanted, ", ".join(formats))
        return super().perform_content_negotiation(request, force)

    def finalize_response(self, request, response, *args, **kwargs):
        """Nobody between the registry and the person keeps an answer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response


def refuse_unconfirmed(request):
    """Raise a Problem where a session took no password, code or passkey within the last minutes; a token has its own bounds."""
    if request.auth is None and not is_proved(request.session):
        raise Problem("not_confirmed")


def bad_parameter(name, found, allowed):
    """The problem of a parameter whose value is not possible."""
    detail = f"{name} is “{shown(found)}”; possible: {allowed}."
    return Problem(
        "bad_parameter", detail, errors=[entry(name, "bad_parameter", detail, found=shown(found), allowed=allowed)]
    )


def shown(text):
    """A refused text as it can be said back: short, without control characters."""
    return "".join(sign if sign.isprintable() else "�" for sign in str(text)[:SHOWN_OF_FOUND])


def entity_tags(header):
    """The parts in quotes of an If-Match or If-None-Match header: compression rewrites a strong tag as a weak one."""
    return ENTITY_TAG.findall(header)


def tagged(request, body, tag, **headers):
    """`body` under its entity tag, or 304 if the client has it."""
    headers = {"ETag": f'"{tag}"', **headers}
    if request.method in ("GET", "HEAD") and tag in entity_tags(request.headers.get("If-None-Match", "")):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)
