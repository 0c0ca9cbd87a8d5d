"""A download beside other work: begun, looked at, stopped. What speaks with the hub is imported when it begins."""

import logging
import threading
from collections.abc import Callable

from model.errors import HomingError
from model.predictors.catalogue import Published
from model.predictors.fetched import Progress

LOG = logging.getLogger("homing.model")


class Download:
    """A download in a thread of its own, to be looked at from others."""

    def __init__(self, system: Published, then: Callable[[], object] = lambda: None) -> None:
        """Begins at once; `then` is called when everything is there."""
        self.system = system
        self.progress = Progress(0, 0, "Beginning")
        self.problem = ""  # why it ended early, as a sentence
        self._then, self._halt = then, threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"get-{system.name}", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still goes on."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it soon; what came is kept."""
        self._halt.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Until it is over."""
        self._thread.join(timeout_s)

    def _tell(self, progress: Progress) -> None:
        self.progress = progress

    def _run(self) -> None:
        from model.predictors.fetch import fetch

        try:
            fetch(self.system, self._tell, self._halt)
            self._then()
        except HomingError as error:
            self.problem = str(error)
        except Exception as error:  # nobody waits for this thread: whoever looks at it is told
            LOG.exception("the download of %s failed", self.system.name)
            self.problem = f"the download failed in a way that nobody foresaw ({type(error).__name__}); see the log."
