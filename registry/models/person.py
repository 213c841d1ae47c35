"""People and their personal tokens."""

import hashlib
import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.access.permissions import Permission
from registry.access.roles import ROLES


class PersonManager(BaseUserManager):
    """Finds people by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username):
        """The person with this address."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who works with the registry in one role. Never deleted, never renamed to somebody else: deactivated."""

    email = models.EmailField(_("E-mail"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    role = models.CharField(_("Role"), max_length=20, choices=[(role.code, role.label) for role in ROLES.values()])
    sites = models.ManyToManyField("registry.Site", verbose_name=_("Sites"), blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    language = models.CharField(
        _("Language"), max_length=5, choices=[("en", "English"), ("ja", "日本語")], default="en"
    )

    objects = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_email")]

    def __str__(self):
        return self.name

    @property
    def role_label(self):
        """The role's name in the reader's language."""
        return ROLES[self.role].label

    def may(self, permission: Permission) -> bool:
        """Whether the role permits it; nothing is permitted to somebody inactive."""
        return self.is_active and permission in ROLES[self.role].permissions

    @property
    def sees_all_sites(self) -> bool:
        """Whether this person works on the cases of every site."""
        return ROLES[self.role].all_sites

    def site_ids(self) -> list[int]:
        """Ids of the sites whose rows exist for this person, in PostgreSQL too."""
        from registry.models.site import Site

        if not self.may(Permission.CASE_READ):
            return []
        sites = Site.objects.all() if self.sees_all_sites else self.sites.all()
        return list(sites.order_by("pk").values_list("pk", flat=True))


class Token(models.Model):
    """A personal key to the REST interface: shown once, stored as a hash, with a purpose and an end."""

    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    purpose = models.CharField(_("Purpose"), max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("Expires"))
    last_used_at = models.DateTimeField(_("Last used"), null=True)
    revoked_at = models.DateTimeField(_("Revoked"), null=True)

    class Meta:
        ordering = ["-created_at"]

    @staticmethod
    def new_key() -> str:
        """128 random bits as 32 hexadecimal characters, the shape that REDCap clients insist on."""
        return secrets.token_hex(16)

    @staticmethod
    def digest_of(key: str) -> str:
        """What is stored of a key. It is random, so no slow hash is needed."""
        return hashlib.sha256(key.encode()).hexdigest()

    @property
    def is_alive(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.owner.is_active
