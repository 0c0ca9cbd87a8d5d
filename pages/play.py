"""Play: the game in the page, and below it the visitor's own games beside the model. Knows the scorebook, not the game.

Who the visitor is, the game's own cookie says; what may be told of a game, the scorebook does.
"""

import pandas as pd
import streamlit as st

from arena.records import MODEL_NAME
from arena.scorebook import Scorebook
from pages.components import address, game_client, notices, resources, rounds, visitor

# The game writes the scorebook by itself; the page asks now and then whether it has changed, in a game more often.
POLL_S, IDLE_S = 4, 20
LATEST = 20
CHOSEN, SEEN = "play-game", "play-seen"


def main() -> None:
    """The whole page."""
    st.title("Play")
    st.html(
        "<p class='homing-lede'>One round or twenty on the simulated Earth, alone or by a link that you share. Look "
        "around, place your pin, and see whether you beat the model on the same places.</p>"
    )
    game = address.arena_url()
    st.iframe(game, height=720, alt="The game")
    st.markdown(f":material/open_in_full: [The game in a window of its own]({game})")
    lent()
    with notices.spoken():
        book = resources.scorebook()
        st.session_state[SEEN] = book.version()
        games = own(book)
        mine(book, games)
        playing = (
            bool((games["finished_at"].isna() & (games["guessed"] < games["rounds"])).any()) if len(games) else False
        )
        st.fragment(watch, run_every=POLL_S if playing else IDLE_S)()


def lent() -> None:
    """Which maps show pictures of online services, under which licence, and what is wrong with one; usually none."""
    for name, about, wrong in game_client.online_maps():
        if wrong:
            st.warning(f"**{name}** cannot be played now. {wrong}", icon=":material/cloud_off:")
        else:
            st.caption(f":material/cloud: The map **{name}** is on. {about}.")


def own(book: Scorebook) -> pd.DataFrame:
    """The visitor's latest games; country streaks count countries, and stand in a table of their own."""
    player_id = visitor.player_id()
    if not player_id:
        return pd.DataFrame()
    games = book.games(player_id=player_id, limit=LATEST)
    return games[games["mode"] != "streak"]


def mine(book: Scorebook, games: pd.DataFrame) -> None:
    """The visitor's games, round by round, beside the model."""
    games = games[games["guessed"] > 0] if len(games) else games
    if games.empty:
        with notices.empty("No round yet", "Place your first pin above: your rounds and the model's appear here."):
            return
    st.subheader("You and the model")
    titles = {row.game_id: title(row) for row in games.itertuples()}
    if st.session_state.get(CHOSEN) not in titles:
        st.session_state.pop(CHOSEN, None)
    game_id = st.selectbox(
        "Game", list(titles), format_func=titles.__getitem__, key=CHOSEN, label_visibility="collapsed"
    )
    chosen = games[games["game_id"] == game_id].iloc[0]
    told = book.guesses(game_id=game_id)
    if told.empty:
        st.info(waiting(chosen), icon=":material/hourglass_top:")
        return
    frame = rounds.labelled(told)
    if len(frame["round"].unique()) < chosen["guessed"]:
        st.info(waiting(chosen), icon=":material/hourglass_top:")
    if said := rounds.verdict(frame):
        st.markdown(said)
    elif frame["player"].nunique() == 1:
        st.caption(f"{MODEL_NAME} plays when the game is over: press its button on the game's last screen.")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        rounds.atlas(frame, key=f"play-{game_id}-{len(frame)}")
    with right:
        rounds.table(frame)


def watch() -> None:
    """Ask the scorebook whether anything was written since, and draw the page again if so; it reads no game."""
    with notices.spoken():
        if resources.scorebook().version() != st.session_state.get(SEEN):
            st.rerun(scope="app")


def title(game: object) -> str:
    """A game in a line."""
    state = (
        "" if pd.notna(game.finished_at) or game.guessed == game.rounds else f", {game.guessed} of {game.rounds} rounds"
    )
    return f"{game.map}, {game.created_at:%d %b %H:%M} UTC: {game.total:,.0f} points{state}"


def waiting(game: pd.Series) -> str:
    """Why the places of a game are not shown."""
    if pd.isna(game["finished_at"]):
        if game["mode"] in ("challenge", "daily") and game["guessed"] == game["rounds"]:
            return "Others may still play these places; they are told here when the game is closed."
        rounds_played = f"{game['guessed']} of {game['rounds']} rounds"
        return f"This game is still open: {rounds_played}. Its places are told when it is over."
    return "Somebody else may still guess at some of these places; they are told when that game is over."


main()
