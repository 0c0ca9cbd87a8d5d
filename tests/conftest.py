"""What every test shares: a home of its own, and the real atlas, built once for the machine."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that asks the network is a broken test
os.environ.setdefault("HOMING_WARM_UP", "0")  # apps that tests start answer at once, and leave the cores to the tests


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Scorebook, filmstrips and maps go to a temporary folder; only the cache (atlas, compiled code) is shared."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOMING_HOME", str(home))
    main = sys.modules["__main__"]
    yield home
    sys.modules["__main__"] = main  # a page that was tested leaves itself there, and new processes would run it


@pytest.fixture(scope="session")
def atlas():  # type: ignore[no-untyped-def]
    from model.geo.atlas import Atlas

    return Atlas.open()
