"""Who may start bots and import scores: everyone on this machine, and beyond it who knows the token. Knows no page.

The address that the server listens on decides, never a header, which anyone can write. The token is HOMING_TOKEN, or
drawn when the app starts and told in its log.
"""

import functools
import hmac
import os
import secrets
import time

import streamlit as st

from arena.guard import is_loopback, known_hosts

GIVEN = "access-token-given"
WRONG_S = 1.0  # a wrong token costs this long


def needed() -> bool:
    """Whether the app can be reached from other machines: by its address, or under a name listed in HOMING_HOSTS."""
    listens_here = is_loopback(st.get_option("server.address"))
    return not listens_here or any(not is_loopback(name) for name in known_hosts())


def allowed() -> bool:
    """True on loopback, or once this session has given the token."""
    given = st.session_state.get(GIVEN)
    return not needed() or (isinstance(given, str) and _is_token(given))


def ask() -> None:
    """The sentence and the field, drawn where the protected thing would stand; a right token draws the page again."""
    st.info(
        "This app can be reached from other machines, so starting bots and importing scores needs its **token**. It "
        "stands in the app's log, or is the HOMING_TOKEN that the app was started with.",
        icon=":material/key:",
    )
    with st.form("access", border=False):
        token = st.text_input("Token", type="password", autocomplete="off", max_chars=200)
        pressed = st.form_submit_button("Unlock", icon=":material/lock_open:")
    if not pressed:
        return
    if _is_token(token.strip()):
        st.session_state[GIVEN] = token.strip()
        st.rerun()
    time.sleep(WRONG_S)
    st.error("This is not the token of this app; look for it in the log of its start.", icon=":material/key_off:")


def announce() -> None:
    """Tell the log, once, how to get in from other machines; nothing when there are none."""
    if needed():
        _announce_once()


@functools.cache
def _announce_once() -> None:
    own = bool(os.environ.get("HOMING_TOKEN"))
    asked = "the Bot page, and imports on Compare, ask for it."
    token = "the one in HOMING_TOKEN" if own else _token()
    choose = "" if own else " Set HOMING_TOKEN to choose your own."
    print(f"Homing can be reached from other machines. Its token is {token}: {asked}{choose}", flush=True)


def _is_token(given: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), _token().encode(errors="replace"))


def _token() -> str:
    return os.environ.get("HOMING_TOKEN") or _drawn()


@functools.cache
def _drawn() -> str:
    return secrets.token_urlsafe(18)
