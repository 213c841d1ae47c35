"""Saved views: put one on a dashboard, open a dashboard of them, rename, order, share and remove. Written by acts.saved alone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.acts.explored import may_cancel
from analytics.acts.saved import (
    MOST_PANELS,
    ChangedMeanwhileError,
    FullError,
    TakenError,
    change_dashboard,
    changeable_by,
    may_change,
    remove_dashboard,
    save_view,
    visible_to,
)
from analytics.acts.viewed import note_views
from analytics.explore import words
from analytics.explore.address import analysis_of
from analytics.explore.runs import asked_all, smallest_group
from analytics.explore.shown import context_of
from analytics.explore.views import explore_words
from analytics.views import live_words, plotly_style_ids, pooled
from registry.views.sent_once import sent_once

LONGEST_QUERY, LONGEST_TITLE, LONGEST_PANEL = 4000, 120, 200


@pooled
@require_POST
@sent_once()
def view_save(request):
    """Save a view on a new or an existing dashboard."""
    query = request.POST.get("query", "")[: LONGEST_QUERY + 1]
    address = analysis_of(query)
    if address.analysis is None:
        raise Http404
    typed = Typed(request, words.title(address.analysis))
    errors = typed.errors()
    if errors:
        return _save_page(request, address, typed, errors, status=422)
    try:
        kept = save_view(person=request.user, query=address.query, **typed.wanted())
    except ChangedMeanwhileError as changed:
        return _save_page(request, address, typed, [], status=409, changed=changed.dashboard)
    except TakenError as taken:
        return _save_page(request, address, typed, [_taken(taken, request.user)], status=409)
    except FullError:
        text = _("The dashboard holds {n} views, as many as one may. Remove one, or choose another dashboard.")
        return _save_page(request, address, typed, [text.format(n=MOST_PANELS)], status=422)
    messages.success(request, _("Saved on “{title}”.").format(title=kept.title))
    return redirect("saved_dashboard", pk=kept.pk)


def _taken(taken, person):
    """Which title is taken, by whom, and what to do."""
    if taken.view:
        text = _("“{view}” stands on “{title}” already, saved by {who}. Give this view another title.")
        return text.format(view=taken.view.title, title=taken.dashboard.title, who=taken.view.saved_by)
    if taken.dashboard.owner_id == person.pk:
        text = _("You have a dashboard “{title}” already. Choose it above, or give the new one another title.")
        return text.format(title=taken.dashboard.title)
    text = _(
        "{who} shares a dashboard “{title}” already. Choose it above if you may, or give the new one another title."
    )
    return text.format(title=taken.dashboard.title, who=taken.dashboard.owner)


def _taken_by_change(taken, person):
    """The same for a dashboard that is changed."""
    if taken.view:
        return _("Two views would be called alike. Give one of them another title.")
    if taken.dashboard.owner_id == person.pk:
        text = _("You have a dashboard “{title}” already. Give this one another title.")
    else:
        text = _("{who} has a dashboard “{title}” already. Give this one another title.")
    return text.format(title=taken.dashboard.title, who=taken.dashboard.owner)


class Typed:
    """What somebody typed into the form that saves a view."""

    def __init__(self, request, usual_title):
        posted = request.POST
        self.title = _plain(posted.get("title", "")) or usual_title[:LONGEST_PANEL]
        self.new_title = _plain(posted.get("new_title", ""))
        self.is_shared = posted.get("is_shared") == "1"
        key, _dot, version = posted.get("dashboard", "").partition(".")
        self.dashboard = None
        self.version = _number(version)
        if key:
            self.dashboard = next((one for one in changeable_by(request.user) if one.pk == _number(key)), None)
            if self.dashboard is None or self.version is None:
                raise Http404

    def errors(self):
        """What keeps it from being saved."""
        found = []
        if self.dashboard is None and not self.new_title:
            found.append(_("Give the new dashboard a title, or choose one that exists."))
        if len(self.new_title) > LONGEST_TITLE or len(self.title) > LONGEST_PANEL:
            found.append(_("A title is too long: write at most {n} characters.").format(n=LONGEST_TITLE))
        return found

    def wanted(self):
        """Arguments of `save_view`."""
        new = {"new_title": self.new_title, "is_shared": self.is_shared}
        known = {"dashboard": self.dashboard, "seen_version": self.version}
        return {"title": self.title, **(known if self.dashboard else new)}


def _save_page(request, address, typed, errors, *, status, changed=None):
    """The form again, with what was typed, and what is wrong or has changed meanwhile."""
    context = {
        "query": address.query,
        "typed": typed,
        "errors": errors,
        "dashboards": changeable_by(request.user),
        "changed": changed,
        "changed_panels": list(changed.panels.all()) if changed else [],
        "chosen": typed.dashboard and typed.dashboard.pk,
    }
    return render(request, "analytics/saved/save.html", context, status=status)


@pooled
@require_GET
def saved_dashboard(request, pk):
    """A dashboard of saved views, live like the others."""
    board = _board(request, pk)
    panels = list(board.panels.all())
    asked = asked_all([analysis_of(one.query) for one in panels])
    note_views(request.user, [(one.stored, smallest_group(one.stored.result)) for one in asked if one.stored])
    context = {
        "board": board,
        "may_change": may_change(request.user, board),
        "panels": [_panel(one, of, request.user) for one, of in zip(panels, asked, strict=True)],
        "cohorts": sorted({of.address.cohort for of in asked}),
        "live_words": live_words(),
        "explore_words": explore_words(),
        "plotly_style_ids": plotly_style_ids(),
    }
    return render(request, "analytics/saved/dashboard.html", context)


def _panel(saved, asked, person):
    """A saved view as the template takes it; one whose address is not understood any more says so."""
    if asked.address.analysis is None:
        said = [words.message(one) for one in asked.address.problems]
        return {"saved": saved, "problems": said, "query": saved.query}
    context = context_of(asked, person, saved=saved)
    return {"saved": saved, "panel": context, "may_cancel": bool(asked.run) and may_cancel(person, asked.run)}


@pooled
@require_http_methods(["GET", "POST"])
def saved_dashboard_change(request, pk):
    """Rename, order, share, remove views; or remove the whole. Of a dashboard that somebody changed meanwhile: what changed."""
    board = _board(request, pk)
    if not may_change(request.user, board):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "analytics/saved/change.html", _change_context(request, board, board.panels.all()))
    change = Change(request, board)
    if change.errors:
        context = _change_context(request, board, change.shown(), change) | {"errors": change.errors}
        return render(request, "analytics/saved/change.html", context, status=422)
    try:
        if request.POST.get("deed") == "remove":
            remove_dashboard(board, seen_version=change.version)
            messages.success(request, _("“{title}” is removed.").format(title=board.title))
            return redirect("dashboards")
        kept = change_dashboard(
            board, seen_version=change.version, title=change.title, is_shared=change.is_shared, panels=change.panels
        )
    except ChangedMeanwhileError as changed:
        context = _change_context(request, changed.dashboard, change.shown(), change)
        context |= {"changed": change.differences(changed.dashboard)}
        return render(request, "analytics/saved/change.html", context, status=409)
    except TakenError as taken:
        context = _change_context(request, board, change.shown(), change)
        context |= {"errors": [_taken_by_change(taken, request.user)]}
        return render(request, "analytics/saved/change.html", context, status=409)
    messages.success(request, _("Saved on “{title}”.").format(title=kept.title))
    return redirect("saved_dashboard", pk=kept.pk)


class Change:
    """What somebody wants of a dashboard: its title, whether it is shared, its views by place, those ticked gone."""

    def __init__(self, request, board):
        posted = request.POST
        self.board, self.held = board, {one.pk: one for one in board.panels.all()}
        self.title = _plain(posted.get("title", ""))
        self.is_shared = posted.get("is_shared") == "1" if board.owner_id == request.user.pk else board.is_shared
        self.version = _number(posted.get("version", ""))
        self.was = [_number(one) for one in posted.getlist("was")[: MOST_PANELS * 2]]
        self.gone = {_number(one) for one in posted.getlist("gone")}
        self.titles = {pk: _plain(posted.get(f"title.{pk}", "")) for pk in self.was if pk is not None}
        places = {pk: _number(posted.get(f"place.{pk}", "")) for pk in self.titles}
        ordered = sorted(self.titles, key=lambda pk: (places[pk] is None, places[pk] or 0, self.was.index(pk)))
        self.panels = [(pk, self.titles[pk] or self._old_title(pk)) for pk in ordered if pk not in self.gone]

    def _old_title(self, pk):
        return self.held[pk].title if pk in self.held else ""

    @property
    def errors(self):
        """What keeps it from being stored."""
        found = [] if self.title else [_("Give the dashboard a title.")]
        if len(self.title) > LONGEST_TITLE or any(len(one) > LONGEST_PANEL for one in self.titles.values()):
            found.append(_("A title is too long: write at most {n} characters.").format(n=LONGEST_TITLE))
        return found

    def shown(self):
        """The views as typed, those that are new meanwhile at the end."""
        for pk, title in self.panels:
            if pk in self.held:
                self.held[pk].title = title
        places = {pk: place for place, (pk, _title) in enumerate(self.panels)}
        return sorted(self.held.values(), key=lambda one: (places.get(one.pk, MOST_PANELS * 2), one.position))

    def differences(self, now):
        """What somebody else changed since the page was read, as sentences."""
        held = {one.pk: one for one in now.panels.all()}
        said = [_("The title is now “{title}”.").format(title=now.title)] if now.title != self.title else []
        for pk, one in held.items():
            if pk not in self.was:
                said.append(_("Added by {who}: “{title}”.").format(who=one.saved_by, title=one.title))
        removed = sum(pk not in held for pk in self.was)
        return said + ([_("Views removed: {n}.").format(n=removed)] if removed else [])


def _change_context(request, board, panels, typed=None):
    return {
        "board": board,
        "panels": list(panels),
        "typed_title": typed.title if typed else board.title,
        "typed_shared": typed.is_shared if typed else board.is_shared,
        "gone": typed.gone if typed else set(),
        "is_owner": board.owner_id == request.user.pk,
        "errors": [],
    }


def _board(request, pk):
    """The dashboard, own or shared; else 404."""
    return get_object_or_404(visible_to(request.user), pk=pk)


def _plain(text):
    """What was typed, on one line and without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
