"""Sentences that name a place, for telling places apart without training. Knows no network and no picture.

A set has sentences for each level; where a level has several, the mean of their vectors stands for the place
(ensembles: Radford et al., arXiv 2103.00020, section 3.1.4). `{country}` carries its article, `{city}` its region where
a country has two of that name.
"""

from dataclasses import dataclass

from model.data.captions import Style, with_article
from model.errors import ConfigError


@dataclass(frozen=True)
class PromptSet:
    """Templates by level; `{part}` of the world, `{country}`, `{region}` and `{city}` are filled in."""

    part: tuple[str, ...]
    country: tuple[str, ...]
    region: tuple[str, ...]
    city: tuple[str, ...]

    def of_part(self, part: str) -> list[str]:
        """What a picture of a part of the world ("Europe") is called."""
        return [one.format(part=part) for one in self.part]

    def of_country(self, country: str) -> list[str]:
        """What a picture of a country is called."""
        return [one.format(country=with_article(country)) for one in self.country]

    def of_region(self, region: str, country: str) -> list[str]:
        """What a picture of a region is called."""
        return [one.format(region=region, country=with_article(country)) for one in self.region]

    def of_city(self, city: str, region: str, country: str) -> list[str]:
        """What a picture of a city is called."""
        return [one.format(city=city, region=region, country=with_article(country)) for one in self.city]


def _as_captioned(photo: str) -> PromptSet:
    """As `model.data.captions` words them, so as the encoders of this project learned them."""
    return PromptSet(
        part=(f"{photo} from {{part}}.",),
        country=(f"{photo} from {{country}}.",),
        region=(f"{photo} from the region of {{region}} in {{country}}.",),
        city=(f"{photo} close to the town of {{city}} in the region of {{region}} in {{country}}.",
              f"{photo} close to the town of {{city}} in {{country}}."),
    )  # fmt: skip


PROMPTS: dict[str, PromptSet] = {
    "street-view": _as_captioned("A Street View photo"),  # PIGEON's captions
    "photo": _as_captioned("A photo"),  # PIGEOTTO's
    "streetclip": PromptSet(  # StreetCLIP, arXiv 2302.00275
        part=("A Street View photo in {part}.",),
        country=("A Street View photo in {country}.",),
        region=("A Street View photo in {region}, {country}.",),
        city=("A Street View photo from {city}, {country}.",),
    ),
    "clip": PromptSet(
        part=("a photo taken in {part}.", "a street somewhere in {part}."),
        country=("a photo taken in {country}.", "a street somewhere in {country}.", "the countryside of {country}.",
                 "a holiday snapshot from {country}.", "what everyday life looks like in {country}."),
        region=("a photo taken in {region}, {country}.", "the landscape around {region}, {country}."),
        city=("a photo taken in {city}, {country}.", "a street in the city of {city}, {country}."),
    ),
}  # fmt: skip


def prompts_named(name: str) -> PromptSet:
    """The set of that name.

    Raises:
        ConfigError: there is none; the message lists what there is.
    """
    if name not in PROMPTS:
        raise ConfigError(f"looked for the prompts '{name}', found {', '.join(PROMPTS)}.")
    return PROMPTS[name]


def prompts_for(source: str, style: Style | None) -> str:
    """The set that suits an encoder: of the `style` it was trained in here, else by its name on the hub."""
    if style is not None:
        return "street-view" if style == "street_view" else "photo"
    return "streetclip" if "streetclip" in source.lower() else "clip"
