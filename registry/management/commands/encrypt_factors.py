"""`manage.py encrypt_factors`: after SECRET_KEY was changed, before the old one is taken away."""

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from registry.access.row_security import everything_scope
from registry.actions.factors import encrypt_anew


class Command(BaseCommand):
    """Authenticator apps are kept under a key made of SECRET_KEY; those before it stand in SECRET_KEY_BEFORE."""

    help = "Bring the secrets of all authenticator apps under the SECRET_KEY of now. Then the one before can be taken away."

    def handle(self, *args, **options):
        """All of them or none."""
        try:
            with everything_scope(actor="encrypt_factors"):
                count = encrypt_anew()
        except InvalidToken:
            raise CommandError(
                "A secret is kept under a key that is neither SECRET_KEY nor in SECRET_KEY_BEFORE. Nothing was changed: "
                "add the key that was in use when the app was added."
            ) from None
        self.stdout.write(f"{count} secrets of authenticator apps are under the SECRET_KEY of now.")
