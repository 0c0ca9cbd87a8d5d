"""Blind: whether people can tell Homing from a person, and who scores more. Knows verdicts as a frame, no SQL.

Whom somebody met is told when a match is over for everyone at its table; `arena/blind_results.py` sees to that.
"""

import pandas as pd
import streamlit as st

from arena import blind_results
from arena.blind_results import Detection
from pages.components import charts_of_blind, notices, resources

HOW = (
    "Choose **Blind** as the mode on the page [Play](play) and share the room's link. Whoever comes in meets a person "
    "or Homing, drawn at random; Homing keeps a person's pace. After the match each says whom it was, and is told. "
    "Whether a rate differs from chance is seen late: from 60 % it takes about a hundred verdicts."
)
COUNTING = (
    "What counts are matches whose opponent was drawn and that were played to their end. Who waits in vain meets "
    "Homing for certain, and only people leave a match: verdicts on such matches are in the CSV, marked, and in no "
    "figure here. Verdicts of one player are not independent of each other; the interval and p take them as if they "
    "were."
)
P_CLEAR = 0.05
COLUMNS = [
    "match",
    "player",
    "was",
    "thinks",
    "right",
    "own_total",
    "other_total",
    "left_over",
    "ended",
    "counts",
    "at",
]


def main() -> None:
    """The whole page."""
    st.title("Blind")
    st.html(
        "<p class='homing-lede'>Two play the same places, and neither knows whom they meet. Can people tell Homing "
        "from a person?</p>"
    )
    with notices.spoken():
        # Read anew each time: a verdict is no guess, so that the version of the book may stand still when one comes.
        frame = blind_results.blind_frame(resources.scorebook())
        if frame.empty:
            with notices.empty("Nobody has said whom they met", HOW):
                pass
            return
        result = blind_results.detection(frame)
        st.html(f"<p class='homing-answer'>{headline(result)}</p>")
        st.html(f"<p class='homing-lede'>{in_numbers(result)}</p>")
        if result.verdicts:
            pictures(frame[frame["counts"]])
            table(result)
        st.caption(COUNTING)
        st.download_button(
            "These verdicts as CSV", lambda: csv_of(frame), "homing-blind.csv", "text/csv",
            icon=":material/table_view:", on_click="ignore",
        )  # fmt: skip
        with st.expander("How to run this experiment", icon=":material/science:"):
            st.markdown(HOW)


def headline(result: Detection) -> str:
    """What the verdicts say, as far as they say anything."""
    if result.rate is None or result.chance is None:
        return "No verdict counts yet."
    if result.p_value is None:
        met, missed = ("a person", "Homing") if result.against_person else ("Homing", "a person")
        return f"So far everyone met {met} and nobody {missed}: whether people tell them apart is <em>open</em>."
    if result.p_value < P_CLEAR and result.rate > result.chance:
        return "People <em>can</em> tell Homing from a person."
    if result.p_value < P_CLEAR:
        return "People are wrong about whom they met more often than if they had guessed."
    return "So far these verdicts <em>do not differ clearly</em> from chance."


def in_numbers(result: Detection) -> str:
    """The same in numbers."""
    others = {"where nobody else came": result.left_over, "on matches that somebody left": result.broken_off}
    apart = ", ".join(f"{count:,} {what}" for what, count in others.items() if count)
    apart = f" Not counted: {apart}." if apart else ""
    if result.rate is None or result.low is None or result.high is None or result.chance is None:
        return apart.strip()
    said = f"{result.right:,} of {result.verdicts:,} verdicts right: {result.rate:.0%}"
    said += f" (95 % interval {result.low:.0%} … {result.high:.0%}), and {result.chance:.0%} by chance"
    tested = "" if result.p_value is None else f"; p = {result.p_value:.2g}, exact and two-sided"
    return f"{said}{tested}.{apart}"


def pictures(frame: pd.DataFrame) -> None:
    """How often people knew, and what their opponents scored."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.vega_lite_chart(charts_of_blind.detection(frame), width="stretch", key="blind-detection",
                           alt="Share of verdicts that were right, with intervals, beside chance")  # fmt: skip
        st.caption("How often people knew whom they met. The grey tick is what verdicts get right by chance, by how "
                   "often each was met and was said; a bar that crosses it says that they may as well have "
                   "guessed.")  # fmt: skip
    with right:
        st.vega_lite_chart(charts_of_blind.scores(frame), width="stretch", key="blind-scores",
                           alt="Points of opponents, people and Homing")  # fmt: skip
        st.caption("What the opponents scored: a tick for each match, a dot for the mean.")


def table(result: Detection) -> None:
    """Scores and mistakes by kind of opponent."""
    rows = pd.DataFrame(
        {
            "opponent": ["a person", "Homing"],
            "verdicts": [result.against_person, result.against_model],
            "mistaken": [result.person_taken_for_model, result.model_taken_for_person],
            "own": [result.own_mean_against_person, result.own_mean_against_model],
            "other": [result.other_mean_person, result.other_mean_model],
        }
    ).astype({"own": "float64", "other": "float64"})
    column, amount = st.column_config.Column, st.column_config.NumberColumn
    st.dataframe(
        rows, hide_index=True, width="stretch", key="blind-table", placeholder="–",
        column_config={
            "opponent": column("Who was met"), "verdicts": amount("Verdicts"),
            "mistaken": amount("Taken for the other", help="People taken for Homing, and Homing for a person."),
            "own": amount("Own points, mean", format="%,.0f"),
            "other": amount("Opponent's points, mean", format="%,.0f"),
        },
    )  # fmt: skip
    st.caption("Points are of whole matches. Each verdict counts once, by its player, when the match is over for all.")


def csv_of(frame: pd.DataFrame) -> bytes:
    """The verdicts as CSV, the players as numbers: who made several can be seen, who it was cannot."""
    numbered = frame.assign(player=pd.factorize(frame["player_id"])[0] + 1, match=pd.factorize(frame["match"])[0] + 1)
    return numbered[COLUMNS].to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ").encode("utf-8-sig")


main()
