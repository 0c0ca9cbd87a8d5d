"""Every system that can answer, by name: what `--predictor`, the Guess page, the API and the bot choose from.

A new system is one more line in `SYSTEMS`: a title, a sentence, and how it is opened. Nothing is imported before it is
opened. Knows no page and no command.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.errors import ConfigError
from model.geo.folders import repository_dir
from model.predictors.catalogue import CATALOGUE
from model.predictors.checkpoint import Checkpoint, folder_of, open_checkpoint

DEFAULT = "pigeon"
SINGLES = "simulated-earth-photo"  # beside the shipped checkpoint: answers single photos


@dataclass(frozen=True)
class Options:
    """What a person may say beside a system's name; what a system cannot use, it refuses."""

    checkpoint: str | Path | None = None  # a run's folder, or a checkpoint of the hub by its name
    encoder: str | Path | None = None  # a folder in the hub's layout, or a model of the hub by its name
    settings: tuple[str, ...] = ()  # "key=value"


@dataclass(frozen=True)
class Opened:
    """A system that is ready; `singles` opens a second one, which answers single photos in its place."""

    checkpoint: Checkpoint
    singles: Callable[[], Checkpoint] | None = None


@dataclass(frozen=True)
class System:
    """One entry: what people call it, what it is in a sentence, and how it is opened."""

    title: str
    words: str
    open: Callable[[Options], Opened]


def default_checkpoint() -> Path:
    """The checkpoint that ships with the project."""
    return repository_dir() / "checkpoints" / "simulated-earth"


def open_system(name: str, options: Options) -> Opened:
    """Open a system by its name.

    Raises:
        ConfigError: an unknown name, or an option that the system cannot use.
        ArtifactError: a missing, foreign or edited file, or parts that were not made from one another.
    """
    if name not in SYSTEMS:
        raise ConfigError(f"looked for the predictor '{name}', found {', '.join(SYSTEMS)}; take one of those.")
    return SYSTEMS[name].open(options)


def is_here(name: str) -> bool:
    """Whether a system can be opened by its name alone: what must be fetched or trained first may not be there."""
    from model.predictors.fetched import is_fetched
    from model.predictors.open_hierarchy import FOLDER

    if name in CATALOGUE:
        return is_fetched(CATALOGUE[name])
    return name in SYSTEMS and (name != "geoestimation" or (default_checkpoint() / FOLDER).is_dir())


def shipped_singles() -> Path | None:
    """The folder of the shipped checkpoint that answers single photos, if it is there."""
    folder = default_checkpoint().parent / SINGLES
    return folder if folder.is_dir() else None


def _pigeon(options: Options) -> Opened:
    if options.encoder is not None or options.settings:
        raise ConfigError("the predictor pigeon answers with what is in its checkpoint: leave --encoder and --settings "
                          "out, or take another predictor.")  # fmt: skip
    if options.checkpoint is not None:
        return Opened(open_checkpoint(folder_of(options.checkpoint)))
    singles = shipped_singles()
    return Opened(open_checkpoint(default_checkpoint()), None if singles is None else lambda: open_checkpoint(singles))


def _zero_shot(options: Options) -> Opened:
    from model.predictors.open_zero_shot import open_zero_shot

    if options.encoder is not None and options.checkpoint is not None:
        raise ConfigError("looked for --encoder or --checkpoint (whose encoder is taken), found both; give one.")
    if options.encoder is not None:
        return Opened(open_zero_shot(options.encoder, options.settings))
    if options.checkpoint is not None:
        return Opened(open_zero_shot(folder_of(options.checkpoint), options.settings))
    singles = shipped_singles()
    first = open_zero_shot(default_checkpoint(), options.settings)
    return Opened(first, None if singles is None else lambda: open_zero_shot(singles, options.settings))


def _streetclip(options: Options) -> Opened:
    from model.predictors.fetched import fetched_folder
    from model.predictors.open_zero_shot import open_zero_shot

    if options.encoder is not None or options.checkpoint is not None:
        raise ConfigError("the predictor streetclip is one encoder, fetched with `python -m model.get streetclip`: "
                          "leave --encoder and --checkpoint out, or take zero-shot.")  # fmt: skip
    known = CATALOGUE["streetclip"]
    settings = options.settings if any(one.startswith("prompts=") for one in options.settings) else (
        "prompts=streetclip", *options.settings)  # fmt: skip
    return Opened(open_zero_shot(fetched_folder(known) / "encoder", settings, known.title))


def _geoclip(options: Options) -> Opened:
    from model.predictors.fetched import fetched_folder, is_fetched
    from model.predictors.open_geoclip import open_geoclip, open_release

    if options.checkpoint is None and is_fetched(known := CATALOGUE["geoclip"]):
        return Opened(open_release(fetched_folder(known), options.encoder, options.settings))
    folder = None if options.checkpoint is None else folder_of(options.checkpoint)
    return Opened(open_geoclip(folder, options.encoder, options.settings))


def _geoestimation(options: Options) -> Opened:
    from model.predictors.open_hierarchy import FOLDER, open_hierarchy

    if options.settings:
        raise ConfigError("the predictor geoestimation answers as it was trained: leave --settings out.")
    singles = shipped_singles()
    encoders = [folder / "encoder" for folder in (default_checkpoint(), singles) if folder is not None]
    if options.checkpoint is not None:
        return Opened(open_hierarchy(folder_of(options.checkpoint), options.encoder, encoders))
    first = open_hierarchy(default_checkpoint(), options.encoder, encoders)
    if singles is None or not (singles / FOLDER).is_dir():
        return Opened(first)
    return Opened(first, lambda: open_hierarchy(singles, None, encoders))


def _ensemble(options: Options) -> Opened:
    from model.predictors.open_ensemble import read_ensemble_settings, weighed

    settings = read_ensemble_settings(options.settings)
    base = open_system(settings["base"], Options(options.checkpoint, options.encoder))
    singles = base.singles
    return Opened(weighed(base.checkpoint, settings), None if singles is None else lambda: weighed(singles(), settings))


SYSTEMS: dict[str, System] = {
    "pigeon": System("PIGEON", "geocells, then the known places that look most alike", _pigeon),
    "zero-shot": System("Zero-shot", "compares the picture with sentences that name countries and cities", _zero_shot),
    "streetclip": System("StreetCLIP", CATALOGUE["streetclip"].words, _streetclip),
    "geoclip": System("GeoCLIP", "compares the picture with places of a gallery, each by its coordinates", _geoclip),
    "geoestimation": System("GeoEstimation", "S2 cells of three levels that correct one another", _geoestimation),
    "ensemble": System("Ensemble", "another system, weighed by how many people live there and what grows", _ensemble),
}
