"""The ADaM tables of a dataset, and how their variables are declared."""

from analytics.exports.adam import adae, adsl, adtte

VARIABLES_OF = {"adsl": adsl.VARIABLES, "adtte": adtte.VARIABLES, "adae": adae.VARIABLES}


def adam_tables(snapshot):
    """The three tables. ADAE needs the whole forms: a cut from before they were kept has none."""
    subjects = adsl.adsl(snapshot)
    found = [subjects, adtte.adtte(snapshot, subjects)]
    return [*found, adae.adae(snapshot, subjects)] if snapshot.forms else found
