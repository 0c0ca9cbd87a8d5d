// What lies on the map as deck.gl layers: land, coasts, borders, great circles. Knows no game.

import {fetchOutlines} from './server.js';

const LAND = [38, 50, 66], SHORE = [86, 107, 133], BORDER = [116, 136, 164, 190], REGION = [92, 110, 134, 120];
const WAY = [255, 255, 255], MODEL = [157, 140, 255], FOE = [110, 190, 255];

const COARSE_DEG = 0.35, FINE_FROM_ZOOM = 2; // a pixel, more or less
/** From this zoom the borders of regions are drawn, and fetched. */
export const REGIONS_FROM_ZOOM = 3.5;

/** A longitude in [-180, 180). */
export const wrapLng = (lng) => ((lng + 180) % 360 + 360) % 360 - 180;

let ground = null, regions = null;
/** Land and borders, fetched once; without them a map is bare but works. `rich` false leaves the coastlines out. */
export function loadGround(rich = true) {
  ground ||= Promise.all([fetchOutlines('land').catch(() => null), fetchOutlines('borders').catch(() => null)]).then(([land, borders]) => {
    if (!land) ground = null; // asked for again at the next chance
    const polygons = land ? shapes(land) : [];
    const rings = rich ? polygons.flatMap((polygon) => polygon.flatMap(coasts)) : [], frontiers = borders ? shapes(borders) : [];
    return {fill: polygons, far: {shore: segments(rings, COARSE_DEG), border: segments(frontiers, COARSE_DEG)},
      near: {shore: segments(rings), border: segments(frontiers)}};
  });
  return ground;
}

/** The borders of regions as segments, fetched once, when a map comes near enough to draw them. */
export function loadRegions() {
  regions ||= fetchOutlines('regions').then((found) => segments(shapes(found))).catch(() => { regions = null; return null; });
  return regions;
}

/** The polygons (rings) or lines of a GeoJSON collection, multi-geometries taken apart. */
function shapes(geojson) {
  return geojson.features.flatMap(({geometry: {type, coordinates}}) => (type.startsWith('Multi') ? coordinates : [coordinates]));
}

/** A ring of land as lines along its coasts, without what runs along the edge of the map. */
function coasts(ring) {
  const cut = (i) => [0, 1].every((k) => Math.abs(ring[i + k][0]) > 179.99) || [0, 1].every((k) => ring[i + k][1] < -84.9);
  const lines = [[ring[0]]];
  for (let i = 0; i < ring.length - 1; i++) cut(i) ? lines.push([ring[i + 1]]) : lines[lines.length - 1].push(ring[i + 1]);
  return lines.filter((line) => line.length > 1);
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
export function groundLayers({fill = [], far, near, regions: inner}, zoom) {
  const {LineLayer, SolidPolygonLayer} = deck;
  const {shore, border} = (zoom < FINE_FROM_ZOOM ? far : near) ?? {};
  return [
    fill.length && new SolidPolygonLayer({id: 'land', data: fill, getPolygon: (polygon) => polygon, getFillColor: LAND}),
    shore?.length && new LineLayer({id: 'shore', data: shore, getColor: SHORE, getWidth: 1}),
    inner?.length && zoom >= REGIONS_FROM_ZOOM && new LineLayer({id: 'regions', data: inner, getColor: REGION, getWidth: 1}),
    border?.length && new LineLayer({id: 'borders', data: border, getColor: BORDER, getWidth: zoom < FINE_FROM_ZOOM ? 1 : 1.5}),
  ].filter(Boolean);
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
    getColor: [...({model: MODEL, foe: FOE}[kind] ?? WAY), 215]}));
}
