"""Closed lists of answers: stored code and English label. The Japanese labels are in the message catalogue, by list.

Source: the registry's code list table (docs/clinical/codelists.csv), checked by tests/registry/dictionary/test_dictionary.py.
"""

from enum import Enum, IntEnum


class CodeList(IntEnum):
    """A closed list of integer answers. `exclusive` codes cannot be combined with others."""

    label: str
    exclusive: bool

    def __new__(cls, code: int, label: str, exclusive: str = "") -> "CodeList":
        member = int.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.exclusive = bool(exclusive)
        return member

    @classmethod
    def codes(cls) -> tuple[int, ...]:
        """All codes, in the order of the list."""
        return tuple(member.value for member in cls)

    @classmethod
    def other_code(cls) -> int | None:
        """The code of "Other", which asks for a companion text, if the list has one."""
        return next(
            (
                member.value
                for member in cls
                if member.value in (8, 88) and member.label.startswith("Other") and member.label in OTHER_LABELS
            ),
            None,
        )

    @classmethod
    def list_name(cls) -> str:
        """Name of the list in the dictionary, and its gettext context."""
        return next(name for name, codelist in CODE_LISTS.items() if codelist is cls)


OTHER_LABELS = ("Other", "Other (not in primary analysis)")


class MissingReason(Enum):
    """Why an answer is missing: stored beside the value, never as a value."""

    ND = "Not done"
    UK = "Unknown"
    NAP = "Not applicable"
    PD = "Pending"


class DatePrecision(Enum):
    """How much of a date is known."""

    D = "Day known"
    M = "Month known"
    Y = "Year known"


