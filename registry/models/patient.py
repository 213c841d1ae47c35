"""Patient registration (F01)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, HospitalNumber, Note, YesNo
from registry.models.base import FormModel


class Patient(FormModel):
    """Identity, consent and the decision to treat, which starts the intention-to-treat clock."""

    ext_id_cibmtr = Note("CIBMTR research ID", identifying=True, sas="CRID")
    ext_id_ebmt = Note("EBMT/MED-AB patient id", identifying=True, sas="EBMTID")
    ext_id_trump = Note("JDCHCT TRUMP id", identifying=True, sas="TRUMPID")
    ext_id_nrmd = Note("NRMD / post-marketing surveillance ID", identifying=True, sas="NRMDID")
    mrn_hash = HospitalNumber(
        "Salted hash of hospital number (duplicate detection only)",
        required=True,
        identifying=True,
        sas="MRNHASH",
        note="detects duplicates within a centre only: hospital numbers differ between centres (check X51)",
    )
    birth_date = ClinicalDate(
        "Date of birth",
        required=True,
        order=(Order("<=", "decision_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="BIRTHDT",
    )
    sex_at_birth = Coded("Sex at birth", codelist=codelists.Sex, required=True, sas="SEX")
    race_ethnicity = Coded("Ethnic background", codelist=codelists.Race, sas="RACE")
    residence_pref = Coded("Prefecture of residence", codelist=codelists.Prefecture, identifying=True, sas="RESPREF")
    referring_site = Note("Referring / shared-care hospital", identifying=True, sas="REFSITE")
    consent_type = Coded("Basis for data use", codelist=codelists.ConsentType, required=True, sas="CONSTYP")
    consent_date = ClinicalDate(
        "Consent / opt-out notice date", required=True, partial=True, identifying=True, sas="CONSDT"
    )
    consent_share_intl = Coded(
        "Consents to onward sharing (CIBMTR/EBMT/industry)", codelist=codelists.NoYesUnk, required=True, sas="CONSINTL"
    )
    consent_withdrawn = YesNo("Consent withdrawn", required=True, sas="CONSWD")
    consent_wd_date = ClinicalDate(
        "Date of withdrawal",
        required=True,
        asked_if=(Condition("consent_withdrawn", "==", 1),),
        order=(Order(">=", "consent_date"),),
        partial=True,
        identifying=True,
        sas="CONSWDDT",
    )
    decision_date = ClinicalDate(
        "Date accepted for CAR-T therapy (decision date, ITT clock)",
        required=True,
        order=(Order(">=", "dx_date"),),
        partial=True,
        identifying=True,
        sas="DECISDT",
        note="soft: <= aph_start_date (check X03)",
    )
    indication = Coded("Indication for CAR-T at decision", codelist=codelists.Indication, required=True, sas="INDIC")

    form_id = "F01"
    form_name = "patient"
    title = gettext_noop("Patient registration")
    dated_by = "decision_date"
    sections = {
        gettext_noop("Identity"): (
            "mrn_hash",
            "birth_date",
            "sex_at_birth",
            "race_ethnicity",
            "residence_pref",
            "referring_site",
        ),
        gettext_noop("Decision to treat"): (
            "decision_date",
            "indication",
        ),
        gettext_noop("Consent"): (
            "consent_type",
            "consent_date",
            "consent_share_intl",
            "consent_withdrawn",
            "consent_wd_date",
        ),
        gettext_noop("Numbers in other registries"): (
            "ext_id_cibmtr",
            "ext_id_ebmt",
            "ext_id_trump",
            "ext_id_nrmd",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="one_patient_row")]
        indexes = [models.Index(fields=["case"], condition=models.Q(consent_withdrawn=1), name="patient_withdrawn")]
