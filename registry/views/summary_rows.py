"""What the one-page summary says of a case, block by block. Few words: what a clinician asks first, in the order it happened."""

from django.utils.translation import gettext as _

from registry.edit_checks.burden import row_of_burden
from registry.entry.aloud import read_aloud
from registry.views.derived_words import derived_words
from registry.views.summary_case import DASH, Table, cut, facts, joined

HSCT, LOST = 1, "lost"


def disease(case):
    """Diagnosis, genetics, relapses, where it stood at the decision."""
    row = case.one("baseline_disease")
    if not row:
        return []
    relapses = case.words("baseline_disease", "n_relapses")
    last = joined(read_aloud(row, "rel_last_date"), read_aloud(row, "rel_last_site"))
    return facts(
        (_("Diagnosis"), read_aloud(row, "dx_date")),
        (_("Subtype"), read_aloud(row, "all_subtype")),
        (_("Cytogenetics"), read_aloud(row, "cyto_abn")),
        (
            _("Relapses before"),
            _("%(number)s, last %(last)s") % {"number": relapses, "last": last} if last else relapses,
        ),
        (_("Refractory"), read_aloud(row, "refractory_type")),
        (_("At the decision"), read_aloud(row, "disease_status_dec")),
        (_("CNS / sites ever"), joined(read_aloud(row, "cns_ever"), read_aloud(row, "emd_ever"))),
    )


def prior_therapy(case):
    """Lines, transplant, antibodies."""
    row = case.one("prior_therapy")
    transplants = case.rows("prior_transplant")
    last = transplants[-1] if transplants else None
    hsct = joined(
        case.words("prior_therapy", "prior_hsct"),
        last and read_aloud(last, "hsct_date"),
        last and read_aloud(last, "hsct_donor"),
    )
    return facts(
        (_("Lines of therapy"), case.words("baseline_disease", "n_prior_lines")),
        (_("Transplant"), hsct),
        (_("HSCT to relapse"), row and case.derived_words("prior_therapy", row.key, "hsct_rel_gap")),
        (_("Blinatumomab"), row and joined(read_aloud(row, "prior_blina"), read_aloud(row, "blina_response"))),
        (_("Inotuzumab"), row and joined(read_aloud(row, "prior_ino"), read_aloud(row, "ino_timing"))),
        (
            _("Other CD19, CD22"),
            row and joined(read_aloud(row, "prior_cd19_other"), read_aloud(row, "prior_cd22_car")),
        ),
    )


def cells(case, most=9):
    """From the decision to the infusion: what, date, day, details."""
    rows = [
        *(
            (_("Decision"), *case.when(row, "decision_date"), read_aloud(row, "indication"))
            for row in case.rows("patient")
            if row.decision_date or row.indication
        ),
        *(
            (_("Collection"), *case.when(row, "aph_start_date", "aph_end_date"), _collected(row))
            for row in case.rows("leukapheresis")
        ),
        *((_("Manufacturing"), *case.when(row, "ship_date"), _made(case, row)) for row in case.rows("manufacturing")),
        *(
            (_("Bridging"), *case.when(row, "brg_start", "brg_end"), read_aloud(row, "brg_type"))
            for row in case.rows("bridging_therapy")
            if row.brg_start
        ),
        *(
            (_("Lymphodepletion"), *case.when(row, "ld_start", "ld_end"), read_aloud(row, "ld_regimen"))
            for row in case.rows("lymphodepletion")
        ),
        *((_("Infusion"), *case.when(row, "inf_date"), _infused(case, row)) for row in case.rows("infusion")),
        *(
            (_("Not infused"), *case.when(row, "noninf_date"), read_aloud(row, "noninf_reason"))
            for row in case.rows("cart_course")
            if row.infused == 0
        ),
    ]
    return cut([_("What"), _("Date"), _("Day"), _("Details")], rows, most)


