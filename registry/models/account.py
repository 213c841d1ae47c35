"""What stands around an account: sessions, second factors, one-time links, letters, counters of attempts, and what happened."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.models.person import Person


class SignedInSession(AbstractBaseSession):
    """A session with what its owner recognises it by. Ended by deleting it; `person` is empty before the sign-in.

    source   the address it came from at the sign-in
    agent    what its browser says of itself
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="sessions")
    source = models.CharField(max_length=45, default="")
    agent = models.CharField(max_length=200, default="")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "registry_session"

    @classmethod
    def get_session_store_class(cls):
        """The store of these."""
        from registry.access.sessions import SessionStore

        return SessionStore


class AttemptCount(models.Model):
    """How often something was tried since a moment. `key` is a hash: no address and no name stands here."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()
    count = models.IntegerField()


class Happened(models.TextChoices):
    """What the security log tells of."""

    SIGNED_IN = "signed_in", _("Signed in")
    REFUSED = "refused", _("Sign-in refused")
    THROTTLED = "throttled", _("Stopped: too many attempts")
    ALERT = "alert", _("Alert: 20 sign-ins were refused within an hour")
    PROVED = "proved", _("Confirmed that it is you")
    NOT_PROVED = "not_proved", _("Confirmation refused")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_ENDED = "factor_ended", _("Second factor removed")
    CODES_MADE = "codes_made", _("Recovery codes made")
    CODE_USED = "code_used", _("Recovery code used")
    PASSWORD_SET = "password_set", _("Password set")
    SESSION_ENDED = "session_ended", _("Session ended")
    INVITED = "invited", _("Invited")
    INVITATION_ENDED = "invitation_ended", _("Invitation withdrawn")
    JOINED = "joined", _("Joined with the single sign-on")
    SEPARATED = "separated", _("Separated from the single sign-on")
    DEPUTY_NAMED = "deputy_named", _("Deputy named")
    DEPUTY_ENDED = "deputy_ended", _("Deputy's time ended")
    STANDS_IN = "stands_in", _("Works as a deputy from here on")
    LEAVES = "leaves", _("The account's end is set")
    STAYS = "stays", _("The account's end is taken back")
    LEFT = "left", _("The account ended")
    TOKEN_REFUSED = "token_refused", _("Tokens refused")  # noqa: S105 - what happened, no token


class SecurityEvent(models.Model):
    """One line of the security log, append-only. `person` is whose account it is about, if it is one; `by` who did it, if another."""

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20, choices=Happened.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="security_events")
    by = models.CharField(max_length=254, default="")
    source = models.CharField(max_length=45, default="")
    agent = models.CharField(max_length=200, default="")
    note = models.CharField(max_length=200, default="")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["person", "-at"], name="security_by_person")]


class Factor(models.Model):
    """An authenticator app of somebody: the second thing that a sign-in asks for.

    secret      base32, encrypted (registry/access/factors.py)
    last_step   the last half minute whose code was used: each code works once
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="factors")
    label = models.CharField(_("Name"), max_length=60)
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["added_at"]


class Passkey(models.Model):
    """A passkey or security key of somebody: shown in place of the code of an app, by a finger, a face or a PIN.

    credential  its name, as the browser knows it; public
    public      its public key with that name (AttestedCredentialData of WebAuthn); nothing secret is stored
    count       how often it signed, if it counts; one that goes back was copied
    last        the hash of the challenge that it answered last: each answer counts once
    is_synced   whether other devices of its owner have it too
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="passkeys")
    label = models.CharField(_("Name"), max_length=60)
    credential = models.CharField(max_length=1400, unique=True)
    public = models.BinaryField()
    transports = ArrayField(models.CharField(max_length=20), default=list)
    count = models.BigIntegerField(default=0)
    last = models.CharField(max_length=64, default="")
    is_synced = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["added_at"]


class Identity(models.Model):
    """By what name the provider of single sign-on knows somebody. One for each person there, one person for each."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    joined_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_identity"),
            models.UniqueConstraint(fields=["person", "issuer"], name="one_identity_per_person"),
        ]


class RecoveryCode(models.Model):
    """A code that replaces app and passkey once, for whoever lost them."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)


class Purpose(models.TextChoices):
    """What a letter is for."""

    INVITE = "invite", pgettext_lazy("letter", "Invitation")
    RESET = "reset", pgettext_lazy("letter", "New password")
    ALERT = "alert", pgettext_lazy("letter", "Alert")


class Letter(models.Model):
    """A mail that has to be sent. The row is the truth: the worker sends it, again until it is gone. It holds no secret.

    person   whom it is about, and for a link to whom it goes; empty where somebody unknown asked, then nothing is sent
    """

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="letters")
    wanted_at = models.DateTimeField(default=timezone.now)
    wanted_by = models.CharField(max_length=254, default="")
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [models.Index(fields=["wanted_at"], name="letters_to_send", condition=models.Q(done_at=None))]


class OneTimeLink(models.Model):
    """The key of a link that was mailed: opens a page for a new password, once, until its end. Stored as a hash."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
