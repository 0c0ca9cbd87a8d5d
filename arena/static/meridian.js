// Where to cut the globe so that what belongs together is drawn together. Knows longitudes only.

/** The longitude between `west` and a turn east of it. */
export const eastOf = (west, lng) => west + ((lng - west) % 360 + 360) % 360;

/** Where to cut for `ways`, each a path of [lng, lat] whose longitudes run on past ±180: through as few of them as
 *  possible and, among those places, where all lie closest together. */
export function bestCut(ways) {
  const spans = ways.map((path) => {
    const lngs = path.map((point) => point[0]);
    return [Math.min(...lngs), Math.max(...lngs)];
  });
  let best = {cut: -180, crossed: Infinity, width: Infinity};
  for (const [west] of spans) {
    const cut = eastOf(-180, west) - 1e-6; // rounding must not push the first place to the far end
    const ends = spans.map(([from, to]) => eastOf(cut, from) + to - from);
    const crossed = ends.filter((end) => end > cut + 360).length;
    const width = crossed ? 360 : Math.max(...ends) - cut;
    if (crossed < best.crossed || (crossed === best.crossed && width < best.width)) best = {cut, crossed, width};
  }
  return best.cut;
}

/** A path in the turn that begins at `cut`: one piece, or more where it runs over the cut. */
export function piecesOf(path, cut) {
  const pieces = [];
  let turn = null;
  path.forEach(([lng, lat], i) => {
    const own = Math.floor((lng - cut) / 360);
    if (turn !== null && own !== turn) {
      const [before, lat0] = path[i - 1];
      const edge = cut + 360 * Math.max(own, turn), share = (edge - before) / (lng - before || 1);
      const crossing = lat0 + share * (lat - lat0);
      pieces[pieces.length - 1].push([edge - 360 * turn, crossing]);
      pieces.push([[edge - 360 * own, crossing]]);
    }
    if (turn === null) pieces.push([]);
    turn = own;
    pieces[pieces.length - 1].push([lng - 360 * own, lat]);
  });
  return pieces;
}
