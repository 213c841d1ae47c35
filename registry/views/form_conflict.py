"""The page for a form that somebody else stored in the meantime: before, theirs, yours; nothing typed is lost."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.dictionary.items import EMPTY
from registry.entry import read_aloud
from registry.entry.form import COMPANIONS, typed
from registry.views.form_page import FormPage
from registry.views.history import answers_at, last_change, name_of

NOT_KEPT = ("csrfmiddlewaretoken", "version", "choosing", "go", "reason", "nonce", "draft")


@dataclass(frozen=True)
class Difference:
    """One question on which the two versions differ."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    is_mine: bool


def conflict_page(request, case, entry, stale, *, seen_version, draft_url, url="", nonce=""):
    """Both versions side by side; posting it again carries the choice, the version that was shown, and the page's name if no save
    was done under it yet."""
    theirs, mine = stale.theirs, stale.mine
    change = last_change(theirs)
    mine.pk = theirs.pk
    page = {
        "case": case,
        "title": FormPage(request, case, None, entry).title,
        "crumbs": FormPage(request, case, None, entry).crumbs,
        "url": url or request.get_full_path(),
        "draft_url": draft_url,
        "nonce": nonce,
        "version": 0 if theirs.is_void else theirs.version,
        "their_actor": name_of(change.actor) if change else _("Somebody"),
        "their_time": timezone.localtime(change.at).strftime("%Y-%m-%d %H:%M") if change else "",
        "reason": entry.data.get("reason", ""),
        "kept": [
            (name, text)
            for name in entry.data
            if name not in NOT_KEPT and not name.startswith("take_")
            for text in entry.data.getlist(name)
        ],
        "differences": differences(answers_at(theirs, seen_version), theirs, mine, entry),
    }
    return render(request, "registry/form_conflict.html", {"page": page}, status=409)


def differences(before, theirs, mine, entry):
    """The questions on which theirs and mine differ; mine is proposed where I changed it."""
    found = []
    for name in entry.names:
        columns = [name, *(name + suffix for suffix in ("_p", *COMPANIONS) if hasattr(mine, name + suffix))]
        if any(_unlike(getattr(theirs, column), getattr(mine, column)) for column in columns):
            touched = any(_unlike(before.get(column), getattr(mine, column)) for column in columns)
            was = type(mine)(**{column: before.get(column) for column in columns})
            label = mine._meta.get_field(name).verbose_name
            found.append(Difference(name, label, *(read_aloud(one, name) for one in (was, theirs, mine)), touched))
    return found


def chosen(posted, stored):
    """What was posted, with their answer wherever it was chosen."""
    data = posted.copy()
    for name in stored.items():
        if posted.get(f"take_{name}") == "theirs":
            answer = typed(stored, name)
            data.setlist(name, answer if isinstance(answer, list) else [answer])
            for suffix in COMPANIONS:
                if hasattr(stored, name + suffix):
                    data[name + suffix] = getattr(stored, name + suffix) or ""
    return data


def _unlike(one, other):
    return (None if one in EMPTY else one) != (None if other in EMPTY else other)
