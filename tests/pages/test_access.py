"""Who may start bots and import scores, from this machine and from others."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components import access


def protected() -> None:
    import streamlit as st

    from pages.components import access

    if access.allowed():
        st.button("Start the bot")
    else:
        access.ask()


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("HOMING_TOKEN", "HOMING_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(access, "WRONG_S", 0.0)
    access._drawn.cache_clear()
    access._announce_once.cache_clear()


@pytest.fixture
def listen(monkeypatch):
    def on(address: str | None) -> None:
        asked = st.get_option
        monkeypatch.setattr(st, "get_option", lambda key: address if key == "server.address" else asked(key))

    return on


@pytest.fixture
def page(own_home):
    return lambda: AppTest.from_function(protected, default_timeout=30).run()


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_the_app_listens_on_this_machine_alone_unless_asked():
    assert st.get_option("server.address") == "127.0.0.1"
    assert access.allowed()


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.5.0.1"])
def test_on_this_machine_nobody_is_asked(listen, page, address):
    listen(address)
    assert labels(page()) == ["Start the bot"]


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.7", "homing.example.org"])
def test_beyond_this_machine_the_token_is_asked_for_and_remembered(listen, page, monkeypatch, address):
    listen(address)
    monkeypatch.setenv("HOMING_TOKEN", "open sesame")
    shown = page()
    assert labels(shown) == ["Unlock"]
    shown.text_input[0].input("open sesame")
    shown.button[0].click().run()
    assert labels(shown) == ["Start the bot"]
    assert labels(shown.run()) == ["Start the bot"], "the session remembers"
    assert labels(page()) == ["Unlock"], "another visitor has not given it"


@pytest.mark.parametrize("token", ["", "open", "OPEN SESAME", "ä" * 50])
def test_a_wrong_token_opens_nothing_and_gets_a_sentence(listen, page, monkeypatch, token):
    listen("0.0.0.0")
    monkeypatch.setenv("HOMING_TOKEN", "open sesame")
    shown = page()
    shown.text_input[0].input(token)
    shown.button[0].click().run()
    assert labels(shown) == ["Unlock"]
    assert "not the token" in shown.error[0].value
    assert "sesame" not in shown.error[0].value


def test_a_token_is_drawn_and_told_once_in_the_log(listen, page, capsys):
    listen("0.0.0.0")
    access.announce()
    access.announce()
    (told,) = capsys.readouterr().out.splitlines()
    token = told.split("Its token is ")[1].split(":")[0]
    assert len(token) >= 20
    shown = page()
    shown.text_input[0].input(token)
    shown.button[0].click().run()
    assert labels(shown) == ["Start the bot"]


def test_a_token_of_ones_own_is_not_written_to_the_log(listen, monkeypatch, capsys):
    listen("0.0.0.0")
    monkeypatch.setenv("HOMING_TOKEN", "open sesame")
    access.announce()
    told = capsys.readouterr().out
    assert "HOMING_TOKEN" in told and "sesame" not in told


def test_on_this_machine_the_log_says_nothing(capsys):
    access.announce()
    assert capsys.readouterr().out == ""


def test_a_name_that_others_use_counts_as_beyond_this_machine(listen, page, monkeypatch):
    """Behind a proxy on the same machine the server listens on loopback, and is open to everyone."""
    listen("127.0.0.1")
    monkeypatch.setenv("HOMING_HOSTS", "homing.example.org")
    assert labels(page()) == ["Unlock"]
    monkeypatch.setenv("HOMING_HOSTS", "localhost")
    assert labels(page()) == ["Start the bot"]
