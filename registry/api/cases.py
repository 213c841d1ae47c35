"""Sites and cases."""

import hashlib
import json
import re

from django.core.exceptions import ValidationError
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.actions.cases import PRIMARY_COHORT, enrol_case
from registry.actions.forms import LockedError
from registry.api import changes
from registry.api.authentication import KNOWN
from registry.api.base import PAGING, RestView, bad_parameter, tagged
from registry.api.changes import as_of
from registry.api.cursors import carried, page_of
from registry.api.form_serializer import address_of, refused
from registry.api.hidden import row_mark
from registry.api.idempotency import create_once
from registry.api.problems import Problem, entry, refusals
from registry.api.schema import CHANGED_SINCE, create_schema, list_schema, read_schema
from registry.api.stream_columns import CASES
from registry.api.streams import RENDERERS, behind, refuse_after, stream
from registry.models import Case, Cohort, Patient, Site
from registry.record import consent_in, said, stored_case

SITE_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
COHORT_CODE = re.compile(r"[-\w]{1,40}", re.ASCII)


class SiteSerializer(serializers.Serializer):
    """A participating hospital."""

    code = serializers.CharField()
    name = serializers.CharField()
    takes_part = serializers.BooleanField(source="is_active")


class CaseSerializer(serializers.Serializer):
    """A patient's case: where and in which cohort. The answers are in its forms."""

    number = serializers.CharField(read_only=True)
    site = serializers.CharField(source="site.code", help_text="The site's code.")
    cohort = serializers.CharField(source="cohort.code", required=False, help_text=f"{PRIMARY_COHORT} unless given.")
    stratum = serializers.CharField(
        required=False, allow_null=True, max_length=60, help_text="Group in an imported cohort."
    )
    enrolled_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)


class StoredFormSerializer(serializers.Serializer):
    """Where one stored form of a case is, and how far it is."""

    form = serializers.CharField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.CharField(help_text="started, error or complete")
    url = serializers.CharField()


class FindingSerializer(serializers.Serializer):
    """What the edit checks find in a case."""

    form = serializers.CharField()
    key = serializers.CharField()
    field = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.CharField(help_text="hard, missing or soft")
    detail = serializers.CharField()


class CaseDetailSerializer(CaseSerializer):
    """A case with its stored forms and what the edit checks find in them."""

    forms = StoredFormSerializer(many=True, read_only=True)
    findings = FindingSerializer(many=True, read_only=True)


@extend_schema_view(get=list_schema("sites", SiteSerializer, "List: participating hospitals", paged=False))
class Sites(RestView):
    """The hospitals that take part."""

    rights = {"GET": KNOWN}

    def get(self, request):
        """All of them: their names are no secret, their cases are."""
        return Response({"results": SiteSerializer(Site.objects.all(), many=True).data, "next": None})