class NoYes(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"


class NoYesIs(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"


class NoYesUnk(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    UNKNOWN = 99, "Unknown"


class NoYesUnkIs(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    UNKNOWN = 99, "Unknown"


class NoYesNa(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    NOT_ASSESSED = 99, "Not assessed"


class Sex(CodeList):
    MALE = 1, "Male"
    FEMALE = 2, "Female"
    INTERSEX_UNDETERMINED = 3, "Intersex / undetermined"


class Race(CodeList):
    JAPANESE = 1, "Japanese"
    OTHER_EAST_ASIAN = 2, "Other East Asian"
    SOUTHEAST_ASIAN = 3, "Southeast Asian"
    SOUTH_ASIAN = 4, "South Asian"
    WHITE = 5, "White"
    BLACK = 6, "Black"
    MIXED = 7, "Mixed"
    OTHER = 8, "Other"
    UNKNOWN = 99, "Unknown"


class Prefecture(CodeList):
    HOKKAIDO = 1, "Hokkaido"
    AOMORI = 2, "Aomori"
    IWATE = 3, "Iwate"
    MIYAGI = 4, "Miyagi"
    AKITA = 5, "Akita"
    YAMAGATA = 6, "Yamagata"
    FUKUSHIMA = 7, "Fukushima"
    IBARAKI = 8, "Ibaraki"
    TOCHIGI = 9, "Tochigi"
    GUNMA = 10, "Gunma"
    SAITAMA = 11, "Saitama"
    CHIBA = 12, "Chiba"
    TOKYO = 13, "Tokyo"
    KANAGAWA = 14, "Kanagawa"
    NIIGATA = 15, "Niigata"
    TOYAMA = 16, "Toyama"
    ISHIKAWA = 17, "Ishikawa"
    FUKUI = 18, "Fukui"
    YAMANASHI = 19, "Yamanashi"
    NAGANO = 20, "Nagano"
    GIFU = 21, "Gifu"
    SHIZUOKA = 22, "Shizuoka"
    AICHI = 23, "Aichi"
    MIE = 24, "Mie"
    SHIGA = 25, "Shiga"
    KYOTO = 26, "Kyoto"
    OSAKA = 27, "Osaka"
    HYOGO = 28, "Hyogo"
    NARA = 29, "Nara"
    WAKAYAMA = 30, "Wakayama"
    TOTTORI = 31, "Tottori"
    SHIMANE = 32, "Shimane"
    OKAYAMA = 33, "Okayama"
    HIROSHIMA = 34, "Hiroshima"
    YAMAGUCHI = 35, "Yamaguchi"
    TOKUSHIMA = 36, "Tokushima"
    KAGAWA = 37, "Kagawa"
    EHIME = 38, "Ehime"
    KOCHI = 39, "Kochi"
    FUKUOKA = 40, "Fukuoka"
    SAGA = 41, "Saga"
    NAGASAKI = 42, "Nagasaki"
    KUMAMOTO = 43, "Kumamoto"
    OITA = 44, "Oita"
    MIYAZAKI = 45, "Miyazaki"
    KAGOSHIMA = 46, "Kagoshima"
    OKINAWA = 47, "Okinawa"
    ABROAD = 88, "Abroad"


class ConsentType(CodeList):
    WRITTEN_CONSENT = 1, "Written consent"
    OPT_OUT = 2, "Opt-out (retrospective)"
    ETHICS_WAIVER = 3, "Ethics waiver"
    PARENTAL_ONLY_PATIENT_RE_CONSENT_DUE = 4, "Parental only, patient re-consent due at majority"


class Indication(CodeList):
    PRIMARY_REFRACTORY = 1, "Primary refractory"
    FIRST_RELAPSE_CHEMOREFRACTORY = 2, "First relapse, chemorefractory"
    FIRST_RELAPSE_AFTER_ALLO_HSCT = 3, "First relapse after allo-HSCT"
    FIRST_RELAPSE_HSCT_INELIGIBLE_OTHER = 4, "First relapse, HSCT-ineligible / other"
    SECOND_OR_LATER_RELAPSE = 5, "Second or later relapse"
    OTHER = 8, "Other"


class AllSubtype(CodeList):
    B_ALL_NOS = 1, "B-ALL NOS"
    BCR_ABL1 = 2, "BCR::ABL1"
    BCR_ABL1_LIKE = 3, "BCR::ABL1-like"
    KMT2A_REARRANGED = 4, "KMT2A-rearranged"
    ETV6_RUNX1 = 5, "ETV6::RUNX1"
    HIGH_HYPERDIPLOID = 6, "High hyperdiploid (51-65/67)"
    HYPODIPLOID = 7, "Hypodiploid (<44)"
    TCF3_PBX1 = 8, "TCF3::PBX1"
    TCF3_HLF = 9, "TCF3::HLF"
    IAMP21 = 10, "iAMP21"
    IGH_IL3 = 11, "IGH::IL3"
    DUX4_REARRANGED = 12, "DUX4-rearranged"
    MEF2D_REARRANGED = 13, "MEF2D-rearranged"
    ZNF384_REARRANGED = 14, "ZNF384-rearranged"
    PAX5ALT_PAX5_P80R = 15, "PAX5alt / PAX5 P80R"
    MYC_REARRANGED = 16, "MYC-rearranged"
    MPAL_B_LINEAGE = 17, "MPAL, B-lineage"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown"


class CytoAbn(CodeList):
    NONE = 0, "None", "exclusive"
    T_9_22 = 1, "t(9;22)"
    T_4_11 = 2, "t(4;11)"
    OTHER_11Q23 = 3, "Other 11q23"
    T_12_21 = 4, "t(12;21)"
    T_1_19 = 5, "t(1;19)"
    T_17_19 = 6, "t(17;19)"
    PLUS_4_PLUS_10_PLUS_17 = 7, "+4/+10/+17"
    HYPODIPLOID = 8, "Hypodiploid"
    IAMP21 = 9, "iAMP21"
    DEL_9P = 10, "del(9p)"
    DEL_12P = 11, "del(12p)"
    DEL_6Q = 12, "del(6q)"
    COMPLEX = 13, "Complex (≥5 abnormalities)"
    C_7 = 14, "-7"
    PLUS_8 = 15, "+8"
    OTHER = 88, "Other"


class Tp53(CodeList):
    WILD_TYPE = 0, "Wild type"
    MUTATED_DELETED_SOMATIC = 1, "Mutated / deleted, somatic"
    GERMLINE = 2, "Germline"
    NOT_TESTED = 98, "Not tested"
    UNKNOWN = 99, "Unknown"


class Ikzf1(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    IKZF1_PLUS = 2, "IKZF1-plus"
    NOT_TESTED = 98, "Not tested"
    UNKNOWN = 99, "Unknown"


class DownSyndrome(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    MOSAIC = 2, "Mosaic"
    UNKNOWN = 99, "Unknown"


class Predisposition(CodeList):
    NONE = 0, "None", "exclusive"
    LI_FRAUMENI_SYNDROME = 1, "Li-Fraumeni syndrome"
    ATAXIA_TELANGIECTASIA = 2, "Ataxia-telangiectasia"
    FANCONI_ANAEMIA_INHERITED_BONE_MARROW_FAILURE = 3, "Fanconi anaemia / inherited bone marrow failure"
    INBORN_ERROR_OF_IMMUNITY = 4, "Inborn error of immunity"
    NEUROFIBROMATOSIS_TYPE_1 = 5, "Neurofibromatosis type 1"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown", "exclusive"


class CnsDx(CodeList):
    CNS1 = 1, "CNS1"
    CNS2 = 2, "CNS2"
    CNS3 = 3, "CNS3"
    TRAUMATIC_LUMBAR_PUNCTURE_WITHOUT_BLASTS = 4, "Traumatic lumbar puncture without blasts"
    TRAUMATIC_LUMBAR_PUNCTURE_WITH_BLASTS = 5, "Traumatic lumbar puncture with blasts"
    NOT_DONE = 98, "Not done"
    UNKNOWN = 99, "Unknown"


class EmdSite(CodeList):
    NONE = 0, "None", "exclusive"
    TESTIS = 1, "Testis"
    MEDIASTINUM = 2, "Mediastinum"
    SKIN = 3, "Skin"
    SOFT_TISSUE = 4, "Soft tissue"
    BONE = 5, "Bone"
    KIDNEY = 6, "Kidney"
    EYE = 7, "Eye"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown", "exclusive"


class RelapseSite(CodeList):
    BONE_MARROW = 1, "Bone marrow"
    CNS = 2, "CNS"
    TESTIS = 3, "Testis"
    OTHER_EXTRAMEDULLARY = 4, "Other extramedullary"
    PERIPHERAL_BLOOD = 5, "Peripheral blood"


class RefractoryType(CodeList):
    NONE = 0, "None"
    PRIMARY_INDUCTION_FAILURE = 1, "Primary induction failure (≥2 cycles)"
    RELAPSE_REFRACTORY_TO_GE_1_CYCLE = 2, "Relapse refractory to ≥1 cycle"
    MRD_REFRACTORY_ONLY = 3, "MRD-refractory only"
    UNKNOWN = 99, "Unknown"


class DiseaseStatusDec(CodeList):
    PRIMARY_INDUCTION_FAILURE = 1, "Primary induction failure"
    CR1_MRD_POSITIVE = 2, "CR1, MRD-positive"
    CR1_MRD_NEGATIVE = 3, "CR1, MRD-negative"
    RELAPSE_1 = 4, "Relapse 1"
    RELAPSE_2 = 5, "Relapse 2"
    RELAPSE_GE_3 = 6, "Relapse ≥3"
    CR2_MRD_POSITIVE = 7, "CR2, MRD-positive"
    CR2_MRD_NEGATIVE = 8, "CR2, MRD-negative"
    CRGE_3_MRD_POSITIVE = 9, "CR≥3, MRD-positive"
    CRGE_3_MRD_NEGATIVE = 10, "CR≥3, MRD-negative"
    ISOLATED_EXTRAMEDULLARY_RELAPSE = 11, "Isolated extramedullary relapse"


class CnsEver(CodeList):
    NO = 0, "No"
    CNS2 = 1, "CNS2"
    CNS3 = 2, "CNS3"
    UNKNOWN = 99, "Unknown"


class PsScale(CodeList):
    LANSKY = 1, "Lansky (<16 y)"
    KARNOFSKY = 2, "Karnofsky (≥16 y)"
    ECOG = 3, "ECOG"


class Cd19Intensity(CodeList):
    BRIGHT = 1, "Bright"
    NORMAL = 2, "Normal"
    DIM = 3, "Dim"
    BIMODAL_NEGATIVE_SUBCLONE = 4, "Bimodal / negative subclone"
    NOT_DONE = 98, "Not done"


class Hbv(CodeList):
    NAIVE = 1, "Naive"
    HBSAG_POSITIVE = 2, "HBsAg positive"
    HBCAB_POSITIVE_HBSAG_NEGATIVE = 3, "HBcAb positive, HBsAg negative"
    VACCINATED = 4, "Vaccinated"
    UNKNOWN = 99, "Unknown"


class NegPosUnk(CodeList):
    NEGATIVE = 0, "Negative"
    POSITIVE = 1, "Positive"
    UNKNOWN = 99, "Unknown"


class HsctDonor(CodeList):
    HLA_MATCHED_RELATED = 1, "HLA-matched related"
    HLA_MISMATCHED_RELATED_HAPLOIDENTICAL = 2, "HLA-mismatched related / haploidentical"
    HLA_MATCHED_UNRELATED = 3, "HLA-matched unrelated"
    HLA_MISMATCHED_UNRELATED = 4, "HLA-mismatched unrelated"
    CORD_BLOOD = 5, "Cord blood"
    SYNGENEIC = 6, "Syngeneic"
    UNKNOWN = 99, "Unknown"


class HsctSource(CodeList):
    BONE_MARROW = 1, "Bone marrow"
    PERIPHERAL_BLOOD_STEM_CELLS = 2, "Peripheral blood stem cells"
    CORD_BLOOD = 3, "Cord blood"


class TbiDose(CodeList):
    NO = 0, "No"
    LE_4_GY = 1, "≤4 Gy"
    GT_4_GY = 2, ">4 Gy"
    UNKNOWN = 99, "Unknown"


class HsctStatus(CodeList):
    CR1 = 1, "CR1"
    CR2 = 2, "CR2"
    GE_CR3 = 3, "≥CR3"
    NOT_IN_CR = 4, "Not in CR"


class AgvhdGrade(CodeList):
    GRADE_0 = 0, "Grade 0 (none)"
    GRADE_I = 1, "Grade I"
    GRADE_II = 2, "Grade II"
    GRADE_III = 3, "Grade III"
    GRADE_IV = 4, "Grade IV"
    UNKNOWN = 99, "Unknown"


class Cgvhd(CodeList):
    NONE = 0, "None"
    MILD = 1, "Mild"
    MODERATE = 2, "Moderate"
    SEVERE = 3, "Severe"
    UNKNOWN = 99, "Unknown"


class BlinaResponse(CodeList):
    CR_MRD_NEGATIVE = 1, "CR, MRD-negative"
    CR_MRD_POSITIVE = 2, "CR, MRD-positive"
    NO_RESPONSE = 3, "No response"
    GIVEN_IN_MRD_NEGATIVE_CR = 4, "Given in MRD-negative CR"
    UNKNOWN = 99, "Unknown"


class InoTiming(CodeList):
    BEFORE_APHERESIS = 1, "Before apheresis"
    AFTER_APHERESIS = 2, "After apheresis (bridging)"
    BOTH = 3, "Both"


class PriorCd19Other(CodeList):
    NONE = 0, "None", "exclusive"
    CD19_CAR_T = 1, "CD19 CAR-T"
    OTHER = 2, "Other"


class PriorRt(CodeList):
    NONE = 0, "None", "exclusive"
    CRANIAL = 1, "Cranial"
    CRANIOSPINAL = 2, "Craniospinal (CSI)"
    TESTIS = 3, "Testis"
    TOTAL_BODY_IRRADIATION = 4, "Total body irradiation (TBI)"
    OTHER = 88, "Other"


class AphAccess(CodeList):
    PERIPHERAL = 1, "Peripheral"
    TUNNELLED_CENTRAL_VENOUS_CATHETER = 2, "Tunnelled central venous catheter"
    TEMPORARY_APHERESIS_CATHETER = 3, "Temporary apheresis catheter"


class AphAdequate(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    NO_BUT_PROCEEDED = 2, "No, but proceeded"


class AphRepeatReason(CodeList):
    INADEQUATE_YIELD = 1, "Inadequate yield"
    MANUFACTURING_FAILURE = 2, "Manufacturing failure"
    OUT_OF_SPECIFICATION_PRODUCT = 3, "Out-of-specification product"
    TRANSPORT_TEMPERATURE = 4, "Transport / temperature"
    CONTAMINATION = 5, "Contamination"
    EXPIRED_DATED = 6, "Expired / dated"
    CHANGE_IN_DISEASE_COURSE = 7, "Change in disease course"
    OTHER = 88, "Other"


class Ctcae05(CodeList):
    GRADE_0 = 0, "Grade 0 (none)"
    GRADE_1 = 1, "Grade 1"
    GRADE_2 = 2, "Grade 2"
    GRADE_3 = 3, "Grade 3"
    GRADE_4 = 4, "Grade 4"
    GRADE_5 = 5, "Grade 5 (death)"


class Grade15(CodeList):
    GRADE_1 = 1, "Grade 1"
    GRADE_2 = 2, "Grade 2"
    GRADE_3 = 3, "Grade 3"
    GRADE_4 = 4, "Grade 4"
    GRADE_5 = 5, "Grade 5 (death)"


class MfgSite(CodeList):
    MORRIS_PLAINS = 1, "Morris Plains"
    LEIPZIG = 2, "Leipzig"
    STEIN = 3, "Stein"
    LES_ULIS = 4, "Les Ulis"
    KOBE = 5, "Kobe"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown"


class MfgOutcome(CodeList):
    RELEASED_IN_SPECIFICATION = 1, "Released in specification"
    OUT_OF_SPECIFICATION = 2, "Out of specification"
    FAILED_TERMINATED = 3, "Failed / terminated"
    CANCELLED_BY_SITE = 4, "Cancelled by site"
    PENDING = 9, "Pending"


class MfgFailReason(CodeList):
    POOR_EXPANSION = 1, "Poor expansion"
    LOW_VIABILITY = 2, "Low viability"
    LOW_DOSE = 3, "Low dose"
    LOW_TRANSDUCTION = 4, "Low transduction"
    CONTAMINATION = 5, "Contamination"
    EQUIPMENT_HUMAN_ERROR = 6, "Equipment / human error"
    STARTING_MATERIAL = 7, "Starting material"
    OTHER = 88, "Other"
    NOT_DISCLOSED = 99, "Not disclosed"


class OosReason(CodeList):
    VIABILITY = 1, "Viability"
    DOSE_BELOW_RANGE = 2, "Dose below range"
    DOSE_ABOVE_RANGE = 3, "Dose above range"
    TRANSDUCTION_CAR_PLUS = 4, "Transduction / CAR+ %"
    IFN_GAMMA_POTENCY = 5, "IFN-gamma potency"
    VECTOR_COPY_NUMBER = 6, "Vector copy number"
    RESIDUAL_BEADS = 7, "Residual beads"
    STERILITY_ENDOTOXIN = 8, "Sterility / endotoxin"
    OTHER = 88, "Other"
    NOT_DISCLOSED = 99, "Not disclosed", "exclusive"


class OosRoute(CodeList):
    NOT_INFUSED = 0, "Not infused"
    MANAGED_EXPANDED_ACCESS = 1, "Managed / expanded access"
    SINGLE_PATIENT_IND = 2, "Single-patient IND"
    CLINICAL_TRIAL = 3, "Clinical trial (Japan)"
    COMMERCIAL_AFTER_RISK_ASSESSMENT = 4, "Commercial after risk assessment"
    OTHER = 88, "Other"


class BrgType(CodeList):
    LOW_INTENSITY_CHEMOTHERAPY = 1, "Low-intensity chemotherapy"
    HIGH_INTENSITY_CHEMOTHERAPY = 2, "High-intensity chemotherapy"
    INOTUZUMAB_OZOGAMICIN = 3, "Inotuzumab ozogamicin"
    BLINATUMOMAB = 4, "Blinatumomab"
    TKI = 5, "TKI"
    STEROID = 6, "Steroid"
    RADIOTHERAPY = 7, "Radiotherapy"
    INTRATHECAL_ONLY = 8, "Intrathecal only"
    OTHER = 88, "Other"


class LdOmitReason(CodeList):
    LEUKOPENIA = 1, "Leukopenia"
    TOXICITY = 2, "Toxicity"
    OTHER = 88, "Other"


class LdRegimen(CodeList):
    FLUDARABINE_CYCLOPHOSPHAMIDE = 1, "Fludarabine / cyclophosphamide"
    CYTARABINE_ETOPOSIDE = 2, "Cytarabine / etoposide"
    CYCLOPHOSPHAMIDE_ALONE = 3, "Cyclophosphamide alone"
    FLUDARABINE_ALONE = 4, "Fludarabine alone"
    BENDAMUSTINE = 5, "Bendamustine"
    CLOFARABINE_CYCLOPHOSPHAMIDE = 6, "Clofarabine / cyclophosphamide"
    OTHER = 88, "Other"


class PrePhase(CodeList):
    BEFORE_BRIDGING = 1, "Before bridging"
    AFTER_BRIDGING_BEFORE_LYMPHODEPLETION = 2, "After bridging, before lymphodepletion"
    AFTER_LYMPHODEPLETION = 3, "After lymphodepletion"


class Operator(CodeList):
    EQ = 1, "="
    LT = 2, "<"
    LE = 3, "≤"
    GT = 4, ">"


class MrdMethod(CodeList):
    NOT_DONE = 0, "Not done"
    FLOW_CYTOMETRY = 1, "Flow cytometry"
    IG_TR_PCR = 2, "IG/TR PCR"
    NGS = 3, "NGS"
    FUSION_TRANSCRIPT_RT_PCR = 4, "Fusion-transcript RT-PCR"
    OTHER = 88, "Other"


class MrdResult(CodeList):
    NEGATIVE = 0, "Negative"
    POSITIVE_QUANTIFIABLE = 1, "Positive, quantifiable"
    POSITIVE_NOT_QUANTIFIABLE = 2, "Positive, not quantifiable"
    NEGATIVE_INSUFFICIENT_SENSITIVITY = 3, "Negative, insufficient sensitivity"
    UNKNOWN = 99, "Unknown"


class CnsStatus(CodeList):
    CNS1 = 1, "CNS1"
    CNS2 = 2, "CNS2"
    CNS3 = 3, "CNS3"
    NOT_DONE = 98, "Not done"


class EmdActive(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    NOT_ASSESSED = 98, "Not assessed"


class PreInfection(CodeList):
    NO = 0, "No"
    CONTROLLED = 1, "Controlled"
    UNCONTROLLED = 2, "Uncontrolled"


class Infused(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    PENDING = 9, "Pending"


class NoninfReason(CodeList):
    DEATH_FROM_LEUKAEMIA = 1, "Death from leukaemia"
    DEATH_FROM_OTHER_CAUSE = 2, "Death from other cause"
    PROGRESSION = 3, "Progression"
    MANUFACTURING_FAILURE = 4, "Manufacturing failure"
    ADVERSE_EVENT_INFECTION = 5, "Adverse event / infection"
    ALTERNATIVE_TREATMENT_IN_REMISSION = 6, "Alternative treatment in remission"
    REFUSAL = 7, "Refusal"
    OUT_OF_SPECIFICATION_PRODUCT_NOT_ACCEPTED = 8, "Out-of-specification product not accepted"
    CD19_LOSS = 9, "CD19 loss"
    TRANSFER = 10, "Transfer"
    OTHER = 88, "Other"


class InfSetting(CodeList):
    INPATIENT = 1, "Inpatient"
    OUTPATIENT = 2, "Outpatient"


class SteroidPre(CodeList):
    NO = 0, "No"
    PHYSIOLOGICAL_DOSE = 1, "Physiological dose"
    PHARMACOLOGICAL_DOSE = 2, "Pharmacological dose"


class Product(CodeList):
    TISAGENLECLEUCEL = 1, "Tisagenlecleucel"
    OTHER = 88, "Other (not in primary analysis)"


class CrsSystem(CodeList):
    ASTCT_2019 = 1, "ASTCT 2019"
    PENN = 2, "Penn"
    LEE_2014 = 3, "Lee 2014"
    CTCAE = 4, "CTCAE"
    UNKNOWN = 99, "Unknown"


class CrsFever(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    MASKED_BY_ANTIPYRETIC_ANTICYTOKINE_STEROID = 2, "Masked by antipyretic / anticytokine / steroid"


class CrsHypotension(CodeList):
    NONE = 0, "None"
    NOT_NEEDING_VASOPRESSOR = 1, "Not needing vasopressor (fluids)"
    ONE_VASOPRESSOR_WITH_OR_WITHOUT_VASOPRESSIN = 2, "One vasopressor, with or without vasopressin"
    TWO_OR_MORE_VASOPRESSORS_NOT_COUNTING = 3, "Two or more vasopressors, not counting vasopressin"


class CrsHypoxia(CodeList):
    NONE = 0, "None"
    LOW_FLOW_NASAL_CANNULA_LE_6 = 1, "Low-flow nasal cannula ≤6 L/min or blow-by"
    HIGH_FLOW_NASAL_CANNULA_GT_6 = 2, "High-flow nasal cannula >6 L/min, face mask, non-rebreather, Venturi"
    CPAP_BIPAP_INTUBATION_FOR_HYPOXIA = 3, "CPAP / BiPAP / intubation for hypoxia"


class CrsAttribOther(CodeList):
    NO = 0, "No"
    HYPOTENSION = 1, "Hypotension"
    HYPOXIA = 2, "Hypoxia"
    BOTH = 3, "Both"


class TociGiven(CodeList):
    NO = 0, "No"
    FOR_CRS = 1, "For CRS"
    PRE_EMPTIVE_PROPHYLACTIC = 2, "Pre-emptive / prophylactic"


class Anticytokine(CodeList):
    NONE = 0, "None", "exclusive"
    SILTUXIMAB = 1, "Siltuximab"
    ANAKINRA = 2, "Anakinra"
    RUXOLITINIB = 3, "Ruxolitinib"
    EMAPALUMAB = 4, "Emapalumab"
    ETOPOSIDE = 5, "Etoposide"
    DASATINIB = 6, "Dasatinib"
    INFLIXIMAB_ETANERCEPT = 7, "Infliximab / etanercept"
    OTHER = 88, "Other"


class Ventilation(CodeList):
    NO = 0, "No"
    NON_INVASIVE = 1, "Non-invasive"
    INVASIVE_FOR_HYPOXIA = 2, "Invasive for hypoxia"
    INVASIVE_FOR_AIRWAY_PROTECTION_ONLY = 3, "Invasive for airway protection only"


class IcansSystem(CodeList):
    ASTCT_ICE = 1, "ASTCT ICE (≥12 y)"
    ASTCT_CAPD = 2, "ASTCT CAPD (<12 y or delayed)"
    CTCAE = 3, "CTCAE"
    CARTOX = 4, "CARTOX"
    UNKNOWN = 99, "Unknown"


class IcansTool(CodeList):
    ICE = 1, "ICE"
    CAPD = 2, "CAPD"
    NEITHER_DONE = 3, "Neither done"


class IcansConscious(CodeList):
    NORMAL = 0, "Normal"
    AWAKENS_SPONTANEOUSLY = 1, "Awakens spontaneously"
    AWAKENS_TO_VOICE = 2, "Awakens to voice"
    AWAKENS_ONLY_TO_TOUCH = 3, "Awakens only to touch"
    UNAROUSABLE_NEEDS_VIGOROUS_OR_REPEATED_STIMULI = (
        4,
        "Unarousable / needs vigorous or repeated stimuli / stupor / coma",
    )


class IcansSeizure(CodeList):
    NONE = 0, "None"
    CLINICAL_SEIZURE_RESOLVING_RAPIDLY_OR_EEG = (
        1,
        "Clinical seizure resolving rapidly, or EEG-only resolving with treatment",
    )
    GT_5_MIN_OR_REPETITIVE_WITHOUT = 2, ">5 min, or repetitive without return to baseline"


class IcansEdema(CodeList):
    NONE = 0, "None"
    FOCAL_OEDEMA_ON_IMAGING = 1, "Focal oedema on imaging"
    DIFFUSE_OEDEMA_POSTURING_CN_VI_PALSY = 2, "Diffuse oedema, posturing, CN VI palsy, papilloedema or Cushing triad"


class IcansTherapy(CodeList):
    NONE = 0, "None", "exclusive"
    STEROID = 1, "Steroid"
    ANTIEPILEPTIC = 2, "Antiepileptic"
    ANAKINRA = 3, "Anakinra"
    INTRATHECAL_THERAPY = 4, "Intrathecal therapy"
    OTHER = 88, "Other"


class Hemophago(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    NOT_EXAMINED = 98, "Not examined"


class HscBoost(CodeList):
    NO = 0, "No"
    AUTOLOGOUS = 1, "Autologous"
    ALLOGENEIC = 2, "Allogeneic"


class AeKind(CodeList):
    INFECTION = 1, "Infection"
    TUMOUR_LYSIS_SYNDROME = 2, "Tumour lysis syndrome"
    COAGULOPATHY_BLEEDING = 3, "Coagulopathy / bleeding"
    CARDIAC = 4, "Cardiac"
    RENAL = 5, "Renal"
    HEPATIC = 6, "Hepatic"
    PULMONARY = 7, "Pulmonary"
    GASTROINTESTINAL = 8, "Gastrointestinal"
    NEUROLOGICAL_NOT_ICANS = 9, "Neurological, not ICANS"
    VOD_SOS = 10, "VOD / SOS"
    OTHER = 88, "Other"


class Organism(CodeList):
    BACTERIAL = 1, "Bacterial"
    CMV = 2, "CMV"
    HHV_6 = 3, "HHV-6"
    EBV = 4, "EBV"
    ADENOVIRUS = 5, "Adenovirus"
    RESPIRATORY_VIRUS = 6, "Respiratory virus"
    SARS_COV_2 = 7, "SARS-CoV-2"
    OTHER_VIRUS = 8, "Other virus"
    CANDIDA = 9, "Candida"
    MOULD = 10, "Mould"
    PNEUMOCYSTIS_JIROVECII = 11, "Pneumocystis jirovecii (PJP)"
    PARASITE = 12, "Parasite"
    NOT_IDENTIFIED = 99, "Not identified"


class InfectionSite(CodeList):
    BLOOD = 1, "Blood"
    LUNG = 2, "Lung"
    UPPER_RESPIRATORY = 3, "Upper respiratory"
    CNS = 4, "CNS"
    GASTROINTESTINAL = 5, "Gastrointestinal"
    URINARY = 6, "Urinary"
    SKIN = 7, "Skin"
    LIVER_SPLEEN = 8, "Liver / spleen"
    OTHER = 88, "Other"


class Relatedness(CodeList):
    UNRELATED = 1, "Unrelated"
    POSSIBLE = 2, "Possible"
    PROBABLE = 3, "Probable"
    DEFINITE = 4, "Definite"


class RelatednessUnk(CodeList):
    UNRELATED = 1, "Unrelated"
    POSSIBLE = 2, "Possible"
    PROBABLE = 3, "Probable"
    DEFINITE = 4, "Definite"
    UNKNOWN = 99, "Unknown"


class RspTimepoint(CodeList):
    DAY_28 = 1, "Day 28"
    MONTH_3 = 2, "Month 3"
    MONTH_6 = 3, "Month 6"
    MONTH_9 = 4, "Month 9"
    MONTH_12 = 5, "Month 12"
    MONTH_18 = 6, "Month 18"
    MONTH_24 = 7, "Month 24"
    ANNUAL = 8, "Annual"
    UNSCHEDULED = 9, "Unscheduled"


class EmdResponse(CodeList):
    NONE = 0, "None"
    RESIDUAL = 1, "Residual"
    NEW = 2, "New"
    NOT_ASSESSED = 98, "Not assessed"


class ResponseSite(CodeList):
    CR = 1, "CR"
    CRI = 2, "CRi"
    NO_RESPONSE = 3, "No response"
    RELAPSE = 4, "Relapse"
    NOT_EVALUABLE = 5, "Not evaluable"


class MrdSample(CodeList):
    BONE_MARROW = 1, "Bone marrow"
    PERIPHERAL_BLOOD = 2, "Peripheral blood"


class Hematogones(CodeList):
    NONE = 0, "None"
    PRESENT = 1, "Present"
    NOT_EXAMINED = 98, "Not examined"


class IggReplacement(CodeList):
    NO = 0, "No"
    IV = 1, "IV"
    SC = 2, "SC"


class RelapseKind(CodeList):
    MORPHOLOGICAL_BM_RELAPSE = 1, "Morphological BM relapse (≥5 %)"
    MRD_RE_EMERGENCE_ONLY = 2, "MRD re-emergence only (≥1e-4, confirmed)"
    ISOLATED_CNS = 3, "Isolated CNS"
    ISOLATED_OTHER_EXTRAMEDULLARY = 4, "Isolated other extramedullary"
    COMBINED = 5, "Combined"
    PROGRESSION_WITHOUT_PRIOR_CR = 6, "Progression without prior CR"


class RelCd19(CodeList):
    POSITIVE = 1, "Positive"
    NEGATIVE = 2, "Negative"
    DIM_PARTIAL = 3, "Dim / partial"
    MIXED = 4, "Mixed"
    NOT_TESTED = 98, "Not tested"


class LineageSwitch(CodeList):
    NO = 0, "No"
    AML = 1, "AML"
    MPAL = 2, "MPAL"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown"


class RelCd22(CodeList):
    POSITIVE = 1, "Positive"
    NEGATIVE = 2, "Negative"
    DIM = 3, "Dim"
    NOT_TESTED = 98, "Not tested"


class RelBca(CodeList):
    LOST = 0, "Lost"
    ONGOING = 1, "Ongoing"
    UNKNOWN = 99, "Unknown"


class RelConfirmed(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    NOT_APPLICABLE = 2, "Not applicable"


class StxType(CodeList):
    ALLOGENEIC_HSCT = 1, "Allogeneic HSCT"
    REINFUSION_OF_THE_SAME_PRODUCT = 2, "Reinfusion of the same product"
    OTHER_CAR_T = 3, "Other CAR-T"
    BLINATUMOMAB = 4, "Blinatumomab"
    INOTUZUMAB_OZOGAMICIN = 5, "Inotuzumab ozogamicin"
    CHEMOTHERAPY = 6, "Chemotherapy"
    TKI = 7, "TKI"
    ORAL_MAINTENANCE = 8, "Oral maintenance"
    RADIOTHERAPY = 9, "Radiotherapy"
    DONOR_LYMPHOCYTE_INFUSION = 10, "Donor lymphocyte infusion (DLI)"
    TRIAL_AGENT = 11, "Trial agent"
    OTHER = 88, "Other"


class StxReason(CodeList):
    PLANNED_CONSOLIDATION_IN_MRD_NEGATIVE_CR = 1, "Planned consolidation in MRD-negative CR"
    LOSS_OF_B_CELL_APLASIA_HAEMATOGONES = 2, "Loss of B-cell aplasia / haematogones"
    MRD_POSITIVITY = 3, "MRD positivity"
    RELAPSE = 4, "Relapse"
    NO_RESPONSE = 5, "No response"
    OTHER = 88, "Other"


class StxStatus(CodeList):
    CR_MRD_NEGATIVE = 1, "CR, MRD-negative"
    CR_MRD_POSITIVE = 2, "CR, MRD-positive"
    CR_MRD_UNKNOWN = 3, "CR, MRD unknown"
    NOT_IN_CR = 4, "Not in CR"


class StxResponse(CodeList):
    CR_MRD_NEGATIVE = 1, "CR, MRD-negative"
    CR_MRD_POSITIVE = 2, "CR, MRD-positive"
    NO_RESPONSE = 3, "No response"
    TOO_EARLY = 9, "Too early"
    UNKNOWN = 99, "Unknown"


class VitalStatus(CodeList):
    ALIVE = 1, "Alive"
    DEAD = 2, "Dead"


class FupSource(CodeList):
    CLINIC_VISIT_HERE = 1, "Clinic visit here"
    LETTER_FROM_ANOTHER_HOSPITAL = 2, "Letter from another hospital"
    PHONE_MAIL = 3, "Phone / mail"
    REGISTRY_OR_RESIDENT_RECORD_LINKAGE = 4, "Registry or resident-record linkage"


class DiseaseStatusFup(CodeList):
    CR_B_CELL_APLASIA_ONGOING = 1, "CR, B-cell aplasia ongoing"
    CR_B_CELL_APLASIA_LOST = 2, "CR, B-cell aplasia lost"
    MRD_POSITIVE = 3, "MRD-positive"
    RELAPSED_ACTIVE_DISEASE = 4, "Relapsed / active disease"
    CR_AFTER_SALVAGE = 5, "CR after salvage"
    UNKNOWN = 99, "Unknown"


class LostToFup(CodeList):
    NO = 0, "No"
    MISSED_2_CONSECUTIVE_PERIODS = 1, "Missed 2 consecutive periods"
    TRANSFERRED = 2, "Transferred"
    DECLINED = 3, "Declined"


class GvhdSince(CodeList):
    NO = 0, "No"
    ACUTE_GRADE_II_IV = 1, "Acute grade II-IV"
    CHRONIC = 2, "Chronic"
    BOTH = 3, "Both"


class DeathCause(CodeList):
    ALL = 1, "ALL"
    CRS = 2, "CRS"
    ICANS = 3, "ICANS"
    IEC_HS = 4, "IEC-HS"
    INFECTION = 5, "Infection"
    HSCT_RELATED = 6, "HSCT-related"
    SECOND_MALIGNANCY = 7, "Second malignancy"
    ORGAN_FAILURE = 8, "Organ failure"
    HAEMORRHAGE = 9, "Haemorrhage"
    OTHER = 88, "Other"
    UNKNOWN = 99, "Unknown"


class SmnType(CodeList):
    T_CELL_LYMPHOMA_LEUKAEMIA = 1, "T-cell lymphoma / leukaemia"
    MDS_AML = 2, "MDS / AML (not lineage switch)"
    PTLD = 3, "PTLD"
    OTHER_HAEMATOLOGICAL = 4, "Other haematological"
    CNS_TUMOUR = 5, "CNS tumour"
    SARCOMA = 6, "Sarcoma"
    CARCINOMA = 7, "Carcinoma"
    SKIN = 8, "Skin (non-melanoma)"
    OTHER = 88, "Other"


class SmnCarTested(CodeList):
    NO = 0, "No"
    TESTED_NEGATIVE = 1, "Tested, negative"
    TESTED_POSITIVE = 2, "Tested, positive"
    PENDING = 9, "Pending"


class Puberty(CodeList):
    PRE_PUBERTAL = 1, "Pre-pubertal"
    IN_PUBERTY = 2, "In puberty"
    POST_PUBERTAL = 3, "Post-pubertal"
    ARRESTED_INDUCED = 4, "Arrested / induced"


class Pregnancy(CodeList):
    NO = 0, "No"
    YES = 1, "Yes"
    PREVIOUSLY_REPORTED = 2, "Previously reported"
    UNKNOWN = 99, "Unknown"


class PregnancyOutcome(CodeList):
    LIVE_BIRTH = 1, "Live birth"
    LOSS = 2, "Loss"
    ONGOING = 3, "Ongoing"
    TERMINATION = 4, "Termination"


class Endocrine(CodeList):
    NONE = 0, "None", "exclusive"
    THYROID = 1, "Thyroid"
    GROWTH_HORMONE = 2, "Growth hormone"
    GONADAL = 3, "Gonadal"
    ADRENAL = 4, "Adrenal"
    DIABETES = 5, "Diabetes"


class School(CodeList):
    FULL = 1, "Full"
    PARTIAL = 2, "Partial"
    HOME_HOSPITAL = 3, "Home / hospital"
    NONE = 4, "None"


class LdhMethod(CodeList):
    IFCC = 1, "IFCC"
    JSCC = 2, "JSCC"
    UNKNOWN = 99, "Unknown"


class FupVisit(CodeList):
    DAY_28 = 1, "Day 28"
    DAY_100 = 2, "Day 100"
    MONTH_6 = 3, "Month 6"
    MONTH_12 = 4, "Month 12"
    MONTH_18 = 5, "Month 18"
    MONTH_24 = 6, "Month 24"
    ANNUAL = 7, "Annual (year 3 to year 15)"
    UNSCHEDULED = 9, "Unscheduled"


CODE_LISTS: dict[str, type[CodeList]] = {
    "no_yes": NoYes,
    "no_yes_is": NoYesIs,
    "no_yes_unk": NoYesUnk,
    "no_yes_unk_is": NoYesUnkIs,
    "no_yes_na": NoYesNa,
    "sex": Sex,
    "race": Race,
    "prefecture": Prefecture,
    "consent_type": ConsentType,
    "indication": Indication,
    "all_subtype": AllSubtype,
    "cyto_abn": CytoAbn,
    "tp53": Tp53,
    "ikzf1": Ikzf1,
    "down_syndrome": DownSyndrome,
    "predisposition": Predisposition,
    "cns_dx": CnsDx,
    "emd_site": EmdSite,
    "relapse_site": RelapseSite,
    "refractory_type": RefractoryType,
    "disease_status_dec": DiseaseStatusDec,
    "cns_ever": CnsEver,
    "ps_scale": PsScale,
    "cd19_intensity": Cd19Intensity,
    "hbv": Hbv,
    "neg_pos_unk": NegPosUnk,
    "hsct_donor": HsctDonor,
    "hsct_source": HsctSource,
    "tbi_dose": TbiDose,
    "hsct_status": HsctStatus,
    "agvhd_grade": AgvhdGrade,
    "cgvhd": Cgvhd,
    "blina_response": BlinaResponse,
    "ino_timing": InoTiming,
    "prior_cd19_other": PriorCd19Other,
    "prior_rt": PriorRt,
    "aph_access": AphAccess,
    "aph_adequate": AphAdequate,
    "aph_repeat_reason": AphRepeatReason,
    "ctcae_0_5": Ctcae05,
    "grade_1_5": Grade15,
    "mfg_site": MfgSite,
    "mfg_outcome": MfgOutcome,
    "mfg_fail_reason": MfgFailReason,
    "oos_reason": OosReason,
    "oos_route": OosRoute,
    "brg_type": BrgType,
    "ld_omit_reason": LdOmitReason,
    "ld_regimen": LdRegimen,
    "pre_phase": PrePhase,
    "operator": Operator,
    "mrd_method": MrdMethod,
    "mrd_result": MrdResult,
    "cns_status": CnsStatus,
    "emd_active": EmdActive,
    "pre_infection": PreInfection,
    "infused": Infused,
    "noninf_reason": NoninfReason,
    "inf_setting": InfSetting,
    "steroid_pre": SteroidPre,
    "product": Product,
    "crs_system": CrsSystem,
    "crs_fever": CrsFever,
    "crs_hypotension": CrsHypotension,
    "crs_hypoxia": CrsHypoxia,
    "crs_attrib_other": CrsAttribOther,
    "toci_given": TociGiven,
    "anticytokine": Anticytokine,
    "ventilation": Ventilation,
    "icans_system": IcansSystem,
    "icans_tool": IcansTool,
    "icans_conscious": IcansConscious,
    "icans_seizure": IcansSeizure,
    "icans_edema": IcansEdema,
    "icans_therapy": IcansTherapy,
    "hemophago": Hemophago,
    "hsc_boost": HscBoost,
    "ae_kind": AeKind,
    "organism": Organism,
    "infection_site": InfectionSite,
    "relatedness": Relatedness,
    "relatedness_unk": RelatednessUnk,
    "rsp_timepoint": RspTimepoint,
    "emd_response": EmdResponse,
    "response_site": ResponseSite,
    "mrd_sample": MrdSample,
    "hematogones": Hematogones,
    "igg_replacement": IggReplacement,
    "relapse_kind": RelapseKind,
    "rel_cd19": RelCd19,
    "lineage_switch": LineageSwitch,
    "rel_cd22": RelCd22,
    "rel_bca": RelBca,
    "rel_confirmed": RelConfirmed,
    "stx_type": StxType,
    "stx_reason": StxReason,
    "stx_status": StxStatus,
    "stx_response": StxResponse,
    "vital_status": VitalStatus,
    "fup_source": FupSource,
    "disease_status_fup": DiseaseStatusFup,
    "lost_to_fup": LostToFup,
    "gvhd_since": GvhdSince,
    "death_cause": DeathCause,
    "smn_type": SmnType,
    "smn_car_tested": SmnCarTested,
    "puberty": Puberty,
    "pregnancy": Pregnancy,
    "pregnancy_outcome": PregnancyOutcome,
    "endocrine": Endocrine,
    "school": School,
    "ldh_method": LdhMethod,
    "fup_visit": FupVisit,
}
