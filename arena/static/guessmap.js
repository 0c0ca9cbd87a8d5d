// The guess map: a small map in the corner that grows, and takes one pin. Knows no game.
//
// Its element tells the view (data-lat, data-lng, data-zoom: Web Mercator at the centre, the world 512 px wide at zoom 0),
// the pin (data-pin="lat,lng") and whether it is grown (data-open).

import {groundLayers, loadGround, pinLayers, wrapLng} from './layers.js';

const MAX_ZOOM = 11;
const SHRINK_AFTER_MS = 450;

export class GuessMap {
  constructor(element, dock, {onPin}) {
    Object.assign(this, {element, dock, onPin, pin: null, ground: {labels: []}, shown: null, pinned: false, hovered: false});
    this.view = {longitude: 0, latitude: 20, zoom: 0, minZoom: -1, maxZoom: MAX_ZOOM};
    this.deck = new deck.Deck({
      parent: element,
      views: new deck.MapView({repeat: true}),
      viewState: this.view,
      controller: {dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: true, inertia: 250, scrollZoom: {speed: 0.02}},
      onViewStateChange: ({viewState}) => this.move(viewState),
      onClick: ({coordinate, x, y}, event) => this.click(coordinate, x, y, event),
      getCursor: ({isDragging}) => (isDragging ? 'grabbing' : 'crosshair'),
      layers: [],
    });
    this.move(this.view);
    loadGround().then((ground) => { this.ground = ground; this.redraw(); });
    new ResizeObserver(() => this.resize()).observe(element);
    this.listen();
  }

  listen() {
    const {dock} = this;
    dock.addEventListener('pointerenter', (event) => { if (event.pointerType === 'mouse') { clearTimeout(this.timer); this.hovered = true; this.grow(); } });
    dock.addEventListener('pointerleave', (event) => {
      if (event.pointerType !== 'mouse') return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.hovered = false; this.grow(); }, event.buttons ? 1500 : SHRINK_AFTER_MS);
    });
    // The first tap of a finger opens the small map; only the next one places a pin.
    this.element.addEventListener('pointerdown', (event) => {
      this.openingTap = event.pointerType !== 'mouse' && !this.open;
      if (this.openingTap) this.toggle(true);
    }, true);
    this.element.addEventListener('focus', () => this.element.matches(':focus-visible') && this.toggle(true));
  }

  get open() { return this.element.dataset.open === 'true'; }

  /** Open or close for good, whatever the mouse does. */
  toggle(open = !this.open) {
    this.pinned = open;
    if (!open) this.hovered = false;
    this.grow();
  }

  grow() {
    const open = this.pinned || this.hovered;
    this.element.dataset.open = String(open);
    this.dock.dataset.open = String(open);
    const button = this.dock.querySelector('#map-size');
    button.setAttribute('aria-expanded', String(open));
  }

  click(coordinate, x, y, event) {
    const button = event?.srcEvent?.button;
    if (this.openingTap || !coordinate || (button !== undefined && button > 0)) return;
    this.place(coordinate[1], wrapLng(coordinate[0]));
  }

  /** Put the pin at a position, or where the map looks when none is given. */
  place(lat = this.view.latitude, lng = wrapLng(this.view.longitude)) {
    this.pin = {lat, lng};
    this.element.dataset.pin = `${lat.toFixed(6)},${lng.toFixed(6)}`;
    this.redraw();
    this.onPin(this.pin);
  }

  /** An empty map that shows `bounds` (south, west, north, east). */
  reset(bounds) {
    this.pin = null;
    this.element.dataset.pin = '';
    this.bounds = bounds;
    this.toggle(false);
    this.fit();
  }

  fit() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (!this.bounds || !width || !height) return;
    const [south, west, north, east] = this.bounds;
    const seen = new deck.WebMercatorViewport({width, height}).fitBounds([[west, south], [east, north]], {padding: 4, minExtent: 0.01});
    this.bounds = null;
    this.move({...this.view, longitude: wrapLng(seen.longitude), latitude: seen.latitude, zoom: seen.zoom});
  }

  resize() {
    if (this.bounds) this.fit();
    this.move(this.view);
  }

  zoomBy(levels) {
    this.move({...this.view, zoom: this.view.zoom + levels});
  }

  move(viewState) {
    const {clientWidth: width, clientHeight: height} = this.element;
    const minZoom = Math.log2(Math.max(width / 2, height, 64) / 512); // no bands of nothing above and below
    const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, viewState.zoom));
    const halfHeight = Math.min(0.5, height / 2 / (512 * 2 ** zoom)); // in worlds
    const y = Math.min(1 - halfHeight, Math.max(halfHeight, toY(viewState.latitude)));
    this.view = {longitude: wrapLng(viewState.longitude), latitude: toLat(y), zoom, minZoom, maxZoom: MAX_ZOOM, pitch: 0, bearing: 0};
    const {dataset} = this.element;
    dataset.lat = this.view.latitude.toFixed(6);
    dataset.lng = this.view.longitude.toFixed(6);
    dataset.zoom = this.view.zoom.toFixed(6);
    this.deck?.setProps({viewState: this.view});
    this.redraw();
  }

  redraw() {
    // Layers change with the pin, the ground and the names that have room; not with every pixel of a drag.
    const shown = JSON.stringify([this.pin, Boolean(this.ground.land), Math.floor(this.view.zoom * 2)]);
    if (shown === this.shown) return;
    this.shown = shown;
    const pins = this.pin ? pinLayers([{position: [this.pin.lng, this.pin.lat], kind: 'guess'}]) : [];
    this.deck?.setProps({layers: [...groundLayers(this.ground, this.view.zoom), ...pins]});
  }
}

const toY = (lat) => {
  const sin = Math.sin(Math.min(85.05, Math.max(-85.05, lat)) * Math.PI / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
};
const toLat = (y) => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) * 180 / Math.PI;
