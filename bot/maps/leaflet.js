// Leaflet, global (`L`) or bundled: the map is found through what its prototype's handlers are called on.
({
  classes: ['L.Map'],
  is: (o) => typeof o.containerPointToLatLng === 'function' && typeof o.getContainer === 'function',
  element: (o) => o.getContainer(),
  nearest: false,  // it names places beyond the antimeridian as 181 and so on
  size: (o) => [o.getSize().x, o.getSize().y],
  place(o, x, y) { const p = o.containerPointToLatLng([x, y]); return [p.lat, p.lng]; },
  plane(o) {  // a projection on a sphere or an ellipsoid knows its radius; degrees, and the pixels of a plan, have none
    const crs = o.options.crs;
    return !crs || crs.projection?.R || /3857|900913|3395/.test(crs.code ?? '') ? 'mercator' : 'plate';
  },
  bounds(o) {
    const m = o.options.maxBounds;
    return m ? [m.getSouth(), m.getWest(), m.getNorth(), m.getEast()] : null;
  },
  markers(o) {
    const found = [];
    o.eachLayer?.((l) => { if (typeof l.getLatLng === 'function' && !l.getContent) found.push(l.getLatLng()); });
    return found.map((p) => [p.lat, p.lng]);
  },
  tame(o) {
    o.stop?.();
    Object.assign(o.options, {inertia: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false});
    o._zoomAnimated = false;
  },
  refresh: (o) => o.invalidateSize?.({animate: false}),
  listen: (o, hear) => o.on('click', (e) => hear(e.latlng.lat, e.latlng.lng)),
})
