"""Who may do what: a page of the standard operating procedure, in code."""

from django.utils.translation import gettext_lazy as _

from registry.access.permissions import Permission


class Role:
    """A task in the consortium. `all_sites`: works on the cases of every site, not only on those of the own hospital."""

    code = ""
    label = ""
    all_sites = False
    permissions: tuple[Permission, ...] = ()


class SiteCoordinator(Role):
    """Enters and corrects the cases of the own sites, and answers their queries."""

    code = "coordinator"
    label = _("Site coordinator")
    permissions = (
        Permission.CASE_READ,
        Permission.CASE_ENROL,
        Permission.FORM_WRITE,
        Permission.QUERY_ANSWER,
        Permission.FORM_REKEY,
        Permission.NAME_REPORT,
        Permission.OWN_SITE_READ,
        Permission.PUBLIC_READ,
        Permission.TOKEN_OWN,
    )


class SiteInvestigator(Role):
    """Answers for the cases of the own sites: enters, corrects, signs and endorses."""

    code = "investigator"
    label = _("Site investigator")
    permissions = (*SiteCoordinator.permissions, Permission.FORM_SIGN, Permission.DATA_ENDORSE)


class DataManager(Role):
    """Reviews the cases of all sites: asks, verifies, locks. Corrects nothing; that is the site's."""

    code = "manager"
    label = _("Data manager")
    all_sites = True
    permissions = (
        Permission.CASE_READ,
        Permission.QUERY_MANAGE,
        Permission.AUDIT_RUN,
        Permission.FORM_REKEY,
        Permission.FORM_VERIFY,
        Permission.FORM_LOCK,
        Permission.LOCK_APPROVE,
        Permission.NAME_REPORT,
        Permission.NAME_REMOVE,
        Permission.TRAIL_REVIEW,
        Permission.POOLED_READ,
        Permission.SITES_COMPARE,
        Permission.MILESTONE_SET,
        Permission.CAUSE_READ,
        Permission.DATASET_READ,
        Permission.CUT_TAKE,
        Permission.EXPORT_REVIEW,
        Permission.PUBLIC_READ,
        Permission.TOKEN_OWN,
    )


class ConsortiumLead(Role):
    """Watches the pooled outcomes, answers for the analyses, and is a second person where a lock is opened. Enters and locks nothing."""

    code = "lead"
    label = _("Consortium lead")
    all_sites = True
    permissions = (
        Permission.CASE_READ,
        Permission.LOCK_APPROVE,
        Permission.POOLED_READ,
        Permission.SITES_COMPARE,
        Permission.MILESTONE_SET,
        Permission.CAUSE_READ,
        Permission.VIEWS_OF_ALL,
        Permission.DATASET_READ,
        Permission.CUT_TAKE,
        Permission.EXPORT_REVIEW,
        Permission.PUBLIC_READ,
        Permission.PUBLIC_ISSUE,
        Permission.TOKEN_OWN,
    )


class Statistician(Role):
    """Reads de-identified datasets and results by REST; never a case form."""

    code = "statistician"
    label = _("Statistician")
    permissions = (Permission.POOLED_READ, Permission.DATASET_READ, Permission.PUBLIC_READ, Permission.TOKEN_OWN)


class Administrator(Role):
    """Manages sites and people; sees no clinical data."""

    code = "administrator"
    label = _("Administrator")
    permissions = (Permission.PEOPLE_MANAGE, Permission.OPERATIONS_READ)


ROLES = {
    role.code: role
    for role in (SiteCoordinator, SiteInvestigator, DataManager, ConsortiumLead, Statistician, Administrator)
}
