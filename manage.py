#!/usr/bin/env python
"""The registry's commands. Settings follow REGISTRY_ENV; on a desk without it, the demonstration's."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "demo"))
    execute_from_command_line(sys.argv)
