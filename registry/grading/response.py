"""Response category and MRD class of one response assessment."""

from __future__ import annotations

from registry.dictionary.items import plain
from registry.dictionary.words import gettext_noop
from registry.grading.base import REGISTRY, Answers, Derived, Reason, Scale, code, fact, first_that_holds, number
from registry.grading.thresholds import LIMITS, Limits, is_provisional

RESPONSE = Scale(REGISTRY, "response")
MRD = Scale(REGISTRY, "MRD")
CR, CRI, NR, NE = "CR", "CRi", "NR", "NE"
MRD_CR, INTERMEDIATE, FAILURE = "MRD-CR", "intermediate", "failure"


def resp_derived(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """CR, CRi, NR, or NE where no marrow was examined. Any sign of disease decides for NR, whatever else is missing."""
    name = "resp_derived"
    done, provisional = code(answers, "rsp_bm_done"), is_provisional(limits, name)
    if done == 0:
        reason = Reason(gettext_noop("no marrow was examined"), items=("rsp_bm_done",))
        return Derived(name, NE, RESPONSE, (reason,), provisional=provisional)
    if done != 1:
        return Derived(name, None, RESPONSE, missing=("rsp_bm_done",), provisional=provisional)
    blasts, anc, platelets = (limits[f"{name}.{item}"] for item in ("rsp_bm_blast", "rsp_anc", "rsp_plt"))
    disease = (
        fact(answers, "rsp_bm_blast", ">=", blasts, gettext_noop("marrow blasts %(found)s %% (from %(limit)s)")),
        fact(answers, "rsp_pb_blast", ">", 0, gettext_noop("blasts in the blood")),
        fact(answers, "rsp_cns", "==", 3, gettext_noop("CNS3")),
        fact(answers, "rsp_emd", "in", (1, 2), gettext_noop("extramedullary disease")),
    )
    not_recovered = (
        fact(answers, "rsp_anc", "<", anc, gettext_noop("ANC %(found)s ×10⁹/L (below %(limit)s)")),
        fact(answers, "rsp_plt", "<", platelets, gettext_noop("platelets %(found)s ×10⁹/L (below %(limit)s)")),
        fact(answers, "rsp_transfused", ">", 0, gettext_noop("transfused or given G-CSF within 7 days, or not known")),
    )
    remission = Reason(
        gettext_noop("no disease, and the blood counts have recovered"),
        items=tuple(one.reason.items[0] for one in (*disease, *not_recovered)),
    )
    return first_that_holds(name, RESPONSE, ((NR, disease), (CRI, not_recovered)), CR, remission, provisional)


def mrd_class(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """MRD-CR, intermediate or failure; none where MRD was not measured or its result is unknown."""
    method, result = code(answers, "rsp_mrd_method"), code(answers, "rsp_mrd_result")
    cut = limits["mrd_class.cut"].value
    if method is None:
        return _mrd(None, limits, missing=("rsp_mrd_method",))
    if method == 0:
        return _mrd(None, limits)
    if result in (0, 1):
        item = "rsp_mrd_lod" if result == 0 else "rsp_mrd_value"
        found = number(answers, item)
        if found is None:
            return _mrd(None, limits, missing=(item,))
        values = {"found": plain(found), "limit": plain(cut)}
        if result == 0:
            text = gettext_noop("negative with sensitivity %(found)s (needed: %(limit)s)")
            return _mrd(
                MRD_CR if found <= cut else INTERMEDIATE, limits, Reason(text, values, ("rsp_mrd_result", item))
            )
        text = gettext_noop("positive, %(found)s (failure from %(limit)s)")
        return _mrd(FAILURE if found >= cut else INTERMEDIATE, limits, Reason(text, values, ("rsp_mrd_result", item)))
    if result == 2:
        return _mrd(INTERMEDIATE, limits, Reason(gettext_noop("positive, not quantifiable"), items=("rsp_mrd_result",)))
    if result == 3:
        return _mrd(
            INTERMEDIATE, limits, Reason(gettext_noop("negative, sensitivity insufficient"), items=("rsp_mrd_result",))
        )
    return _mrd(None, limits, missing=("rsp_mrd_result",))


def _mrd(value: str | None, limits: Limits, *reasons: Reason, missing: tuple[str, ...] = ()) -> Derived:
    return Derived("mrd_class", value, MRD, reasons, missing, provisional=is_provisional(limits, "mrd_class"))
