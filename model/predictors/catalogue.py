"""Published systems for real photos that can be fetched: what each is, weighs, may be used for, and is known to reach.

Nothing here touches the network or a disk. Figures are those that the authors published, each with its source; none was
measured here. Of a repository only the files named here are fetched, so nothing pickled and no code.
"""

from dataclasses import dataclass

from model.errors import ConfigError

GB = 1_000_000_000
CLIP_FILES = ("config.json", "preprocessor_config.json", "model.safetensors")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt")
LIMITS_KM = (1, 25, 200, 750, 2500)


@dataclass(frozen=True)
class Repository:
    """A repository of the hub, and what of it is fetched.

    Attributes:
        needed: files without which it is of no use; "*.csv" is every table at its top.
        wanted: files that are taken where they are there.
        folder: where they go below the system's own folder; "" is that folder itself.
        revision: a branch or a commit; the commit that was fetched is written down either way.
    """

    id: str
    needed: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    folder: str = ""
    revision: str = "main"


@dataclass(frozen=True)
class Figures:
    """What the authors report for a benchmark: % of photos within each distance; None where they give none."""

    benchmark: str
    within_km: tuple[float | None, ...]  # one for each of LIMITS_KM
    source: str

    def sentence(self) -> str:
        """ "IM2GPS3k: 34.5 % within 25 km, … (arXiv 2309.16020)"."""
        told = [f"{share:g} % within {limit:,} km" for limit, share in zip(LIMITS_KM, self.within_km, strict=True)
                if share is not None]  # fmt: skip
        return f"{self.benchmark}: {', '.join(told)} ({self.source})"


@dataclass(frozen=True)
class Published:
    """A system that its authors publish, under the name that it also has among the systems that can answer."""

    name: str
    title: str
    words: str
    repositories: tuple[Repository, ...]
    about_bytes: int  # as published; the hub says the exact number when asked
    licence: str
    licence_url: str
    terms: str  # what the licence asks, in a sentence
    figures: tuple[Figures, ...]


CATALOGUE: dict[str, Published] = {
    one.name: one
    for one in (
        Published(
            "geoclip", "GeoCLIP",
            "compares the photo with 100,000 places, after 4.7 million photos of Flickr",
            (
                Repository("VicenteVivanco/geoclip-geolocation", ("config.json", "model.safetensors", "*.csv")),
                Repository("openai/clip-vit-large-patch14", CLIP_FILES, TOKENIZER_FILES, folder="encoder"),
            ),
            round(1.76 * GB), "MIT", "https://github.com/VicenteVivan/geo-clip/blob/main/LICENSE",
            "Free for any use, with the authors' notice kept.",
            (Figures("IM2GPS3k", (14.1, 34.5, 50.7, 69.7, 83.8), "arXiv 2309.16020"),
             Figures("YFCC4k", (9.6, 19.3, 32.6, 55.0, 74.7), "arXiv 2309.16020")),
        ),
        Published(
            "streetclip", "StreetCLIP",
            "compares the photo with sentences that name countries and cities, after 1.1 million street photos",
            (Repository("geolocal/StreetCLIP", CLIP_FILES, TOKENIZER_FILES, folder="encoder"),),
            round(1.72 * GB), "CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/",
            "Not for commercial use, and the authors must be named.",
            (Figures("IM2GPS3k", (None, 22.4, 37.4, 61.3, 80.4), "arXiv 2302.00275"),
             Figures("IM2GPS", (None, 28.3, 45.1, 74.7, 88.2), "arXiv 2302.00275")),
        ),
    )
}  # fmt: skip


def published(name: str) -> Published:
    """The entry of that name.

    Raises:
        ConfigError: there is none; the message lists what there is.
    """
    if name not in CATALOGUE:
        raise ConfigError(f"looked for the published system '{name}', found {', '.join(CATALOGUE)}; take one of those.")
    return CATALOGUE[name]


def size_words(count: float) -> str:
    """A number of bytes for people: "1.7 GB", "42 MB", "3 kB"."""
    for unit, least in (("GB", GB), ("MB", 1e6), ("kB", 1e3)):
        if count >= 0.95 * least:
            return f"{count / least:.1f} {unit}" if unit == "GB" else f"{count / least:.0f} {unit}"
    return f"{count:.0f} bytes"
