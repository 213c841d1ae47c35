"""ADaM: ADSL, ADTTE and ADAE of a dataset, by the standard's names, with how each variable is made."""
