// The large map behind results: guesses, truths and the way between them. Knows no game.

import {greatCircle} from './layers.js';

const FLIGHT_MS = 700;

/** Where to cut the globe so that the places stay together: the eastern end of the widest gap between longitudes. */
export function emptiestMeridian(lngs) {
  const sorted = lngs.map((lng) => (lng % 360 + 360) % 360).sort((a, b) => a - b);
  const gaps = sorted.map((lng, i) => (i ? lng - sorted[i - 1] : lng - sorted[sorted.length - 1] + 360));
  const west = sorted[gaps.indexOf(Math.max(...gaps))] - 1e-6; // rounding must not push the first place to the far end
  return west >= 180 ? west - 360 : west;
}

/** The longitude between `west` and a turn east of it. */
export const eastOf = (west, lng) => west + ((lng - west) % 360 + 360) % 360;

export class ResultMap {
  constructor(map, element, {still = false} = {}) {
    Object.assign(this, {map, element, still, tied: true, pins: [], lines: [], flight: null});
    new ResizeObserver(() => this.map.user === this && this.fit()).observe(element);
  }

  onView(viewState) {
    this.flight = null; // a hand on the map ends the flight
    this.map.look({...viewState, minZoom: -1, maxZoom: 11});
  }

  /** Show `[{truth, guess, label?, model?}]`, each position {lat, lng}, clear of `panel`. */
  show(rounds, panel) {
    this.pins = [];
    this.lines = [];
    const west = emptiestMeridian(rounds.map(({truth}) => truth.lng));
    for (const {truth, guess, model, label} of rounds) {
      const from = {lat: truth.lat, lng: eastOf(west, truth.lng)};
      this.pins.push({position: [from.lng, from.lat], kind: 'truth', label});
      for (const [kind, there] of [['model', model], ['guess', guess]]) {
        if (!there) continue;
        const path = greatCircle(from, there);
        this.lines.push({path, kind});
        this.pins.push({position: path[path.length - 1], kind});
      }
    }
    this.panel = panel;
    this.map.lend(this, this.element);
    this.map.put(this.lines, this.pins);
    this.fit();
  }

  fit() {
    if (!this.pins.length || !this.element.clientWidth) return;
    const box = this.panel.getBoundingClientRect();
    const fills = box.width > 0.6 * innerWidth; // a panel as wide as a phone: the map ends where it begins
    this.element.style.height = fills ? `${Math.max(120, box.top + 18)}px` : '';
    const {clientWidth: width, clientHeight: height} = this.element;
    const edge = Math.min(56, width / 8, height / 6);
    const beside = !fills && box.height > 0.6 * innerHeight;
    const padding = {top: edge + 30, right: edge, left: beside ? box.right + edge : edge,
      bottom: fills ? edge + 8 : beside ? edge : Math.min(height - box.top + 24, height / 2)};
    const points = [...this.pins.map((pin) => pin.position), ...this.lines.flatMap((line) => line.path)];
    const lngs = points.map((point) => point[0]), lats = points.map((point) => Math.min(84, Math.max(-84, point[1])));
    const {longitude, latitude, zoom} = new deck.WebMercatorViewport({width, height}).fitBounds(
      [[Math.min(...lngs), Math.min(...lats)], [Math.max(...lngs), Math.max(...lats)]],
      {padding, maxZoom: 8, minExtent: 0.02});
    this.fly({longitude, latitude, zoom, minZoom: -1, maxZoom: 11});
  }

  // From a little farther out down to the place.
  fly(to) {
    const flight = this.flight = {}, since = performance.now();
    const step = (now) => {
      if (this.flight !== flight || this.map.user !== this) return;
      const t = this.still ? 1 : Math.min(1, Math.max(0, (now - since) / FLIGHT_MS));
      this.map.look({...to, zoom: to.zoom - 0.7 * (1 - t) ** 3});
      if (t < 1) requestAnimationFrame(step);
    };
    step(since);
  }
}
