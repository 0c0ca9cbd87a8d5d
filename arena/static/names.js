// The names on the map: countries, and towns by size as one looks closer, on a canvas of their own. Knows no pins.
//
// Names are placed for half a zoom level at a time, the important ones first; from one half level to the next they only
// drift apart, so no two ever overlap. The canvas carries `labels`, [{text, box}], the ones that are on the screen.

import {fetchLabels, fetchTowns} from './server.js';
import {mercator} from './mercator.js';

const TOWNS_FROM_ZOOM = 2.5, FIRST_TILES = 2, LAST_TILES = 11; // towns come in tiles of these zooms
const KEEP_TILES = 300, AT_ONCE = 6, REST_MS = 140, RETRY_MS = 8000;
const SMALLEST_PX = 310; // a smaller map is for looking where one is, not for reading
const WRAP_FROM = 14; // letters, from which a country's name takes two lines
const ALWAYS = 6; // so many towns of a tile are shown however small they are
const FROM_ZOOM = [[5e6, 2.5], [1e6, 3.5], [3e5, 4.5], [1e5, 5.5], [4e4, 6.5], [1e4, 7.5], [0, 8.5]]; // people -> zoom
const EARTH_KM = 40075, GAP_PX = 5, CELL_PX = 128, DOT_PX = 2.2;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

const pen = document.createElement('canvas').getContext('2d');
const fontOf = (label) => `${label.country ? 600 : 500} ${label.size}px ${FONT}`;
function widthOf(lines, label) {
  pen.font = fontOf(label);
  return Math.max(...lines.map((line) => pen.measureText(line).width));
}

/** A long name in two lines of about the same length. */
function linesOf(text) {
  if (text.length < WRAP_FROM || !text.includes(' ')) return [text];
  const words = text.split(' ');
  const cuts = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(' '), words.slice(i + 1).join(' ')]);
  return cuts.reduce((best, cut) => (Math.max(cut[0].length, cut[1].length) < Math.max(best[0].length, best[1].length) ? cut : best));
}

function countryLabel([text, lat, lng, area]) {
  const label = {text, country: true, size: area > 2e6 ? 13 : area > 1e5 ? 12 : 11, lines: linesOf(text), rank: area};
  [label.x, label.y] = mercator([lng, lat]);
  label.width = widthOf(label.lines, label);
  // A name has room from where it is hardly wider than its country: further out it would lie across the neighbours.
  const wide = Math.sqrt(area + 1) * 1.4 / (EARTH_KM * Math.max(0.2, Math.cos(lat * Math.PI / 180)));
  label.from = Math.min(5, Math.max(-2, Math.log2(label.width / (512 * wide))));
  return label;
}

function townLabel([text, lat, lng, people], i, tileZoom) {
  const label = {text, country: false, size: people > 1e6 ? 11.5 : 11, lines: [text], rank: people};
  [label.x, label.y] = mercator([lng, lat]);
  label.width = widthOf(label.lines, label);
  label.from = FROM_ZOOM.find(([least]) => people >= least)[1];
  if (i < ALWAYS) label.from = Math.min(label.from, Math.max(3, tileZoom));
  return label;
}

export class Names {
  /** `onArrival` is called when more names are there to be drawn. */
  constructor(onArrival) {
    this.onArrival = onArrival;
    this.canvas = Object.assign(document.createElement('canvas'), {className: 'names', labels: []});
    this.canvas.setAttribute('aria-hidden', 'true');
    this.countries = [];
    this.towns = []; // the largest of all, until the tiles are there
    this.tiles = new Map(); // "z/x/y" -> labels, the one used last at the end
    this.asked = new Map(); // "z/x/y" -> when, for what is on its way or failed
    this.under = 0; // requests under way
    this.placed = {key: null, labels: []};
    fetchLabels().then(({countries, towns}) => {
      this.countries = countries.map(countryLabel).sort((a, b) => b.rank - a.rank);
      this.towns = towns.map((town) => townLabel(town, ALWAYS, 0));
      this.onArrival();
    }).catch(() => {}); // a map without names still takes a pin
  }

