"""Where scores from elsewhere come in: files, what they do not say, and what became of them. Behind the token.

The command `python -m arena.import_scores` does the same, and for files of any size.
"""

import streamlit as st

from arena.imports.bring import Choices, bring
from arena.imports.summary import Summary
from pages.components import access, names, notices, resources

TYPES = ["csv", "tsv", "txt", "json", "jsonl", "ndjson"]
MAX_MB = 64
SAID = "import-said"
COLUMNS = ("game,round,player,rating,map,map_max_error_m,mode,round_time_s,"
           "true_lat,true_lng,guess_lat,guess_lng,distance_m,score")  # fmt: skip


def show(opened: bool = False) -> None:
    """The box, and the summary of the last import of this session."""
    said = st.session_state.pop(SAID, None)
    with st.expander("Bring scores of people in", expanded=opened or said is not None, icon=":material/upload_file:"):
        if said is not None:
            st.toast(names.as_markdown(said.sentences()[0]), icon=":material/upload_file:")
            report(said)
        if not access.allowed():
            access.ask()
            return
        form()


def form() -> None:
    """The upload and its few choices."""
    st.markdown(
        "GeoGuessr games or duels as JSON, or a table (CSV). Positions, distances and points are checked against the "
        "law of their map; what is known already is left out. For large files: `python -m arena.import_scores FILE`."
    )
    with st.form("import-scores", border=False, clear_on_submit=True):
        files = st.file_uploader("Files", TYPES, accept_multiple_files=True, max_upload_size=MAX_MB, key="import-files")
        hidden = st.checkbox(
            "Replace names by pseudonyms", key="import-hidden",
            help="The same person stays the same player. The secret behind it stays in the home folder of this app.",
        )  # fmt: skip
        left, right = st.columns(2)
        name = left.text_input("Map, where the files do not name it", max_chars=40, key="import-map")
        error_m = right.number_input(
            "Max error of the map in metres, where it is not stated", 1.0, 1e9, None, format="%.0f", key="import-error",
            placeholder="World: 14916862",
        )  # fmt: skip
        pressed = st.form_submit_button("Import", type="primary", icon=":material/upload_file:")
    with st.popover("What a table looks like", icon=":material/table:"):
        st.code(COLUMNS, language=None, wrap_lines=True)
        st.markdown("Only the four positions are needed, and points or the scale of the map. The usual other names of "
                    "columns are understood; semicolons and tabs too.")  # fmt: skip
    if not pressed:
        return
    if not files:
        st.info("Choose a file first: games or duels as JSON, or a table.", icon=":material/attach_file:")
        return
    choices = Choices(bool(hidden), " ".join(name.split()), error_m)
    contents = ((one.name, one.getvalue()) for one in files)
    with notices.spoken():
        bar = st.progress(0.0, "Reading …")

        def tell(doing: str, done: int, of: int) -> None:
            words = f"{doing} …" if not of else f"{doing}: {done:,} of {of:,} games"
            bar.progress(done / of if of else 0.0, names.as_markdown(words[:1].upper() + words[1:]))

        st.session_state[SAID] = bring(contents, resources.scorebook(), choices, tell)
        st.rerun()


def report(summary: Summary) -> None:
    """What an import did; names and fields of foreign files are text here."""
    first, *further = (names.as_markdown(said) for said in summary.sentences())
    box = st.success if summary.imported else st.info if summary.known else st.warning
    icon = ":material/task_alt:" if summary.imported else ":material/info:" if summary.known else ":material/warning:"
    box("\n\n".join([first, *further]), icon=icon)
