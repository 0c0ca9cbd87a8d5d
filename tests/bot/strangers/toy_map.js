// A map of our own that answers to Leaflet's names: Mercator, whole zoom levels, a wheel that eases, drags with a swing,
// and a size that is stale until it is told to look again. Its object is reachable through its handlers only.
function toyMap(el, { lat, lng, zoom, maxZoom = 12, bounds = null, onPin }) {
  const unit = (a, b) => { const s = Math.sin(a * Math.PI / 180); return [b / 360 + .5, .5 - Math.log((1 + s) / (1 - s)) / 4 / Math.PI]; };
  const place = (x, y) => ({ lat: Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI, lng: (x - .5) * 360 });
  class Toy {
    constructor() {
      this.options = { inertia: true, zoomAnimation: true, maxBounds: bounds, crs: { code: 'EPSG:3857' } };
      this.listeners = []; this.pins = []; this.at = unit(lat, lng); this.zoom = zoom; this.invalidateSize();
    }
    getContainer() { return el; }
    getSize() { return { x: this.w, y: this.h }; }
    invalidateSize() { this.w = el.clientWidth; this.h = el.clientHeight; this.draw(); }
    get world() { return 256 * 2 ** this.zoom; }
    containerPointToLatLng([x, y]) { return place(this.at[0] + (x - this.w / 2) / this.world, this.at[1] + (y - this.h / 2) / this.world); }
    eachLayer(visit) { this.pins.forEach((p) => visit({ getLatLng: () => p })); }
    addPin(p) { this.pins.push(p); this.draw(); }
    clearPins() { this.pins = []; this.draw(); }
    on(type, fn) { this.listeners.push(fn); }
    pixel(p) { const [x, y] = unit(p.lat, p.lng); return [this.w / 2 + (x - this.at[0]) * this.world, this.h / 2 + (y - this.at[1]) * this.world]; }
    draw() {
      [...el.querySelectorAll('.toy-pin')].forEach((old) => old.remove());
      for (const p of this.pins) {
        const [x, y] = this.pixel(p), dot = Object.assign(document.createElement('i'), { className: 'toy-pin' });
        dot.style.cssText = `position:absolute;left:${x - 3}px;top:${y - 3}px;width:6px;height:6px;background:red;pointer-events:none`;
        el.append(dot);
      }
      el.style.backgroundPosition = `${-this.at[0] * this.world}px ${-this.at[1] * this.world}px`;
    }
    moved(dx, dy) { this.at = [this.at[0] - dx / this.world, Math.min(.99, Math.max(.01, this.at[1] - dy / this.world))]; this.draw(); }
    handle(e) {
      const r = el.getBoundingClientRect(), x = e.clientX - r.left, y = e.clientY - r.top;
      if (e.type === 'wheel') {
        e.preventDefault();
        const to = Math.max(0, Math.min(maxZoom, this.zoom - Math.sign(e.deltaY) * Math.min(2, Math.abs(e.deltaY) / 120)));
        const zoomTo = (z) => { const p = this.containerPointToLatLng([x, y]); this.zoom = z; const [px, py] = this.pixel(p); this.moved(x - px, y - py); };
        const from = this.zoom;
        if (!this.options.zoomAnimation) return zoomTo(to);
        for (let k = 1; k <= 8; k += 1) setTimeout(() => zoomTo(from + (to - from) * k / 8), 25 * k);
      } else if (e.type === 'pointerdown') this.drag = { x, y, far: 0 };
      else if (e.type === 'pointermove' && this.drag && e.buttons) {
        this.moved(x - this.drag.x, y - this.drag.y);
        this.drag = { x, y, far: this.drag.far + Math.abs(x - this.drag.x) + Math.abs(y - this.drag.y), dx: x - this.drag.x };
      } else if (e.type === 'pointerup' && this.drag?.far && this.options.inertia) {
        for (let k = 1; k < 12; k += 1) setTimeout(() => this.moved((this.drag?.dx ?? 0) / k, 0), 20 * k);
      } else if (e.type === 'click' && !(this.drag?.far > 3)) {
        const latlng = this.containerPointToLatLng([x, y]);
        this.listeners.forEach((fn) => fn.call(this, { latlng }));
      }
    }
  }
  const map = new Toy(), handle = Toy.prototype.handle;
  for (const type of ['wheel', 'pointerdown', 'pointermove', 'pointerup', 'click', 'mousemove']) el.addEventListener(type, (e) => handle.call(map, e), { passive: false });
  map.on('click', ({ latlng }) => { map.clearPins(); map.addPin(latlng); onPin?.(latlng); });
  return { clear: () => map.clearPins(), show: (p) => map.addPin(p) };
}