def _collected(row):
    cd3 = read_aloud(row, "aph_cd3")
    return joined(
        cd3 and _("CD3+ %(amount)s") % {"amount": cd3},
        row.aph_repeat_reason and _("repeated: %(why)s") % {"why": read_aloud(row, "aph_repeat_reason")},
    )


def _made(case, row):
    """Outcome, release and receipt of one attempt."""
    released, received = (
        _("%(date)s (%(day)s)") % {"date": words, "day": day} if day else words
        for words, day in (case.when(row, "release_date"), case.when(row, "product_receipt_date"))
    )
    return joined(
        read_aloud(row, "mfg_outcome"),
        row.mfg_fail_reason and read_aloud(row, "mfg_fail_reason"),
        row.release_date and _("released %(when)s") % {"when": released},
        row.product_receipt_date and _("received %(when)s") % {"when": received},
    )


def _infused(case, row):
    """Product, dose, dose per kilogram, vein to vein."""
    found = case.derived_words("infusion", row.key, "v2v_days")
    return joined(
        case.words("cart_course", "prod_name"),
        read_aloud(row, "inf_dose_total"),
        case.derived_words("infusion", row.key, "dose_kg"),
        row.inf_oos == 1 and _("out of specification"),
        found and _("vein to vein %(days)s") % {"days": found},
    )


def burden(case):
    """The assessment that disease burden rests on, and its classes."""
    chosen = row_of_burden(case.record)
    row = chosen and next(one for one in case.rows("pre_infusion_assessment") if one.key == chosen.key)
    if not row:
        return []
    words, day = case.when(row, "pre_date")
    classes = [
        (_("5 % cut"), "burden_kato"),
        (_("50 % cut"), "burden_50"),
        (_("with CNS, sites, MRD"), "burden_prwcc"),
        (_("by MRD"), "burden_mrd2"),
    ]
    return facts(
        (_("Assessed"), joined(read_aloud(row, "pre_phase"), words, day)),
        (_("Marrow blasts"), read_aloud(row, "pre_bm_blast")),
        (_("MRD"), joined(read_aloud(row, "pre_mrd_result"), read_aloud(row, "pre_mrd_value"))),
        (_("CNS / sites"), joined(read_aloud(row, "pre_cns"), read_aloud(row, "pre_emd"))),
        (
            _("Burden"),
            joined(
                *(
                    _("%(what)s (%(rule)s)") % {"what": found, "rule": name}
                    for name, field in classes
                    if (found := case.derived_words("pre_infusion_assessment", row.key, field))
                )
            ),
        ),
    )


def toxicity(case):
    """Worst grades of the site beside those derived, days from onset to resolution, treatment."""
    rows = [_syndrome(case, "crs", _("CRS")), _syndrome(case, "icans", _("ICANS"))]
    blood = case.one("iechs_haematotoxicity")
    if blood:

        def derived(name):
            return case.number(blood.form_name, blood.key, name)

        days = case.when(blood, "iechs_onset")[1] if blood.iechs_onset else ""
        site = DASH if blood.iechs_grade is None else str(blood.iechs_grade)
        rows.append((_("IEC-HS"), site, derived("iechs"), days, ""))
        rows.append((_("ICAHT early / late"), "", f"{derived('icaht_early')} / {derived('icaht_late')}", "", ""))
        rows.append((_("T-ICAHT early / late"), "", f"{derived('t_icaht_early')} / {derived('t_icaht_late')}", "", ""))
    columns = [_("Highest grade"), _("Site"), _("Derived"), _("Days"), _("Treatment")]
    return Table(columns, [row for row in rows if row])


def _syndrome(case, name, title):
    summary, episodes = case.one(name), case.rows(f"{name}_episode")
    if not summary and not episodes:
        return None
    grades = [grade for row in episodes if (grade := getattr(row, f"{name}_grade_site")) is not None]
    site = str(max(grades)) if grades else case.words(name, f"{name}_occurred") or DASH
    spans = [case.span(row, f"{name}_onset", f"{name}_resolved") for row in episodes]
    derived = case.number(name, summary.key, f"{name}_grade") if summary else DASH
    return (title, site, derived, ", ".join(span for span in spans if span), _treated(case, name))


