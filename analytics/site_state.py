"""How fresh a hospital's own page is: of its own saves and of what was released to it, and nothing else."""

from django.utils import timezone

from analytics.models import Heartbeat
from analytics.read import STALLED_AFTER
from registry.models import Outbox


def state_of_site(site, own):
    """The state of a hospital's own page, in the shape of `live_state`. own: body of what was released of its own cases, or None.

    Of its own saves alone: how often others save is not told.
    """
    last = Outbox.objects.filter(site_id=site.pk).order_by("-pk").first() if site else None
    beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    is_open = last is not None and last.dataset_id is None
    is_stalled = is_open and (beat is None or timezone.now() - beat > STALLED_AFTER)
    return {
        "state": "stalled" if is_stalled else "recomputing" if is_open else "live",
        "revision": own["dataset"]["revision"] if own else 0,
        "made_at": own["issued_at"].isoformat() if own else None,
        "worker_seen_at": beat.isoformat() if beat else None,
    }
