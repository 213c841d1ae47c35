"""`manage.py issue_releases`: issue what site users see of outcomes now, as the scheduler does every hour."""

from django.core.management.base import BaseCommand

from analytics.actions_of_releases import issue_releases


class Command(BaseCommand):
    """Own cases of each site exactly, the others under disclosure control where the policy allows a new form."""

    help = "Issue the releases of every site with readers that are due and may be issued."

    def handle(self, *args, **options):
        """Say how many were issued."""
        self.stdout.write(f"{issue_releases()} releases issued")
