"""The words in which the rest of the code asks for rows: whose, and which."""

from django.db import models
from django.shortcuts import get_object_or_404

from registry.access.permissions import Permission


class CaseQuerySet(models.QuerySet):
    """Cases."""

    def visible_to(self, person):
        """Cases of the person's own sites; of every site for those who work across sites; none for anybody else."""
        if not (person.is_authenticated and person.may(Permission.CASE_READ)):
            return self.none()
        if person.sees_all_sites:
            return self
        return self.filter(site__in=person.own_sites())

    def not_withdrawn(self):
        """Cases whose patients have not withdrawn consent; registry/consent.py is the rule."""
        return self.exclude(pk__in=_withdrawn())

    def withdrawn(self):
        """Cases whose patients have withdrawn consent."""
        return self.filter(pk__in=_withdrawn())

    def or_404(self, number):
        """The case with this number; a foreign one answers like one that does not exist."""
        return get_object_or_404(self.select_related("site", "cohort"), number=number)

    def with_locks(self):
        """Annotated for `is_closed`: whether the case's hospital or cohort is locked."""
        return self.annotate(is_locked_around=_locked_around())

    def closed(self):
        """Cases of which nothing can be changed: locked themselves, or with their hospital or cohort."""
        return self.filter(models.Q(is_locked=True) | models.Q(_locked_around()))

    def with_gone(self):
        """Annotated `is_gone`: in no list any more, removed or withdrawn."""
        is_gone = models.Q(is_void=True) | models.Q(pk__in=_withdrawn())
        return self.annotate(is_gone=models.ExpressionWrapper(is_gone, models.BooleanField()))


class CaseManager(models.Manager):
    """Cases that count: those that were not enrolled by mistake."""

    def get_queryset(self):
        """Without removed cases."""
        return super().get_queryset().filter(is_void=False)


class CaseRowQuerySet(models.QuerySet):
    """Rows that belong to a case."""

    def visible_to(self, person):
        """Rows of the cases this person may see."""
        from registry.models.case import Case

        return self.filter(case__in=Case.objects.visible_to(person))

    def not_withdrawn(self):
        """Rows of patients who have not withdrawn consent."""
        return self.exclude(case__in=_withdrawn())

    def with_gone(self):
        """Annotated `is_gone`: in no list any more, because its case was removed, or consent withdrawn."""
        return self.annotate(is_gone=models.ExpressionWrapper(self._gone(), models.BooleanField()))

    def _gone(self):
        return models.Q(case__is_void=True) | models.Q(case__in=_withdrawn())


class OpeningQuerySet(models.QuerySet):
    """What was asked for to open locks."""

    def visible_to(self, person):
        """Of the cases this person may see, and of hospitals and cohorts for those who work on all."""
        from registry.models.case import Case

        of_cases = models.Q(case__in=Case.objects.visible_to(person))
        is_of_all = person.may(Permission.LOCK_APPROVE) and person.sees_all_sites
        return self.filter(of_cases | models.Q(case=None) if is_of_all else of_cases)

    def waiting(self):
        """What a second person can still decide, the oldest first."""
        from registry.models.lock import OpeningState, lapsed_before

        return self.filter(state=OpeningState.ASKED, asked_at__gt=lapsed_before()).order_by("pk")


class FormQuerySet(CaseRowQuerySet):
    """Rows of one case report form."""

    def _gone(self):
        return models.Q(is_void=True) | super()._gone()

    def in_order(self):
        """By case, course and row number."""
        names = [name for name in ("course_no", self.model.key_item) if name and hasattr(self.model, name)]
        return self.order_by("case_id", *names)


class FormManager(models.Manager):
    """Rows that count: those that were not voided."""

    def get_queryset(self):
        """Without voided rows."""
        return super().get_queryset().filter(is_void=False)


def _locked_around():
    """Whether the hospital or the cohort of a case is locked."""
    from registry.models.lock import DatabaseLock

    around = models.Q(site=models.OuterRef("site")) | models.Q(cohort=models.OuterRef("cohort"))
    return models.Exists(DatabaseLock.objects.filter(around, opened_at=None))


def _withdrawn():
    """Ids of the cases whose patients withdrew consent."""
    from registry.consent import YES
    from registry.models.patient import Patient

    return Patient.objects.filter(consent_withdrawn=YES).values("case")
