"""What lists say about a case, as SQL: day 0, subtype, disease burden, where the patient stands."""

from django.db.models import Case as Choice
from django.db.models import CharField, Exists, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from registry.consent import YES
from registry.models import (
    BaselineDisease,
    CartCourse,
    Death,
    DerivedValue,
    FollowUp,
    Infusion,
    Leukapheresis,
    Patient,
    PreInfusionAssessment,
    Relapse,
)

DEAD, NOT_INFUSED, INFUSED = 2, 0, 1
STATES = ("registered", "collected", "not_infused", "infused", "relapsed", "died", "withdrawn")
BURDENS = {"low": _("low (< 5 %)"), "high": _("high (≥ 5 %)"), "unknown": _("not known")}
KNOWN_BURDENS = ("low", "high")


class AsText(Func):
    """A stored JSON string as text."""

    template = "(%(expressions)s #>> '{}')"
    output_field = CharField()


def overview(cases):
    """The cases with `day0`, `subtype`, `burden` (low, high, unknown) and `state` (one of STATES). Course 1 speaks."""
    own = {"case": OuterRef("pk")}
    first_infusion = Infusion.objects.filter(**own, course_no=1, inf_date__isnull=False).order_by("inf_seq")
    return cases.annotate(
        day0=Subquery(first_infusion.values("inf_date")[:1]),
        subtype=Subquery(BaselineDisease.objects.filter(**own).values("all_subtype")[:1]),
        burden=Coalesce(_burden(own), Value("unknown")),
    ).annotate(state=_state(own))


def _burden(own):
    """`burden_kato` as the registry derived it at the last save."""
    of_course = PreInfusionAssessment.objects.filter(pk=OuterRef("row_id"), course_no=1)
    derived = DerivedValue.objects.filter(Exists(of_course), **own, form="pre_infusion_assessment", name="burden_kato")
    return Subquery(derived.values(word=AsText("value"))[:1])


def _state(own):
    died = Exists(Death.objects.filter(**own)) | Exists(FollowUp.objects.filter(**own, vital_status=DEAD))
    infused = Q(day0__isnull=False) | Exists(CartCourse.objects.filter(**own, infused=INFUSED))
    return Choice(
        When(Exists(Patient.objects.filter(**own, consent_withdrawn=YES)), then=Value("withdrawn")),
        When(died, then=Value("died")),
        When(Exists(Relapse.objects.filter(**own)), then=Value("relapsed")),
        When(infused, then=Value("infused")),
        When(Exists(CartCourse.objects.filter(**own, infused=NOT_INFUSED)), then=Value("not_infused")),
        When(Exists(Leukapheresis.objects.filter(**own, aph_start_date__isnull=False)), then=Value("collected")),
        default=Value("registered"),
        output_field=CharField(),
    )
