"""R for the tests that hold the registry to it: the system's, or installed where that is possible. Standard library only."""

import os
import re
import shutil
import subprocess
from functools import cache

NEEDED = ("survival", "cmprsk", "jsonlite", "KMsurv", "brglm2")
PACKAGES = ("r-base-core", "r-cran-survival", "r-cran-cmprsk", "r-cran-jsonlite", "r-cran-kmsurv", "r-cran-brglm2")
# What people use beside those: tested where it is, and installed with the others. REDCapR is in no distribution.
OPTIONAL = ("httr2", "readr", "haven", "foreign", "REDCapR")
OPTIONAL_PACKAGES = ("r-cran-httr2", "r-cran-readr", "r-cran-haven", "r-cran-foreign")
HOW = f"Install it with: sudo apt-get install {' '.join(PACKAGES)}"
USED = re.compile(r"\blibrary\((\w+)\)|\b(\w+)::")


def find():
    """The path of the system's Rscript, or None."""
    return shutil.which("Rscript")


@cache
def missing(names=NEEDED):
    """The packages that R lacks of these; all of them if there is no R."""
    if not find():
        return names
    asked = ", ".join(f'"{name}"' for name in names)
    asks = f"cat(Filter(function(name) !requireNamespace(name, quietly = TRUE), c({asked})))"
    found = subprocess.run([find(), "-e", asks], capture_output=True, text=True, check=False)
    return tuple(found.stdout.split()) if found.returncode == 0 else names


def why_not(*packages):
    """Why a script that uses these packages cannot run here, as a sentence; None if it can."""
    if not find():
        return f"R is missing. {HOW}"
    lacking = [name for name in packages if name in missing()]
    return f"R lacks {', '.join(lacking)}. {HOW}" if lacking else None


def lacks(script):
    """The packages that the text of an R script names and R does not have."""
    used = {name for pair in USED.findall(script) for name in pair if name}
    known = {*missing(), *missing(OPTIONAL)}
    return sorted(used & known)


def used_by(script):
    """The packages that an R script names."""
    text = script.read_text(encoding="utf-8")
    return sorted({name for pair in USED.findall(text) for name in pair if name in NEEDED})


def ensure():
    """Say whether R is there; under CI install it where it is missing and we may. Tests that need it are then reported as skipped."""
    lacking = {*missing(), *missing(OPTIONAL)} - {"REDCapR"}
    if os.environ.get("CI") and lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        print("R or a package of it is missing; installing it for the reference tests …", flush=True)
        install()
        missing.cache_clear()
    print(said(), flush=True)


def said():
    """Whether R is there, and what follows, in a line."""
    if not find():
        return f"R is missing: what runs R is skipped; its committed answers are still compared. {HOW}"
    if missing():
        return f"R lacks {', '.join(missing())}: what needs them is skipped. {HOW}"
    return "R is there with its packages: what is committed is computed anew and compared."


def install():
    """R and its packages from the distribution, each for itself: one that is not packaged must not hold back the others."""
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    fetch = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    if subprocess.run([*fetch, *PACKAGES, *OPTIONAL_PACKAGES], **quiet).returncode:
        for package in (*PACKAGES, *OPTIONAL_PACKAGES):
            subprocess.run([*fetch, package], **quiet)
