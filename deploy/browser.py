"""A Chromium for the browser tests: the system's, or installed where that is possible."""

import os
import shutil
import subprocess

PACKAGES = ("chromium", "fonts-noto-cjk")


def ensure():
    """Install Chromium where it is missing and we may; else say how. Tests that need it are then reported as skipped."""
    if shutil.which("chromium"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is missing; installing it for the browser tests", flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        quiet = {"env": env, "stdout": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], **quiet)
    if not shutil.which("chromium"):
        print(
            f"Chromium is missing: browser tests will be skipped. Install it with: sudo apt-get install {' '.join(PACKAGES)}",
            flush=True,
        )
