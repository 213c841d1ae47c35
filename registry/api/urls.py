"""Addresses of the REST interface. Each is served with and without a slash at its end."""

from django.contrib.auth.decorators import login_required
from django.urls import include, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from registry.api.authentication import KNOWN, Rights
from registry.api.cases import CaseDetail, Cases, Sites
from registry.api.codebook import Codebook
from registry.api.form_serializer import SERIALIZER_OF
from registry.api.forms import FormCollection, FormDetail
from registry.api.import_whole import ImportWhole
from registry.api.imports import (
    ImportDetail,
    ImportRecords,
    ImportRefusedFile,
    ImportReportFile,
    Imports,
    ImportSteps,
)
from registry.api.index import Index, ProblemKind
from registry.api.queries import Queries, QueryDetail, QuerySteps
from registry.api.schema import form_views
from registry.models import FORMS


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """The OpenAPI document, for whoever is logged in: it costs a second to make."""

    permission_classes = [Rights]
    rights = {"GET": KNOWN}


def of_form(form):
    """The addresses of one form's collection and of its rows: /<form>, /<form>/<case number>/<key>."""
    listed, single = form_views(FormCollection, FormDetail, form, SERIALIZER_OF[form])
    name = form.form_name
    row = rf"^{name}/(?P<number>[A-Z]{{3}}-[0-9]{{4}})/(?P<key>[0-9]{{1,3}}(\.[0-9]{{1,3}})?)/?$"
    return [
        re_path(rf"^{name}/?$", listed.as_view(), name=f"api-{name}"),
        re_path(row, single.as_view(), name=f"api-{name}-detail"),
    ]


urlpatterns = [
    re_path(r"^$", Index.as_view(), name="api-index"),
    re_path(r"^schema/?$", Schema.as_view(), name="api-schema"),
    re_path(r"^docs/?$", login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema")), name="api-docs"),
    re_path(r"^problems/(?P<kind>[a-z_]+)/?$", ProblemKind.as_view(), name="api-problem"),
    re_path(r"^sites/?$", Sites.as_view(), name="api-sites"),
    re_path(r"^codebook/?$", Codebook.as_view(), name="api-codebook"),
    re_path(r"^cases/?$", Cases.as_view(), name="api-cases"),
    re_path(r"^cases/(?P<number>[A-Z]{3}-[0-9]{4})/?$", CaseDetail.as_view(), name="api-case"),
    re_path(r"^queries/?$", Queries.as_view(), name="api-queries"),
    re_path(r"^queries/(?P<pk>[0-9]{1,15})/?$", QueryDetail.as_view(), name="api-query"),
    re_path(r"^queries/(?P<pk>[0-9]{1,15})/steps/?$", QuerySteps.as_view(), name="api-query-steps"),
    re_path(r"^imports/?$", Imports.as_view(), name="api-imports"),
    re_path(r"^imports/whole/?$", ImportWhole.as_view(), name="api-import-whole"),
    re_path(r"^imports/(?P<pk>[0-9]{1,15})/?$", ImportDetail.as_view(), name="api-import"),
    re_path(r"^imports/(?P<pk>[0-9]{1,15})/steps/?$", ImportSteps.as_view(), name="api-import-steps"),
    re_path(r"^imports/(?P<pk>[0-9]{1,15})/records/?$", ImportRecords.as_view(), name="api-import-records"),
    re_path(r"^imports/(?P<pk>[0-9]{1,15})/report/?$", ImportReportFile.as_view(), name="api-import-report"),
    re_path(r"^imports/(?P<pk>[0-9]{1,15})/refused/?$", ImportRefusedFile.as_view(), name="api-import-refused"),
    *(one for form in FORMS for one in of_form(form)),
    re_path(r"^", include("analytics.api")),
]
