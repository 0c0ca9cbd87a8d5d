"""Camera: how high, in which lane, with which lens, on which car.

Rules: street cameras stand about 2.5 m above the road (in Japan and some others lower), in the middle of the lane of
the driving side. Camera generations as players of GeoGuessr date them: the second is soft and pale with dark seams
between its lenses, the third the usual one, the fourth sharp and vivid; countries first covered since 2018 or so know
only the fourth, and rich countries covered early keep some of the second (`cameras.csv`, from memory). What is seen of
the car is what players know: Kenya's snorkel, Ghana's taped roof rack, Mongolia's and Kyrgyzstan's racks. White balance
is invented: stable by country, drifting over 2500 km.
"""

from world.clues.site import Site
from world.earth.cameras import CameraCustoms, camera_customs
from world.earth.streams import Stream
from world.scene import Camera

SOFT = {2: 0.75, 3: 0.25, 4: 0.05}
NOTHING = Camera(2.5, 1.6, 1.0, (1.0, 1.0, 1.0), 0.0)


def draw(site: Site, rng: Stream) -> Camera:
    """The camera that took the panorama."""
    accents, drift, custom = site.country.accents, site.field["lens"], camera_customs(site.place.country)
    height, lane, light, soft, age, seen = (rng.normal(), rng.between(1.3, 1.8), rng.normal(), rng.normal(),
                                            rng.unit(), rng.unit())  # fmt: skip
    warm, green = 0.020 * accents[5] + 0.010 * drift, 0.010 * accents[2]
    side = 1.0 if site.driving_side == "right" else -1.0
    generation = _generation(custom, age)
    pale = {2: 0.82, 3: 0.93, 4: 1.02}[generation]
    blue = 0.02 if generation == 2 else 0.0
    return Camera(
        height_m=custom.height_m + 0.04 * height,
        lane_offset_m=side * lane,
        exposure=1.0 + 0.04 * accents[3] + 0.035 * light,
        tint_rgb=(1.0 + warm - blue, 1.0 + green, 1.0 - warm + blue),
        blur=min(1.0, max(0.0, SOFT[generation] + 0.10 * soft)),
        generation=generation,
        saturation=pale + 0.04 * accents[0],
        vignette={2: 0.16, 3: 0.05, 4: 0.0}[generation],
        carrier=custom.carrier if seen < 0.8 else "none",
    )


def _generation(custom: CameraCustoms, luck: float) -> int:
    if custom.covered == "new":
        return 4 if luck < 0.85 else 3
    if custom.covered == "early" and luck < 0.12:
        return 2
    return 4 if luck > 0.65 else 3
