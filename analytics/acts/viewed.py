"""Note who looked at which explored result."""

from datetime import timedelta

from django.utils import timezone

from analytics.models import Viewed

AGAIN_AFTER = timedelta(hours=1)  # a page that refreshes itself is one look


def note_views(person, shown):
    """One line for each (Stored, size of its smallest group) that the person has not just looked at."""
    since = timezone.now() - AGAIN_AFTER
    seen = set(Viewed.objects.filter(person=person, at__gt=since).values_list("spec_hash", "dataset_hash"))
    fresh = {(stored.run.spec_hash, stored.dataset.hash): (stored, smallest) for stored, smallest in shown}
    Viewed.objects.bulk_create(
        [
            Viewed(
                person=person,
                analysis=stored.run.analysis,
                spec_hash=spec_hash,
                dataset_hash=dataset_hash,
                smallest=smallest,
            )
            for (spec_hash, dataset_hash), (stored, smallest) in fresh.items()
            if (spec_hash, dataset_hash) not in seen
        ]
    )
