"""Hospitals in a result by their own names, for those who compare all hospitals; datasets and stored results hold pseudonyms."""

from analytics.pseudonyms import sites_by_name
from registry.access.permissions import Permission

TOLD = ("enrolment", "completeness")  # the methods whose results count hospital by hospital


def names_for(reader):
    """Name in datasets → Site, for those who compare hospitals; {} for the others and for nobody.

    A statistician reads datasets under pseudonyms: there the counts must not tell which hospital is which.
    """
    return sites_by_name() if reader is not None and reader.may(Permission.SITES_COMPARE) else {}


def named(result, reader):
    """The envelope as this person may read it."""
    return with_names(result, names_for(reader)) if result["analysis"]["method"] in TOLD else result


def with_names(result, known):
    """The envelope with the code of each hospital among `known` as its `site`, and "code · name" as `hospital`."""
    table = result.get("table")
    if result["analysis"]["method"] not in TOLD or not known or not table:
        return result
    return {**result, "table": {**table, "sites": [_named(one, known) for one in table["sites"]]}}


def _named(counted, known):
    site = known.get(counted["site"])
    return counted if site is None else {**counted, "site": site.code, "hospital": f"{site.code} · {site.name}"}
