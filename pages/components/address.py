"""Where things are on this server, below `server.baseUrlPath` if one is set; for browsers and for the server itself."""

import streamlit as st


def arena_url(path: str = "") -> str:
    """The address of something of the game as a visitor's browser asks for it: `arena_url("/static/panorama.js")`."""
    return f"{_base()}/arena{path}"


def own_url() -> str:
    """Where this server answers, seen from the same machine."""
    host = st.get_option("server.address") or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(host, host)
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{st.get_option('server.port')}{_base()}"


def _base() -> str:
    """ "" or "/homing"."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
