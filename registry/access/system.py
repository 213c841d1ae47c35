"""Work that no person does at the moment: imports, the demonstration, the workers."""

from registry.access.permissions import Permission
from registry.models import Site


class SystemActor:
    """Acts for the registry itself over all sites; the history names it."""

    stands_in = None
    is_authenticated = is_active = sees_all_sites = True
    role = "system"
    permissions = (Permission.CASE_READ, Permission.CASE_ENROL, Permission.FORM_WRITE, Permission.PEOPLE_MANAGE)

    def __init__(self, name):
        self.email = self.name = name

    def may(self, permission):
        """Enrol and write; nothing about pooled data or signatures."""
        return permission in self.permissions

    def site_ids(self):
        """Every site."""
        return list(Site.objects.order_by("pk").values_list("pk", flat=True))
