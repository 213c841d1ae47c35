"""Hospitals, people and the statistician's token of the demonstration. Every function may be called again without effect."""

import os
from pathlib import Path

from django.utils.translation import gettext_noop

from registry.access.system import SystemActor
from registry.actions import members
from registry.actions.cases import PRIMARY_COHORT
from registry.models import Cohort, Person, Site, Token

DEMONSTRATION = SystemActor("demonstration")
PASSWORD = "consortium-demo"  # noqa: S105 - printed at every start; demo settings only
TRANSPLANT_COHORT = "bmt-km"
STATISTICIAN = "statistician@demo.example"
TOKEN_DAYS = 365

# Code, name, cases of the synthetic cohort. Invented.
SITES = (
    ("KYO", "Kyoto Children's Hospital (demo)", 10),
    ("OSA", "Osaka Bay University Hospital (demo)", 8),
    ("TOK", "Tokyo East Medical Centre (demo)", 7),
    ("NAG", "Nagoya Children's Medical Centre (demo)", 5),
    ("FUK", "Fukuoka Harbour University Hospital (demo)", 4),
    ("SAP", "Sapporo North University Hospital (demo)", 4),
    ("HIR", "Hiroshima Delta Hospital (demo)", 2),
    ("SEN", "Sendai Forest University Hospital (demo)", 2),
)
TRANSPLANT_SITES = (
    ("ALF", "Alfred (published transplant data)"),
    ("HAH", "Hahnemann (published transplant data)"),
    ("OHS", "Ohio State (published transplant data)"),
    ("STV", "St Vincent (published transplant data)"),
)
PEOPLE = (
    ("coordinator.kyoto@demo.example", "Kei Coordinator (Kyoto)", "coordinator", ("KYO",)),
    ("coordinator.osaka@demo.example", "Sora Coordinator (Osaka)", "coordinator", ("OSA",)),
    ("investigator.kyoto@demo.example", "Rin Investigator (Kyoto)", "investigator", ("KYO",)),
    ("manager@demo.example", "Mio Data Manager", "manager", ()),
    ("lead@demo.example", "Haru Consortium Lead", "lead", ()),
    (STATISTICIAN, "Ren Statistician", "statistician", ()),
    ("admin@demo.example", "Aoi Administrator", "administrator", ()),
)


def demo_sites() -> dict[Site, int]:
    """The invented hospitals, with the number of synthetic cases of each."""
    return {_site(code, name): cases for code, name, cases in SITES}


def transplant_sites() -> list[Site]:
    """The hospitals of the imported transplants."""
    return [_site(code, name) for code, name in TRANSPLANT_SITES]


def demo_people() -> list[Person]:
    """The accounts, with PASSWORD, known to whoever reads the terminal."""
    return [_person(*words) for words in PEOPLE]


def synthetic_cohort() -> Cohort:
    """The consortium's own cohort; in the demonstration it is invented and says so on every page."""
    return _cohort(
        PRIMARY_COHORT,
        name=gettext_noop("Tisagenlecleucel in children, adolescents and young adults"),
        about="Synthetic: 42 invented patients whose analysis gives the published figures of the seed study.",
        is_synthetic=True,
    )


def transplant_cohort() -> Cohort:
    """Real published transplants, brought in by import."""
    return _cohort(
        TRANSPLANT_COHORT,
        name=gettext_noop("Marrow transplants for leukaemia (published)"),
        about="137 marrow transplants at four hospitals: Klein and Moeschberger, Survival Analysis. Not CAR-T. "
        "Only the intervals are real: every transplant is dated to one invented day.",
        is_published=True,
    )


def statistician_key(file: Path) -> str:
    """The key of the statistician's token, minted once and kept in `file`, readable by its owner only."""
    if file.is_file():
        key = file.read_text(encoding="ascii").strip()
        token = Token.objects.select_related("owner").filter(digest=Token.digest_of(key)).first()
        if token and token.is_alive:
            return key
    owner = Person.objects.get(email=STATISTICIAN)
    _token, key = members.mint_token(purpose="Demonstration", days=TOKEN_DAYS, by=owner)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(key + "\n")
    return key


def enters_for(site: Site):
    """Who enters the site's synthetic cases: its coordinator, or the demonstration itself where it has none."""
    return Person.objects.filter(role="coordinator", sites=site, is_active=True).first() or DEMONSTRATION


def _site(code: str, name: str) -> Site:
    return Site.objects.filter(code=code).first() or members.add_site(code=code, name=name, by=DEMONSTRATION)


def _person(email: str, name: str, role: str, codes: tuple[str, ...]) -> Person:
    found = Person.objects.filter(email=email).first()
    sites = Site.objects.filter(code__in=codes)
    return found or members.add_person(
        email=email, name=name, role=role, sites=list(sites), password=PASSWORD, by=DEMONSTRATION
    )


def _cohort(code: str, **words) -> Cohort:
    return Cohort.objects.filter(code=code).first() or members.add_cohort(code=code, by=DEMONSTRATION, **words)
