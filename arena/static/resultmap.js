// The large map behind results: guesses, truths and the way between them. Knows no game.

import {greatCircle, lineLayers} from './layers.js';

const FLIGHT_MS = 700;

export class ResultMap {
  constructor(map, element, {still = false} = {}) {
    Object.assign(this, {map, element, still, unwrapped: true, pins: [], lines: [], flight: null});
    new ResizeObserver(() => this.map.user === this && this.fit()).observe(element);
  }

  onView(viewState) {
    this.flight = null; // a hand on the map ends the flight
    this.map.look({...viewState, minZoom: -1, maxZoom: 11});
  }

  /** Show `[{truth, guess, label?, model?}]`, each position {lat, lng}; `padding` keeps clear of the panels. */
  show(rounds, padding) {
    this.pins = [];
    this.lines = [];
    for (const {truth, guess, model, label} of rounds) {
      this.pins.push({position: [truth.lng, truth.lat], kind: 'truth', label});
      for (const [kind, there] of [['model', model], ['guess', guess]]) {
        if (!there) continue;
        const path = greatCircle(truth, there);
        this.lines.push({path, kind});
        this.pins.push({position: path[path.length - 1], kind});
      }
    }
    this.padding = padding;
    this.map.lend(this, this.element);
    this.map.put(lineLayers(this.lines), this.pins);
    this.fit();
  }

  fit() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (!width || !height || !this.pins.length) return;
    const points = [...this.pins.map((pin) => pin.position), ...this.lines.flatMap((line) => line.path)];
    const lngs = points.map((point) => point[0]), lats = points.map((point) => Math.min(84, Math.max(-84, point[1])));
    const {longitude, latitude, zoom} = new deck.WebMercatorViewport({width, height}).fitBounds(
      [[Math.min(...lngs), Math.min(...lats)], [Math.max(...lngs), Math.max(...lats)]],
      {padding: this.padding(width, height), maxZoom: 8, minExtent: 0.02});
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
