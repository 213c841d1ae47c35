"""A Chromium for the browser tests: the system's, or installed where that is possible. Standard library only."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
HOW = f"Install it with: sudo apt-get install {' '.join(PACKAGES)}"


def find():
    """The path of the system's Chromium, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def ensure():
    """Install Chromium where it is missing and we may; else say how. Tests that need it are then reported as skipped."""
    if find():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is missing; installing it for the browser tests …", flush=True)
        quiet = {
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            "stdout": subprocess.DEVNULL,
            "check": False,
        }
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], **quiet)
    if not find():
        then = "fail, for CI is set" if os.environ.get("CI") else "be skipped"
        print(f"Chromium is missing: browser tests will {then}. {HOW}", flush=True)
