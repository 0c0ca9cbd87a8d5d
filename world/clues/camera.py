"""Camera: how high, in which lane, with which lens.

Rules: street cameras stand about 2.5 m above the road (in Japan and some others lower), in the middle of the lane of
the driving side; white balance and sharpness vary by camera generation, which differs from country to country
(generations here are invented: stable by country, drifting over 2500 km).
"""

from world.clues.site import Site
from world.scene import Camera
from world.streams import Stream

LOW_CAMERAS = {"JP": 1.9, "CH": 2.0, "KR": 2.3, "LI": 2.0}
NOTHING = Camera(2.5, 1.6, 1.0, (1.0, 1.0, 1.0), 0.0)


def draw(site: Site, rng: Stream) -> Camera:
    """The camera that took the panorama."""
    accents, drift = site.country.accents, site.field["lens"]
    warm, green = 0.030 * accents[5] + 0.012 * drift, 0.016 * accents[2]
    side = 1.0 if site.driving_side == "right" else -1.0
    return Camera(
        height_m=LOW_CAMERAS.get(site.place.country, 2.5) + 0.04 * rng.normal(),
        lane_offset_m=side * rng.between(1.3, 1.8),
        exposure=1.0 + 0.05 * accents[3] + 0.04 * rng.normal(),
        tint_rgb=(1.0 + warm, 1.0 + green, 1.0 - warm),
        blur=min(1.0, max(0.0, 0.15 + 0.2 * accents[0] + 0.08 * rng.normal())),
    )