@extend_schema_view(
    get=list_schema(
        "cases",
        CaseSerializer,
        "List: cases",
        parameters=[
            OpenApiParameter(
                "site", {"type": "string", "pattern": "^[A-Z]{3}$"}, description="Only this site, by its code."
            ),
            OpenApiParameter(
                "cohort",
                {"type": "string", "pattern": "^[-A-Za-z0-9_]{1,40}$"},
                description="Only this cohort, by its code.",
            ),
            CHANGED_SINCE,
        ],
        changing=True,
        streamed=True,
    ),
    post=create_schema("cases", CaseSerializer, "Enrol a case"),
)
class Cases(RestView):
    """The cases that the person may see."""

    rights = {"GET": Permission.CASE_READ, "POST": Permission.CASE_ENROL}
    renderer_classes = RENDERERS
    parameters = ("site", "cohort", "changed_since", "after", *PAGING)

    def get(self, request):
        """A page of cases, or all of them as a stream, in order of enrolment; `site` and `cohort` narrow it, and `changed_since` to those of which anything is new.

        Without those who withdrew consent.
        """
        mark, since = carried(request, "as_of") or as_of(), changes.since(request)
        rows = Case.with_void.visible_to(request.user).with_gone().select_related("site", "cohort")
        rows = since.of_cases(rows) if since else rows.filter(is_gone=False)
        for name, pattern in (("site", SITE_CODE), ("cohort", COHORT_CODE)):
            code = request.query_params.get(name)
            if code is not None and not pattern.fullmatch(code):
                raise bad_parameter(name, code, f"the code of a {name}")
            if code is not None:
                rows = rows.filter(**{f"{name}__code": code})
        if request.accepted_renderer.format != "json":
            rows = behind(rows, request, self.place)
            return stream(request, CASES, rows, case="pk", since=since, as_of=mark)
        refuse_after(request)
        found, following = page_of(rows, request, as_of=mark)
        serializer = CaseSerializer()
        results = [gone(case) if case.is_gone else serializer.to_representation(case) for case in found]
        return Response({"results": results, "next": following, "as_of": mark})

    def place(self, number):
        """The id of the case that “after” names."""
        return Case.with_void.visible_to(self.request.user).filter(number=number).values_list("pk", flat=True).first()

    def post(self, request):
        """Enrol a case at one of the person's sites; the registry gives its number."""
        return create_once(request, self.create, self.read)

    def create(self):
        """(response, what names the case)."""
        body = self.request.data
        site, cohort, stratum = self.words_of(body)
        try:
            case = enrol_case(site=site, by=self.request.user, cohort=cohort, stratum=stratum)
        except LockedError as refusal:
            raise Problem("locked", " ".join(refusal.messages)) from None
        except ValidationError as refusal:
            raise refused(list(refusals(refusal, form="case"))) from None
        return self.created(case), {"case": case.number}

    def read(self, made):
        """The response again, for a create that was repeated."""
        return self.created(Case.objects.visible_to(self.request.user).or_404(made["case"]))

    def created(self, case):
        """201 with the case, its address and its entity tag."""
        headers = {
            "Location": reverse("api-case", args=[case.number]),
            "ETag": f'"case-{row_mark("case", case.pk)}-{case.version}"',
        }
        return Response(CaseSerializer(case).data, 201, headers=headers)

    def words_of(self, body):
        """(site, cohort, stratum) of the body. Raises a Problem naming every field at fault."""
        errors = [unknown(name) for name in body if name not in ("site", "cohort", "stratum")]
        own = {site.code: site for site in Site.objects.filter(pk__in=self.request.user.site_ids())}
        cohorts = {cohort.code: cohort for cohort in Cohort.objects.all()}
        site, cohort, stratum = body.get("site"), body.get("cohort", PRIMARY_COHORT), body.get("stratum")
        for name, found, possible in (("site", site, own), ("cohort", cohort, cohorts)):
            if not isinstance(found, str) or found not in possible:
                detail = f"{name} is {json.dumps(found, default=str)[:60]}; possible: {', '.join(possible)}."
                errors.append(
                    entry(name, f"unknown_{name}", detail, rule=f"case.{name}", found=found, allowed=list(possible))
                )
        if stratum is not None and not (isinstance(stratum, str) and len(stratum) <= 60):
            errors.append(
                entry("stratum", "wrong_type", "stratum is a text of up to 60 characters.", rule="case.stratum")
            )
        if errors:
            raise refused(errors)
        return own[site], cohorts[cohort], stratum


@extend_schema_view(get=read_schema("cases", CaseDetailSerializer, "Read: a case with its forms and findings"))
class CaseDetail(RestView):
    """One case."""

    rights = {"GET": Permission.CASE_READ}

    def get(self, request, number):
        """The case, where its forms are, and what the edit checks find; after a withdrawal of consent only its registration."""
        case = Case.objects.visible_to(request.user).or_404(number)
        stored = stored_case(case)
        withdrawn = consent_in(stored.forms).is_withdrawn
        body = {
            **CaseSerializer(case).data,
            "forms": [
                {
                    "form": form.form_name,
                    "key": form.key,
                    "version": form.version,
                    "state": stored.state_of(form),
                    "url": address_of(form),
                }
                for form in stored.forms
                if not withdrawn or isinstance(form, Patient)
            ],
            "findings": [finding(one) for one in stored.findings],
        }
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
        return tagged(request, body, f"case-{row_mark('case', case.pk)}-{case.version}.{digest}")


def gone(case):
    """What is said of a case that is there no more: removed, or consent withdrawn."""
    return {"number": case.number, "version": case.version, "withdrawn": True}


def unknown(name):
    """The error of a name that a new case does not have."""
    detail = f"A case has no “{name[:60]}”. Possible: site, cohort, stratum."
    return entry(
        name, "unknown_item", detail, rule="case.unknown_item", found=name, allowed=["site", "cohort", "stratum"]
    )


def finding(one):
    """A finding of the edit checks as JSON, in the language of the request."""
    return {
        "form": one.form,
        "key": one.key,
        "field": one.item,
        "rule": one.rule,
        "severity": one.severity,
        "detail": said(one),
    }
