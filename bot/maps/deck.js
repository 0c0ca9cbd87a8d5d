// deck.gl, alone or within a framework: geographic views, and flat ones (x is the longitude, y the latitude).
({
  classes: ['deck.Deck', 'deck.DeckGL'],
  is: (o) => typeof o.getViewports === 'function' && typeof o.pickObject === 'function' && !!o.props,
  element: (o) => o.canvas ?? o.getCanvas?.() ?? o.props.canvas,
  nearest: true,
  size: (o) => [o.width, o.height],
  place(o, x, y) { const [lng, lat] = o.getViewports()[0]?.unproject([x, y]) ?? [NaN, NaN]; return [lat, lng]; },
  plane: (o) => o.getViewports()[0]?.isGeospatial === false ? 'plate' : 'mercator',
  bounds: () => null,
  markers(o) {
    const found = [];
    for (const layer of [o.props.layers].flat(9)) {
      const { data, getPosition } = layer?.props ?? {};
      if (typeof getPosition !== 'function' || !Array.isArray(data) || data.length > 100) continue;
      data.forEach((datum, index) => { const p = getPosition(datum, {index, data, target: []}); if (p) found.push([p[1], p[0]]); });
    }
    return found;
  },
  tame(o) {
    const c = o.props.controller;
    if (c === true || (c && typeof c === 'object')) {
      o.setProps({controller: {...(c === true ? {} : c), inertia: false, dragRotate: false}});
    }
  },
  refresh(o) { o._updateCanvasSize?.(); o.redraw?.('size'); },
  listen(o, hear) {
    const canvas = this.element(o);
    let down = null;
    const at = (e) => { const r = canvas.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
    const target = canvas.parentElement ?? canvas;
    target.addEventListener('pointerdown', (e) => { down = at(e); }, true);
    target.addEventListener('pointerup', (e) => {  // its click event is made of gestures; a click that did not drag is one
      const [x, y] = at(e);
      if (!down || Math.hypot(x - down[0], y - down[1]) > 3) return;
      const [lat, lng] = this.place(o, x, y);
      hear(lat, (((lng + 180) % 360) + 360) % 360 - 180);
    }, true);
  },
})
