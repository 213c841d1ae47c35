"""What PostgreSQL itself writes: the history of every answer, and the outbox from which analyses are rebuilt."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class HistoryEvent(models.Model):
    """One changed item of one row: written by a trigger, readable by the serving roles, changeable by nobody.

    No foreign keys: the history outlives what it describes. `old` and `new` are JSON values as stored; null is blank, and a state
    that is not set. `on_behalf` is in whose place a deputy worked. `request` begins with what it came by (registry.access.origin). People and sites have neither site nor case.
    """

    at = models.DateTimeField(_("When"))
    actor = models.CharField(_("Who"), max_length=254)
    role = models.CharField(_("Role"), max_length=20)
    on_behalf = models.CharField(max_length=254, null=True)  # noqa: DJ001 - null, or the seals of older rows would not hold
    reason = models.TextField(_("Why"))
    request = models.CharField(_("From where"), max_length=60)
    transaction = models.BigIntegerField()
    site_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    form = models.CharField(_("Form"), max_length=40)
    row_id = models.BigIntegerField()
    kind = models.CharField(_("Kind"), max_length=6)  # insert, update, delete
    item = models.CharField(_("Item"), max_length=40)
    old = models.JSONField(_("Old"), null=True)
    new = models.JSONField(_("New"), null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["case_id", "id"], name="history_of_case"),
            models.Index(fields=["form", "row_id", "id"], name="history_of_row"),
            BrinIndex(fields=["at"], name="history_by_time"),
        ]


class Outbox(models.Model):
    """A change that no dataset covers yet. The row commits with the change and is closed only when its effect is stored."""

    site_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    form = models.CharField(max_length=40)
    at = models.DateTimeField()
    dataset_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(dataset_id=None), name="outbox_open"),
            models.Index(fields=["case_id", "id"], name="outbox_of_case"),
            models.Index(fields=["site_id", "case_id", "id"], name="outbox_of_site"),
            models.Index(fields=["dataset_id", "case_id"], name="outbox_of_dataset"),
        ]


class IdempotencyKey(models.Model):
    """A create that was answered: the same key again gives the same answer, not a second patient."""

    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT)
    key = models.CharField(max_length=80)
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_per_key")]
