"""Commands that write datasets log in as the worker, for the role that serves pages may not."""

import contextlib
import os
from urllib.parse import unquote, urlsplit

from django.db import connection

from registry.settings.environment import given


@contextlib.contextmanager
def as_worker():
    """The connection as reg_worker while inside, where WORKER_DATABASE_URL says how; else as it is."""
    parts = urlsplit(os.environ.get("WORKER_DATABASE_URL", ""))
    if not parts.username:
        yield
        return
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    _log_in(USER=unquote(parts.username), PASSWORD=unquote(parts.password or "") or given("WORKER_DATABASE_PASSWORD"))
    try:
        yield
    finally:
        _log_in(**before)


def _log_in(**who):
    connection.close()
    connection.settings_dict.update(who)
