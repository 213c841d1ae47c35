"""Settings by REGISTRY_ENV, which names one of three."""

import os

ENVIRONMENTS = ("demo", "test", "production")

if os.environ.get("REGISTRY_ENV", "production") not in ENVIRONMENTS:
    raise SystemExit(
        f"The registry does not start: REGISTRY_ENV is “{os.environ['REGISTRY_ENV']}”; expected one of {', '.join(ENVIRONMENTS)}."
    )
