"""The daily log of a CRS or ICANS episode: shown as a sheet, filled in, saved as one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.daily_logs import LogRefusedError, save_log
from registry.actions.forms import ReasonNeededError, StaleVersionError
from registry.actions.once import KeyUsedError, once
from registry.models import FORM_OF
from registry.record import stored_case
from registry.views.access import own_case, permitted
from registry.views.form_address import row_or_404
from registry.views.log_rows import LOG_OF, log_url
from registry.views.log_sheet import Sheet


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def log(request, number, form, key):
    """The log of one episode."""
    case, episode = _episode(request, number, form, key)
    stored = stored_case(case)
    if request.method == "GET":
        return _shown(request, Sheet(request, case, stored, episode))
    if not request.user.may(Permission.FORM_WRITE):
        raise PermissionDenied
    sheet = Sheet(request, case, stored, episode, request.POST)
    if "go" not in request.POST:
        return _shown(request, _helped(request, sheet))
    if any(day.errors for day in sheet.days):
        return _shown(request, sheet, status=422)
    return _stored(request, sheet) or _shown(request, sheet, status=422)


@permitted(Permission.FORM_WRITE)
@require_POST
def grades(request, number, form, key):
    """The grades of the days and of the episode as they are typed. Stores nothing."""
    case, episode = _episode(request, number, form, key)
    return JsonResponse(Sheet(request, case, stored_case(case), episode, request.POST).as_json())


def to_log(case, row):
    """The log in which a day stands, opened instead of the day's own form; the case if it hangs below no episode."""
    form, named_by = row.log_of
    model = FORM_OF[form]
    number = getattr(row, named_by)
    rows = model.objects.filter(case=case, course_no=row.course_no, **({model.key_item: number} if number else {}))
    episode = rows.order_by(model.key_item).first()
    return redirect(log_url(case, episode) if episode else case.get_absolute_url())


def _episode(request, number, form, key):
    case = own_case(request, number)
    if form not in LOG_OF:
        raise Http404
    return case, row_or_404(case, FORM_OF[form], key)


def _shown(request, sheet, status=200):
    return render(request, "registry/log.html", {"page": sheet}, status=status)


def _helped(request, sheet):
    """The sheet with a row filled by a button: as the day before, or nothing found; or with further rows. Stores nothing."""
    data = request.POST.copy()
    place = next((data[name] for name in ("same", "nothing") if name in data), "")
    if place.isascii() and place.isdigit() and int(place) < len(sheet.days):
        for column in sheet.columns:
            here, before = f"d{place}-{column.item}", f"d{int(place) - 1}-{column.item}"
            if "same" in data:
                data[here] = data.get(before, "")
            elif column.none and not data.get(here):
                data[here] = column.none
    if "more" in data:
        data["days"] = str(len(sheet.days) + 3)
    return Sheet(request, sheet.case, sheet.stored, sheet.episode, data)


def _stored(request, sheet):
    """Store the sheet and open it anew; None where something was refused, which the sheet then says."""
    changes = {day.place: change for day in sheet.days if (change := day.change())}
    try:
        written = _save_once(request, sheet, list(changes.values())) if changes else 0
    except LogRefusedError as refused:
        places = list(changes)
        for place, refusal in refused.refusals.items():
            _refuse(sheet, sheet.days[places[place]], refusal)
        return None
    except ReasonNeededError as refusal:
        sheet.reason_error = " ".join(refusal.messages)
        return None
    except ValidationError as refusal:
        sheet.page_errors += refusal.messages
        return None
    time = timezone.localtime().strftime("%H:%M")
    words = ngettext("%(number)d day saved at %(time)s.", "%(number)d days saved at %(time)s.", written)
    messages.success(request, words % {"number": written, "time": time}, extra_tags="saved")
    return redirect(sheet.url)


def _save_once(request, sheet, changes):
    """Store the sheet once, however often its page is sent. Returns how many days were written."""

    def save():
        return len(save_log(changes, by=request.user, reason=sheet.reason))

    try:
        with transaction.atomic():
            made, _is_new = once(
                lambda: {"days": save()}, by=request.user, key=f"page:{sheet.nonce}", body=sheet.body()
            )
    except KeyUsedError:  # sent before, and changed since: the versions of its rows decide
        return save()
    return made["days"]


def _refuse(sheet, day, refusal):
    """Say at a day why it was not stored. What somebody else stored meanwhile is shown, and saving again replaces it knowingly."""
    if not isinstance(refusal, StaleVersionError):
        day.entry.refuse(refusal)
        return
    theirs = refusal.theirs
    day.version = 0 if theirs.is_void else theirs.version
    gone = _("Somebody removed this day after you had opened it. Save again to enter it anew.")
    changed = _(
        "Somebody changed this day after you had opened it. Save again to replace it by yours. Theirs: %(answers)s"
    )
    day.theirs = gone if theirs.is_void else changed % {"answers": sheet.said_of(theirs) or "–"}
    sheet.page_errors.append(_("%(day)s: %(message)s") % {"day": day.date_text, "message": day.theirs})
