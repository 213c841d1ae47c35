"""What an image needs beside the sources: plotly.js with its sheet, compiled catalogues, collected static files."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from deploy import assets, messages

ROOT = Path(__file__).resolve().parent.parent


def main():
    """Make them under var/, as make demo does."""
    packages = Path(find_spec("plotly").submodule_search_locations[0]).parent
    assets.install(packages, ROOT / "var/assets/plotly")
    messages.compile_all(ROOT)
    environment = {**os.environ, "REGISTRY_ENV": "demo"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )


if __name__ == "__main__":
    main()
