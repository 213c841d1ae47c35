"""The error rates of an audit, on its page."""

from django import template

from analytics.error_rates import rates

register = template.Library()


@register.inclusion_tag("analytics/error_rates.html", name="error_rates")
def error_rates(audit):
    """The audit's rates: all of it, by hospital, by item."""
    whole, sites, items = rates(audit)
    return {"whole": whole, "sites": sites, "items": items}
