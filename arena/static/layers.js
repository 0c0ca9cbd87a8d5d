// What all maps of the page share: land, borders, names, pins and great circles, as deck.gl layers. Knows no game.

import {fetchLabels, fetchOutlines} from './server.js';

export const COLOURS = {guess: [255, 180, 84], truth: [74, 222, 128], model: [157, 140, 255]};
const LAND = [38, 50, 66], SHORE = [86, 107, 133], BORDER = [92, 110, 134, 150], INK = [214, 224, 238], HALO = [10, 15, 24];

/** A longitude in [-180, 180). */
export const wrapLng = (lng) => ((lng + 180) % 360 + 360) % 360 - 180;

let outlines = null;
/** Land, borders and names, fetched once; without them a map is bare but works. */
export function loadGround() {
  outlines ||= Promise.all([
    fetchOutlines('land').catch(() => null), fetchOutlines('borders').catch(() => null), fetchLabels().catch(() => null),
  ]).then(([land, borders, labels]) => {
    if (!land) outlines = null; // asked again at the next map
    return {land, borders, labels: labels ? placeLabels(labels) : [], seen: new Map()};
  });
  return outlines;
}

/** The layers below the pins, for a map at this zoom. */
export function groundLayers({land, borders, labels, seen}, zoom) {
  const {GeoJsonLayer, TextLayer} = deck;
  const level = Math.min(9, Math.max(0, Math.floor(zoom * 2) / 2));
  // The same array for the same level, and one set of characters: deck.gl does the work again when either changes.
  if (labels.length && !seen.has(level)) seen.set(level, labels.filter((label) => label.zoom <= level));
  return [
    land && new GeoJsonLayer({id: 'land', data: land, filled: true, stroked: true, getFillColor: LAND, getLineColor: SHORE,
      lineWidthUnits: 'pixels', getLineWidth: 0.75, lineWidthMinPixels: 0.5}),
    borders && new GeoJsonLayer({id: 'borders', data: borders, filled: false, stroked: true, getLineColor: BORDER,
      lineWidthUnits: 'pixels', getLineWidth: 0.75, lineWidthMinPixels: 0.5}),
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

const PIN = {width: 96, height: 128};
let atlas = null;
function pinAtlas() {
  if (atlas) return atlas;
  const canvas = Object.assign(document.createElement('canvas'), {width: PIN.width * 3, height: PIN.height});
  const pen = canvas.getContext('2d');
  Object.entries(COLOURS).forEach(([kind, rgb], i) => {
    pen.save();
    pen.translate(PIN.width * i + 48, 0);
    pen.shadowColor = 'rgba(0,0,0,.55)';
    pen.shadowBlur = 10;
    pen.shadowOffsetY = 3;
    pen.fillStyle = `rgb(${rgb})`;
    pen.beginPath(); // a drop: its tip is the place
    pen.moveTo(0, 120);
    pen.bezierCurveTo(-10, 96, -36, 78, -36, 47);
    pen.arc(0, 47, 36, Math.PI, 0);
    pen.bezierCurveTo(36, 78, 10, 96, 0, 120);
    pen.fill();
    pen.shadowColor = 'transparent';
    pen.lineWidth = 5;
    pen.strokeStyle = '#fff';
    pen.stroke();
    pen.fillStyle = pen.strokeStyle = '#0a0f18';
    pen.lineWidth = 8;
    pen.lineCap = pen.lineJoin = 'round';
    pen.beginPath();
    if (kind === 'truth') { pen.moveTo(-15, 48); pen.lineTo(-4, 60); pen.lineTo(17, 35); pen.stroke(); }
    else if (kind === 'model') { pen.rect(-14, 34, 28, 26); pen.fill(); pen.fillStyle = '#fff'; pen.fillRect(-8, 42, 5, 8); pen.fillRect(3, 42, 5, 8); }
    else { pen.arc(0, 47, 13, 0, 7); pen.fill(); }
    pen.restore();
  });
  atlas = canvas.toDataURL();
  return atlas;
}

/** Pins at `[{position: [lng, lat], kind, label?}]`. */
export function pinLayers(pins, id = 'pins') {
  const {IconLayer, TextLayer} = deck;
  const labelled = pins.filter((pin) => pin.label);
  return [
    new IconLayer({id, data: pins, iconAtlas: pinAtlas(), getPosition: (pin) => pin.position, getIcon: (pin) => pin.kind, getSize: 40,
      iconMapping: Object.fromEntries(Object.keys(COLOURS).map((kind, i) => [kind, {x: i * PIN.width, y: 0, ...PIN, anchorY: 120}]))}),
    labelled.length && new TextLayer({id: `${id}-labels`, data: labelled, getPosition: (pin) => pin.position, getText: (pin) => pin.label,
      getSize: 12, getColor: INK, fontFamily: 'system-ui, sans-serif', fontWeight: 700, fontSettings: {fontSize: 32, buffer: 4},
      getPixelOffset: [0, 9], characterSet: '0123456789'}),
  ].filter(Boolean);
}

/** Lines along `[{path, kind}]`. */
export function lineLayer(lines, id = 'lines') {
  return new deck.PathLayer({id, data: lines, getPath: (line) => line.path, getColor: (line) => [...(line.kind === 'model' ? COLOURS.model : [255, 255, 255]), 210],
    widthUnits: 'pixels', getWidth: 2.5, capRounded: true, jointRounded: true});
}
