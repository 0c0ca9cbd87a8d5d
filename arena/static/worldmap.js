// The one deck.gl map of the page: land, borders, names and whatever lies on them. It moves between the corner, where a
// guess is placed, and the large map behind results, since a second WebGL context costs as much as the first.
//
// Whoever has the map gets its events: {onView(viewState), onClick(coordinate, event), cursor, centre, tied}.

import {groundLayers, lineLayers, loadGround, loadRegions, REGIONS_FROM_ZOOM, segments} from './layers.js';
import {mercator} from './mercator.js';
import {Names} from './names.js';

const drop = (sign) => `<svg viewBox="0 0 32 42"><path class="drop" d="M16 40.5S29.5 26 29.5 15.5a13.5 13.5 0 1 0-27 0C2.5 26 16 40.5 16 40.5Z"/>${sign}</svg>`;
const PIN = {
  guess: drop('<circle class="sign" cx="16" cy="15.5" r="4.8"/>'),
  truth: drop('<path class="line" d="m10.5 15.800 4 4.200 7.200-8.600"/>'),
  model: drop('<rect class="sign" x="10" y="10.5" width="12" height="10" rx="2.5"/><path class="eyes" d="M13.800 14.200v2.400M18.200 14.200v2.400"/>'),
};
PIN.foe = drop('<path class="sign" d="m16 9.700 5.800 5.800-5.800 5.800-5.800-5.800Z"/>');
const CROWDED_PX = 24; // pins nearer to each other lean to their own sides

export class WorldMap {
  constructor({rich = true, antialias = true} = {}) {
    this.rich = rich;
    this.holder = Object.assign(document.createElement('div'), {className: 'world-map'});
    this.user = null;
    this.ground = {};
    this.lines = [];
    this.pins = [];
    this.board = Object.assign(document.createElement('div'), {className: 'pins'});
    this.board.setAttribute('aria-hidden', 'true');
    this.level = null;
    this.view = {longitude: 0, latitude: 20, zoom: 0};
    document.body.append(this.holder);
    this.deck = new deck.Deck({
      parent: this.holder,
      views: new deck.MapView({repeat: true}),
      viewState: this.view,
      // The page's own keys move the map: deck.gl's would make a stop for Tab that has no name.
      controller: {dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: false, normalize: false, inertia: 250, scrollZoom: {speed: 0.02}},
      onViewStateChange: ({viewState}) => this.user?.onView(viewState),
      onClick: ({coordinate}, event) => this.user?.onClick?.(coordinate, event),
      onLoad: () => this.unlist(),
      getCursor: ({isDragging}) => (isDragging ? 'grabbing' : this.user?.cursor ?? 'grab'),
      deviceProps: {type: 'webgl', webgl: {antialias}},
      layers: [],
    });
    this.names = rich ? new Names(() => this.name()) : null;
    this.holder.append(...(this.names ? [this.names.canvas] : []), this.board);
    new ResizeObserver(() => { this.stick(); this.name(); }).observe(this.holder);
    this.load();
  }

  load() {
    loadGround(this.rich).then((ground) => { this.ground = {...ground, regions: this.ground.regions}; this.redraw(); });
  }

  /** Take deck.gl's own elements out of the order of Tab: they have no name, and the element around them has. */
  unlist() {
    for (const element of this.holder.querySelectorAll('[tabindex], canvas')) {
      element.removeAttribute('tabindex');
      element.setAttribute('aria-hidden', 'true');
    }
  }

  /** Give the map to `user`, inside `element`. */
  lend(user, element) {
    this.user = user;
    if (this.holder.parentElement !== element) element.append(this.holder);
  }

  /** Look at a place; `viewState` as deck.gl's MapView knows it. */
  look(viewState) {
    this.view = viewState;
    this.deck.setProps({viewState});
    const level = Math.floor(viewState.zoom * 2);
    this.stick();
    this.name();
    if (level === this.level) return;
    this.level = level; // other lines are drawn now
    if (this.rich && viewState.zoom >= REGIONS_FROM_ZOOM && !this.ground.regions) {
      loadRegions().then((regions) => { if (regions) { this.ground.regions = regions; this.redraw(); } });
    }
    this.redraw();
  }

  /** Put lines `[{path, kind}]` on top, and pins `[{position: [lng, lat], kind, label?}]` on them. */
  put(lines, pins) {
    this.lines = lines.map((line) => ({...line, data: segments([line.path])}));
    this.pins = pins.map(({position, kind, label = ''}) => {
      const element = document.createElement('div');
      element.className = `pin ${kind}`;
      element.innerHTML = PIN[kind];
      element.append(Object.assign(document.createElement('span'), {textContent: label}));
      return {position, kind, element};
    });
    this.board.replaceChildren(...this.pins.map((pin) => pin.element));
    this.stick();
    if (!this.ground.fill?.length) this.load();
    this.redraw();
  }

  /** Move the pins to where their places are now, on the copy of the world nearest to the middle of what is free: each
   *  pin by itself, or all together where lines tie them to each other. */
  stick() {
    const {clientWidth: width, clientHeight: height} = this.holder, world = 512 * 2 ** this.view.zoom;
    const [x, y] = mercator([this.view.longitude, this.view.latitude]);
    const eastings = this.pins.map((pin) => mercator(pin.position)[0]);
    const middle = (Math.min(...eastings) + Math.max(...eastings)) / 2, at = x + (this.user?.centre?.[0] ?? 0) / world;
    for (const pin of this.pins) {
      const [px, py] = mercator(pin.position);
      const east = px - x + Math.round(at - (this.user?.tied ? middle : px));
      pin.at = [width / 2 + east * world, height / 2 + (py - y) * world];
      pin.element.style.transform = `translate(${pin.at[0]}px, ${pin.at[1]}px)`;
    }
    for (const {at: here, element, kind} of this.pins) {
      const crowded = this.pins.some((other) => other.kind !== kind && Math.hypot(here[0] - other.at[0], here[1] - other.at[1]) < CROWDED_PX);
      element.classList.toggle('leaning', crowded);
    }
  }

  name() {
    this.names?.draw(this.view, this.holder.clientWidth, this.holder.clientHeight);
  }

  redraw() {
    this.deck.setProps({layers: [...groundLayers(this.ground, this.view.zoom), ...lineLayers(this.lines)]});
  }
}
