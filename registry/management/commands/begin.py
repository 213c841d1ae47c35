"""`manage.py begin`: once, after the first start."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.actions.beginning import begin
from registry.actions.letters import LASTS
from registry.models import Purpose


class Command(BaseCommand):
    """Run as reg_app, in the web's container: the worker's role makes no account."""

    help = "Begin a new registry: make the consortium's cohort and the first administrator, and show the link by which that one chooses a password."

    def add_arguments(self, parser):
        """--email E --name N [--besides]"""
        parser.add_argument("--email", required=True, help="the administrator signs in with it; it never changes")
        parser.add_argument("--name", required=True, help="as it stands in the history")
        parser.add_argument(
            "--besides",
            action="store_true",
            help="although there is an administrator: when none of them can sign in any more",
        )

    def handle(self, *args, email, name, besides, **options):
        """Print the link once: only its hash is kept."""
        try:
            person, url = begin(email=email, name=name, besides=besides)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        self.stdout.write(
            f"{person.name} <{person.email}> is an administrator of {settings.REGISTRY_URL} and chooses a password here:\n\n  {url}\n\n"
            f"The link works once, for {LASTS[Purpose.INVITE].days} days, for whoever has it; this command again makes a new one and ends it.\n"
            "After the password comes the second factor (have a phone with an authenticator app, or a passkey, at hand) and ten recovery\n"
            "codes; then Sites: add the hospitals; then People: invite the others, by mail."
        )