  draw(view, width, height) {
    const {canvas} = this, ratio = Math.min(devicePixelRatio || 1, 2), ink = canvas.getContext('2d');
    const wide = Math.round(width * ratio), high = Math.round(height * ratio);
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, {width: wide, height: high});
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.clearRect(0, 0, wide, high);
    canvas.labels = [];
    if (width < SMALLEST_PX || !this.countries.length) return;
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(ink, {textAlign: 'center', textBaseline: 'middle', lineJoin: 'round'});
    const world = 512 * 2 ** view.zoom, [cx, cy] = mercator([view.longitude, view.latitude]);
    const half = width / 2 / world;
    for (const label of this.placedFor(view, width, height)) {
      const y = height / 2 + (label.y - cy) * world;
      if (y < -30 || y > height + 30) continue;
      for (let turn = Math.ceil(cx - half - label.x - 0.1); turn <= cx + half - label.x + 0.1; turn++) {
        const x = width / 2 + (label.x + turn - cx) * world, box = boxAt(label, x, y);
        if (box[2] < 0 || box[0] > width) continue;
        write(ink, label, x, y);
        canvas.labels.push({text: label.text, box});
      }
    }
  }

  /** The name of the town nearest to the middle of the view, among those that are known; '' when there is none near. */
  nearest({longitude, latitude, zoom}) {
    const [x, y] = mercator([longitude, latitude]);
    let best = '', least = 150 / (512 * 2 ** zoom); // pixels
    for (const label of this.placed.labels) {
      const away = Math.hypot(label.x - x, label.y - y);
      if (!label.country && away < least) [best, least] = [label.text, away];
    }
    return best;
  }

  placedFor(view, width, height) {
    const level = Math.floor(view.zoom * 2) / 2;
    const tiles = view.zoom >= TOWNS_FROM_ZOOM ? tilesIn(view, width, height) : [];
    const found = tiles.map((tile) => this.known(tile));
    this.want(tiles);
    const key = `${level}|${found.map(([name]) => name)}`;
    if (this.placed.key !== key) {
      const towns = new Map();
      for (const [, labels] of found) {
        for (const label of labels) {
          const own = `${label.text}/${label.x}/${label.y}`, before = towns.get(own);
          if (!before || label.from < before.from) towns.set(own, label);
        }
      }
      const wanted = [...this.countries, ...[...towns.values()].sort((a, b) => b.rank - a.rank)];
      this.placed = {key, labels: place(wanted.filter((label) => label.from <= level), 512 * 2 ** level)};
    }
    return this.placed.labels;
  }

  /** The labels of a tile, or of the nearest one around it that is there, with its name. */
  known([zoom, x, y]) {
    for (let z = zoom; z >= FIRST_TILES; z--) {
      const name = `${z}/${x >> (zoom - z)}/${y >> (zoom - z)}`, labels = this.tiles.get(name);
      if (labels) {
        this.tiles.delete(name);
        this.tiles.set(name, labels);
        return [name, labels];
      }
    }
    return ['all', this.towns];
  }

  // Fetched once the map rests, and only what is in view.
  want(tiles) {
    this.wanted = tiles;
    clearTimeout(this.timer);
    if (tiles.length) this.timer = setTimeout(() => this.fetch(), REST_MS);
  }

  fetch() {
    for (const [zoom, x, y] of this.wanted) {
      const name = `${zoom}/${x}/${y}`;
      if (this.under >= AT_ONCE) return;
      if (this.tiles.has(name) || performance.now() - (this.asked.get(name) ?? -Infinity) < RETRY_MS) continue;
      this.asked.set(name, performance.now());
      this.under += 1;
      fetchTowns(zoom, x, y).then((towns) => {
        this.asked.delete(name);
        this.tiles.set(name, towns.map((town, i) => townLabel(town, i, zoom)));
        while (this.tiles.size > KEEP_TILES) this.tiles.delete(this.tiles.keys().next().value);
        this.onArrival();
      }).catch(() => {}).finally(() => { this.under -= 1; this.fetch(); });
    }
  }
}

