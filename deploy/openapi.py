"""Compare docs/openapi.yaml with the schema that the code gives; --write renews the file."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "docs/openapi.yaml"


def main():
    """0 if the stored schema is that of the code and valid."""
    command = [sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode:
        print(made.stderr or made.stdout)
        return 1
    if "--write" in sys.argv:
        STORED.write_text(made.stdout, encoding="utf-8")
    if STORED.exists() and STORED.read_text(encoding="utf-8") == made.stdout:
        return 0
    print("docs/openapi.yaml is not the schema of this code. Renew it with: make openapi")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
