"""How a typed answer is understood: what echo.js shows beside the control."""

from django.http import Http404, JsonResponse
from django.views.decorators.http import require_POST

from registry.access.permissions import Permission
from registry.entry.echo import echo_of
from registry.views.access import own_case, permitted
from registry.views.form_address import model_or_404
from registry.views.form_page import day0_of

LONGEST = 60  # signs of a date or an amount


@permitted(Permission.FORM_WRITE)
@require_POST
def answer_echo(request, number, form):
    """One typed answer in words. By POST, so that no answer stands in an address. Stores nothing."""
    case, item = own_case(request, number), model_or_404(form).items().get(request.POST.get("item", ""))
    if item is None:
        raise Http404
    return JsonResponse({"understood": echo_of(item, request.POST.get("text", "")[:LONGEST], day0=day0_of(case))})
