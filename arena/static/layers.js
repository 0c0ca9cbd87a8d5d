// What lies on the map as deck.gl layers: land, borders, names, great circles. Knows no game.

import {fetchLabels, fetchOutlines} from './server.js';

const LAND = [38, 50, 66], SHORE = [86, 107, 133], BORDER = [92, 110, 134, 150], INK = [214, 224, 238], WAY = [255, 255, 255], MODEL = [157, 140, 255];

const COARSE_DEG = 0.35, FINE_FROM_ZOOM = 2; // a pixel, more or less

/** A longitude in [-180, 180). */
export const wrapLng = (lng) => ((lng + 180) % 360 + 360) % 360 - 180;

let ground = null;
/** Land, borders and names, fetched once; without them a map is bare but works. `rich` false leaves the names out. */
export function loadGround(rich = true) {
  ground ||= Promise.all([
    fetchOutlines('land').catch(() => null), fetchOutlines('borders').catch(() => null), rich ? fetchLabels().catch(() => null) : null,
  ]).then(([land, borders, labels]) => {
    if (!land) ground = null; // asked for again at the next chance
    const polygons = land ? shapes(land) : [];
    const rings = rich ? polygons.flat() : [], frontiers = borders ? shapes(borders) : [];
    return {fill: polygons, far: {shore: segments(rings, COARSE_DEG), border: segments(frontiers, COARSE_DEG)},
      near: {shore: segments(rings), border: segments(frontiers)},
      labels: labels ? placeLabels(labels) : [], seen: new Map()};
  });
  return ground;
}

/** The polygons (rings) or lines of a GeoJSON collection, multi-geometries taken apart. */
function shapes(geojson) {
  return geojson.features.flatMap(({geometry: {type, coordinates}}) => (type.startsWith('Multi') ? coordinates : [coordinates]));
}

/** Lines as single segments: deck.gl's LineLayer draws thin ones as well as its PathLayer, at a fraction of the cost
 *  where there is no GPU. */
export function segments(lines, coarse = 0) {
  if (coarse) lines = lines.map((line) => thin(line, coarse)).filter((line) => line.length > 2);
  const length = lines.reduce((sum, line) => sum + Math.max(0, line.length - 1), 0);
  const from = new Float64Array(length * 3), to = new Float64Array(length * 3);
  let at = 0;
  for (const line of lines) {
    for (let i = 1; i < line.length; i++, at += 3) {
      [from[at], from[at + 1]] = line[i - 1];
      [to[at], to[at + 1]] = line[i];
    }
  }
  return {length, attributes: {getSourcePosition: {value: from, size: 3}, getTargetPosition: {value: to, size: 3}}};
}

/** A line without the points that lie nearer than `step` degrees to the one kept before. */
function thin(line, step) {
  let [x, y] = line[0];
  return line.filter(([lng, lat], i) => {
    const keep = i === 0 || i === line.length - 1 || Math.hypot(lng - x, lat - y) > step;
    if (keep) [x, y] = [lng, lat];
    return keep;
  });
}

/** The layers below the pins, for a map at this zoom. */
export function groundLayers({fill = [], far, near, labels = [], seen}, zoom) {
  const {LineLayer, SolidPolygonLayer, TextLayer} = deck;
  const {shore, border} = (zoom < FINE_FROM_ZOOM ? far : near) ?? {};
  const level = Math.min(9, Math.max(0, Math.floor(zoom * 2) / 2));
  // The same array for the same level, and one set of characters: deck.gl does the work again when either changes.
  if (labels.length && !seen.has(level)) seen.set(level, labels.filter((label) => label.zoom <= level));
  return [
    fill.length && new SolidPolygonLayer({id: 'land', data: fill, getPolygon: (polygon) => polygon, getFillColor: LAND}),
    shore?.length && new LineLayer({id: 'shore', data: shore, getColor: SHORE, getWidth: 1}),
    border?.length && new LineLayer({id: 'borders', data: border, getColor: BORDER, getWidth: 1}),
    labels.length && new TextLayer({id: 'names', data: seen.get(level),
      getPosition: (label) => label.position, getText: (label) => label.text, getSize: (label) => label.size,
      getColor: (label) => label.country ? [...INK, 225] : [...INK, 165],
      fontFamily: 'system-ui, sans-serif', fontWeight: 500, characterSet: labels.characters, fontSettings: {fontSize: 32, buffer: 4},
      getTextAnchor: 'middle', getAlignmentBaseline: 'center'}),
  ].filter(Boolean);
}

