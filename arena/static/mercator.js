// Web Mercator as fractions of the world's width, from its north-west corner. Knows nothing else.

const MAX_LAT = 89.9; // well outside the map, where a view may still have its middle

/** [lng, lat] in degrees -> [x, y]; y is 0 and 1 at the edges of the map. */
export function mercator([lng, lat]) {
  const sin = Math.sin(Math.min(MAX_LAT, Math.max(-MAX_LAT, lat)) * Math.PI / 180);
  return [(lng + 180) / 360, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** The latitude in degrees at `y`. */
export const toLat = (y) => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) * 180 / Math.PI;
