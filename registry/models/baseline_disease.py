"""Baseline disease (F02)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, Note, Quantity
from registry.models.base import FormModel


class BaselineDisease(FormModel):
    """Diagnosis, genetics, relapse history and status at the decision to treat."""

    dx_date = ClinicalDate(
        "Date of first pathological diagnosis of ALL",
        required=True,
        order=(
            Order(">=", "birth_date"),
            Order("<=", "decision_date"),
        ),
        partial=True,
        identifying=True,
        sas="DXDT",
    )
    all_subtype = Coded(
        "Genetic subtype (WHO/ICC-style)", codelist=codelists.AllSubtype, required=True, critical=True, sas="ALLSUB"
    )
    karyotype_done = Coded(
        "Conventional karyotype done at diagnosis or relapse", codelist=codelists.NoYesUnk, required=True, sas="KARYDN"
    )
    karyotype_iscn = Note(
        "Karyotype (ISCN string)",
        required=True,
        asked_if=(Condition("karyotype_done", "==", 1),),
        identifying=True,
        sas="KARYTXT",
        note="free text: exported only after review",
    )
    cyto_abn = MultiCoded(
        "Cytogenetic abnormalities found (check all)", codelist=codelists.CytoAbn, required=True, sas="CYTABN"
    )
    tp53_status = Coded("TP53 alteration", codelist=codelists.Tp53, sas="TP53")
    ikzf1_status = Coded("IKZF1 deletion", codelist=codelists.Ikzf1, sas="IKZF1")
    down_syndrome = Coded(
        "Down syndrome (constitutional +21)", codelist=codelists.DownSyndrome, required=True, none=0, sas="DOWNSYN"
    )
    predisposition = MultiCoded(
        "Other genetic predisposition (check all)", codelist=codelists.Predisposition, none=0, sas="PREDISP"
    )
    wbc_dx = Quantity("WBC at diagnosis", unit="10^9/L", soft=(Decimal("0.5"), 500), hard=(0, 2000), sas="WBCDX")
    blast_bm_dx = Quantity("BM blasts at diagnosis", unit="%", soft=(20, 100), hard=(0, 100), sas="BLSTDX")
    cns_dx = Coded("CNS status at diagnosis (COG)", codelist=codelists.CnsDx, required=True, sas="CNSDX")
    emd_dx = MultiCoded(
        "Extramedullary sites at diagnosis (check all)", codelist=codelists.EmdSite, required=True, none=0, sas="EMDDX"
    )
    n_relapses = Count(
        "Number of relapses before decision", unit="n", soft=(0, 4), hard=(0, 10), required=True, sas="NRELAPS"
    )
    rel1_date = ClinicalDate(
        "Date of first relapse",
        required=True,
        asked_if=(Condition("n_relapses", ">=", 1),),
        order=(Order(">=", "dx_date"),),
        partial=True,
        identifying=True,
        sas="REL1DT",
    )
    rel_last_date = ClinicalDate(
        "Date of most recent relapse before decision",
        required=True,
        asked_if=(Condition("n_relapses", ">=", 1),),
        order=(
            Order(">=", "rel1_date"),
            Order("<=", "decision_date"),
        ),
        partial=True,
        identifying=True,
        sas="RELLDT",
    )
    rel_last_site = MultiCoded(
        "Site(s) of most recent relapse (check all)",
        codelist=codelists.RelapseSite,
        required=True,
        asked_if=(Condition("n_relapses", ">=", 1),),
        sas="RELLSITE",
        note="code 5 not offered",
    )
    refractory_type = Coded("Refractory disease", codelist=codelists.RefractoryType, required=True, sas="REFRTYP")
    n_prior_lines = Count(
        "Prior systemic lines (HSCT conditioning not counted)",
        unit="n",
        soft=(1, 8),
        hard=(0, 20),
        required=True,
        sas="NLINES",
    )
    n_prior_cr = Count("Number of prior complete remissions", unit="n", soft=(0, 4), hard=(0, 10), sas="NPRCR")
    disease_status_dec = Coded(
        "Disease status at decision", codelist=codelists.DiseaseStatusDec, required=True, sas="DSTATDEC"
    )
    cns_ever = Coded(
        "CNS disease (CNS2/3) at any time before decision",
        codelist=codelists.CnsEver,
        required=True,
        none=0,
        sas="CNSEVER",
    )
    emd_ever = Coded(
        "Non-CNS EM disease at any time", codelist=codelists.NoYesUnk, required=True, none=0, sas="EMDEVER"
    )
    ps_scale = Coded("Performance scale used", codelist=codelists.PsScale, required=True, sas="PSSCALE")
    ps_score_dec = Count(
        "Performance score at decision",
        soft=(50, 100),
        hard=(0, 100),
        required=True,
        sas="PSDEC",
        note="for ECOG the soft range is 0-2",
    )
    hctci_score = Count("HCT-CI total", soft=(0, 6), hard=(0, 29), sas="HCTCI")
    cd19_screen_pct = Quantity(
        "CD19+ among blasts at screening", unit="%", soft=(80, 100), hard=(0, 100), sas="CD19SCR"
    )
    cd19_intensity = Coded("CD19 density on blasts at screening", codelist=codelists.Cd19Intensity, sas="CD19INT")
    hbv_status = Coded("Hepatitis B status", codelist=codelists.Hbv, sas="HBV")
    htlv1_status = Coded("HTLV-1 antibody", codelist=codelists.NegPosUnk, sas="HTLV1")

    form_id = "F02"
    form_name = "baseline_disease"
    title = gettext_noop("Baseline disease")
    dated_by = "dx_date"
    sections = {
        gettext_noop("Diagnosis"): (
            "dx_date",
            "wbc_dx",
            "blast_bm_dx",
            "cns_dx",
            "emd_dx",
        ),
        gettext_noop("Genetics"): (
            "all_subtype",
            "karyotype_done",
            "karyotype_iscn",
            "cyto_abn",
            "tp53_status",
            "ikzf1_status",
            "down_syndrome",
            "predisposition",
        ),
        gettext_noop("Relapses and lines of therapy"): (
            "n_relapses",
            "rel1_date",
            "rel_last_date",
            "rel_last_site",
            "refractory_type",
            "n_prior_lines",
            "n_prior_cr",
        ),
        gettext_noop("Status at the decision"): (
            "disease_status_dec",
            "cns_ever",
            "emd_ever",
            "ps_scale",
            "ps_score_dec",
            "hctci_score",
            "cd19_screen_pct",
            "cd19_intensity",
            "hbv_status",
            "htlv1_status",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="one_baseline_disease_row")]
