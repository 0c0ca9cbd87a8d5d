"""Mapillary, API v4, with a token of one's own: CC BY-SA 4.0.

`GET /images?bbox=…&is_pano=true&fields=…` answers {"data": […]}; the box must stay below 0.01 square degrees. Addresses
of pictures expire, so that of each is asked for when it is shown and never written down.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from arena.online.service import Shot, Terms, box, number, position, rows, told
from arena.online.web import Web
from model.errors import NetworkError

ENDPOINT = "https://graph.mapillary.com"
FIELDS = "id,is_pano,geometry,computed_geometry,compass_angle,computed_compass_angle,creator"
LIMIT = 50
THUMB_PX = 2048
TERMS = Terms("© Mapillary contributors, CC BY-SA 4.0", "CC BY-SA 4.0", keeps=True)
_ID = re.compile(r"\d{1,24}")


@dataclass(frozen=True)
class Mapillary:
    """The service, asked with the token that its `web` carries."""

    web: Web = field(compare=False)
    name: str = "mapillary"
    title: str = "Mapillary"
    terms: Terms = TERMS
    reaches_km: tuple[float, ...] = (0.5, 1.5, 2.5)  # 2.5 km to each side are 0.01 square degrees at 78° north

    def near(self, lat: float, lng: float, reach_km: float) -> list[Shot]:
        """As `Service.near`."""
        asked = {"bbox": box(lat, lng, reach_km), "is_pano": "true", "fields": FIELDS, "limit": str(LIMIT)}
        found = self.web.json("/images", asked)
        if not isinstance(found, dict) or not isinstance(found.get("data"), list):
            raise NetworkError(f"{self.title} answered a search with no list of pictures.")
        shots = [_shot(item) for item in rows(found["data"])]
        return [shot for shot in shots if shot is not None]

    def panorama(self, shot_id: str, width: int) -> Image.Image:
        """As `Service.panorama`."""
        order = ["thumb_2048_url", "thumb_original_url"]
        if width > THUMB_PX:
            order.reverse()
        found = self.web.json(f"/{shot_id}", {"fields": ",".join(order)})
        urls = [found.get(one) for one in order] if isinstance(found, dict) else []
        url = next((one for one in urls if isinstance(one, str) and one), None)
        if url is None:
            raise NetworkError(f"{self.title} lists this picture without an address.")
        return self.web.picture(url)


def _shot(item: dict[str, Any]) -> Shot | None:
    """A 360° picture; None for a flat photo and for whatever lacks its place or id."""
    name = item.get("id")
    place = position(item.get("computed_geometry")) or position(item.get("geometry"))
    if item.get("is_pano") is not True or not isinstance(name, str) or not _ID.fullmatch(name) or place is None:
        return None
    computed, compass = number(item.get("computed_compass_angle")), number(item.get("compass_angle"))
    heading = computed if computed is not None else compass or 0.0
    creator = item.get("creator")
    who = told(creator.get("username")) if isinstance(creator, dict) else ""
    return Shot(name, *place, heading % 360.0, f"{who or 'a contributor'} on Mapillary, CC BY-SA 4.0")
