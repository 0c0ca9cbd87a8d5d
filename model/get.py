"""Verb: fetch a published system for real photos from the model hub, after a yes; without a name, list what there is.

What came is kept: a download that broke off goes on with the same command. Each file is compared with the checksum that
the hub tells. From then on it answers single photos on the Guess page, until `--photos shipped` says otherwise, and
anywhere by name: `python -m model.locate photo.jpg --predictor streetclip`. Nothing is fetched before the yes.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from model.commands import run
from model.errors import ConfigError
from model.predictors import for_photos
from model.predictors.catalogue import CATALOGUE, Published, published, size_words
from model.predictors.fetched import Progress, folder_for, is_fetched, kept_bytes, remove

SHIPPED = "shipped"


def main(name: str, yes: bool = False, ask: Callable[[str], str] = input) -> Path | None:
    """Show what it is, ask, fetch, and let it answer photos; the folder, or None after a no.

    Raises:
        ConfigError: no such system.
        NetworkError, StorageError: as `fetch`.
    """
    system = published(name)
    print(describe(system))
    if not is_fetched(system) and not yes and not _agreed(system, ask):
        print("Nothing was fetched.")
        return None
    folder = _with_bar(system)
    for_photos.choose(name)
    print(f"{system.title} is in {folder}. It now answers single photos on the Guess page; simulated pictures and four "
          f"views keep PIGEON. `python -m model.get --photos {SHIPPED}` takes that back.")  # fmt: skip
    return folder


def describe(system: Published) -> str:
    """What a system is, in lines."""
    state = "here" if is_fetched(system) else f"{size_words(system.about_bytes)} to fetch"
    if not is_fetched(system) and (kept := kept_bytes(system)):
        state += f", {size_words(kept)} of it here already"
    sources = ", ".join(f"https://huggingface.co/{one.id}" for one in system.repositories)
    lines = [f"{system.title} ({system.name}): {system.words}", f"  size      {state}",
             f"  licence   {system.licence}: {system.terms} {system.licence_url}",
             *(f"  reported  {one.sentence()}" for one in system.figures),
             f"  from      {sources}"]  # fmt: skip
    return "\n".join(lines)


def listed() -> str:
    """The whole catalogue, and who answers photos now."""
    now = for_photos.chosen()
    who = CATALOGUE[now].title if now else "the shipped systems, which know the simulated Earth alone"
    return "\n\n".join([*map(describe, CATALOGUE.values()), f"Single photos are answered by: {who}."])


def let_answer(name: str) -> str:
    """Choose who answers photos: a system that is here, or "shipped".

    Raises:
        ConfigError: not here, or no such system.
    """
    if name == SHIPPED:
        for_photos.choose(None)
        return "The shipped systems answer single photos again."
    system = published(name)
    if not is_fetched(system):
        raise ConfigError(f"looked for {system.title}, which is not here yet; run `python -m model.get {name}` first.")
    for_photos.choose(name)
    return f"{system.title} answers single photos."


def delete(name: str) -> str:
    """Delete a system's files; where it answered photos, the shipped ones do again."""
    system = published(name)
    if for_photos.chosen() == name:
        for_photos.choose(None)
    return f"{size_words(remove(system))} of {system.title} were deleted."


def _agreed(system: Published, ask: Callable[[str], str]) -> bool:
    try:
        answer = ask(f"Fetch {system.title} into {folder_for(system)}? [y/N] ")
    except EOFError as error:
        raise ConfigError("looked for a yes and nobody is there to give it; add --yes.") from error
    return answer.strip().casefold() in ("y", "yes")


def _with_bar(system: Published) -> Path:
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    from model.predictors.fetch import fetch

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Bar(*columns) as bar:
        task = bar.add_task(system.title, total=None)

        def tell(now: Progress) -> None:
            bar.update(task, description=now.words, completed=now.done, total=now.total or None)

        return fetch(system, tell)


def cli(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m model.get`."""
    parser = argparse.ArgumentParser(
        prog="python -m model.get", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="HF_ENDPOINT names another server that speaks the hub's protocol, HTTPS_PROXY a proxy, HOMING_CACHE "
        "another folder for the files.",
    )  # fmt: skip
    one = parser.add_mutually_exclusive_group()
    one.add_argument("name", nargs="?", metavar="NAME", help=f"{' or '.join(CATALOGUE)}; without it the list is shown")
    one.add_argument("--photos", choices=[*CATALOGUE, SHIPPED], help="only choose who answers single photos")
    one.add_argument("--remove", choices=list(CATALOGUE), help="delete the files of a system")
    parser.add_argument("--yes", action="store_true", help="fetch without asking")
    given = parser.parse_args(argv)

    def work() -> None:
        if given.photos:
            print(let_answer(given.photos))
        elif given.remove:
            print(delete(given.remove))
        elif given.name:
            main(given.name, given.yes)
        else:
            print(listed())

    run(work)


if __name__ == "__main__":
    cli()
