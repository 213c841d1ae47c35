"""What a released form says of itself, and why nothing can be released. English messages; pages translate them."""

from __future__ import annotations

ROUNDED = "Counts of 1 to {most} are withheld, with others from which they would follow; the rest is rounded to {base}, shares to whole per cent."
MONTHLY = "Curves are drawn by whole months, from the first month with {k} events on and as long as {k} are at risk."
FIXED = "There are estimates at fixed months instead of a curve."
NO_CURVE = "Too few patients or events for a curve."
UNTIL = "Events are counted to the last month shown."
NEAR_ROWS = "Rows from which a few patients would follow beside the others are left out."
NOTHING_SAID = "Every number of it is about too few patients."
WITHHELD_GROUPS = "A group is too small, and would follow from the others: no group is shown."
WITHHELD_COMPARISON = "Comparisons need {arm} patients in each arm and counts that can be shown."

NOT_RELEASED = "Analyses of this kind are not released to this audience."
BY_SITE = "Sites are never shown one by one to this audience."
TOO_FEW = "Fewer than {k} patients: nothing can be shown."
TOO_FEW_SITES = "Fewer than {n} sites contribute: nothing can be shown."
TOO_NEAR = "Too near to what was issued before: the difference would be about a few patients."
ONLY_CUTS = "For this audience only results of a frozen data cut are released."

LABELS = (ROUNDED, MONTHLY, FIXED, NO_CURVE, UNTIL, NEAR_ROWS, WITHHELD_GROUPS, WITHHELD_COMPARISON)
REFUSALS = (NOT_RELEASED, BY_SITE, TOO_FEW, TOO_FEW_SITES, TOO_NEAR, NOTHING_SAID, ONLY_CUTS)
SENTENCES = (*LABELS, *REFUSALS)
