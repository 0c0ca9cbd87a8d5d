// The guess map: a small map in the corner that grows, and takes one pin. Knows no game.
//
// Its element tells the view (data-lat, data-lng, data-zoom: Web Mercator at the centre, the world 512 px wide at zoom 0),
// the pin (data-pin="lat,lng") and whether it is grown (data-open).

import {wrapLng} from './layers.js';
import {mercator} from './worldmap.js';

const MAX_ZOOM = 11;
const SHRINK_AFTER_MS = 450;

export class GuessMap {
  constructor(map, element, dock, {onPin}) {
    Object.assign(this, {map, element, dock, onPin, pin: null, pinned: false, hovered: false, cursor: 'crosshair'});
    this.view = {longitude: 0, latitude: 20, zoom: 0};
    map.lend(this, element);
    this.move(this.view);
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

  onView(viewState) {
    this.move(viewState);
  }

  onClick(coordinate, event) {
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
    this.map.lend(this, this.element);
    this.pin = null;
    this.element.dataset.pin = '';
    this.bounds = bounds;
    this.toggle(false);
    this.fit();
    this.redraw();
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
    const minZoom = Math.log2(Math.max(width, height, 64) / 512); // the whole world once, and no bands of nothing
    const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, viewState.zoom));
    const halfHeight = Math.min(0.5, height / 2 / (512 * 2 ** zoom)); // in worlds
    const y = Math.min(1 - halfHeight, Math.max(halfHeight, mercator([0, viewState.latitude])[1]));
    this.view = {longitude: wrapLng(viewState.longitude), latitude: toLat(y), zoom, minZoom, maxZoom: MAX_ZOOM, pitch: 0, bearing: 0};
    const {dataset} = this.element;
    dataset.lat = this.view.latitude.toFixed(6);
    dataset.lng = this.view.longitude.toFixed(6);
    dataset.zoom = this.view.zoom.toFixed(6);
    if (this.map.user === this) this.map.look(this.view);
  }

  redraw() {
    this.map.put([], this.pin ? [{position: [this.pin.lng, this.pin.lat], kind: 'guess'}] : []);
  }
}

const toLat = (y) => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) * 180 / Math.PI;
