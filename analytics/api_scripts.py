"""REST: the R script that recomputes a stored result from the files of its dataset."""

import hashlib

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import renderers

from analytics import read
from analytics.api_figures import NOT_DONE, OfRun
from analytics.r_scripts import NotInFilesError, script
from analytics.taken import name_of
from registry.access.permissions import Permission
from registry.api.base import RestView, tagged
from registry.api.problems import Problem
from registry.api.schema import IF_NONE_MATCH


class Text(renderers.BaseRenderer):
    """The script as it is; a problem keeps its own media type."""

    media_type, format, charset = "text/plain", "txt", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """The text as UTF-8; nothing for a 304."""
        return (data or "").encode()


@extend_schema_view(
    get=extend_schema(
        operation_id="result_script_read",
        summary="Read: the R script that recomputes the newest result of an analysis",
        description="It reads `endpoints.csv` and, where covariates are asked for, `cases.csv` of the dataset that its heading names, "
        "recomputes the result with the packages survival and cmprsk, prints the numbers, and with `--json FILE` writes them under "
        "the result's own keys. 404 for an analysis whose numbers are not in those files; the problem says why.",
        tags=["results"],
        parameters=[IF_NONE_MATCH],
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
)
class ResultScript(RestView):
    """Show me the code."""

    rights = {"GET": Permission.POOLED_READ}
    renderer_classes = [Text, renderers.JSONRenderer]

    def get(self, request, name):
        """The script of the result that page and figure show."""
        return answered(request, read.newest_of(name), name)


@extend_schema_view(
    get=extend_schema(
        operation_id="run_script_read",
        summary="Read: the R script that recomputes the result of a run",
        description="Of any run that is done, also of one that was asked for by the address of a view: its filters, groups, cut points and "
        "landmark stand in the script. It reads `endpoints.csv`, `cases.csv` or both of the dataset that its heading names. 404 for "
        "an analysis whose numbers are not in those files; the problem says why.",
        tags=["runs"],
        parameters=[IF_NONE_MATCH],
        responses={(200, "text/plain"): OpenApiTypes.STR},
        extensions=NOT_DONE,
    )
)
class RunScript(OfRun):
    """Show me the code of one run."""

    renderer_classes = [Text, renderers.JSONRenderer]

    def get(self, request, pk):
        """The script of this run, whatever newer one there is."""
        stored = self.stored(pk)
        return answered(request, stored, name_of(stored))


def answered(request, stored, name):
    """The script of a stored result as a file of that name. Raises the problem that says why there is none."""
    try:
        text = script(stored.envelope())
    except NotInFilesError as reason:
        raise Problem("not_found", str(reason)) from None
    dataset = f"{stored.dataset.cohort.code} {stored.dataset.kind} {stored.dataset.revision}"
    named = {"Dataset": dataset, "Content-Disposition": f'attachment; filename="{name}.R"'}
    return tagged(request, text, f"script-{hashlib.sha256(text.encode()).hexdigest()[:32]}", **named)
