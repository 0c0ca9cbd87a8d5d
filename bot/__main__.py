"""A bot plays GeoGuessr-style games on the arena: it looks four ways, asks the model, pins and submits.

The rounds land in the scorebook, like everyone's. A filmstrip for each round and game is left in the output folder.
With --json the last line of stdout is {"games": [{"rounds": [{"distance_km", "score", …}]}]}.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.console import Console

from bot.browser import open_browser
from bot.events import EventLog, GamePlayed, Sink, event
from bot.player import Locate, NamePlaces, Player
from bot.report import Report
from bot.screens.arena import ArenaSite
from bot.server import running_app, world_drawn
from bot.small_map import Outlines
from model.commands import parser_for, read, run
from model.errors import ConfigError, HomingError
from model.geo.folders import home_dir


@dataclass(frozen=True)
class BotConfig:
    """What to play, where, and what to leave."""

    games: int = field(default=1, metadata={"help": "how many games of five rounds"})
    url: str = field(default="http://127.0.0.1:8501", metadata={"help": "the app; started if nothing answers there"})
    map: str = field(default="world", metadata={"help": "the map to play on"})
    seed: int | None = field(default=None, metadata={"help": "seed of the places; game k gets seed + k - 1"})
    name: str = field(default="PIGEON bot", metadata={"help": "the name in the scorebook"})
    json: bool = field(default=False, metadata={"help": "end with one JSON object on the last line"})
    out: Path | None = field(default=None, metadata={"help": "folder of filmstrips and events; by default a new one"})
    resume: str | None = field(default=None, metadata={"help": "id of a game that was left; it is finished first"})
    checkpoint: Path | None = field(default=None, metadata={"help": "another checkpoint than the shipped one"})
    headed: bool = field(default=False, metadata={"help": "show the browser window"})

    def __post_init__(self) -> None:
        if self.games < 1:
            raise ConfigError(f"--games must be at least 1, found {self.games}.")
        if self.seed is not None and self.seed < 0:
            raise ConfigError(f"--seed must not be negative, found {self.seed}.")


def main(config: BotConfig, locate: Locate | None = None) -> list[GamePlayed]:
    """Play `config.games` games; `locate` stands in for the model of the checkpoint.

    Raises:
        HomingError: what stopped the run, such as a model of another simulated Earth; the events end with it.
    """
    out = config.out or home_dir() / "bot" / time.strftime("%Y%m%d-%H%M%S")
    log, report = EventLog(out / "events.jsonl"), Report(Console())

    def tell(happened: dict[str, object]) -> None:
        log(happened)
        report(happened)

    settings = {"games": config.games, "url": config.url, "map": config.map, "seed": config.seed, "pid": os.getpid()}
    tell(event("started", player=config.name, **settings))
    try:
        games = _play(config, out, tell, locate)
    except HomingError as error:
        tell(event("failed", message=str(error)))
        raise
    except KeyboardInterrupt:
        tell(event("stopped"))
        raise
    tell(event("finished"))
    report.console.print(f"Filmstrips and events: {out}", style="dim")
    if config.json:
        print(json.dumps({"games": [game.as_dict() for game in games]}))
    return games


def _play(config: BotConfig, out: Path, tell: Sink, locate: Locate | None) -> list[GamePlayed]:
    require_world: Callable[[int | None], None] | None = None
    if locate is None:  # first: without a model there is no need of an app
        locate, require_world = _model(config.checkpoint)
    names, outlines = _atlas()
    with running_app(config.url, out / "app.log"), contextlib.ExitStack() as browser:
        if require_world is not None:
            require_world(world_drawn(config.url, config.map))
        driver = browser.enter_context(open_browser(config.headed))
        player = Player(ArenaSite(driver, config.url), locate, out, outlines, names, tell)
        return [
            player.play(
                config.name,
                config.map,
                None if config.seed is None else config.seed + number,
                config.resume if number == 0 else None,
            )
            for number in range(config.games)
        ]


def _model(checkpoint: Path | None) -> tuple[Locate, Callable[[int | None], None]]:
    """The model, and what refuses a world that it does not know."""
    from model.geolocator import Geolocator  # late: it brings torch, and `--help` should not wait for that

    geolocator = Geolocator.load(checkpoint)
    return lambda views: geolocator.locate(list(views), geolocator.world_version), geolocator.require_world


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
    return lambda: main(config)


if __name__ == "__main__":
    _end_politely()
    run(_command())
