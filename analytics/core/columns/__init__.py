"""Case columns: what is known of each case before, at and after infusion, one declared column each."""
