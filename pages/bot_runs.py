"""Bot: start it, watch it play, stop it, and see what it played before. Knows runs as folders; knows no browser.

What a round's place was is shown when it may be told: not while the game is played, nor while somebody else may still
guess there. (The file is not called bot.py: Streamlit puts this folder on the path, before the room `bot`.)
"""

import contextlib

import pandas as pd
import streamlit as st

from arena.records import LENGTH, USUAL_LENGTH
from bot import runner
from model.geo.folders import without_folders
from pages.components import access, address, bot_words, game_client, names, notices, resources, words

POLL = "1s"
MOST_GAMES = 20
CHOSEN, JUST_ENDED, MINE, TOLD = "bot-run", "bot-just-ended", "bot-mine", "bot-told"
LATER = "told later"


def main() -> None:
    """The whole page."""
    st.title("Watch the bot play")
    st.html(
        "<p class='homing-lede'>It opens the same game as you, turns the camera north, east, south and west, asks the "
        "model, and clicks the map. It sees only the screen.</p>"
    )
    with notices.spoken():
        playing, runs = runner.running(), runner.runs()
        if playing is not None:
            live(playing.name)
        elif access.allowed():
            starter(runs)
        else:
            access.ask()
        earlier([run for run in runs if run != playing], playing is not None)


def starter(runs: list[runner.BotRun]) -> None:
    """The settings of a run, and the button."""
    with st.form("bot", border=True):
        games, length, place, seed = st.columns(4)
        maps = game_client.maps()
        count = games.number_input("Games", 1, MOST_GAMES, 1)
        rounds = length.number_input("Rounds a game", *LENGTH, USUAL_LENGTH)
        name = place.selectbox("Map", list(maps), format_func=maps.__getitem__)
        about = "The same seed gives the same places; such games are marked. Empty: new ones."
        wanted = seed.number_input("Seed", 0, 2**31, None, help=about, placeholder="new places")
        if st.form_submit_button("Start the bot", type="primary", icon=":material/play_arrow:"):
            with contextlib.suppress(runner.AlreadyPlaying):  # somebody pressed a moment before: watch that one
                run = runner.start(int(count), address.own_url(), str(name), None if wanted is None else int(wanted),
                                   int(rounds))  # fmt: skip
                st.session_state[MINE] = run.name
            st.rerun()
    usual = runner.usual_seconds("game", runs)
    measured = f"A game took {words.duration(usual)} here, by the middle of the runs below. " if usual else ""
    st.caption(
        f"{measured}It plays here only: bots are against the rules of the public GeoGuessr site, so none is made for "
        "that."
    )


@st.fragment(run_every=POLL)
def live(name: str) -> None:
    """A run while it plays: what it does, how far it is, what it sees, its rounds."""
    run = runner.running()
    if run is None or run.name != name:
        st.session_state[JUST_ENDED] = name
        st.rerun(scope="app")
    settings, events, played = run.settings(), run.events(), run.rounds()
    games, rounds = int(settings.get("games") or 1), int(settings.get("rounds") or USUAL_LENGTH)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":material/smart_toy: **{bot_words.doing(events, runner.runs())}**")
        if access.allowed() and st.button("Stop the bot", icon=":material/stop:"):
            with st.spinner("Stopping: the browser is being closed …"):
                run.stop()
            st.session_state[JUST_ENDED] = name
            st.rerun(scope="app")
    st.progress(bot_words.share(events, games, rounds), bot_words.progress(events, games, rounds))
    if not access.allowed():
        access.ask()
        return
    if st.session_state.get(MINE) != name:
        st.caption(f":material/group: {bot_words.elsewhere(settings)}")
    if said := bot_words.trouble(events):
        st.caption(f":material/replay: It is tried again, for {names.as_markdown(said)}")
    for happened in events:
        if happened["event"] == "game_over" and happened.get("failed"):
            lost(happened)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if (image := run.live_image()) is not None:
            st.image(image.read_bytes(), width="stretch", alt="What the bot sees now")
        else:
            st.skeleton(height=320)
            st.caption("Its first picture appears here when it looks around.")
    with right:
        table(played, told(events))


def earlier(runs: list[runner.BotRun], playing: bool) -> None:
    """Runs that have ended, the newest open, with their filmstrips."""
    if not runs:
        if not playing:
            with notices.empty("No run yet", "A run is a game or more, and you can watch each of its rounds."):
                pass
        return
    st.subheader("Earlier runs")
    titles = {run.name: bot_words.title(run) for run in runs}
    just_ended = st.session_state.pop(JUST_ENDED, None)
    if just_ended in titles:
        st.session_state[CHOSEN] = just_ended
    elif st.session_state.get(CHOSEN) not in titles:
        st.session_state.pop(CHOSEN, None)
    chosen = st.selectbox("Run", list(titles), format_func=titles.__getitem__, key=CHOSEN, label_visibility="collapsed")
    run = next(run for run in runs if run.name == chosen)
    if problem := run.problem():
        notices.problem(names.as_markdown(problem))
    film(run)
    if older := runner.older():
        with st.expander(f"{len(older)} older runs", icon=":material/folder:"):
            st.caption("They lie in the bot's folder under these names.")
            st.code("\n".join(older), language=None)


