"""What a case's page shows of the results: registry's templates name it by string, as they name the pages of the analyses."""

from django import template

from analytics.causes import moved_by, moved_by_saves
from registry.access.permissions import Permission

register = template.Library()


@register.inclusion_tag("analytics/moved_section.html")
def results_moved(case, person):
    """Results that the case's last changes moved; nothing for those who may not see both."""
    if not person.may(Permission.CAUSE_READ):
        return {}
    return {"case": case, "moved": next(iter(moved_by(case, shown=1)), None)}


@register.simple_tag
def tell_moved(entries, row, person):
    """Give each entry of the history of one form's row, as `moved`, what the revision moved that took it in."""
    if row and person.may(Permission.CAUSE_READ):
        moved = moved_by_saves(row.case, row.form_name, {one.at for one in entries})
        for one in entries:
            one.moved = moved.get(one.at)
    return ""
