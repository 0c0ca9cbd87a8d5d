"""The model hub, asked for two things: which files a repository has, and the bytes of one from some place on.

The session is that of `huggingface_hub`: it knows proxies, certificates and the offline switch. The library's own
download is not taken, for it neither goes on with a file that broke off nor compares what came with its checksum.
No token is ever sent: what is fetched here is public. HF_ENDPOINT names another server.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2
from huggingface_hub import HfApi, get_session
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from model.errors import NetworkError

ENDPOINT = "https://huggingface.co"
CONNECT_S, READ_S = 10.0, 30.0
CHUNK_BYTES = 1 << 20
BUSY = (408, 429, 500, 502, 503, 504)
LONGEST_WAIT_S = 60.0
MOST_BYTES = 20_000_000_000  # of one file: more is no model that is offered here
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PATH = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)


class Passing(NetworkError):
    """What may be over in a moment: busy, or broken off. `wait_s` is how long the server asks to wait, if it does."""

    def __init__(self, sentence: str, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Remote:
    """One file of a repository at one commit; of its two checksums one is known."""

    repository: str
    commit: str
    path: str
    size: int
    sha256: str = ""  # of large files
    git_sha1: str = ""  # of small ones: of "blob SIZE\\0" and the content, as git has it

    @property
    def checksum(self) -> str:
        """What tells this content from any other."""
        return self.sha256 or self.git_sha1

    def is_in(self, file: Path) -> bool:
        """Whether a file on the disk is this one, byte for byte."""
        digest = hashlib.sha256() if self.sha256 else hashlib.sha1(usedforsecurity=False)
        if not self.sha256:
            digest.update(f"blob {file.stat().st_size}\0".encode())
        with file.open("rb") as stream:
            while block := stream.read(CHUNK_BYTES):
                digest.update(block)
        return file.stat().st_size == self.size and digest.hexdigest() == self.checksum


def endpoint() -> str:
    """The server that is asked."""
    return (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")


def listing(repository: str, revision: str) -> dict[str, Remote]:
    """The files of a repository by their paths, with sizes and checksums, at the commit that a revision is now.

    Raises:
        NetworkError: out of reach, refused, or an answer that is no listing.
    """
    with _spoken(repository):
        told = HfApi(endpoint=endpoint(), token=False).model_info(
            repository, revision=revision, files_metadata=True, timeout=READ_S, token=False
        )
        commit, siblings = str(told.sha or ""), list(told.siblings or [])
        if not _COMMIT.fullmatch(commit):
            raise ValueError("it names no commit")
        found: dict[str, Remote] = {}
        for one in siblings:
            path, size = one.rfilename, one.size if one.lfs is None else one.lfs.size
            sha256 = str(one.lfs.sha256) if one.lfs is not None else ""
            known = Remote(repository, commit, path, int(size or 0), sha256, "" if sha256 else str(one.blob_id or ""))
            checked = re.fullmatch(r"[0-9a-f]{64}" if sha256 else r"[0-9a-f]{40}", known.checksum)
            if isinstance(path, str) and _PATH.fullmatch(path) and checked and 0 <= known.size <= MOST_BYTES:
                found[path] = known
    return found


@contextmanager
def opened(remote: Remote, offset: int) -> Iterator[tuple[int, Iterator[bytes]]]:
    """The bytes of a file from `offset` on: where they really begin (0 where the server sends all), and the blocks.

    Raises:
        NetworkError: out of reach, refused, or not what was asked for; `Passing` where trying again may help.
    """
    url = f"{endpoint()}/{quote(remote.repository)}/resolve/{remote.commit}/{quote(remote.path)}"
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={offset}-"} if offset else {})}
    timeout = httpx2.Timeout(READ_S, connect=CONNECT_S)
    with (
        _spoken(f"{remote.repository}/{remote.path}"),
        get_session().stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as reply,
    ):
        if reply.status_code >= 400:
            raise _refused(f"{remote.repository}/{remote.path}", reply)
        begins = re.match(rf"bytes {offset}-\d+/{remote.size}$", reply.headers.get("Content-Range", ""))
        if reply.status_code == 206 and not begins:
            raise Passing(f"{_server()} sent another part of {remote.path} than was asked for.")
        # As they come, in no larger blocks: what is cut off loses nothing.
        yield (offset if reply.status_code == 206 else 0), reply.iter_bytes()


@contextmanager
def _spoken(what: str) -> Iterator[None]:
    """Whatever the session raises, as a sentence."""
    try:
        yield
    except NetworkError:
        raise
    except OfflineModeIsEnabled as error:
        raise NetworkError("looked for the model hub, but HF_HUB_OFFLINE forbids to ask it; unset that variable to "
                           "fetch a model.") from error  # fmt: skip
    except GatedRepoError as error:
        raise NetworkError(f"{_server()} gives {what} only to those who were let in (it is gated); nothing was "
                           "fetched.") from error  # fmt: skip
    except RevisionNotFoundError as error:
        raise NetworkError(f"looked for {what} on {_server()}, found it without the wanted revision.") from error
    except RepositoryNotFoundError as error:
        raise NetworkError(f"looked for {what} on {_server()}, found nothing of that name that is open to all (401 or "
                           "404); it may have moved.") from error  # fmt: skip
    except HfHubHTTPError as error:
        raise _refused(what, error.response) from error
    except httpx2.ProxyError as error:
        raise NetworkError(f"the proxy refused to pass on to {_server()} ({_reason(error)}); look at HTTPS_PROXY and "
                           "NO_PROXY.") from error  # fmt: skip
    except httpx2.TimeoutException as error:
        raise Passing(f"{_server()} did not answer in time; try again, what came is kept.") from error
    except httpx2.TransportError as error:
        raise Passing(f"{_server()} cannot be reached, or the connection broke off ({_reason(error)}); look at the "
                      "network and try again, what came is kept.") from error  # fmt: skip
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NetworkError(f"asked {_server()} for {what} and got no usable answer ({_reason(error)}).") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # JSON of a foreign shape
        raise NetworkError(f"asked {_server()} for the files of {what}, and the answer is no listing of the hub "
                           f"({_reason(error)}); if HF_ENDPOINT is set, see where it leads.") from error  # fmt: skip


def _refused(what: str, reply: httpx2.Response) -> NetworkError:
    status = reply.status_code
    if status in BUSY:
        asked = reply.headers.get("Retry-After", "")
        wait_s = min(float(asked), LONGEST_WAIT_S) if asked.isdecimal() else None
        why = "is asked too often now (429)" if status == 429 else f"has trouble of its own ({status})"
        return Passing(f"{_server()} {why}; try again in some minutes, what came is kept.", wait_s)
    if status == 416:
        return Passing(f"{_server()} does not know the part of {what} that is missing.")
    if status == 407:
        return NetworkError(f"the proxy before {_server()} wants a name and a password; give them in HTTPS_PROXY.")
    if status in (401, 403, 404):
        return NetworkError(f"looked for {what} on {_server()}, and it is not given out ({status}); it may have moved.")
    return NetworkError(f"asked {_server()} for {what}, and it answered {status}; try again later.")


def _server() -> str:
    return re.sub(r"^https?://([^/@]*@)?", "", endpoint()).split("/")[0]


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
