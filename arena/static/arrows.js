// Two arrows that lie on the road before one's feet and lead along it, whichever way one looks. Knows no game.
//
// They lie on a small piece of ground at the lower middle of the window, seen at the angle at which the view sees the
// ground there, so they turn with the view as a compass on the road would. Where a hand or a finger hits them is
// never smaller than TOUCH_PX.

const RADIUS = 0.3; // from the middle of the two arrows to one, in distances of that middle from the eye
const PIXELS = 250, PIXELS_ON_PHONES = 215; // of one such distance
const LEAST_SLOPE_DEG = 37, MOST_SLOPE_DEG = 86; // at which the ground is seen: not edge-on, not turned over
const TOUCH_PX = 48;
const LOW = 0.83, LOW_ON_PHONES = 0.58, NARROW_PX = 700, ROOM_PX = 142; // where they lie in the window, clear of the map
// An arrow that points along the road: metres along and across do not matter, only the shape does.
const SHAPE = [[0.19, 0], [0.02, 0.2], [-0.1, 0.2], [0.06, 0], [-0.1, -0.2], [0.02, -0.2]];

const rad = (degrees) => degrees * Math.PI / 180;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Where the arrows lie in a window, and at which slope the ground is seen there: {x, y, pixels, slope} in pixels and radians. */
export function groundOf({pitch, fov}, width, height) {
  const y = Math.min(height * (width <= NARROW_PX ? LOW_ON_PHONES : LOW), height - ROOM_PX);
  const up = (1 - 2 * y / height) * Math.tan(rad(fov) / 2) * height / Math.min(width, height);
  const below = -(rad(pitch) + Math.atan(up)); // of the horizon
  return {x: width / 2, y, pixels: width <= NARROW_PX ? PIXELS_ON_PHONES : PIXELS, slope: clamp(below, rad(LEAST_SLOPE_DEG), rad(MOST_SLOPE_DEG))};
}

/** The corners of an arrow towards `bearing` (degrees from where one looks, clockwise) on a piece of ground, in pixels. */
export function arrowOn({x, y, pixels, slope}, bearing) {
  const sin = Math.sin(rad(bearing)), cos = Math.cos(rad(bearing));
  return SHAPE.map(([on, across]) => {
    const along = RADIUS + on, right = along * sin + across * cos, away = along * cos - across * sin;
    const depth = 1 + away * Math.cos(slope);
    return [x + pixels * right / depth, y - pixels * away * Math.sin(slope) / depth];
  });
}

/** Lay a button under an arrow's corners, large enough for a finger. */
export function layArrow(button, corners) {
  const side = (axis) => {
    const values = corners.map((corner) => corner[axis]), low = Math.min(...values), high = Math.max(...values);
    const more = Math.max(4, (TOUCH_PX - (high - low)) / 2);
    return [low - more, high - low + 2 * more];
  };
  const [left, width] = side(0), [top, height] = side(1), shape = button.firstElementChild;
  Object.assign(button.style, {transform: `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`, width: `${width}px`, height: `${height}px`});
  shape.setAttribute('viewBox', `0 0 ${width} ${height}`);
  shape.firstElementChild.setAttribute('points', corners.map(([x, y]) => `${(x - left).toFixed(1)},${(y - top).toFixed(1)}`).join(' '));
}
