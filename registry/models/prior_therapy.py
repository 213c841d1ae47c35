"""Prior HSCT and immunotherapy (F03)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, YesNo
from registry.models.base import FormModel


class PriorTherapy(FormModel):
    """Transplant, blinatumomab, inotuzumab and other treatment before CAR-T."""

    prior_hsct = YesNo("Allogeneic HSCT before CAR-T", required=True, critical=True, none=0, sas="PRHSCT")
    n_prior_hsct = Count(
        "Number of prior allo-HSCT",
        unit="n",
        soft=(1, 2),
        hard=(1, 5),
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="NPRHSCT",
    )
    hsct_rel_date = ClinicalDate(
        "Date of relapse after last HSCT",
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        order=(Order(">", "hsct_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="HSCTREL",
        note="leave with missing reason NAP when there was no relapse after the last HSCT",
    )
    agvhd_hx = Coded(
        "Max acute GVHD grade before CAR-T",
        codelist=codelists.AgvhdGrade,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        none=0,
        sas="AGVHDHX",
    )
    cgvhd_hx = Coded(
        "Chronic GVHD before CAR-T",
        codelist=codelists.Cgvhd,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        none=0,
        sas="CGVHDHX",
    )
    ist_at_aph = Coded(
        "Systemic immunosuppression at apheresis", codelist=codelists.NoYesUnk, required=True, none=0, sas="ISTAPH"
    )
    prior_blina = YesNo("Prior blinatumomab", required=True, critical=True, none=0, sas="PRBLINA")
    blina_cycles = Count(
        "Blinatumomab cycles given",
        unit="n",
        soft=(1, 5),
        hard=(1, 20),
        required=True,
        asked_if=(Condition("prior_blina", "==", 1),),
        sas="BLINACY",
    )
    blina_last_date = ClinicalDate(
        "Last blinatumomab date",
        required=True,
        asked_if=(Condition("prior_blina", "==", 1),),
        order=(Order("<=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="BLINADT",
    )
    blina_response = Coded(
        "Best response to blinatumomab",
        codelist=codelists.BlinaResponse,
        required=True,
        asked_if=(Condition("prior_blina", "==", 1),),
        sas="BLINARSP",
    )
    prior_ino = YesNo("Prior inotuzumab ozogamicin", required=True, critical=True, none=0, sas="PRINO")
    ino_doses = Count(
        "Inotuzumab doses given",
        unit="n",
        soft=(1, 9),
        hard=(1, 30),
        required=True,
        asked_if=(Condition("prior_ino", "==", 1),),
        sas="INODOSE",
    )
    ino_last_date = ClinicalDate(
        "Last inotuzumab date",
        required=True,
        asked_if=(Condition("prior_ino", "==", 1),),
        order=(Order("<=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="INODT",
    )
    ino_timing = Coded(
        "Inotuzumab relative to apheresis",
        codelist=codelists.InoTiming,
        required=True,
        asked_if=(Condition("prior_ino", "==", 1),),
        sas="INOTIME",
        note="derive from dates and ask the site to confirm",
    )
    prior_cd19_other = MultiCoded(
        "Prior CD19-directed therapy other than blinatumomab",
        codelist=codelists.PriorCd19Other,
        required=True,
        none=0,
        sas="PRCD19",
    )
    prior_cd22_car = YesNo("Prior CD22-directed CAR-T", none=0, sas="PRCD22")
    prior_tki = YesNo(
        "Prior TKI", required=True, asked_if=(Condition("all_subtype", "in", (2, 3)),), none=0, sas="PRTKI"
    )
    prior_clofarabine = Coded(
        "Clofarabine within 12 weeks before apheresis", codelist=codelists.NoYesUnk, none=0, sas="PRCLOF"
    )
    prior_rt = MultiCoded("Prior radiotherapy (check all)", codelist=codelists.PriorRt, none=0, sas="PRRT")

    form_id = "F03"
    form_name = "prior_therapy"
    title = gettext_noop("Prior HSCT and immunotherapy")
    sections = {
        gettext_noop("Transplant"): (
            "prior_hsct",
            "n_prior_hsct",
            "hsct_rel_date",
            "agvhd_hx",
            "cgvhd_hx",
            "ist_at_aph",
        ),
        gettext_noop("Blinatumomab"): (
            "prior_blina",
            "blina_cycles",
            "blina_last_date",
            "blina_response",
        ),
        gettext_noop("Inotuzumab ozogamicin"): (
            "prior_ino",
            "ino_doses",
            "ino_last_date",
            "ino_timing",
        ),
        gettext_noop("Other therapy"): (
            "prior_cd19_other",
            "prior_cd22_car",
            "prior_tki",
            "prior_clofarabine",
            "prior_rt",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="one_prior_therapy_row")]
