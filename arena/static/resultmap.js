// The large map behind results: guesses, truths and the way between them. Knows no game.
//
// Its element tells the view (data-lat, data-lng, data-zoom) and how many pins lie on it (data-pins).

import {greatCircle} from './layers.js';
import {mercator, toLat} from './mercator.js';
import {bestCut, eastOf, piecesOf} from './meridian.js';

const FLIGHT_MS = 700;
const MIN_ZOOM = -2, MAX_ZOOM = 11;
const PIN = {top: 50, side: 24, bottom: 24}; // what a pin and its number need around the place they point to

// Of the world's width: half a kilometre, and for a place alone as much as a region, which shows where it is.
const NEAR = 1e-5, ALONE = 0.02;
/** The least and the greatest of `values`, at least `least` apart. */
function extent(values, least) {
  const low = Math.min(...values), high = Math.max(...values), pad = Math.max(0, least - (high - low)) / 2;
  return [low - pad, high + pad];
}

/** The largest rectangle of a `width` x `height` map that `panel` (a DOMRect, or null) leaves free. */
export function freePart(width, height, panel) {
  if (!panel) return {left: 0, top: 0, right: width, bottom: height};
  const parts = [
    {left: 0, top: 0, right: width, bottom: panel.top}, {left: 0, top: panel.bottom, right: width, bottom: height},
    {left: 0, top: 0, right: panel.left, bottom: height}, {left: panel.right, top: 0, right: width, bottom: height},
  ];
  const area = ({left, top, right, bottom}) => Math.max(0, right - left) * Math.max(0, bottom - top);
  return parts.reduce((best, part) => (area(part) > area(best) ? part : best));
}

export class ResultMap {
  constructor(map, element, {still = false} = {}) {
    Object.assign(this, {map, element, still, centre: [0, 0], tied: true, pins: [], lines: [], flight: null});
    new ResizeObserver(() => this.map.user === this && this.fit()).observe(element);
  }

  onView(viewState) {
    this.flight = null; // a hand on the map ends the flight
    this.look(viewState);
  }

  /** Show `[{truth, guess, label?, model?, rivals?}]`, each position {lat, lng} and a guess that was not made null, clear
   *  of `panel`, and of what lies `above` everything. */
  show(all, panel, above = null) {
    const rounds = all.filter((round) => round.truth); // what must not be told yet is not on the map
    const ways = rounds.flatMap(({truth, guess, model, rivals = []}) => [
      ...(guess || model || rivals.length ? [] : [{path: [[truth.lng, truth.lat]]}]),
      ...(model ? [{kind: 'model', path: greatCircle(truth, model)}] : []),
      ...rivals.map((rival) => ({kind: 'foe', path: greatCircle(truth, rival)})),
      ...(guess ? [{kind: 'guess', path: greatCircle(truth, guess)}] : []),
    ]);
    const cut = bestCut(ways.map((way) => way.path));
    const at = ({lat, lng}) => [eastOf(cut, lng), lat];
    this.lines = ways.filter((way) => way.kind).flatMap(({path, kind}) => piecesOf(path, cut).map((piece) => ({path: piece, kind})));
    this.pins = rounds.flatMap(({truth, guess, model, rivals = [], label}) => [
      {position: at(truth), kind: 'truth', label},
      ...(model ? [{position: at(model), kind: 'model'}] : []),
      ...rivals.map((rival) => ({position: at(rival), kind: 'foe'})),
      ...(guess ? [{position: at(guess), kind: 'guess'}] : []),
    ]);
    this.panel = panel;
    this.above = above;
    this.element.dataset.pins = this.pins.length;
    this.map.lend(this, this.element);
    this.map.put(this.lines, this.pins);
    this.fit();
  }

  fit() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (!this.pins.length || !width || !height) return;
    const free = freePart(width, height, this.panel?.getBoundingClientRect());
    free.top = Math.max(free.top, Math.min(free.bottom, this.above?.getBoundingClientRect().bottom ?? 0));
    const roomX = free.right - free.left, roomY = free.bottom - free.top;
    const squeeze = Math.min(1, roomX / 200, roomY / 160); // a part as small as a stamp has no margins to spare
    const side = squeeze * Math.max(PIN.side, Math.min(56, roomX / 8));
    const points = [...this.pins.map((pin) => pin.position), ...this.lines.flatMap((line) => line.path)].map(mercator);
    const least = points.length > 1 ? NEAR : ALONE;
    const [west, east] = extent(points.map((point) => point[0]), least), [north, south] = extent(points.map((point) => point[1]), least);
    const space = [roomX - 2 * side, roomY - squeeze * (PIN.top + PIN.bottom)];
    const zoom = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM - 1, Math.log2(Math.min(space[0] / (east - west), space[1] / (south - north)) / 512)));
    // By hand, for deck.gl's own way of fitting fills the window's height with land, whatever has to be seen.
    const world = 512 * 2 ** zoom, off = [(free.left + free.right - width) / 2, (free.top + free.bottom + squeeze * (PIN.top - PIN.bottom) - height) / 2];
    const longitude = ((west + east) / 2 - off[0] / world) * 360 - 180, latitude = toLat((north + south) / 2 - off[1] / world);
    // The copy of the world whose places are shown is the one in the free part, not the one in the middle of the map.
    this.centre = off;
    this.fly({longitude, latitude, zoom});
  }

  look({longitude, latitude, zoom}) {
    Object.assign(this.element.dataset, {lat: latitude.toFixed(6), lng: longitude.toFixed(6), zoom: zoom.toFixed(6)});
    this.map.look({longitude, latitude, zoom, minZoom: MIN_ZOOM, maxZoom: MAX_ZOOM, pitch: 0, bearing: 0});
  }

  // From a little farther out down to the place.
  fly(to) {
    const flight = this.flight = {}, since = performance.now();
    const step = (now) => {
      if (this.flight !== flight || this.map.user !== this) return;
      const t = this.still ? 1 : Math.min(1, Math.max(0, (now - since) / FLIGHT_MS));
      this.look({...to, zoom: to.zoom - 0.7 * (1 - t) ** 3});
      if (t < 1) requestAnimationFrame(step);
    };
    step(since);
  }
}
