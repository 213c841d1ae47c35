"""People and their personal tokens."""

import hashlib
import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.access.token_scopes import Scope, permits


class PersonManager(BaseUserManager):
    """Finds people by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username):
        """The person with this address."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who works with the registry in one role. Never deleted, never renamed to somebody else: deactivated.

    came_by: the personal token of this request, which narrows what its owner may; None at the pages.
    stands_in: the Deputy by which this request works in a colleague's place, with that role and those sites; None for one's own.
    """

    came_by = None
    stands_in = None

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

    def stand_in(self, deputy):
        """Work in a colleague's place for this request."""
        self.stands_in, self.role = deputy, deputy.person.role

    def save(self, *args, **words):
        """Never the role of somebody else."""
        fields = words.get("update_fields")
        if self.stands_in and (fields is None or "role" in fields):
            raise ValueError("somebody who works in another's place is not stored with that one's role")
        super().save(*args, **words)

    @property
    def signed_name(self):
        """By what name the person signs: the own one, and for whom."""
        return f"{self.name} (for {self.stands_in.person.name})"[:120] if self.stands_in else self.name

    @property
    def working_sites(self):
        """The sites that were given to the person, or to the one in whose place it works."""
        return self.stands_in.person.sites if self.stands_in else self.sites

    @property
    def role_label(self):
        """The role's name in the reader's language."""
        return ROLES[self.role].label

    def may(self, permission: Permission) -> bool:
        """Whether the role permits it, and the token by which the person came; nothing is permitted to somebody inactive."""
        return self.may_by_role(permission) and (self.came_by is None or permits(self.came_by, permission))

    def may_by_role(self, permission: Permission) -> bool:
        """Whether the role alone permits it."""
        return self.is_active and permission in ROLES[self.role].permissions

    def may_by(self, scope: Scope) -> bool:
        """Whether the person came by the pages, or by a token of this scope."""
        return self.came_by is None or scope in self.came_by.scopes

    @property
    def sees_identifiers(self) -> bool:
        """Whether items that say who a patient is are answered: at the pages, and by a token that says so."""
        return self.came_by is None or self.came_by.has_identifiers

    @property
    def sees_all_sites(self) -> bool:
        """Whether this person works on the cases of every site."""
        return ROLES[self.role].all_sites and not (self.came_by and self.came_by.site_ids)

    def own_sites(self):
        """The sites whose cases this person works on: the role's, of them those of the token."""
        from registry.models.site import Site

        sites = Site.objects.all() if ROLES[self.role].all_sites else self.working_sites.all()
        return sites.filter(pk__in=self.came_by.site_ids) if self.came_by and self.came_by.site_ids else sites

    def site_ids(self) -> list[int]:
        """Ids of the sites whose rows exist for this person, in PostgreSQL too."""
        if not self.may(Permission.CASE_READ):
            return []
        return list(self.own_sites().order_by("pk").values_list("pk", flat=True))


class Token(models.Model):
    """A personal key to the REST interface: shown once, stored as a hash, with a purpose and an end.

    scopes           what it may do (registry/access/token_scopes.py)
    site_ids         the sites to which it is narrowed; all of its owner's, if none is named
    has_identifiers  whether it answers items that say who a patient is
    """

    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    purpose = models.CharField(_("Purpose"), max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=8, choices=[(one.value, one.name) for one in Scope]), default=list)
    site_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    has_identifiers = models.BooleanField(default=False)
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
