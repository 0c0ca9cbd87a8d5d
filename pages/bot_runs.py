"""Bot: start it, watch it play, stop it, and see what it played before. Knows runs as folders; knows no browser.

(The file is not called bot.py: Streamlit puts this folder on the path, where it would stand before the room `bot`.)
"""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from bot import runner
from pages.components import game_client, notices, words

POLL = "1.5s"
MOST_GAMES = 20
DOING = {
    "started": "opens the browser", "game": "looks around", "guessed": "places the pin", "round": "reads the result",
    "game_over": "counts the points",
}  # fmt: skip
HEADINGS = {"N": "north", "E": "east", "S": "south", "W": "west"}


def main() -> None:
    """The whole page."""
    st.title("Watch the bot play")
    st.html(
        "<p class='homing-lede'>It opens the same game as you, turns the camera north, east, south and west, asks the "
        "model, and clicks the map. It sees only the screen.</p>"
    )
    runs = runner.runs()
    running = next((run for run in runs if run.is_running()), None)
    if running is None:
        starter()
    else:
        live(running.name)
    earlier([run for run in runs if run is not running])


def starter() -> None:
    """The settings of a run, and the button."""
    with st.form("bot", border=True):
        games, place, seed = st.columns(3)
        maps = game_client.maps()
        count = games.number_input("Games of five rounds", 1, MOST_GAMES, 1)
        name = place.selectbox("Map", list(maps), format_func=maps.__getitem__)
        wanted = seed.number_input("Seed", 0, 2**31, None, help="The same seed gives the same places. Empty: new ones.",
                                   placeholder="new places")  # fmt: skip
        if st.form_submit_button("Start the bot", type="primary", icon=":material/play_arrow:"):
            with notices.spoken():
                runner.start(int(count), game_client.base_url(), str(name), None if wanted is None else int(wanted))
                st.rerun()
    st.caption("It plays here only. Bots are against the rules of the public GeoGuessr site, so none is made for it.")


@st.fragment(run_every=POLL)
def live(name: str) -> None:
    """A run while it plays: what it sees, what it does, its rounds."""
    run = next((run for run in runner.runs() if run.name == name), None)
    if run is None or not run.is_running():
        st.rerun(scope="app")
    settings, events, played = run.settings(), run.events(), run.rounds()
    rounds = 5 * int(settings.get("games", 1))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":material/smart_toy: **{doing(events)} …**")
        if st.button("Stop the bot", icon=":material/stop:"):
            run.stop()
            st.rerun(scope="app")
    st.progress(min(1.0, len(played) / rounds), f"{len(played)} of {rounds} rounds")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if (image := run.latest_image()) is not None:
            st.image(image.read_bytes(), width="stretch", alt="What the bot sees now")
        else:
            st.skeleton(height=320)
    with right:
        table(played)


def doing(events: list[dict]) -> str:
    """The last event, as words."""
    last = events[-1] if events else {"event": "started"}
    if last["event"] == "looked":
        return f"Round {last.get('round', '')}: the bot looks {HEADINGS.get(str(last.get('heading')), 'around')}"
    return f"The bot {DOING.get(last['event'], 'plays')}"


def table(played: list[dict]) -> None:
    """Rounds as rows."""
    if not played:
        st.caption("The first round is under way.")
        return
    frame = pd.DataFrame(played)
    shown = pd.DataFrame({"Round": frame["round"], "Truth": frame["true_place"], "Guess": frame["guess_place"],
                          "Away": frame["distance_km"].map(words.distance), "Score": frame["score"]})  # fmt: skip
    st.dataframe(
        shown, hide_index=True, width="stretch",
        column_config={"Score": st.column_config.ProgressColumn("Score", format="%d", min_value=0, max_value=5000)},
    )  # fmt: skip


def earlier(runs: list[runner.BotRun]) -> None:
    """Runs that have ended, the newest open, with their filmstrips."""
    if not runs:
        with notices.empty("No run yet", "Press **Start the bot**: five rounds take half a minute, and you can watch."):
            return
    st.subheader("Earlier runs")
    names = {run.name: title(run) for run in runs}
    chosen = st.selectbox("Run", list(names), format_func=names.__getitem__, label_visibility="collapsed")
    run = next(run for run in runs if run.name == chosen)
    if problem := run.problem():
        notices.problem(problem)
    strips = run.filmstrips()
    games = [strip for strip in strips if "-round-" not in strip.name]
    for strip in games or strips:
        st.image(strip.read_bytes(), width="stretch", alt="Filmstrip: four views, the map and the points of each round")
    if not strips and not problem:
        st.caption("This run ended before its first round did.")
    if games and run.rounds():
        with st.expander("Round by round", icon=":material/view_carousel:"):
            table(run.rounds())
            for strip in strips:
                if strip not in games:
                    st.image(strip.read_bytes(), width="stretch", alt="Filmstrip of a round")


def title(run: runner.BotRun) -> str:
    """A run in a line: when, how many rounds, how many points."""
    at = run.settings().get("at")
    when = f"{datetime.fromtimestamp(at, UTC):%d %b %H:%M} UTC" if isinstance(at, int | float) else run.name
    played = run.rounds()
    points = sum(int(one["score"]) for one in played)
    return f"{when}: {len(played)} rounds, {points:,} points" if played else f"{when}: no rounds"


main()
