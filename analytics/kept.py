"""What a process has made once and serves to many: fifty open pages that ask for the same figure at the same moment wait for one drawing."""

from collections import OrderedDict
from threading import Lock


class Kept:
    """The newest `most` answers by their keys. A key names all that its answer depends on, so that nothing in here can be out of date."""

    def __init__(self, most):
        self._most = most
        self._answers = OrderedDict()
        self._making = {}
        self._lock = Lock()

    def get(self, key, make):
        """The answer to `key`: the one that is kept, or what `make()` returns, which one caller makes while the others wait.

        What fails is kept by nobody: the exception goes to the caller who made it, the next one tries again.
        """
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._answers:
                    return self._answers[key]
            try:
                answer = make()
                with self._lock:
                    self._answers[key] = answer
                    while len(self._answers) > self._most:
                        self._answers.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return answer

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._answers.clear()
