"""Who read what of which patient: what a hospital must be able to say after a breach."""

from django.db import models


class CaseReading(models.Model):
    """A page or an answer about one case that somebody was given. Written with it, changed by nobody; never what stood on it.

    No foreign key to the case: the line outlives it, as the history does. page: the name of the address; request: as in the history.
    """

    at = models.DateTimeField()
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="+")
    site_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    page = models.CharField(max_length=40)
    request = models.CharField(max_length=60)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case_id", "at"], name="readings_of_case")]
