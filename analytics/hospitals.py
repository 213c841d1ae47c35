"""Hospitals in a result by their own names, for those who compare all hospitals; datasets and stored results hold pseudonyms."""

from analytics.pseudonyms import sites_by_name
from registry.access.permissions import Permission

TOLD = "enrolment"  # the method whose result counts hospital by hospital


def named(result, reader):
    """The envelope with each hospital's code as `site` and "code · name" as `hospital`, if this person compares hospitals; else as it is.

    A statistician reads datasets under pseudonyms: there the counts must not tell which hospital is which.
    """
    if reader is None or result["analysis"]["method"] != TOLD or not reader.may(Permission.SITES_COMPARE):
        return result
    table = result["table"]
    if not table or not table["sites"]:
        return result
    known = sites_by_name()
    return {**result, "table": {**table, "sites": [_named(one, known) for one in table["sites"]]}}


def _named(counted, known):
    site = known.get(counted["site"])
    return counted if site is None else {**counted, "site": site.code, "hospital": f"{site.code} · {site.name}"}
