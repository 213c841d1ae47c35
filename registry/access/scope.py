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


def _withdrawn():
    """Ids of the cases whose patients withdrew consent."""
    from registry.consent import YES
    from registry.models.patient import Patient

    return Patient.objects.filter(consent_withdrawn=YES).values("case")
