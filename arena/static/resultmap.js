// The large map behind results: guesses, truths and the way between them. Knows no game.

import {greatCircle, groundLayers, lineLayer, loadGround, pinLayers} from './layers.js';

export class ResultMap {
  constructor(element, {still = false} = {}) {
    Object.assign(this, {element, still, ground: {labels: []}, pins: [], lines: [], zoom: 1});
    this.deck = new deck.Deck({
      parent: element,
      views: new deck.MapView({repeat: true}),
      initialViewState: {longitude: 0, latitude: 20, zoom: 1},
      controller: {dragRotate: false, touchRotate: false, scrollZoom: {speed: 0.02}},
      onViewStateChange: ({viewState}) => {
        const changed = Math.floor(viewState.zoom * 2) !== Math.floor(this.zoom * 2); // other names have room now
        this.zoom = viewState.zoom;
        if (changed) this.redraw();
      },
      layers: [],
    });
    loadGround().then((ground) => { this.ground = ground; this.redraw(); });
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
    loadGround().then((ground) => { this.ground = ground; this.redraw(); });
    requestAnimationFrame(() => this.fit());
    this.redraw();
  }

  fit() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (!width || !height || !this.pins.length) return;
    const points = [...this.pins.map((pin) => pin.position), ...this.lines.flatMap((line) => line.path)];
    const lngs = points.map((point) => point[0]), lats = points.map((point) => Math.min(84, Math.max(-84, point[1])));
    const pad = this.padding(width, height);
    const seen = new deck.WebMercatorViewport({width, height}).fitBounds(
      [[Math.min(...lngs), Math.min(...lats)], [Math.max(...lngs), Math.max(...lats)]], {padding: pad, maxZoom: 8, minExtent: 0.02});
    const {zoom} = seen;
    this.zoom = zoom;
    this.deck.setProps({initialViewState: {longitude: seen.longitude, latitude: seen.latitude, zoom, minZoom: -1, maxZoom: 11,
      ...(this.still ? {} : {transitionDuration: 700, transitionInterpolator: new deck.LinearInterpolator(['longitude', 'latitude', 'zoom']), transitionEasing: (t) => 1 - (1 - t) ** 3})}});
    this.redraw();
  }

  redraw() {
    this.deck?.setProps({layers: [...groundLayers(this.ground, this.zoom), lineLayer(this.lines), ...pinLayers(this.pins)]});
  }
}