def film(run: runner.BotRun) -> None:
    """What a run that has ended leaves to see: lost games, filmstrips, the rounds one by one."""
    events, played = run.events(), run.rounds()
    for happened in events:
        if happened["event"] == "game_over" and happened.get("failed"):
            lost(happened)
    if not played:
        st.caption("This run ended before its first round did.")
        return
    known = told(events)
    strips = [(one, path) for one, path in run.filmstrips() if rounds_of(one, played) <= known]
    games = [path for one, path in strips if one["event"] == "game_over"]
    for path in games:
        st.image(path.read_bytes(), width="stretch", alt="Filmstrip: four views, the map and the points of each round")
    if any((one["game_id"], one["round"]) not in known for one in played):
        st.info(
            "Somebody may still guess at some of these places, so where they are is told when those games are over.",
            icon=":material/visibility_off:",
        )
    with st.expander("Round by round", icon=":material/view_carousel:", expanded=not games):
        table(played, known)
        for one, path in strips:
            if one["event"] == "round":
                st.image(path.read_bytes(), width="stretch", alt="Filmstrip of a round")


def lost(happened: dict) -> None:
    """A game that could not be finished: why, and how to go on."""
    rounds = len(happened.get("rounds", []))
    kept = f" Its {rounds} finished round{'s' if rounds != 1 else ''} count." if rounds else ""
    why = names.as_markdown(without_folders(str(happened["failed"])))
    if why.startswith("stopped"):
        st.info(f"The bot was stopped in the middle of a game.{kept}", icon=":material/stop_circle:")
    else:
        st.warning(f"A game was lost: {why}{kept}", icon=":material/heart_broken:")
    if happened.get("resume") and access.allowed():
        st.caption("It can be finished from a terminal:")
        st.code(str(happened["resume"]), language="bash", wrap_lines=True)


def rounds_of(happened: dict, played: list[dict]) -> set[tuple[str, int]]:
    """The rounds that the filmstrip of a round or a game shows: (game_id, round)."""
    own = [one for one in played if one.get("game_id") == happened.get("game_id")]
    shown = own if happened["event"] == "game_over" else [happened]
    return {(str(one.get("game_id")), int(one["round"])) for one in shown}


def told(events: list[dict]) -> set[tuple[str, int]]:
    """Which rounds may be told now: (game_id, round); looked up again only when the scorebook has changed."""
    book = resources.scorebook()
    version, found = st.session_state.get(TOLD, ("", {}))
    if version != book.version():
        version, found = book.version(), {}
    over = {str(one.get("game_id")) for one in events if one["event"] == "game_over"}
    rounds = {(str(one.get("game_id")), int(one["round"])) for one in events if one["event"] == "round"}
    for game_id in {game_id for game_id, _ in rounds} - found.keys():
        if book.game(game_id) is None:  # played on another server: told when it is over
            found[game_id] = {number for game, number in rounds if game == game_id and game in over}
        else:
            found[game_id] = {int(number) for number in book.guesses(True, game_id=game_id)["round"]}
    st.session_state[TOLD] = (version, found)
    return {(game_id, number) for game_id, number in rounds if number in found[game_id]}


def _away(played: dict) -> str:
    """How far a guess was; a dash where the page that was played does not say."""
    return "–" if played["distance_km"] is None else words.distance(float(played["distance_km"]))


def table(played: list[dict], known: set[tuple[str, int]]) -> None:
    """Rounds as rows; a place is named where it may be told, and while none may be there are no columns for it."""
    if not played:
        st.caption("No round is finished yet.")
        return
    rows = []
    for one in played:
        shown = (str(one.get("game_id")), int(one["round"])) in known
        rows.append(
            {"Round": int(one["round"]), "Truth": one["true_place"] if shown else LATER,
             "Guess": one["guess_place"] if shown else LATER,
             "Away": _away(one) if shown else LATER, "Score": one["score"]}
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    hidden = frame["Truth"] == LATER
    if hidden.all():
        frame = frame[["Round", "Score"]]
    if len({one.get("game_id") for one in played}) > 1:
        order = list(dict.fromkeys(one.get("game_id") for one in played))
        frame.insert(0, "Game", [order.index(one.get("game_id")) + 1 for one in played])
    score = st.column_config.ProgressColumn("Score", format="%d", min_value=0, max_value=5000)
    st.dataframe(frame, hide_index=True, width="stretch", column_config={"Score": score})
    if hidden.any():
        st.caption("Places are told once all games on them have ended.")


main()
