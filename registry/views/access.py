"""Who may open a page at all. Which cases are theirs is the querysets' business."""

import functools

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from registry.models import Case


def permitted(*permissions):
    """Open the view to roles with one of `permissions`; the others are answered 403."""

    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(request.user.may(one) for one in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def own_case(request, number):
    """The case with this number among those the person may see; else 404, whether it is foreign or does not exist."""
    return get_object_or_404(
        Case.objects.visible_to(request.user).with_locks().select_related("site", "cohort"), number=number
    )
