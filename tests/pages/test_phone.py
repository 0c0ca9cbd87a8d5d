"""What the style does on a phone, in a real browser: a choice that is cut off cannot be made."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

from bot.browser import open_browser

ROOT = Path(__file__).resolve().parents[2]
# The style and the choice of the page, without the rest of it: nothing is drawn and no model is loaded.
SCRIPT = """
import streamlit as st
from pages.components.identity import STYLE
from pages.components.uploads import KINDS

st.html(STYLE)
with st.container(border=True), st.container(horizontal=True):
    st.segmented_control("What do you have?", list(KINDS), default=next(iter(KINDS)), required=True)
"""
EDGES = """
    const group = document.querySelector('[data-testid="stButtonGroup"]');
    return [group, ...(group ? group.querySelectorAll('button') : [])].filter(Boolean).map(one => {
        const box = one.getBoundingClientRect();
        return [box.left, box.right, one.scrollWidth - one.clientWidth];
    });
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The choice, served by Streamlit."""
    script = tmp_path_factory.mktemp("phone") / "choice.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
               "--server.address=127.0.0.1", f"--server.port={port}", "--browser.gatherUsageStats=false"]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as server:  # fmt: skip
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def test_every_choice_of_pictures_stands_whole_on_a_phone(address: str) -> None:
    with open_browser() as driver:
        phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)

        def drawn(_: object) -> bool:
            if not driver.find_elements("css selector", ".stApp"):
                driver.get(address)  # the server was still starting
            return bool(driver.execute_script(EDGES))

        WebDriverWait(driver, 60, poll_frequency=1.0, ignored_exceptions=[WebDriverException]).until(drawn)
        (left, right, _), *choices = driver.execute_script(EDGES)
    assert len(choices) == 4 and right <= 390
    for begins, ends, hidden in choices:
        assert left - 1 <= begins < ends <= right + 1 and hidden <= 0
