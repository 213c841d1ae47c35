"""Where a change comes from: what the history keeps beside who, when and why."""

import sys
import uuid
from pathlib import PurePath

from celery import current_task

PAGE, REST, IMPORT, COMMAND, TASK = "page", "rest", "import", "command", "task"


def new_id(kind):
    """An id for one request or one import: its kind, then what tells it from every other."""
    return f"{kind}-{uuid.uuid4()}"


def of_process():
    """What works where no request does: the task or the command by its name, or nothing."""
    if current_task:
        return f"{TASK}-{current_task.name.rpartition('.')[2]}"[:60]
    program, *words = sys.argv
    return f"{COMMAND}-{words[0]}"[:60] if words and PurePath(program).name == "manage.py" else ""


def kind_of(request):
    """page, rest, import, command, task, or nothing for what an older registry wrote."""
    kind = request.partition("-")[0]
    return kind if kind in (PAGE, REST, IMPORT, COMMAND, TASK) else ""
