"""Queries raised by a data manager: at one form, and over many, looked at before they are stored."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.queries import raise_queries
from registry.models import FORM_OF, FORMS
from registry.views.access import own_case, permitted
from registry.views.case_forms import short_title
from registry.views.form_address import model_or_404, row_or_404
from registry.views.query_lines import MOST, MOST_BYTES, csv_lines, decoded, pasted_lines, resolved
from registry.views.sent_once import sent_once

WHOLE = "ask_"  # before the name of an item: the question typed about it; alone: about the whole form


@permitted(Permission.QUERY_MANAGE)
@require_POST
@sent_once()
def query_ask(request, number, form, key):
    """Raise a query for each question typed on the page of a form."""
    row = row_or_404(own_case(request, number), model_or_404(form), key)
    typed = {
        name.removeprefix(WHOLE): text for name, text in request.POST.items() if name.startswith(WHOLE) and text.strip()
    }
    try:
        asked = raise_queries([(row, item, text) for item, text in typed.items()], by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        _tell(request, len(asked), len(typed) - len(asked))
    return redirect("form", number, form, key)


@permitted(Permission.QUERY_MANAGE)
@require_http_methods(["GET", "POST"])
@sent_once()
def query_new(request):
    """Ask many forms the same, or each line of a file its own; shown first, stored when it is sent again."""
    if request.method == "GET":
        return _page(request)
    try:
        lines = resolved(_read(request), request.user)
    except ValidationError as refusal:
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    if request.POST.get("step") != "store" or any(one.problem for one in lines):
        return _page(request, lines=lines, status=422 if any(one.problem for one in lines) else 200)
    asked = raise_queries([one.question for one in lines], by=request.user)
    _tell(request, len(asked), len(lines) - len(asked))
    return redirect(reverse("queries") + "?origin=manager")


def _page(request, *, lines=(), refusal="", status=200):
    wrong = [one for one in lines if one.problem]
    typed = {name: request.POST.get(name, request.GET.get(name, "")) for name in ("about", "text", "lines", "csv")}
    if request.FILES.get("file") and lines:
        typed["csv"] = _file_text(request)
    context = {
        "lines": lines,
        "wrong": wrong,
        "is_ready": bool(lines) and not wrong,
        "typed": typed,
        "refusal": refusal,
        "groups": [(model.form_name, short_title(model), _items(model)) for model in FORMS],
        "most": MOST,
        "crumbs": [(_("Queries"), reverse("queries"))],
    }
    return render(request, "registry/query_new.html", context, status=status)


def _items(model):
    """(name, label) of the items that can be asked about."""
    return [(name, model._meta.get_field(name).verbose_name) for name, item in model.items().items() if not item.key]


def _read(request):
    """The lines that were sent. Raises ValidationError if there is nothing to read."""
    try:
        content = _file_text(request) or request.POST.get("csv", "")
        lines = csv_lines(content) if content else _pasted(request.POST)
    except ValueError:
        raise ValidationError(
            _("This is no CSV file with the columns case, form, key, item and text in its first line.")
        ) from None
    if not lines:
        raise ValidationError(_("Paste the case numbers, one a line, or choose a file."))
    if len(lines) > MOST:
        raise ValidationError(_("These are more than %(most)d lines. Send them in parts.") % {"most": MOST})
    return lines


def _file_text(request):
    """The text of the file that was chosen, or nothing."""
    file = request.FILES.get("file")
    if not file:
        return ""
    if file.size > MOST_BYTES:
        raise ValidationError(_("The file is larger than 1 MB. Send it in parts."))
    file.seek(0)
    return decoded(file.read())


def _pasted(posted):
    form, _dot, item = posted.get("about", "").partition(".")
    if form not in FORM_OF:
        raise ValidationError(_("Choose what the question is about."))
    return pasted_lines(posted.get("lines", ""), form=form, item=item, question=posted.get("text", ""))


def _tell(request, asked, before):
    """Say how many queries were raised."""
    if asked:
        words = ngettext("%(n)d query raised.", "%(n)d queries raised.", asked)
        messages.success(request, words % {"n": asked})
    if before:
        words = ngettext(
            "%(n)d was asked already and is still open.", "%(n)d were asked already and are still open.", before
        )
        messages.info(request, words % {"n": before})
    if not asked and not before:
        messages.warning(request, _("Write the question first."))