// Each name gets the zoom from which it has room: the important ones first, half a zoom level at a time.
function placeLabels({countries, towns}) {
  const wanted = [
    ...countries.map(([text, lat, lng, area]) => ({text, lat, lng, size: area > 2e6 ? 13 : 11.5, country: true, from: area > 2e6 ? 0 : area > 2e5 ? 1 : 2.5})),
    ...towns.map(([text, lat, lng, population]) => ({text, lat, lng, size: 10.5, country: false, from: population > 5e6 ? 2.5 : population > 1e6 ? 3.5 : 4.5})),
  ];
  const placed = [];
  for (let zoom = 0; zoom <= 9; zoom += 0.5) {
    const world = 512 * 2 ** zoom, cell = 64, grid = new Map();
    const box = (label) => {
      const sin = Math.sin(label.lat * Math.PI / 180);
      const x = (label.lng + 180) / 360 * world, y = (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * world;
      const w = label.text.length * label.size * 0.32 + 4, h = label.size * 0.7 + 3;
      return [x - w, y - h, x + w, y + h];
    };
    const cells = ([x0, y0, x1, y1]) => {
      const keys = [];
      for (let i = Math.floor(x0 / cell); i <= Math.floor(x1 / cell); i++) for (let j = Math.floor(y0 / cell); j <= Math.floor(y1 / cell); j++) keys.push(`${i},${j}`);
      return keys;
    };
    const take = (b) => { for (const key of cells(b)) grid.has(key) ? grid.get(key).push(b) : grid.set(key, [b]); };
    const free = (b) => cells(b).every((key) => (grid.get(key) || []).every((o) => b[2] < o[0] || b[0] > o[2] || b[3] < o[1] || b[1] > o[3]));
    for (const label of placed) take(box(label));
    for (const label of wanted) {
      if (label.zoom !== undefined || label.from > zoom) continue;
      const b = box(label);
      if (!free(b)) continue;
      take(b);
      label.zoom = zoom;
      label.position = [label.lng, label.lat];
      placed.push(label);
    }
  }
  placed.characters = [...new Set(placed.flatMap((label) => [...label.text]))];
  return placed;
}

/** Points [lng, lat] along the shortest way from a to b ({lat, lng}); longitudes run on past ±180 where it crosses. */
export function greatCircle(a, b, steps = 96) {
  const unit = ({lat, lng}) => {
    const p = lat * Math.PI / 180, l = lng * Math.PI / 180;
    return [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)];
  };
  const u = unit(a), v = unit(b);
  const angle = Math.acos(Math.min(1, Math.max(-1, u[0] * v[0] + u[1] * v[1] + u[2] * v[2])));
  const path = [];
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const [s, e] = Math.sin(angle) > 1e-6 ? [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)] : [1 - t, t];
    const [x, y, z] = [0, 1, 2].map((k) => s * u[k] + e * v[k]);
    let lng = Math.atan2(y, x) * 180 / Math.PI;
    const before = path.length ? path[path.length - 1][0] : a.lng;
    lng += 360 * Math.round((before - lng) / 360);
    path.push([lng, Math.atan2(z, Math.hypot(x, y)) * 180 / Math.PI]);
  }
  return path;
}

/** Lines along `[{data, kind}]`, the data as `segments` makes it. */
export function lineLayers(lines) {
  return lines.map(({data, kind}, i) => new deck.LineLayer({id: `line-${i}`, data, getWidth: 2.5,
    getColor: [...(kind === 'model' ? MODEL : WAY), 215]}));
}
