// OpenLayers, on Web Mercator, on degrees or on a plain image.
({
  classes: ['ol.Map', 'ol.PluggableMap'],
  is: (o) => typeof o.getCoordinateFromPixel === 'function' && typeof o.getTargetElement === 'function',
  element: (o) => o.getTargetElement(),
  nearest: false,
  mercator: (o) => /3857|900913|102100/.test(o.getView().getProjection().getCode()),
  degrees(o, [x, y]) {
    if (!this.mercator(o)) return [y, x];
    const R = 6378137;
    return [Math.atan(Math.sinh(y / R)) * 180 / Math.PI, x / R * 180 / Math.PI];
  },
  size: (o) => o.getSize() ?? [0, 0],
  place(o, x, y) { const p = o.getCoordinateFromPixel([x, y]); return p && this.degrees(o, p); },
  plane(o) { return this.mercator(o) ? 'mercator' : 'plate'; },
  bounds(o) {
    const e = o.getView().options_?.extent ?? o.getView().get?.('extent');
    if (!e) return null;
    const [south, west] = this.degrees(o, [e[0], e[1]]), [north, east] = this.degrees(o, [e[2], e[3]]);
    return [south, west, north, east];
  },
  markers(o) {
    const found = [];
    const walk = (l) => l.getLayers ? l.getLayers().forEach(walk) : (l.getSource?.()?.getFeatures?.() ?? []).forEach((f) => {
      const g = f.getGeometry?.();
      if (g?.getType?.() === 'Point') found.push(g.getCoordinates());
    });
    o.getLayers?.().forEach(walk);
    o.getOverlays?.().forEach((one) => { if (one.getPosition?.()) found.push(one.getPosition()); });
    return found.map((p) => this.degrees(o, p));
  },
  tame(o) {
    o.getView().cancelAnimations?.();
    o.getView().setRotation?.(0);
    o.getInteractions?.().forEach((one) => {
      if ('kinetic_' in one) one.kinetic_ = null;
      if ('duration_' in one) one.duration_ = 0;
    });
  },
  refresh(o) { o.updateSize?.(); o.renderSync?.(); },
  listen(o, hear) { o.on('click', (e) => hear(...this.degrees(o, e.coordinate))); },
})
