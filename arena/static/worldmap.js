// The one deck.gl map of the page: land, borders, names and whatever lies on them. It moves between the corner, where a
// guess is placed, and the large map behind results, since a second WebGL context costs as much as the first.
//
// Whoever has the map gets its events: {onView(viewState), onClick(coordinate, event), cursor, controller}.

import {groundLayers, lineLayers, loadGround, segments} from './layers.js';

const drop = (sign) => `<svg viewBox="0 0 32 42"><path class="drop" d="M16 40.5S29.5 26 29.5 15.5a13.5 13.5 0 1 0-27 0C2.5 26 16 40.5 16 40.5Z"/>${sign}</svg>`;
const PIN = {
  guess: drop('<circle class="sign" cx="16" cy="15.5" r="4.8"/>'),
  truth: drop('<path class="line" d="m10.5 15.800 4 4.200 7.200-8.600"/>'),
  model: drop('<rect class="sign" x="10" y="10.5" width="12" height="10" rx="2.5"/><path class="eyes" d="M13.800 14.200v2.400M18.200 14.200v2.400"/>'),
};

/** A position as fractions of the world's width, from the north-west corner of Web Mercator. */
export function mercator([lng, lat]) {
  const sin = Math.sin(Math.min(85.05, Math.max(-85.05, lat)) * Math.PI / 180);
  return [(lng + 180) / 360, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

export class WorldMap {
  constructor({rich = true, antialias = true} = {}) {
    this.rich = rich;
    this.holder = Object.assign(document.createElement('div'), {className: 'world-map'});
    this.user = null;
    this.ground = {lines: []};
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
      controller: {dragRotate: false, touchRotate: false, doubleClickZoom: false, keyboard: true, inertia: 250, scrollZoom: {speed: 0.02}},
      onViewStateChange: ({viewState}) => this.user?.onView(viewState),
      onClick: ({coordinate}, event) => this.user?.onClick?.(coordinate, event),
      getCursor: ({isDragging}) => (isDragging ? 'grabbing' : this.user?.cursor ?? 'grab'),
      deviceProps: {type: 'webgl', webgl: {antialias}},
      layers: [],
    });
    this.holder.append(this.board);
    new ResizeObserver(() => this.stick()).observe(this.holder);
    loadGround(rich).then((ground) => { this.ground = ground; this.redraw(); });
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
    if (level !== this.level) { this.level = level; this.redraw(); } // other names have room now
  }

  /** Put lines `[{path, kind}]` on top, and pins `[{position: [lng, lat], kind, label?}]` on them. */
  put(lines, pins) {
    this.lines = lines.map((line) => ({...line, data: segments([line.path])}));
    this.pins = pins.map(({position, kind, label = ''}) => {
      const element = document.createElement('div');
      element.className = `pin ${kind}`;
      element.innerHTML = PIN[kind];
      element.append(Object.assign(document.createElement('span'), {textContent: label}));
      return {position, element};
    });
    this.board.replaceChildren(...this.pins.map((pin) => pin.element));
    this.stick();
    if (!this.ground.fill) loadGround(this.rich).then((ground) => { this.ground = ground; this.redraw(); });
    this.redraw();
  }

  /** Move the pins to where their places are now, on the copy of the world nearest to the middle: each pin by itself,
   *  or all together where lines tie them to each other. */
  stick() {
    const {clientWidth: width, clientHeight: height} = this.holder, world = 512 * 2 ** this.view.zoom;
    const [x, y] = mercator([this.view.longitude, this.view.latitude]);
    const eastings = this.pins.map((pin) => mercator(pin.position)[0]);
    const middle = (Math.min(...eastings) + Math.max(...eastings)) / 2;
    for (const {position, element} of this.pins) {
      const [px, py] = mercator(position);
      const east = px - x + Math.round(x - (this.user?.tied ? middle : px));
      element.style.transform = `translate(${width / 2 + east * world}px, ${height / 2 + (py - y) * world}px)`;
    }
  }

  redraw() {
    this.deck.setProps({layers: [...groundLayers(this.ground, this.view.zoom), ...lineLayers(this.lines)]});
  }
}
