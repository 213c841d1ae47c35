"""What a site user sees of outcomes: these analyses, of the own cases and of all other sites together, and no others.

A fixed lattice: no strata and no free choice of cases, so that nothing follows by subtraction. No pandas: web processes use this.
"""

from analytics.catalogue import (
    COMPLETENESS,
    EVENT_FREE_SURVIVAL,
    OVERALL_SURVIVAL,
    PROPORTIONS,
    TISAGENLECLEUCEL,
    TOXICITY,
)
from registry.access.permissions import Permission
from registry.access.roles import ROLES

EVENT_FREE = EVENT_FREE_SURVIVAL[0]
RESPONSE = PROPORTIONS[0]
GRADES = TOXICITY.with_(groups=None)
COHORT = TISAGENLECLEUCEL
OF_BOTH = (OVERALL_SURVIVAL, EVENT_FREE, RESPONSE, GRADES)
OF_OWN = (*OF_BOTH, COMPLETENESS)
READERS = tuple(code for code, role in ROLES.items() if Permission.OWN_SITE_READ in role.permissions)
