"""Cases that may be the same patient (check X51). Compares hospitals, so it is for the data manager and never for a site.

Patients who withdrew consent are not compared.
"""

from dataclasses import dataclass

from django.db import connection

from registry.consent import YES
from registry.edit_checks.base import HARD
from registry.edit_checks.checks import ACROSS_CASES

NEAR = 30  # days between two diagnoses that may be one

TWINS = """
WITH person AS (
  SELECT patient.case_id, patient.site_id, patient.mrn_hash, patient.birth_date, patient.birth_date_p, patient.sex_at_birth,
    disease.dx_date, EXISTS (SELECT 1 FROM registry_followup contact
      WHERE contact.case_id = patient.case_id AND NOT contact.is_void AND contact.transfer_site IS NOT NULL) AS is_transferred
  FROM registry_patient patient
  LEFT JOIN registry_baselinedisease disease ON disease.case_id = patient.case_id AND NOT disease.is_void
  WHERE NOT patient.is_void AND patient.consent_withdrawn IS DISTINCT FROM %(yes)s
), twin AS (
  SELECT 'X51a' AS rule, one.case_id AS one, other.case_id AS other, NULL::integer AS days
  FROM person one JOIN person other ON other.site_id = one.site_id AND other.mrn_hash = one.mrn_hash AND other.case_id > one.case_id
  UNION ALL
  SELECT 'X51b', one.case_id, other.case_id, abs(other.dx_date - one.dx_date)
  FROM person one JOIN person other ON other.birth_date = one.birth_date AND other.birth_date_p = one.birth_date_p
    AND other.sex_at_birth = one.sex_at_birth AND other.site_id <> one.site_id AND other.case_id > one.case_id
  WHERE abs(other.dx_date - one.dx_date) <= %(near)s AND NOT one.is_transferred AND NOT other.is_transferred
)
SELECT twin.rule, one.number, other.number, twin.days
FROM twin JOIN registry_case one ON one.id = twin.one JOIN registry_case other ON other.id = twin.other
WHERE NOT one.is_void AND NOT other.is_void AND (%(site)s = ''
  OR EXISTS (SELECT 1 FROM registry_site site WHERE site.code = %(site)s AND site.id IN (one.site_id, other.site_id)))
ORDER BY twin.rule, one.number, other.number
"""


@dataclass(frozen=True)
class Twins:
    """Two cases that may be one patient. `days` lie between their diagnoses."""

    rule: str
    one: str
    other: str
    days: int | None

    @property
    def severity(self):
        return ACROSS_CASES[self.rule]

    @property
    def is_certain(self):
        """Whether it is one hospital number at one hospital."""
        return self.severity == HARD


def possible_duplicates(site_code=""):
    """Every pair, or those in which this site has a part. Needs a scope over all sites."""
    with connection.cursor() as cursor:
        cursor.execute(TWINS, {"site": site_code, "near": NEAR, "yes": YES})
        return [Twins(*row) for row in cursor.fetchall()]
