"""What a personal token may do. Its rights are those of its owner's role that one of its scopes names, at the moment of the call.

What a person does with a name under it — signing, verifying, locking, making tokens, managing people — no token does.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from registry.access.permissions import Permission


class Scope(StrEnum):
    """One kind of use."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    IMPORT = "import"


LABELS = {
    Scope.READ: _("Read, page by page"),
    Scope.WRITE: _("Enter and correct, ask for analyses"),
    Scope.EXPORT: _("Take whole files, also by a REDCap client"),
    Scope.IMPORT: _("Import many cases at once, also by a REDCap client"),
}
POOLED = frozenset(
    {Permission.POOLED_READ, Permission.SITES_COMPARE, Permission.CAUSE_READ, Permission.DATASET_READ}
)  # of all sites: not for a token that is narrowed to some
READS = frozenset({Permission.CASE_READ, Permission.OWN_SITE_READ, Permission.PUBLIC_READ, *POOLED})
PERMISSIONS = {
    Scope.READ: READS,
    Scope.WRITE: READS
    | {
        Permission.CASE_ENROL,
        Permission.FORM_WRITE,
        Permission.QUERY_ANSWER,
        Permission.QUERY_MANAGE,
        Permission.VIEWS_OF_ALL,
        Permission.CUT_TAKE,
    },
    Scope.EXPORT: READS,
    Scope.IMPORT: READS | {Permission.CASE_ENROL, Permission.FORM_WRITE},
}


def permits(token, permission) -> bool:
    """Whether the token lets its owner use this right; the role must have it too."""
    if token.site_ids and permission in POOLED:
        return False
    return any(permission in PERMISSIONS[Scope(scope)] for scope in token.scopes)
