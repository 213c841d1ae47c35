"""Verify the history each night, and note how it ended: `/ready` turns red when it does not hold."""

import logging

from django.utils import timezone

from analytics.models import Heartbeat
from registry.access.row_security import everything_scope
from registry.trail import verify_history

log = logging.getLogger(__name__)
HOLDS, BROKEN = "history holds", "history broken"


def verify_history_nightly():
    """Look at everything once; the number of faults. What they are is not kept: `manage.py verify_history` names them."""
    faults = len(verify_history())
    with everything_scope(actor="verify_history"):
        Heartbeat.objects.update_or_create(name=BROKEN if faults else HOLDS, defaults={"at": timezone.now()})
    if faults:
        log.error("the history does not hold")
    return faults
