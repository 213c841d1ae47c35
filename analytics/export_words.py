"""What is said of an export: its steps, why it could not be made, why its file is gone. For pages and REST."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.acts import exports
from analytics.exports.policy import CONSORTIUM, DEIDENTIFIED, FULL
from analytics.models import ExportJob
from registry import clock
from registry.views.case_forms import short_title_of

STEPS = {
    "reading": gettext_lazy("reading the dataset"),
    "shaping": gettext_lazy("applying the profile"),
    "writing": gettext_lazy("writing the files"),
    "storing": gettext_lazy("packing"),
}
PROFILES = {
    DEIDENTIFIED: gettext_lazy("De-identified: days instead of dates, ages in bands, rare answers grouped"),
    CONSORTIUM: gettext_lazy("Consortium: all cases under pseudonyms, with dates; no identifiers, no free text"),
    FULL: gettext_lazy("Full: the own hospital's cases with case numbers, identifiers and free text"),
}
SHORT = {
    DEIDENTIFIED: gettext_lazy("de-identified"),
    CONSORTIUM: gettext_lazy("consortium"),
    FULL: gettext_lazy("full"),
    "unnamed": gettext_lazy("without names"),
    "analysis": gettext_lazy("analysis tables"),
}
FORMATS = {
    "csv": gettext_lazy("CSV"),
    "ndjson": gettext_lazy("NDJSON"),
    "parquet": gettext_lazy("Parquet"),
    "arrow": gettext_lazy("Arrow"),
    "xpt": gettext_lazy("SAS transport 5 (xpt)"),
    "xpt8": gettext_lazy("SAS transport 8 (xpt)"),
    "sav": gettext_lazy("SPSS (sav)"),
    "dta": gettext_lazy("Stata (dta)"),
    "adam": gettext_lazy("ADaM: ADSL, ADTTE, ADAE"),
    "xlsx": gettext_lazy("Excel (xlsx)"),
    "odm": gettext_lazy("CDISC ODM 1.3.2 (xml)"),
    "odm_audit": gettext_lazy("CDISC ODM 1.3.2 with every change (xml)"),
}


TABLES = {  # beside those of the forms, which have the forms' titles
    "wide": gettext_lazy("One row a case"),
    "cases": gettext_lazy("Case columns of the analyses"),
    "endpoints": gettext_lazy("Endpoints"),
    "left_out": gettext_lazy("Left out of endpoints, and why"),
    "adsl": "ADSL",
    "adtte": "ADTTE",
    "adae": "ADAE",
}


def tables():
    """(name, words) of every table that an export can be narrowed to."""
    return [(one, TABLES.get(one) or short_title_of(one)) for one in exports.TABLES]


def doing(job):
    """What is being done, in words; "" once it has ended."""
    if job.state == ExportJob.QUEUED:
        return _("waits for a worker")
    if job.state != ExportJob.RUNNING:
        return ""
    return str(STEPS.get(job.step, _("at work")))


def why_not(job):
    """Why the export has no file, and what to do; "" while it has one or may get one."""
    if job.state == ExportJob.FAILED:
        return _failed(job)
    said = {
        ExportJob.CANCELLED: _("It was cancelled before it was made. Ask for it again."),
        ExportJob.DELETED: _("You deleted it. Ask for it again."),
        ExportJob.EXPIRED: _("Its file was kept until {day} and is not there any more. Ask for it again."),
        ExportJob.TAKEN_BACK: _(
            "Somebody in it withdrew consent, so its file was removed. Delete the copies you hold, and ask for it again."
        ),
    }
    if job.abroad:
        said[ExportJob.TAKEN_BACK] = _(
            "The consent of somebody in it does not reach outside the consortium any more, so its file was removed. "
            "Tell whoever has a copy, and ask for it again."
        )
    return said.get(job.state, "").format(day=job.expires_at and clock.day_of(job.expires_at).isoformat())


def _failed(job):
    kind, _colon, detail = job.error.partition(": ")
    if kind == "retired":
        return _("The cut was retired, because somebody in it withdrew consent. Take its successor.")
    if kind == "no room":
        return _(
            "The registry's disk has no room for its file. Tell whoever runs the registry, and ask again when there is room."
        )
    if kind == "impossible":
        return _("This format cannot hold it: {detail}").format(detail=detail)
    return _("It could not be made; whoever runs the registry finds export {pk} in the log. You can ask again.").format(
        pk=job.pk
    )
