"""A Chromium for browser tests and benchmarks: the system's, or installed where that is possible. Standard library only.

Which one and how it is started is said here alone. Its headless shell is preferred, which draws the same without the windows about it
and answers in three quarters of the time.
"""

import os
import shutil
import subprocess

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FONTS = "fonts-noto-cjk"
PACKAGES = ((SHELL, FONTS), ("chromium", FONTS))  # the shell is in Debian; elsewhere the whole browser
HOW = f"Install it with: sudo apt-get install {' '.join(PACKAGES[-1])}"
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # texts as wide in the shell as in the window, and at every size
)


def find():
    """The path of the system's Chromium, or None. CHROMIUM names another one, such as one with a window to look at."""
    return next((path for path in map(shutil.which, (os.environ.get("CHROMIUM", ""), *NAMES)) if path), None)


def launch():
    """What Playwright's launch() is given: which Chromium, and how it is started. Root cannot have the sandbox."""
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    return {"executable_path": find(), "args": [*QUIET, *sandbox]}


def ensure(wanted=NAMES):
    """Install Chromium where none of those wanted is there and we may; else say how. Tests that need it are then reported as skipped."""
    if any(map(shutil.which, wanted)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        install()
    if not find():
        then = "fail, for CI is set" if os.environ.get("CI") else "be skipped"
        print(f"Chromium is missing: browser tests will {then}. {HOW}", flush=True)


def install():
    """The first of PACKAGES that the distribution has."""
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    for packages in PACKAGES:
        if not subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], **quiet
        ).returncode:
            return
