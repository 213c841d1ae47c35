"""The commands behind make: demo, test, check, bench, servers. Run by any Python 3.11; goes on in the virtual environment."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True

from deploy import venv  # noqa: E402

COMMANDS = ("demo", "test", "check", "bench", "servers", "messages", "openapi", "sbom", "image")


def main():
    """Bring the environment up to date, then do the command in it."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        raise SystemExit(f"usage: run.py {{{'|'.join(COMMANDS)}}} …")
    began = time.monotonic()
    if venv.ensure():
        print(f"Installed the packages into .venv ({time.monotonic() - began:.1f} s)", flush=True)
    if os.path.realpath(sys.prefix) != os.path.realpath(venv.VENV):
        os.execv(venv.PYTHON, [str(venv.PYTHON), os.path.abspath(__file__), *sys.argv[1:]])
    from deploy import commands

    raise SystemExit(commands.do(sys.argv[1], sys.argv[2:]))


if __name__ == "__main__":
    main()
