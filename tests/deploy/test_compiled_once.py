"""What the commands start does not compile the same modules again in every process."""

import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

from deploy import demo, venv


def test_a_module_is_compiled_for_all_and_not_beside_its_source(monkeypatch, tmp_path):
    source = tmp_path / "asked_for_twice.py"
    source.write_text("WORD = 1\n")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **venv.COMPILED_ONCE}

    subprocess.run([sys.executable, "-c", "import asked_for_twice"], cwd=tmp_path, env=environment, check=True)

    monkeypatch.setattr(sys, "pycache_prefix", venv.COMPILED_ONCE["PYTHONPYCACHEPREFIX"])
    compiled = Path(cache_from_source(str(source)))
    assert compiled.exists()
    assert [path.name for path in tmp_path.iterdir()] == [source.name]
    compiled.unlink()
    compiled.parent.rmdir()


def test_the_demonstration_and_the_tests_start_so():
    made = demo.environment_on({"APP_DATABASE_URL": "postgresql://127.0.0.1/registry"}, 8000)

    assert venv.COMPILED_ONCE.items() <= made.items()
