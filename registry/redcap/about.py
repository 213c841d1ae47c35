"""What a client asks about the project, its hospitals and the person of the token."""

from django.conf import settings
from django.utils.translation import get_language

from registry import clock
from registry.access.permissions import Permission
from registry.access.token_scopes import Scope
from registry.models import Case, Cohort, Site
from registry.redcap.project import instruments
from registry.redcap.records import group_of

# The newest server whose shapes this door has: from 15.6 on the numbers of rights are others.
VERSION = "14.5.10"
PROJECT = (
    "project_id", "project_title", "creation_time", "production_time", "in_production", "project_language", "purpose",
    "purpose_other", "project_notes", "custom_record_label", "secondary_unique_field", "is_longitudinal",
    "has_repeating_instruments_or_events", "surveys_enabled", "scheduling_enabled", "record_autonumbering_enabled",
    "randomization_enabled", "ddp_enabled", "project_irb_number", "project_grant_number", "project_pi_firstname",
    "project_pi_lastname", "display_today_now_button", "missing_data_codes", "external_modules",
    "bypass_branching_erase_field_prompt",
)  # fmt: skip
GROUPS = ("data_access_group_name", "unique_group_name", "data_access_group_id")
GROUP_OF_PERSON = ("username", "redcap_data_access_group")
USER = (
    "username", "email", "firstname", "lastname", "expiration", "data_access_group", "data_access_group_id", "design", "alerts",
    "user_rights", "data_access_groups", "reports", "stats_and_charts", "manage_survey_participants", "calendar",
    "data_import_tool", "data_comparison_tool", "logging", "file_repository", "data_quality_create", "data_quality_execute",
    "data_quality_resolution", "api_export", "api_import", "mobile_app", "mobile_app_download_data", "record_create",
    "record_rename", "record_delete", "lock_records_all_forms", "lock_records", "lock_records_customization", "forms",
    "forms_export",
)  # fmt: skip
NO_ACCESS, EDIT, READ_ONLY = 0, 1, 2
NO_EXPORT, FULL_EXPORT, WITHOUT_IDENTIFIERS = 0, 1, 3
RESEARCH = 2
LANGUAGES = {"en": "English", "ja": "Japanese"}


def project_row():
    """The one row about the project. Numbers and 0/1; missing reasons stand in fields of their own, so there are no codes for them."""
    cohort = Cohort.objects.order_by("pk").first()
    told = {
        "project_id": 1,
        "project_title": cohort.name if cohort else "CAR-T registry",
        "in_production": int(not settings.DEMO),
        "project_language": LANGUAGES.get((get_language() or "en")[:2], "English"),
        "purpose": RESEARCH,
        "has_repeating_instruments_or_events": 1,
        "record_autonumbering_enabled": 1,
    }
    zeros = ("is_longitudinal", "surveys_enabled", "scheduling_enabled", "randomization_enabled", "ddp_enabled")
    told |= dict.fromkeys((*zeros, "display_today_now_button", "bypass_branching_erase_field_prompt"), 0)
    return [told.get(name, "") for name in PROJECT]


def group_rows(person):
    """The hospitals whose cases the person works on, as data access groups."""
    return [(site.name, group_of(site), site.pk) for site in sites_of(person)]


def sites_of(person):
    """The hospitals whose cases the person works on, by code."""
    return list(Site.objects.filter(pk__in=person.site_ids()).order_by("code"))


def group_of_person_row(person):
    """The person and, if there is one hospital only, its group."""
    sites = sites_of(person)
    return person.email, group_of(sites[0]) if len(sites) == 1 else ""


def user_row(person, token, *, is_json):
    """What the person may do by this token. forms, forms_export: a number for each instrument."""
    sites = sites_of(person)
    only = sites[0] if len(sites) == 1 else None
    reads, writes = person.may(Permission.CASE_READ), may_import(person)
    exports = reads and person.may_by(Scope.EXPORT)
    first, _blank, last = person.name.partition(" ")
    level = FULL_EXPORT if person.sees_identifiers else WITHOUT_IDENTIFIERS
    told = {
        "username": person.email,
        "email": person.email,
        "firstname": first,
        "lastname": last,
        "expiration": clock.day_of(token.expires_at).isoformat(),
        "data_access_group": group_of(only) if only else "",
        "data_access_group_id": only.pk if only else "",
        "logging": int(exports),
        "api_export": int(exports),
        "api_import": int(writes),
        "record_create": int(writes and person.may(Permission.CASE_ENROL)),
        "forms": _of_forms(EDIT if writes else READ_ONLY if reads else NO_ACCESS, is_json),
        "forms_export": _of_forms(level if exports else NO_EXPORT, is_json),
    }
    return [told.get(name, 0) for name in USER]


def may_import(person) -> bool:
    """Whether the token and its owner may bring records in at a hospital that takes them."""
    may = person.may_by(Scope.IMPORT) and person.may(Permission.FORM_WRITE)
    return may and any(site.accepts_api_import for site in sites_of(person))


def _of_forms(level, is_json):
    if is_json:
        return {one.name: level for one in instruments()}
    return ",".join(f"{one.name}:{level}" for one in instruments())


def next_record(site) -> str:
    """The number that the next case of a hospital will have, if nobody enrols one before."""
    last = Case.with_void.filter(site=site).order_by("-number").values_list("number", flat=True).first()
    return f"{site.code}-{int(last[4:]) + 1 if last else 1:04d}"
