"""Keep views on dashboards, the own and the shared ones; two who change the same one do not overwrite each other."""

from django.db import connection, transaction

from analytics.models import SavedDashboard, SavedPanel
from registry.access.permissions import Permission

MOST_PANELS = 24
TITLES_LOCK = 7_201_031  # advisory lock: one new dashboard at a time


class ChangedMeanwhileError(Exception):
    """Somebody else has changed the dashboard since it was read; `dashboard` is as it is now."""

    def __init__(self, dashboard):
        super().__init__(dashboard.title)
        self.dashboard = dashboard


class TakenError(Exception):
    """The title is taken: `dashboard` has it, or, where `view` is given, holds a view that has it."""

    def __init__(self, dashboard, view=None):
        super().__init__(dashboard.title)
        self.dashboard, self.view = dashboard, view


class FullError(Exception):
    """The dashboard holds as many views as one may."""


def visible_to(person):
    """The dashboards that the person may open: the own ones and those that are shared."""
    found = SavedDashboard.objects.select_related("owner")
    return found.filter(owner=person) | found.filter(is_shared=True)


def may_change(person, dashboard):
    """Its owner may; a shared one, a lead may too."""
    return dashboard.owner_id == person.pk or (dashboard.is_shared and person.may(Permission.VIEWS_OF_ALL))


def changeable_by(person):
    """The dashboards to which the person may add a view."""
    return [one for one in visible_to(person) if may_change(person, one)]


@transaction.atomic
def save_view(*, person, title, query, dashboard=None, seen_version=None, new_title="", is_shared=False):
    """Put a view at the end of a dashboard, or of a new one with `new_title`; returns the dashboard.

    Raises ChangedMeanwhileError, FullError; and TakenError for the title of a dashboard that whoever opens the new one can open too,
    or of a view that the dashboard holds. Those who save at the same moment come one after the other.
    """
    if dashboard is None:
        _refuse_taken(person, new_title, is_shared)
        kept = SavedDashboard.objects.create(owner=person, title=new_title, is_shared=is_shared)
    else:
        kept = _locked(dashboard, seen_version)
    same = next((one for one in kept.panels.all() if one.title.casefold() == title.casefold()), None)
    if same is not None:
        raise TakenError(kept, same)
    places = list(kept.panels.values_list("position", flat=True))
    if len(places) >= MOST_PANELS:
        raise FullError
    SavedPanel.objects.create(
        dashboard=kept, position=max(places, default=0) + 1, title=title, query=query, saved_by=person.email
    )
    if dashboard is not None:
        _next_version(kept)
    return kept


@transaction.atomic
def change_dashboard(dashboard, *, seen_version, title, is_shared, panels):
    """Rename, share, order, rename and remove views. panels: (pk, title) in the order wanted; those not named are removed.

    Raises ChangedMeanwhileError; and TakenError for a title that another dashboard beside it has, or another of its views.
    """
    kept = _locked(dashboard, seen_version)
    if (kept.title.casefold(), kept.is_shared) != (title.casefold(), is_shared):
        _refuse_taken(kept.owner, title, is_shared, but=kept)
    _refuse_alike(kept, panels)
    held = {one.pk: one for one in kept.panels.all()}
    for position, (pk, panel_title) in enumerate(panels, start=1):
        if pk in held:
            one = held.pop(pk)
            one.position, one.title = position, panel_title
            one.save(update_fields=["position", "title"])
    SavedPanel.objects.filter(pk__in=held).delete()
    kept.title, kept.is_shared = title, is_shared
    _next_version(kept)
    return kept


@transaction.atomic
def remove_dashboard(dashboard, *, seen_version):
    """Remove a dashboard with its views. Raises ChangedMeanwhileError."""
    _locked(dashboard, seen_version).delete()


def _refuse_alike(dashboard, panels):
    """Two views of one title on a dashboard could not be told apart."""
    held = {one.pk: one for one in dashboard.panels.all()}
    seen = {}
    for pk, title in panels:
        if pk in held and seen.setdefault(title.casefold(), pk) != pk:
            raise TakenError(dashboard, held[seen[title.casefold()]])


def _refuse_taken(person, title, is_shared, but=None):
    """Two dashboards of one title side by side could not be told apart. person: its owner; but: the one that gets the title."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TITLES_LOCK])
    same = visible_to(person).filter(title__iexact=title).exclude(pk=but and but.pk)
    taken = [one for one in same if is_shared or one.owner_id == person.pk]
    if taken:
        raise TakenError(taken[0])


def _locked(dashboard, seen_version):
    """The dashboard, held until the transaction ends, if it is as it was read."""
    now = SavedDashboard.objects.select_for_update().get(pk=dashboard.pk)
    if now.version != seen_version:
        raise ChangedMeanwhileError(now)
    return now


def _next_version(dashboard):
    dashboard.version += 1
    dashboard.save()
