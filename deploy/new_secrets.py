"""Make the secrets of docker-compose.yml: `python -m deploy.new_secrets FOLDER`, in the image, as root (docs/operating.md, “Install”).

What is there is never made anew; owner and mode are set on every file, so that the command may be run again after one was replaced.
"""

import os
import secrets
import sys
from pathlib import Path

from deploy.backups.sealing import make_identity
from deploy.servers import write_secret

OURS = 10001  # the user of our containers
POSTGRES = 999  # the group of postgres in its image, whose first start reads the roles' passwords
KEYS = ("secret_key", "hospital_number_key", "pseudonym_key", "metrics_token")
PASSWORDS = ("admin_password", "owner_password", "app_password", "worker_password", "backup_password")
EMPTY = ("secret_key_before", "oidc_client_secret")  # nothing, until keys are changed, or single sign-on is used
TO_A_SAFE = ("hospital_number_key", "pseudonym_key", "backup_identity")


def main(folder):
    """Make what is missing; what the operator has to do is printed, no secret is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [name for name in MAKERS if not (folder / name).exists()]
    for name in made:
        MAKERS[name](folder / name)
    for name in (*MAKERS, "email_url"):
        if (folder / name).exists():
            close(folder / name)
    print(f"Made in {folder}: {', '.join(made) or 'nothing, all were there'}.")
    if made:
        print(f"Copy to a safe away from this machine, now: {', '.join(TO_A_SAFE)}.")
    if not (folder / "email_url").exists():
        print(
            f"Missing: {folder}/email_url, who sends mail. Write it (smtp://name:word@mail.example.org:587), then run this again."
        )
        return 1
    return 0


def close(file):
    """Readable by our containers' user alone; a role's password by PostgreSQL's too. Without root only we can read it."""
    if os.geteuid() == 0:
        os.chown(file, OURS, POSTGRES if file.name in PASSWORDS else OURS)
    file.chmod(0o440 if file.name in PASSWORDS else 0o400)


MAKERS = {
    **dict.fromkeys(KEYS, lambda file: write_secret(file, secrets.token_urlsafe(50))),
    **dict.fromkeys(PASSWORDS, lambda file: write_secret(file, secrets.token_hex(24))),
    **dict.fromkeys(EMPTY, lambda file: write_secret(file, "")),
    "backup_identity": make_identity,
}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
