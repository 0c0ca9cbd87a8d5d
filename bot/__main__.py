"""A bot plays GeoGuessr-style games on the arena: it looks four ways, asks the model, pins and submits.

The rounds land in the scorebook, like everyone's. A filmstrip for each round and game is left in the output folder.
With --site it plays another page, described by a class of yours (docs/bot-on-your-page.md); its owner must allow that.
Every round is written before the next begins: a run that was killed is taken up with --resume last and the same --out.
With --json the last line of stdout is {"games": [{"rounds": [{"distance_km", "score", …}]}], "failed": [{"game",
"message", …}]}: whatever ended the run, and with everything that was finished. A lost round is tried again, and a lost
game does not end the games after it; if one was lost all the same, the exit code is 2. Of several lost games,
--resume last takes the newest; one that is lost again goes behind the others, so the same command reaches each.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from rich.console import Console

from arena.records import BOT_NAME, LENGTH, USUAL_LENGTH
from arena.tokens import token_of
from bot.album import Album, NamePlaces
from bot.alive import hold_for_life
from bot.browser import open_browser
from bot.events import STOPPED, EventLog, GamePlayed, Sink, event
from bot.left import LeftGame, left_in, views_of
from bot.player import Locate, Sitting, Submitted
from bot.report import Report
from bot.runner import LOCK
from bot.screens.arena import COOKIE, ArenaSite
from bot.screens.site import Site
from bot.series import Series
from bot.server import running_app, world_drawn
from bot.sites import load_site, opened
from bot.small_map import Outlines
from model.commands import parser_for, read, run
from model.errors import BrowserError, ConfigError, HomingError, StorageError
from model.geo.folders import home_dir

if TYPE_CHECKING:
    from model.geolocator import Geolocator


ARENA_URL = "http://127.0.0.1:8501"


@dataclass(frozen=True)
class BotConfig:
    """What to play, where, and what to leave."""

    games: int = field(default=1, metadata={"help": "how many games"})
    rounds: int = field(default=USUAL_LENGTH, metadata={"help": "how many rounds a game has, 1 to 20"})
    url: str = field(default=ARENA_URL, metadata={"help": "the app; started if nothing answers there"})
    map: str = field(default="world", metadata={"help": "the map to play on"})
    seed: int | None = field(default=None, metadata={"help": "seed of the places; game k gets seed + k - 1"})
    name: str = field(default=BOT_NAME, metadata={"help": "the name in the scorebook"})
    json: bool = field(default=False, metadata={"help": "end with one JSON object on the last line"})
    out: Path | None = field(default=None, metadata={"help": "folder of filmstrips and events; by default a new one"})
    resume: str | None = field(
        default=None, metadata={"help": "id of a game that was left, or: last; it is finished first"}
    )
    site: str | None = field(
        default=None, metadata={"help": "module:Class of another page, instead of the arena; --url may replace its URL"}
    )
    checkpoint: Path | None = field(default=None, metadata={"help": "another checkpoint than the shipped one"})
    predictor: str = field(default="pigeon", metadata={"help": "which system plays, as of `python -m model.locate`"})
    headed: bool = field(default=False, metadata={"help": "show the browser window"})

    def __post_init__(self) -> None:
        if self.games < 1:
            raise ConfigError(f"--games must be at least 1, found {self.games}.")
        fewest, most = LENGTH
        if not fewest <= self.rounds <= most:
            raise ConfigError(f"--rounds must be from {fewest} to {most}, found {self.rounds}.")
        if self.seed is not None and self.seed < 0:
            raise ConfigError(f"--seed must not be negative, found {self.seed}.")


def main(config: BotConfig, locate: Locate | None = None) -> list[GamePlayed]:
    """Play `config.games` games; `locate` stands in for the model of the checkpoint. A lost game says so in `failed`.

    Raises:
        HomingError: what stopped the run, such as a model of another simulated Earth; the events end with it.
    """
    games: list[GamePlayed] = []
    problem = ""
    try:
        _run(config, config.out or home_dir() / "bot" / time.strftime("%Y%m%d-%H%M%S"), locate, games)
    except (Exception, KeyboardInterrupt) as error:
        problem = _why(error)
        raise
    finally:
        if config.json:
            print(json.dumps(as_json(games, problem)), flush=True)
    return games


def as_json(games: Sequence[GamePlayed], problem: str = "") -> dict[str, Any]:
    """What was finished, and what failed and why; `problem` is what ended the run before its games did."""
    failed: list[dict[str, Any]] = [
        {"game": number, "game_id": game.game_id, "rounds_played": len(game.rounds), "message": game.failed}
        for number, game in enumerate(games, start=1)
        if game.failed
    ]
    if problem:
        failed.append({"game": None, "game_id": "", "rounds_played": 0, "message": problem})
    return {"games": [game.as_dict() for game in games if game.rounds or not game.failed], "failed": failed}


def _run(config: BotConfig, out: Path, locate: Locate | None, games: list[GamePlayed]) -> None:
    """Play, and tell of it in the folder, once it is ours and there is something to play."""
    hold_for_life(out / LOCK)
    left = left_in(out, config.resume) if config.resume else None
    log, report = EventLog(out / "events.jsonl"), Report(Console(), out)

    def tell(happened: dict[str, object]) -> None:
        log(happened)
        report(happened)

    told = ("games", "rounds", "url", "map", "seed")
    tell(event("started", player=config.name, **{name: getattr(config, name) for name in told}, pid=os.getpid()))
    try:
        _play(config, out, tell, locate, left, games)
        tell(event("finished", lost=sum(1 for game in games if game.failed)))
    except (Exception, KeyboardInterrupt) as error:
        stopped = isinstance(error, KeyboardInterrupt)
        with contextlib.suppress(StorageError):  # a full disk is the reason, not another one
            tell(event("stopped") if stopped else event("failed", message=_why(error)))
        raise
    finally:
        report.console.print(f"Filmstrips and events: {out}", style="dim")


def _why(error: BaseException) -> str:
    """What ended a run, in a sentence."""
    if isinstance(error, HomingError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return STOPPED
    return f"something went wrong that was not foreseen ({type(error).__name__})."


def _play(
    config: BotConfig, out: Path, tell: Sink, locate: Locate | None, left: LeftGame | None, games: list[GamePlayed]
) -> None:
    """Play, and leave in `games` what ended, also when this raises."""
    model: Geolocator | None = None
    identity = {COOKIE: token_of(config.name)}  # of the player, over all browsers and runs
    site_class = load_site(config.site) if config.site else None

    @contextlib.contextmanager
    def doing(what: str) -> Iterator[None]:
        tell(event("doing", what=what))
        since = time.perf_counter()
        yield
        tell(event("done", what=what, seconds=round(time.perf_counter() - since, 2)))

    @contextlib.contextmanager
    def open_site() -> Iterator[Site]:
        with contextlib.ExitStack() as browser:
            with doing("browser"):
                driver = browser.enter_context(open_browser(config.headed))
            if site_class is None:
                yield ArenaSite(driver, config.url, identity=identity, rounds=config.rounds, player=config.name)
            else:
                yield opened(site_class, driver, "" if config.url == ARENA_URL else config.url, out)

    if locate is None:  # first: without a model there is no need of an app
        with doing("model"):
            model = _model(config)
    names, outlines = _atlas()
    with contextlib.ExitStack() as app:
        if site_class is None:
            with doing("app"):
                app.enter_context(running_app(config.url, out / "app.log"))
        if model is not None:
            locate = _on_screenshots(model, config)
        assert locate is not None
        album = Album(out, outlines, names, tell, config.rounds if left is None and site_class is None else None)
        Series(open_site, locate, album, games).play(
            _sitting(config, number, left if number == 0 else None) for number in range(config.games)
        )


def _sitting(config: BotConfig, number: int, left: LeftGame | None) -> Sitting:
    """A game to play: a new one, or the one that was left."""
    seed = None if config.seed is None else config.seed + number
    # Another page has no map of the arena's: its games are called after its class.
    name = config.site.rpartition(":")[2] if config.site and config.map == BotConfig.map else config.map
    if left is None:
        return Sitting(config.name, name, seed)
    sitting = Sitting(left.player or config.name, left.map_name or name, seed, left.game_id, left.known)
    if (sent := left.pending) is not None and left.folder is not None:
        wanted, pin = (sent["wanted_lat"], sent["wanted_lng"]), (sent["lat"], sent["lng"])
        sitting.submitted = Submitted(int(sent["round"]), views_of(sent, left.folder), wanted, pin, None)
    return sitting


def _model(config: BotConfig) -> "Geolocator":
    from model.geolocator import Geolocator  # late: it brings torch, and `--help` should not wait for that

    return Geolocator.load(config.checkpoint, config.predictor)


def _on_screenshots(model: "Geolocator", config: BotConfig) -> Locate:
    """The model as the player asks it. A screenshot carries no mark of the world that drew it, so the arena is asked.

    Raises:
        ArtifactError: a map that is drawn by a world which the model does not know.
    """
    if config.site:
        return lambda views: model.locate(list(views))
    version = world_drawn(config.url, config.map)
    model.require_world(version)
    return lambda views: model.locate(list(views), world_version=version)


def _atlas() -> tuple[NamePlaces, Outlines]:
    from model.geo.atlas import Atlas
    from model.geo.outlines import outlines

    atlas = Atlas.open()

    def names(places: Sequence[tuple[float, float]]) -> list[str]:
        rows = atlas.describe(list(places))
        return [_name(row.town, row.country_name, bool(row.is_land)) for row in rows.itertuples()]

    return names, Outlines(outlines("land"), outlines("borders"))


def _name(town: object, country: object, is_land: bool) -> str:
    """Tartu, Estonia; what the atlas does not know is left out."""
    parts = [part for part in (town, country) if isinstance(part, str) and part]
    return ", ".join(parts) if is_land else f"at sea, near {', '.join(parts)}" if parts else "at sea"


def _end_politely() -> None:
    """Let a termination end like Ctrl-C, so that the browser and the app we started go too."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def _command() -> Callable[[], object]:
    config = read(parser_for(BotConfig, "python -m bot", __doc__ or ""), BotConfig)

    def play() -> None:
        games = main(config)
        if lost := [game for game in games if game.failed]:
            raise BrowserError(f"{len(lost)} of {len(games)} games failed. The last one: {lost[-1].failed}")

    return play


if __name__ == "__main__":
    _end_politely()
    run(
        _command(),
        "stopped; what was played is kept, and --resume last with the folder above as --out goes on from there",
    )
