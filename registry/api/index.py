"""Where things are, and what the errors mean."""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from registry.api.authentication import ANYBODY, KNOWN
from registry.api.base import RestView
from registry.api.browsable import Page
from registry.api.problems import BASE, KINDS
from registry.api.schema import read_schema
from registry.models import FORMS

COLLECTIONS = (
    *(
        "sites",
        "codebook",
        "cases",
        "queries",
        "imports",
        "datasets",
        "analyses",
        "results",
        "runs",
        "exports",
        "public",
    ),
    *("schema", "docs"),
)


class IndexSerializer(serializers.Serializer):
    """The addresses of the collections."""

    person = serializers.CharField()
    collections = serializers.DictField(child=serializers.CharField())
    forms = serializers.DictField(child=serializers.CharField(), help_text="One collection for each case report form.")


class KindSerializer(serializers.Serializer):
    """What one kind of error means."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    advice = serializers.CharField()


@extend_schema_view(
    get=read_schema(
        "index",
        {(200, "application/json"): IndexSerializer, (200, "text/html"): OpenApiTypes.STR},
        "Read: where things are",
        description="The address of every collection, and whose token it is. As a page for people with `Accept: text/html`.",
        parameters=[],
    )
)
class Index(RestView):
    """The REST interface."""

    rights = {"GET": KNOWN}
    renderer_classes = [JSONRenderer, Page]

    def get(self, request):
        """The address of every collection, and whose token it is."""
        return Response(
            {
                "person": request.user.email,
                "collections": {name: reverse(f"api-{name}") for name in COLLECTIONS},
                "forms": {form.form_name: reverse(f"api-{form.form_name}") for form in FORMS},
            }
        )

    def handle_exception(self, exc):
        """Somebody who comes by a browser and is not signed in is asked to."""
        wants_page = getattr(getattr(self.request, "accepted_renderer", None), "format", "") == Page.format
        if wants_page and isinstance(exc, NotAuthenticated):
            return redirect_to_login(self.request.get_full_path())
        return super().handle_exception(exc)


@extend_schema_view(
    get=read_schema("problems", KindSerializer, "Read: what a kind of error means", parameters=[], auth=[])
)
class ProblemKind(RestView):
    """The page that a problem's `type` names."""

    rights = {"GET": ANYBODY}

    def get(self, request, kind):
        """What this kind of error means and what to do about it."""
        if kind not in KINDS:
            raise Http404
        status, title, advice = KINDS[kind]
        return Response({"type": f"{BASE}{kind}", "title": title, "status": status, "advice": advice})
