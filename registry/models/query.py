"""Questions to the site about a stored answer, with their thread."""

from django.db import models
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from registry.access.scope import CaseRowQuerySet


class Origin(models.TextChoices):
    """Who asked."""

    MACHINE = "machine", _("the registry")
    MANAGER = "manager", _("a data manager")


class QueryState(models.TextChoices):
    """open: the site owes the next step; answered: the data manager; closed: nobody."""

    OPEN = "open", pgettext_lazy("query", "open")
    ANSWERED = "answered", pgettext_lazy("query", "answered")
    CLOSED = "closed", pgettext_lazy("query", "closed")


class AnswerKind(models.TextChoices):
    """What the site says it did."""

    CONFIRMED = "confirmed", _("confirmed against the source")
    CORRECTED = "corrected", _("corrected")
    UNAVAILABLE = "unavailable", _("source not available")
    OTHER = "other", _("other")


class Act(models.TextChoices):
    """One step of a thread."""

    OPENED = "opened", _("opened")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("re-opened")
    RESOLVED = "resolved", _("closed by a correction")


# Why the registry closed its own query though nothing was corrected: stored as it stands here, read in the reader's language.
FORM_REMOVED, OTHER_FORM_REMOVED = gettext_noop("The form was removed."), gettext_noop("Another form was removed.")
WITHDRAWN = gettext_noop("Consent was withdrawn.")
NOT_CORRECTED = (FORM_REMOVED, OTHER_FORM_REMOVED, WITHDRAWN)


def as_said(text: str) -> str:
    """The words of a step: somebody's as typed, the registry's own in the reader's language."""
    return gettext(text) if text in NOT_CORRECTED else text


class Query(models.Model):
    """A question to the site. The machine's has a `rule` and one row per fact, re-opened if the fact comes back.

    `text % values` is the sentence: for the machine's an English message of a finding, for a manager's the words as typed.
    """

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(_("Form"), max_length=40)
    row_id = models.BigIntegerField()
    item = models.CharField(_("Item"), max_length=40, blank=True)  # blank: about the whole form
    rule = models.CharField(_("Rule"), max_length=80, blank=True)
    rule_version = models.CharField(max_length=20, blank=True)
    severity = models.CharField(max_length=10, default="soft")
    origin = models.CharField(_("Raised by"), max_length=10, choices=Origin.choices)
    state = models.CharField(_("State"), max_length=10, choices=QueryState.choices, default=QueryState.OPEN)
    text = models.TextField(_("Question"))
    values = models.JSONField(default=dict)
    # Closed although the finding stands: not asked again about the same values.
    is_accepted = models.BooleanField(default=False)
    answer_kind = models.CharField(_("Answer"), max_length=12, choices=AnswerKind.choices, blank=True)
    opened_at = models.DateTimeField(_("Opened"))
    changed_at = models.DateTimeField(_("Last step"))
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(fields=["case", "state"], name="queries_of_case"),
            models.Index(fields=["state", "opened_at", "id"], name="queries_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "row_id", "item", "rule", "text"],
                condition=models.Q(origin="machine"),
                name="one_query_per_fact",
            )
        ]

    @property
    def is_closed(self) -> bool:
        """Whether nobody owes anything."""
        return self.state == QueryState.CLOSED


class QueryStep(models.Model):
    """One step of a query's thread. Never changed."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="steps")
    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    at = models.DateTimeField(_("When"))
    actor = models.CharField(_("Who"), max_length=254)
    role = models.CharField(_("Role"), max_length=20)
    act = models.CharField(_("Step"), max_length=10, choices=Act.choices)
    kind = models.CharField(_("Answer"), max_length=12, choices=AnswerKind.choices, blank=True)
    text = models.TextField(_("Words"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    @property
    def words(self) -> str:
        """What was said, for the reader."""
        return as_said(self.text)
