// MapLibre GL, and Mapbox GL, whose maps answer to the same names.
({
  classes: ['maplibregl.Map', 'mapboxgl.Map'],
  is: (o) => typeof o.unproject === 'function' && typeof o.getCanvasContainer === 'function',
  element: (o) => o.getContainer(),
  nearest: true,
  size: (o) => [o.getContainer().clientWidth, o.getContainer().clientHeight],
  place(o, x, y) { const p = o.unproject([x, y]); return [p.lat, p.lng]; },
  plane: () => 'mercator',
  bounds(o) {
    const m = o.getMaxBounds?.();
    return m ? [m.getSouth(), m.getWest(), m.getNorth(), m.getEast()] : null;
  },
  markers(o) {
    const stands = (m) => /translate(?:3d)?\(\s*(-?[\d.]+)px,\s*(-?[\d.]+)px/.exec(m.style.transform);
    const own = [...o.getContainer().querySelectorAll('.maplibregl-marker, .mapboxgl-marker')];
    const found = own.map((m) => [stands(m), m.querySelector('svg[viewBox="0 0 27 41"]') ? 14 : 0]);  // its own drop stands higher
    return found.filter(([at]) => at).map(([at, up]) => o.unproject([+at[1], +at[2] + up])).map((p) => [p.lat, p.lng]);
  },
  tame(o) {
    o.stop?.();
    o.setPitch?.(0); o.setBearing?.(0);
    o.dragRotate?.disable(); o.touchPitch?.disable();
    if (o.dragPan?.isEnabled?.()) { o.dragPan.disable(); o.dragPan.enable({maxSpeed: 0, linearity: 0, deceleration: 1e9}); }
  },
  refresh: (o) => o.resize?.(),
  listen: (o, hear) => o.on('click', (e) => hear(e.lngLat.lat, e.lngLat.lng)),
})
