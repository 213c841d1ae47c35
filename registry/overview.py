"""What lists say about a case, as SQL: day 0, subtype, disease burden, where the patient stands."""

from django.db.models import Case as Choice
from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from registry.consent import YES
from registry.models import (
    BaselineDisease,
    CartCourse,
    Death,
    FollowUp,
    Infusion,
    Leukapheresis,
    Patient,
    PreInfusionAssessment,
    Relapse,
)

HIGH_BURDEN_PERCENT = 5  # marrow blasts; burden_kato of the derived fields
LESS_THAN, MORE_THAN = 2, 4  # operators of a value that stands exactly on the cut
PHASE_ORDER = Choice(When(pre_phase=2, then=0), When(pre_phase=3, then=1), When(pre_phase=1, then=2), default=3)
DEAD, NOT_INFUSED, INFUSED = 2, 0, 1
STATES = ("registered", "collected", "not_infused", "infused", "relapsed", "died", "withdrawn")
BURDENS = {"low": _("low (< 5 %)"), "high": _("high (≥ 5 %)"), "unknown": _("not known")}


def overview(cases):
    """The cases with `day0`, `subtype`, `blasts`, `burden` (low, high, unknown) and `state` (one of STATES)."""
    own = {"case": OuterRef("pk")}
    first_infusion = Infusion.objects.filter(**own, course_no=1, inf_date__isnull=False).order_by("inf_seq")
    assessment = (
        PreInfusionAssessment.objects.filter(**own, course_no=1, pre_bm_blast__isnull=False)
        .annotate(phase_order=PHASE_ORDER)
        .order_by("phase_order", "-pre_date", "-pre_seq")
    )
    return cases.annotate(
        day0=Subquery(first_infusion.values("inf_date")[:1]),
        subtype=Subquery(BaselineDisease.objects.filter(**own).values("all_subtype")[:1]),
        blasts=Subquery(assessment.values("pre_bm_blast")[:1]),
        blasts_op=Subquery(assessment.values("pre_bm_blast_op")[:1]),
    ).annotate(burden=_burden(), state=_state(own))


def _burden():
    low = Q(blasts__lt=HIGH_BURDEN_PERCENT) | Q(blasts=HIGH_BURDEN_PERCENT, blasts_op=LESS_THAN)
    return Choice(
        When(blasts=None, then=Value("unknown")),
        When(low, then=Value("low")),
        default=Value("high"),
        output_field=CharField(),
    )


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
