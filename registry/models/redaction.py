"""A name that was typed into free text of a case, and is taken out by two persons."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.access.scope import CaseRowQuerySet
from registry.models.two_persons import ASKED, WITHDRAWN, TwoPersons

REDACTED = "redacted"  # the item by which a form's own history says that a name was taken out of it


class RedactionState(models.TextChoices):
    """asked: a second person is to confirm."""

    ASKED = ASKED, pgettext_lazy("redaction", "waits for a second person")
    DONE = "done", pgettext_lazy("redaction", "taken out")
    WITHDRAWN = WITHDRAWN, pgettext_lazy("redaction", "withdrawn")


class Redaction(TwoPersons):
    """That a name is to be taken out of a case's free text, or was. Never the name; only PostgreSQL's functions change it.

    events  how many changes in the history held the name
    digest  SHA-256 over the hashes of these as they are since then, by which verify_history knows them
    """

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    state = models.CharField(_("State"), max_length=10, choices=RedactionState.choices, default=RedactionState.ASKED)
    events = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "state"], name="redactions_of_case")]