/** The tiles [[zoom, x, y], …] that a view shows. */
function tilesIn({longitude, latitude, zoom}, width, height) {
  const z = Math.min(LAST_TILES, Math.max(FIRST_TILES, Math.floor(zoom))), count = 2 ** z, world = 512 * 2 ** zoom;
  const [cx, cy] = mercator([longitude, latitude]), tiles = new Map();
  const span = (middle, half) => [Math.floor((middle - half) * count), Math.floor((middle + half) * count)];
  const [west, east] = span(cx, width / 2 / world), [north, south] = span(cy, height / 2 / world);
  for (let y = Math.max(0, north); y <= Math.min(count - 1, south); y++) {
    for (let x = west; x <= Math.min(east, west + count - 1); x++) tiles.set(`${x}/${y}`, [z, ((x % count) + count) % count, y]);
  }
  return [...tiles.values()];
}

// Towns have their name above a dot, countries around their middle.
function boxAt(label, x, y) {
  const high = label.lines.length * label.size * 1.2;
  return label.country ? [x - label.width / 2, y - high / 2, x + label.width / 2, y + high / 2]
    : [x - label.width / 2, y - high - 4, x + label.width / 2, y + DOT_PX];
}

/** Those of `labels` that have room, the first ones first, on a world `world` pixels wide. */
function place(labels, world) {
  const grid = new Map(), placed = [];
  const cells = ([x0, y0, x1, y1]) => {
    const keys = [];
    for (let i = Math.floor(x0 / CELL_PX); i <= Math.floor(x1 / CELL_PX); i++) {
      for (let j = Math.floor(y0 / CELL_PX); j <= Math.floor(y1 / CELL_PX); j++) keys.push(`${i},${j}`);
    }
    return keys;
  };
  const free = (b) => cells(b).every((key) => (grid.get(key) ?? []).every((o) => b[2] < o[0] || b[0] > o[2] || b[3] < o[1] || b[1] > o[3]));
  for (const label of labels) {
    const [x0, y0, x1, y1] = boxAt(label, label.x * world, label.y * world);
    const box = [x0 - GAP_PX, y0 - GAP_PX / 2, x1 + GAP_PX, y1 + GAP_PX / 2];
    // The map repeats: what hangs over its edge has neighbours on the other side.
    const copies = [0, ...(box[0] < 0 ? [world] : []), ...(box[2] > world ? [-world] : [])].map((by) => [box[0] + by, box[1], box[2] + by, box[3]]);
    if (!copies.every(free)) continue;
    for (const copy of copies) for (const key of cells(copy)) grid.has(key) ? grid.get(key).push(copy) : grid.set(key, [copy]);
    placed.push(label);
  }
  return placed;
}

function write(ink, label, x, y) {
  const {lines, size, country} = label, step = size * 1.2;
  const middle = country ? y : y - 4 - step / 2;
  ink.font = fontOf(label);
  ink.strokeStyle = 'rgba(13, 20, 31, .85)';
  ink.lineWidth = 3;
  ink.fillStyle = country ? 'rgba(226, 234, 246, .95)' : 'rgba(200, 212, 230, .9)';
  lines.forEach((line, i) => {
    const at = middle + (i - (lines.length - 1) / 2) * step;
    ink.strokeText(line, x, at);
    ink.fillText(line, x, at);
  });
  if (country) return;
  ink.beginPath();
  ink.arc(x, y, DOT_PX, 0, 7);
  ink.stroke();
  ink.fill();
}
