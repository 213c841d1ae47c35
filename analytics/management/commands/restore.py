"""`manage.py restore`: bring database and files back, to the last commit or to a moment."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from analytics.management.backing_up import admin, key, refusing
from deploy.backups import RefusalError, store
from deploy.backups.bring_back import Target, bring_back, bring_back_files, moment


class Command(BaseCommand):
    """What is in use is never emptied: the restored database is loaded beside it, compared, and only then takes its name."""

    help = "Bring the database back from a backup folder: to the last commit it knows, or with --to-time to a moment."

    def add_arguments(self, parser):
        """--from, to when, over what."""
        parser.add_argument(
            "--from", required=True, type=Path, metavar="DIR", dest="folder", help="the folder given to backup --to"
        )
        parser.add_argument(
            "--to-time", default="", metavar="T", help="a moment with its zone, such as 2027-04-01T14:30:00+09:00"
        )
        parser.add_argument(
            "--over",
            default="",
            metavar="HOST/NAME",
            help="host and name of a database that holds tables, to put the backup in its place; it is kept under another name",
        )
        parser.add_argument(
            "--files-to",
            type=Path,
            metavar="DIR",
            help="where the files go; MEDIA_ROOT, or a folder beside it where that holds any",
        )
        parser.add_argument(
            "--despite-history",
            action="store_true",
            help="take the name even though verify_history complains (for example of anchors newer than the moment)",
        )
        parser.add_argument(
            "--work", metavar="DIR", help="where to recover; the system's temporary folder if not given"
        )

    def handle(self, *args, folder, to_time, over, files_to, despite_history, work, **options):
        """Choose the backup, recover, load, check, change the names; then the files."""
        with refusing():
            until = moment(to_time) if to_time else None
            base = store.newest(folder, until)
            secret = key(self.stdout)
            target = Target(admin(), settings.DATABASES["default"]["NAME"], over)
            self.despite = despite_history
            found = bring_back(base, secret, target, until=until, within=work, check=self.history)
            files = bring_back_files(base, secret, files_to or Path(settings.MEDIA_ROOT), work)
        state = f"of {until:%Y-%m-%d %H:%M:%S} UTC" if until else "of the last commit in the backup"
        self.stdout.write(
            f"{target.place} holds the state {state}: {found['rows']} rows in {len(found['tables'])} tables, each as in the backup."
        )
        if found["kept_as"]:
            self.stdout.write(
                f"What was there before is kept as the database {found['kept_as']}; drop it when it is not needed any more."
            )
        self.stdout.write(f"Files are in {files}.")
        self.stdout.write(
            "Everybody signs in anew, tokens are made anew, invitations and links for new passwords are sent again. Refusals and withdrawals of consent after that moment must be entered again."
        )

    def history(self, name):
        """Verify the history of the loaded database before it is used."""
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_history"], cwd=settings.ROOT, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False
        )  # fmt: skip
        self.stdout.write(done.stdout.strip())
        if done.returncode and not self.despite:
            raise RefusalError(
                f"The restored history does not hold; the database {name} is left for looking at it, and nothing was replaced. "
                f"If the places above are what the moment explains, add --despite-history. {done.stderr[-500:]}"
            )
