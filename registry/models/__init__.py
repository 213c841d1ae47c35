"""Every model. FORMS lists the case report forms in clinical order."""

from registry.models.account import (
    AttemptCount,
    Factor,
    Happened,
    Identity,
    Letter,
    OneTimeLink,
    Passkey,
    Purpose,
    RecoveryCode,
    SecurityEvent,
    SignedInSession,
)
from registry.models.adverse_event import AdverseEvent
from registry.models.audit import Audit, AuditAnswer, AuditForm, Outcome, Verdict
from registry.models.baseline_disease import BaselineDisease
from registry.models.bcell_assessment import BcellAssessment
from registry.models.bridging_therapy import BridgingTherapy
from registry.models.cart_course import CartCourse
from registry.models.case import Case
from registry.models.crs import Crs
from registry.models.crs_day import CrsDay
from registry.models.crs_episode import CrsEpisode
from registry.models.death import Death
from registry.models.endorsement import Endorsement, Milestone, ShownChanges
from registry.models.follow_up import FollowUp
from registry.models.icans import Icans
from registry.models.icans_day import IcansDay
from registry.models.icans_episode import IcansEpisode
from registry.models.iechs_haematotoxicity import IechsHaematotoxicity
from registry.models.imports import ImportedRecord, ImportJob, ImportLayout
from registry.models.infusion import Infusion
from registry.models.late_effects import LateEffects
from registry.models.leukapheresis import Leukapheresis
from registry.models.lock import DatabaseLock, Opening, OpeningReason, OpeningState
from registry.models.lymphodepletion import Lymphodepletion
from registry.models.manufacturing import Manufacturing
from registry.models.patient import Patient
from registry.models.person import Person, Token
from registry.models.pre_infusion_assessment import PreInfusionAssessment
from registry.models.prior_therapy import PriorTherapy
from registry.models.prior_transplant import PriorTransplant
from registry.models.query import Act, AnswerKind, Origin, Query, QueryState, QueryStep
from registry.models.reading import CaseReading
from registry.models.redaction import REDACTED, Redaction, RedactionState
from registry.models.relapse import Relapse
from registry.models.response_assessment import ResponseAssessment
from registry.models.site import Cohort, Site
from registry.models.standing_in import Deputy, Leaving
from registry.models.states import (
    CheckRun,
    DerivedValue,
    Draft,
    Exemption,
    ExemptionKind,
    Meaning,
    Signature,
)
from registry.models.subsequent_neoplasm import SubsequentNeoplasm
from registry.models.subsequent_therapy import SubsequentTherapy
from registry.models.trail import HistoryEvent, IdempotencyKey, Outbox

FORMS = (
    Patient,
    BaselineDisease,
    PriorTherapy,
    PriorTransplant,
    Leukapheresis,
    Manufacturing,
    BridgingTherapy,
    Lymphodepletion,
    PreInfusionAssessment,
    CartCourse,
    Infusion,
    Crs,
    CrsEpisode,
    CrsDay,
    Icans,
    IcansEpisode,
    IcansDay,
    IechsHaematotoxicity,
    AdverseEvent,
    ResponseAssessment,
    BcellAssessment,
    Relapse,
    SubsequentTherapy,
    FollowUp,
    Death,
    SubsequentNeoplasm,
    LateEffects,
)
FORM_OF = {form.form_name: form for form in FORMS}

__all__ = [
    "AttemptCount",
    "Deputy",
    "Leaving",
    "Factor",
    "Happened",
    "Identity",
    "Letter",
    "OneTimeLink",
    "Passkey",
    "Purpose",
    "RecoveryCode",
    "SecurityEvent",
    "SignedInSession",
    "Patient",
    "BaselineDisease",
    "PriorTherapy",
    "PriorTransplant",
    "Leukapheresis",
    "Manufacturing",
    "BridgingTherapy",
    "Lymphodepletion",
    "PreInfusionAssessment",
    "CartCourse",
    "Infusion",
    "Crs",
    "CrsEpisode",
    "CrsDay",
    "Icans",
    "IcansEpisode",
    "IcansDay",
    "IechsHaematotoxicity",
    "AdverseEvent",
    "ResponseAssessment",
    "BcellAssessment",
    "Relapse",
    "SubsequentTherapy",
    "FollowUp",
    "Death",
    "SubsequentNeoplasm",
    "LateEffects",
    "Case",
    "CaseReading",
    "Person",
    "Token",
    "Cohort",
    "Site",
    "HistoryEvent",
    "IdempotencyKey",
    "ImportedRecord",
    "ImportJob",
    "ImportLayout",
    "Outbox",
    "Act",
    "AnswerKind",
    "Origin",
    "Query",
    "QueryState",
    "QueryStep",
    "DatabaseLock",
    "Opening",
    "OpeningReason",
    "OpeningState",
    "REDACTED",
    "Redaction",
    "RedactionState",
    "CheckRun",
    "DerivedValue",
    "Draft",
    "Audit",
    "AuditAnswer",
    "AuditForm",
    "Outcome",
    "Verdict",
    "Endorsement",
    "Milestone",
    "ShownChanges",
    "Exemption",
    "ExemptionKind",
    "Meaning",
    "Signature",
    "FORMS",
    "FORM_OF",
]
