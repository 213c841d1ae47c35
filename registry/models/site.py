"""Hospitals that take part, and the cohorts their cases belong to."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Site(models.Model):
    """A participating hospital. Its code begins every case number of its own."""

    code = models.CharField(
        _("Code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("A site code is three capital letters, such as KYO."))],
    )
    name = models.CharField(_("Name"), max_length=120, unique=True)
    is_active = models.BooleanField(_("Takes part"), default=True)
    accepts_api_import = models.BooleanField(_("Takes records in by REDCap clients"), default=False, db_default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} · {self.name}"


class Cohort(models.Model):
    """A set of cases that is analysed on its own: the consortium's, or one brought in by import."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    about = models.TextField(_("About"), blank=True, max_length=1000)
    is_synthetic = models.BooleanField(_("Synthetic"), default=False)
    is_published = models.BooleanField(_("Public already: its hospitals are named in analyses"), default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.name