def _treated(case, name):
    """Tocilizumab, steroid and intensive care for CRS; the therapies of ICANS."""
    row = case.one("crs") if name == "crs" else None
    if not row:
        return joined(*(read_aloud(one, "icans_therapy") for one in case.rows("icans_episode") if one.icans_therapy))
    return joined(
        row.toci_given and _("tocilizumab (%(words)s)") % {"words": read_aloud(row, "toci_given")},
        row.steroid_crs == 1 and _("steroid"),
        row.icu_admit == 1 and _("intensive care (%(days)s)") % {"days": read_aloud(row, "icu_days")},
    )


def responses(case, most=7):
    """Response by timepoint: site, derived, blasts, MRD."""
    rows = []
    for row in case.rows("response_assessment"):
        words, day = case.when(row, "rsp_date")
        mrd = joined(
            case.derived_words(row.form_name, row.key, "mrd_class"),
            read_aloud(row, "rsp_mrd_result") or read_aloud(row, "rsp_mrd_method"),
            read_aloud(row, "rsp_mrd_value"),
        )
        rows.append(
            (
                read_aloud(row, "rsp_timepoint") or DASH,
                words,
                day,
                read_aloud(row, "rsp_site") or DASH,
                case.derived_words(row.form_name, row.key, "resp_derived") or DASH,
                read_aloud(row, "rsp_bm_blast") or DASH,
                mrd or DASH,
            )
        )
    columns = [_("Timepoint"), _("Date"), _("Day"), _("Site"), _("Derived"), _("Marrow blasts"), _("MRD")]
    return cut(columns, rows, most)


def later(case):
    """B cells, transplant and other therapy, relapse, second neoplasm, death, last contact."""
    died = case.one("death")
    contact = max((row for row in case.rows("follow_up") if row.fup_date), key=lambda row: row.fup_date, default=None)
    therapies = case.rows("subsequent_therapy")
    hsct = [row for row in therapies if row.stx_type == HSCT]
    others = [row for row in therapies if row.stx_type != HSCT]
    return facts(
        (_("B-cell aplasia"), _aplasia(case)),
        (_("Transplant after"), _several(case, hsct, "stx_date", "stx_donor")),
        (_("Relapse"), _several(case, case.rows("relapse"), "rel_date", "rel_kind", "rel_cd19")),
        (_("Other therapy"), _several(case, others, "stx_date", "stx_type", "stx_response")),
        (_("Second neoplasm"), _several(case, case.rows("subsequent_neoplasm"), "smn_date", "smn_type")),
        (_("Death"), died and joined(*case.when(died, "death_date"), read_aloud(died, "death_cause"))),
        (
            _("Last contact"),
            contact
            and joined(
                *case.when(contact, "fup_date"),
                read_aloud(contact, "vital_status"),
                read_aloud(contact, "disease_status_fup"),
            ),
        ),
    )


def _aplasia(case):
    """Since when it is lost, else how it was at the last sample."""
    samples = [row for row in case.rows("bcell_assessment") if row.bca_date]
    known = [
        (row, one)
        for row in samples
        if (one := case.derived[row.form_name, row.key].get("bca_status")) and one.derived.value
    ]
    lost = next((row for row, one in known if one.derived.value == LOST), None)
    if lost:
        return _("lost %(when)s") % {"when": joined(*case.when(lost, "bca_date"))}
    if not known:
        return ""
    row, one = known[-1]
    return _("%(status)s at the last sample, %(when)s") % {
        "status": derived_words(one.derived),
        "when": joined(*case.when(row, "bca_date")),
    }


def _several(case, rows, dated, *items):
    """The last of several events in words, and how many there were."""
    if not rows:
        return ""
    last = rows[-1]
    words = joined(*case.when(last, dated), *(read_aloud(last, item) for item in items))
    return _("%(number)d, last %(words)s") % {"number": len(rows), "words": words} if len(rows) > 1 else words
