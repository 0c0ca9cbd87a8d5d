"""Play: the game in the page, and below it the model on the same rounds. Knows the scorebook, not the game."""

import streamlit as st

from pages.components import notices, resources, rounds

POLL = "4s"  # the game writes the scorebook by itself; the page looks now and then
LATEST = 20

st.title("Play")
st.html(
    "<p class='homing-lede'>Five rounds on the simulated Earth. Look around, place your pin, and see whether you "
    "beat the model on the same places.</p>"
)
st.iframe("/arena", height=720, alt="The game")
st.markdown(":material/open_in_full: [The game in a window of its own](/arena)")


@st.fragment(run_every=POLL)
def rivals() -> None:
    """The latest games of people, round by round, beside the model."""
    with notices.spoken():
        games = resources.scorebook().games()
        games = games[(games["kind"] == "person") & (games["guessed"] > 0)].head(LATEST)
        if games.empty:
            with notices.empty("No round yet", "Place your first pin above: your rounds and the model's appear here."):
                return
        st.subheader("You and the model")
        names = {
            row.game_id: f"{row.player}, {row.map}, {row.created_at:%d %b %H:%M} UTC: {row.total:,.0f} points"
            for row in games.itertuples()
        }
        game_id = st.selectbox("Game", list(names), format_func=names.__getitem__, label_visibility="collapsed")
        frame = rounds.labelled(resources.scorebook().guesses(game_id=game_id))
        if said := rounds.verdict(frame):
            st.markdown(said)
        elif frame["player"].nunique() == 1:
            st.caption("The model plays when the game is over: press its button on the game's last screen.")
        left, right = st.columns([3, 2], gap="medium")
        with left:
            rounds.atlas(frame, key=f"play-{game_id}-{len(frame)}")
        with right:
            rounds.table(frame)


rivals()
