"""The frame around the pages: name, navigation and theme. Knows no page's inside.

Streamlit puts this folder first on the path: no page may be called like a room (arena, bot, model, world), which it
would hide; the address of a page is its `url_path`.
"""

from pathlib import Path

import streamlit as st

from pages.components import identity

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Homing", page_icon=str(identity.ICON), layout="wide", menu_items={"About": identity.MOTTO}
)
st.logo(str(identity.WORDMARK), icon_image=str(identity.WORDMARK), size="large")
page = st.navigation(
    [
        st.Page(HERE / "guess.py", title="Guess", icon=":material/travel_explore:", default=True),
        st.Page(HERE / "play.py", title="Play", icon=":material/explore:"),
        st.Page(HERE / "world_tour.py", title="World", icon=":material/public:", url_path="world"),
        st.Page(HERE / "bot_runs.py", title="Bot", icon=":material/smart_toy:", url_path="bot"),
        st.Page(HERE / "compare.py", title="Compare", icon=":material/leaderboard:"),
        st.Page(HERE / "ratings.py", title="Ratings", icon=":material/trophy:"),
        st.Page(HERE / "blind.py", title="Blind", icon=":material/visibility_off:"),
        st.Page(HERE / "evaluate.py", title="Evaluate", icon=":material/query_stats:"),
        st.Page(HERE / "geocells.py", title="Geocells", icon=":material/hexagon:"),
        st.Page(HERE / "about.py", title="About", icon=":material/info:"),
    ],
    position="top",
)
st.html(identity.STYLE)
page.run()
