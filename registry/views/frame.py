"""What every page's frame shows."""

from django.conf import settings


def frame(request):
    """Context of base.html."""
    return {"DEMO": settings.DEMO}
