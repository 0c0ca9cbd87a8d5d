"""How many uploads are in memory at a time, and how many bytes they have; counted before anything is read.

By what their headers announce; what they do not announce is counted while it arrives. One address has at most a part of
the room. Reads no body.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator

from starlette.requests import Request

from api.uploads import MAX_BODY_BYTES, Came, kind_of, limit_of, too_large
from model.errors import ImageError

MAX_BYTES_IN_FLIGHT = 2 * MAX_BODY_BYTES  # of all uploads together
SHARES = 2  # of the room, in uploads and in bytes: one address has at most one of them
RETRY_S = 5  # when a place may be free again
CROWDED = "Many pictures are waiting for their turn; try again in some seconds."


class CrowdedError(ImageError):
    """So many uploads at a time that another would not fit into memory."""


class Crowd:
    """The uploads that are in memory now, counted before they are read. Used in the event loop only.

    Args:
        most_bytes: how many bytes all of them may have together, by what they announce or by what has come.
    """

    def __init__(self, most_bytes: int = MAX_BYTES_IN_FLIGHT) -> None:
        self._most_bytes = most_bytes
        self.uploads, self.bytes = 0, 0
        self._uploads_of, self._bytes_of = Counter[str](), Counter[str]()

    @contextlib.contextmanager
    def enter(self, request: Request, most: int, whose: str | None = None) -> Iterator[Came]:
        """A place for one upload beside at most `most` - 1 others, for as long as the block lasts.

        Args:
            whose: the address that has it, which may have a part of the room; None: all of it.

        Gives what is to be told how many bytes have come; it raises a CrowdedError where they do not fit any more.

        Raises:
            TooLargeError: it announces more than one upload of its kind may have. CrowdedError: there is no room now.
        """
        announced, limit = request.headers.get("content-length", ""), limit_of(kind_of(request))
        size = int(announced) if announced.isascii() and announced.isdigit() else 0
        if size > limit:
            raise too_large(limit)
        if self.uploads >= most or (whose is not None and self._uploads_of[whose] >= max(1, most // SHARES)):
            raise CrowdedError(CROWDED)
        held = 0

        def came(size: int) -> None:
            nonlocal held
            more = min(size, limit) - held  # what is over the limit is not held
            if more > 0:
                self._hold(more, whose)
                held += more

        self._count(1, whose)
        try:
            came(size)
            yield came
        finally:
            self._count(-1, whose)
            self._add(-held, whose)

    def _hold(self, more: int, whose: str | None) -> None:
        full = self.uploads > 1 and self.bytes + more > self._most_bytes
        if full or (whose is not None and self._bytes_of[whose] + more > self._most_bytes // SHARES):
            raise CrowdedError(CROWDED)
        self._add(more, whose)

    def _count(self, uploads: int, whose: str | None) -> None:
        self.uploads += uploads
        _change(self._uploads_of, whose, uploads)

    def _add(self, more: int, whose: str | None) -> None:
        self.bytes += more
        _change(self._bytes_of, whose, more)


def _change(counted: Counter[str], whose: str | None, by: int) -> None:
    if whose is not None:
        counted[whose] += by
        if not counted[whose]:
            del counted[whose]  # or every address that ever came is remembered
