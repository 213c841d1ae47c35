"""What a case's page shows of the results: registry's templates name it by string, as they name the pages of the analyses."""

from django import template

from analytics.causes import moved_by
from registry.access.permissions import Permission

register = template.Library()


@register.inclusion_tag("analytics/moved_section.html")
def results_moved(case, person):
    """Results that the case's last changes moved; nothing for those who may not see both."""
    if not person.may(Permission.CAUSE_READ):
        return {}
    return {"case": case, "moved": next(iter(moved_by(case, shown=1)), None)}
