"""The words of the figures of a report in the reader's language."""

from django.utils.translation import gettext as _


def report_words():
    """Field of `analytics.figures.report_words.ReportWords` → its words; what is written alike everywhere is left out."""
    return {
        "share_head": _("% (95 % CI)"),
        "exact_limits": _("Lines: exact 95 % confidence intervals (Clopper–Pearson). n: those for whom it is known."),
        "exact_of_infused": _(
            "Lines: exact 95 % confidence intervals (Clopper–Pearson). Best response from day 21 to day 100."
        ),
        "fisher": _("Fisher’s exact test: p {p}."),
        "response": _("Share of patients who responded"),
        "all_infused": _("All infused, n {n}"),
        "by_subgroup": _("{measure}: {subgroup}"),
        "alt_shares": _("{title}: {rows}."),
        "alt_counted": _("{label} {counts}, {share}"),
        "sensitivity": _("Free of events at {months} months, by rule, patients and restriction"),
        "sensitivity_counts": _("n, events"),
        "sensitivity_limits": _(
            "Lines: log-log 95 % confidence intervals. A restriction that changes no time is not shown again."
        ),
        "carried_on": _("Open: nobody was observed for so long; the estimate is that of the last observation."),
        "toxicity": _("Highest grade, share of those infused"),
        "not_reported": _("not reported"),
        "group_n": _("{group}, n {n}"),
        "toxicity_note": _("Numbers: patients, of all infused. Dashed: not reported, which is not “none”."),
        "alt_toxicity": _("{item}: {groups}."),
        "alt_toxicity_group": _("{group} (n {n}): {levels}"),
        "alt_level": _("{label}: {n}"),
        "swimmer": _("One bar for each patient"),
        "swimmer_bars": _("Dark: free of events. Light: followed afterwards."),
        "swimmer_order": _("Longest free of events first ({rule})."),
        "swimmer_some": _("One in {step} of {n} patients is drawn."),
        "imputed_note": _("Of {n} marks only the month or the year is known."),
        "alt_swimmer": _("{n} patients followed for up to {months} months; {marks}; {ongoing} alive at last contact."),
        "enrolment": _("Patients, cumulative"),
        "enrolment_new": _("Newly infused, by {period}"),
        "enrolment_sites": _("Patients by hospital"),
        "periods": (("month", _("month")), ("quarter", _("quarter")), ("year", _("year"))),
        "enrolment_bars": _("Bars by hospital: {pale} (pale), {dark} (dark)."),
        "enrolment_undated": _("Without a date, in no month: {counts}."),
        "enrolment_uncertain": _("Known to the year only, in the month put in its place: {counts}."),
        "alt_enrolment": _("From {first} to {last}: {steps}; {sites} hospitals."),
        "alt_enrolment_counts": _("{steps}."),
        "alt_flow": _("{boxes}."),
        "all_sites": _("All hospitals"),
        "registered": _("Registered"),
        "others": _("{n} further hospitals"),
        "flow_n": _("{label} (n {n})"),
        "flow_part": _("{label} {n}"),
        "flow_parts": _("{label}: {parts}"),
        "flow_came": _("From: {steps}"),
        "flow_day": _("Grey: under way or last seen in that state, as of {day}."),
        "funnel_counts": (
            ("forms_complete", _("Forms due")),
            ("forms_on_time", _("Forms due")),
            ("critical_answered", _("Questions asked")),
            ("follow_up", _("Patients whose follow-up is due")),
        ),
        "funnel_pooled": _("all {share}"),
        "funnel_note": _(
            "Lines: exact binomial 95 % (solid) and 99.8 % (dashed) limits around all hospitals together. Dots: hospitals."
        ),
        "funnel_own": _("Filled: {own}."),
        "alt_funnel": _("{measure}: {share} of {n} over {sites} hospitals, {outside} outside the 99.8 % limits"),
    }
