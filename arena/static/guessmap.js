// The guess map: a small map in the corner that grows, and takes one pin. Knows no game.
//
// Its element tells the view (data-lat, data-lng, data-zoom: Web Mercator at the centre, the world 512 px wide at zoom 0),
// the pin (data-pin="lat,lng"), whether it is grown (data-open) and whether keys aim it (data-aim).
//
// Open, it looks where its player left it (`wide`), at first at all of the map; small, it shows the last pin.

import {wrapLng} from './layers.js';
import {mercator, toLat} from './mercator.js';

const MAX_ZOOM = 11;
const SHRINK_AFTER_MS = 450;
const PREVIEW_LEVELS = 2.5; // how much nearer than all of the map a small one may be, to be known again
const FIRST_LOOK_LEVELS = 2; // how much nearer a pin is shown on a small map that was never open

export class GuessMap {
  constructor(map, element, dock, {onPin, onToggle = () => {}}) {
    Object.assign(this, {map, element, dock, onPin, onToggle, pin: null, locked: false, pinned: false, hovered: false, cursor: 'crosshair'});
    this.view = {longitude: 0, latitude: 20, zoom: 0};
    this.wide = null;
    this.bounds = [-58, -170, 75, 180];
    map.lend(this, element);
    this.arrange();
    new ResizeObserver(() => this.arrange()).observe(element);
    this.listen();
  }

  listen() {
    const {dock, element} = this;
    dock.addEventListener('pointerenter', (event) => { if (event.pointerType === 'mouse') { clearTimeout(this.timer); this.hovered = true; this.grow(); } });
    dock.addEventListener('pointerleave', (event) => {
      if (event.pointerType !== 'mouse') return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.hovered = false; this.grow(); }, event.buttons ? 1500 : SHRINK_AFTER_MS);
    });
    // The first tap of a finger opens the small map; only the next one places a pin.
    element.addEventListener('pointerdown', (event) => {
      this.openingTap = event.pointerType !== 'mouse' && !this.open;
      if (this.openingTap) this.toggle(true);
      this.aim(false);
    }, true);
    element.addEventListener('focus', () => { if (element.matches(':focus-visible')) { this.toggle(true); this.aim(true); } });
  }

  get open() { return this.element.dataset.open === 'true'; }

  /** Whether keys move the map under the crosshair. */
  get aiming() { return this.element.dataset.aim === 'true'; }

  /** Open or close for good, whatever the mouse does. */
  toggle(open = !this.open) {
    this.pinned = open;
    if (!open) { this.hovered = false; this.aim(false); }
    this.grow();
  }

  grow() {
    const open = this.pinned || this.hovered, before = this.open;
    this.element.dataset.open = String(open);
    this.dock.dataset.open = String(open);
    this.dock.querySelector('#map-size').setAttribute('aria-expanded', String(open));
    if (open === before) return;
    if (!open) { this.aim(false); this.openWidth = this.element.clientWidth; }
    this.arrange();
    this.onToggle(open);
  }

  aim(on) {
    this.element.dataset.aim = this.dock.dataset.aim = String(on);
    this.onToggle(this.open);
  }

  onView(viewState) {
    if (!this.open) return;
    this.move(viewState);
    this.wide = this.view;
  }

  onClick(coordinate, event) {
    const button = event?.srcEvent?.button;
    if (this.openingTap || !coordinate || (button !== undefined && button > 0)) return;
    this.place(coordinate[1], wrapLng(coordinate[0]));
  }

  /** Put the pin at a position, or where the map looks when none is given. */
  place(lat = this.view.latitude, lng = wrapLng(this.view.longitude)) {
    if (this.locked) return;
    this.pin = {lat, lng};
    this.element.dataset.pin = `${lat.toFixed(6)},${lng.toFixed(6)}`;
    if (!this.open) this.arrange();
    this.redraw();
    this.onPin(this.pin);
  }

  /** Whether the pin lies under the crosshair. */
  get pinIsCentred() {
    const {pin, view} = this, near = 1e-6 + 180 / (512 * 2 ** view.zoom); // half a pixel
    return Boolean(pin) && Math.abs(pin.lat - view.latitude) < near && Math.abs(wrapLng(pin.lng - view.longitude)) < near;
  }

  /** An empty map that shows `bounds` (south, west, north, east). */
  reset(bounds) {
    this.map.lend(this, this.element);
    this.pin = null;
    this.locked = false; // a guess that was sent stays where it is
    this.element.dataset.pin = '';
    this.bounds = bounds;
    this.wide = null;
    this.toggle(false);
    this.arrange();
    this.redraw();
  }

  /** The view that belongs to the size at hand; asked again while the map grows and shrinks. */
  arrange() {
    const {clientWidth: width, clientHeight: height} = this.element;
    if (!width || !height) return;
    const all = this.all(width, height);
    if (this.open) return this.move(this.wide ?? all);
    if (!this.pin) return this.move(all);
    const same = this.wide ? this.wide.zoom - Math.log2((this.openWidth || 2 * width) / width) : all.zoom + FIRST_LOOK_LEVELS;
    const zoom = Math.min(all.zoom + PREVIEW_LEVELS, same - 0.5);
    this.move({longitude: this.pin.lng, latitude: this.pin.lat, zoom});
  }

  all(width, height) {
    const [south, west, north, east] = this.bounds;
    return new deck.WebMercatorViewport({width, height}).fitBounds([[west, south], [east, north]], {padding: 4, minExtent: 0.01});
  }

  zoomBy(levels) {
    this.onView({...this.view, zoom: this.view.zoom + levels});
  }

  /** Move the map by pixels, east and south. */
  panBy(x, y) {
    const world = 512 * 2 ** this.view.zoom, {longitude, latitude} = this.view;
    this.onView({...this.view, longitude: longitude + x / world * 360, latitude: toLat(mercator([0, latitude])[1] + y / world)});
  }

  move({longitude, latitude, zoom: wanted}) {
    const {clientWidth: width, clientHeight: height} = this.element;
    const minZoom = Math.log2(Math.max(width, 64) / 512); // the whole world once
    const zoom = Math.min(MAX_ZOOM, Math.max(minZoom, wanted));
    const halfHeight = Math.min(0.5, height / 2 / (512 * 2 ** zoom)); // in worlds
    const y = Math.min(1 - halfHeight, Math.max(halfHeight, mercator([0, latitude])[1]));
    this.view = {longitude: wrapLng(longitude), latitude: toLat(y), zoom, minZoom, maxZoom: MAX_ZOOM, pitch: 0, bearing: 0};
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
