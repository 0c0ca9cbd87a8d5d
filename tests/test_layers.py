"""The walls of the house: who may import whom, that every module imports, and that every command teaches itself."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("model", "world", "arena", "bot", "api", "pages")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
RUN_NOT_IMPORTED = {"__main__.py", "env.py"}  # commands; and what Alembic runs in the midst of a migration
ANYWHERE = {"model.errors", "model.commands", "model.artifacts", "model.processes"}  # small, and of no room

NEVER = {
    "streamlit_app.py": {"torch", "selenium"},
    "pages": {"selenium", "torch", "transformers", "faiss"},
    "bot": {"streamlit", "torch"},
    "api": {"streamlit", "selenium", "torch"},
    "arena": {"streamlit", "selenium", "torch"},
    "world": {"streamlit", "selenium", "torch"},
    "model": {"streamlit", "selenium"},
}
OURS = {
    "streamlit_app.py": {"arena.routes", "arena.guard", "api", "model.geolocator", "pages"},
    "pages": {"model.geolocator", "model.metrics", "model.geo", "model.geocells.table", "world",
              "arena.scorebook", "arena.records", "arena.tokens", "arena.imports", "arena.statistics", "arena.rating",
              "arena.blind_results", "arena.guard", "bot.runner", "pages.components"},
    "bot": {"model.geolocator", "model.geo", "arena.scorebook", "arena.records", "arena.tokens", "bot"},
    "api": {"model.geolocator", "model.geo.folders", "arena.statistics", "api"},
    "arena": {"model.data.views", "model.geo", "model.metrics", "world", "arena"},
    "world": {"model.geo", "model.metrics", "model.data.manifest", "world"},  # one form of the manifest, one writer
    "model": {"model"},
}  # fmt: skip
VERBS = {"cut_photos", "prepare_dataset", "build_geocells", "pretrain", "embed", "train_head", "train_hierarchy",
         "train_geoclip", "train_attributes", "build_index", "calibrate", "evaluate", "recall_table", "get",
         "knowledge", "locate"}  # fmt: skip
NOUNS = {
    "geo": set(),
    "geocells": {"geo"},
    "data": {"geo"},
    "metrics": {"geo"},
    "networks": {"geo", "geocells", "data", "metrics"},
    "retrieval": {"geo", "geocells", "data", "metrics"},
    "predictors": {"geo", "geocells", "data", "metrics", "networks", "retrieval"},
}
# the simulated Earth, floor by floor: a room imports from lower floors only, never from a neighbour on its own; on the
# topmost floor they may
FLOORS = (
    {"verbs", "study"}, {"render"}, {"warm_up"}, {"layout"}, {"clues", "lettering"}, {"earth", "sprites"},
    {"scene", "draw"},
)  # fmt: skip
COMMANDS = [*(f"model.{verb}" for verb in sorted(VERBS)), "model.geo.atlas", "world.make_dataset", "world.render",
            "world.contact_sheet", "world.ceiling", "world.warm_up", "world.study.reference", "bot", "arena",
            "arena.import_scores"]  # fmt: skip


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names if _is_module(f"{module}.{alias.name}")}
    return found


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _within(name: str, allowed: set[str]) -> bool:
    return any(name == door or name.startswith(f"{door}.") for door in allowed)


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("path", [ROOT / "streamlit_app.py", *FILES], ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_what_its_door_allows(path: Path) -> None:
    room = _room(path)
    names = imports_of(path)
    outside = {name for name in names if name.split(".")[0] in NEVER[room]}
    assert not outside, f"{path.relative_to(ROOT)} must never import {sorted(outside)}"
    ours = {name for name in names if name.split(".")[0] in ROOMS and name not in ROOMS}
    strangers = {name for name in ours if not _within(name, OURS[room] | ANYWHERE)}
    assert not strangers, f"{path.relative_to(ROOT)} may not import {sorted(strangers)}"


@pytest.mark.parametrize("path", [p for p in FILES if _room(p) == "model"], ids=lambda p: str(p.relative_to(ROOT)))
def test_inside_the_model_nouns_point_one_way_and_verbs_know_no_verb(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("model.") and name not in ANYWHERE}
    if parts[0] in NOUNS:
        assert used <= NOUNS[parts[0]] | {parts[0]}, f"{path.name}: {parts[0]} may not lean on {sorted(used)}"
    elif parts[0] in VERBS:
        allowed = {"geolocator"} if parts[0] in {"locate", "evaluate"} else set()
        assert used <= set(NOUNS) | allowed, f"{path.name}: a verb imports no other verb, found {sorted(used)}"


def floor_of(name: str) -> tuple[int, str]:
    """The floor of a module of `world`, 0 the topmost, and its room there; what has no room of its own is a verb."""
    room = name.split(".")[1]
    level = next((level for level, rooms in enumerate(FLOORS) if room in rooms), None)
    return (0, "verbs") if level is None else (level, room)


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if _room(p) == "world" and p != ROOT / "world/__init__.py"],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_inside_the_world_imports_run_down_the_stairs(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    floor, room = floor_of(name)
    if floor == 0:
        return
    below = {used for used in imports_of(path) if used.startswith("world.") and floor_of(used)[1] != room}
    upward = {used for used in below if floor_of(used)[0] <= floor}
    assert not upward, f"{path.relative_to(ROOT)}: {room} may not lean on {sorted(upward)}"


@pytest.mark.parametrize("path", sorted((ROOT / "world/draw").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_drawing_knows_arrays_only(path: Path) -> None:
    strangers = {name for name in imports_of(path) if name.startswith("world.") and not _within(name, {"world.draw"})}
    assert not strangers, f"{path.relative_to(ROOT)} knows {sorted(strangers)}"


def edges_of(path: Path) -> set[str]:
    """The project's own modules that a file imports, at the top or inside a function.

    A package counts where something is taken out of its `__init__`, not where it is only the way to a module.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in within if _is_module(name)}
            found |= {node.module} if any(not _is_module(name) for name in within) else set()
    return {name for name in found if name.split(".")[0] in ROOMS}


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Chains of imports that come back to where they began, as long as there are any; [] where there are none."""
    found: list[list[str]] = []
    left = dict(edges)
    while left:
        left = {name: (uses & set(left)) - {name} for name, uses in left.items()}
        ends = {name for name, uses in left.items() if not uses}
        if not ends:  # everyone who is left leans on somebody who is left
            chain = [min(left)]
            while chain[-1] not in chain[:-1]:
                chain.append(min(left[chain[-1]]))
            found.append(chain[chain.index(chain[-1]) :])
            ends = set(found[-1])
        left = {name: uses for name, uses in left.items() if name not in ends}
    return found


def test_no_chain_of_imports_comes_back_to_where_it_began() -> None:
    edges = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): edges_of(path)
        for path in FILES
    }
    assert len(edges) > 200
    assert edges["model.geocells.partition"] >= {"model.geocells.kmeans", "model.geocells.naive"}
    assert circles(edges) == []


def test_a_circle_of_imports_is_found_and_named() -> None:
    line = {"a": {"b"}, "b": {"c", "elsewhere"}, "c": set()}
    assert circles(line) == []
    assert circles({**line, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c", "a"]]
    assert circles({"a": {"b"}, "b": {"a"}, "x": {"y"}, "y": {"x"}}) == [["a", "b", "a"], ["x", "y", "x"]]


def test_the_doors_are_cheap_to_open() -> None:
    """The game and the dashboard start without torch; it is loaded with the first guess."""
    code = (
        "import sys, arena.routes, model.geolocator, bot.runner; "
        "heavy = {'torch', 'transformers', 'faiss', 'selenium'} & set(sys.modules); "
        "sys.exit(f'{heavy} loaded at import' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name",
    [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in FILES
     if _room(p) != "pages" and p.name not in RUN_NOT_IMPORTED],
)  # fmt: skip
def test_every_module_imports(name: str) -> None:
    assert importlib.import_module(name).__doc__, f"{name} says nothing of what it is"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout and len(done.stdout.splitlines()) > 5


def test_no_page_is_called_like_a_room_so_nothing_need_edit_the_path_of_imports() -> None:
    """Streamlit puts pages/ before all else on that path: a page of a room's name would hide the room."""
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert not {path.stem for path in (ROOT / "pages").glob("*.py")} & rooms
    edit = "sys." + "path."
    files = [ROOT / "streamlit_app.py", *FILES, *(ROOT / "tests").rglob("*.py")]
    verbs = tuple(edit + verb for verb in ("insert", "append", "extend", "remove", "pop"))
    guilty = [
        str(path.relative_to(ROOT)) for path in files if any(v in path.read_text(encoding="utf-8") for v in verbs)
    ]
    assert not guilty


def test_nothing_unpickles() -> None:
    words = ("pickle.load", "import pickle", "allow_pickle=True", "weights_only=False")
    guilty = [f"{p.relative_to(ROOT)}: {w}" for p in FILES for w in words if w in p.read_text(encoding="utf-8")]
    assert not guilty


def test_torch_reads_files_of_others_as_tensors_alone() -> None:
    calls = [
        (path, node)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load"
    ]
    said = [{item.arg: ast.unparse(item.value) for item in node.keywords} for _, node in calls]
    assert [path.name for path, _ in calls] == ["published_geoclip.py"]
    assert all(keywords.get("weights_only") == "True" for keywords in said)
