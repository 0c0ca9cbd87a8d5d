// The keyboard: every key does what a hand could do. Knows the parts of the page, not the game.

import {$, body, hint} from './page.js';

const HEADINGS = {n: 0, e: 90, s: 180, w: 270};
const MAP_STEP_PX = 48, FINE_STEP_PX = 8;
export const HOW_TO_PIN = 'Press M to open the map; the arrows then move it, and P puts your pin under the crosshair.';
const FIXED = 'No moving, panning or zooming in this game: this one view is all there is.';

export function hideControls(hidden = body.dataset.controls !== 'hidden') {
  body.dataset.controls = hidden ? 'hidden' : 'shown';
}

export function openHelp() {
  $('help').showModal();
}

/** Open or close the map from the keyboard; open, it has the focus and a crosshair. */
function switchMap(map, open = !map.open) {
  map.toggle(open);
  if (open) { $('guess-map').focus({preventScroll: true}); map.aim(true); } else $('panorama').focus({preventScroll: true});
}

/** `hands`: {parts() -> {panorama, guessMap}, submit(), next(), pinned(), walk: {on(), asOneLooks(sign), home()}}. */
export function listenToKeys(hands) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const on = event.target, state = body.dataset.state;
    if (on.matches('input, select, textarea, summary')) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === '?') return void openHelp();
    const go = (key === ' ' || key === 'Enter') && !on.matches('button, a');
    let done = false;
    if ((state === 'guessed' || state === 'pause') && go) { hands.next(); done = true; }
    if (state === 'looking') done = look(key, event, go, hands);
    if (done) event.preventDefault();
  });
}

function look(key, event, go, hands) {
  const {panorama, guessMap: map} = hands.parts();
  const step = event.repeat ? 0.05 : 0.2, turn = panorama.aim().fov * step, ms = event.repeat ? 90 : 220;
  const pixels = event.shiftKey ? FINE_STEP_PX : MAP_STEP_PX;
  const pinHere = () => { map.aim(true); map.place(); hands.pinned(); };
  const onMap = (doing) => () => { map.aim(true); doing(); };
  const ifFree = (doing) => () => (panorama.fixed ? hint(FIXED) : doing());
  const zoom = (factor) => ifFree(() => panorama.zoomBy(factor, 160));
  if (go) {
    if (key === 'Enter' && map.aiming && !map.pinIsCentred) pinHere();
    else hands.submit();
    return true;
  }
  const always = {
    h: () => hideControls(), m: () => switchMap(map), Escape: () => { hideControls(false); switchMap(map, false); },
    r: ifFree(() => panorama.reset()), 9: ifFree(() => panorama.face({...panorama.aim(), fov: 90})),
  };
  const walkKeys = hands.walk.on() ? {f: () => hands.walk.asOneLooks(1), b: () => hands.walk.asOneLooks(-1), Home: hands.walk.home} : {};
  const mapKeys = {
    ArrowLeft: onMap(() => map.panBy(-pixels, 0)), ArrowRight: onMap(() => map.panBy(pixels, 0)),
    ArrowUp: onMap(() => map.panBy(0, -pixels)), ArrowDown: onMap(() => map.panBy(0, pixels)),
    '+': onMap(() => map.zoomBy(0.5)), '=': onMap(() => map.zoomBy(0.5)), '-': onMap(() => map.zoomBy(-0.5)), _: onMap(() => map.zoomBy(-0.5)),
    p: pinHere,
  };
  const viewKeys = {
    ArrowLeft: ifFree(() => panorama.turnBy(-turn, 0, ms)), ArrowRight: ifFree(() => panorama.turnBy(turn, 0, ms)),
    ArrowUp: ifFree(() => panorama.turnBy(0, turn, ms)), ArrowDown: ifFree(() => panorama.turnBy(0, -turn, ms)),
    '+': zoom(0.8), '=': zoom(0.8), '-': zoom(1.25), _: zoom(1.25), p: () => hint(HOW_TO_PIN),
  };
  const doing = always[key] ?? walkKeys[key] ?? (map.open ? mapKeys : viewKeys)[key]
    ?? (key in HEADINGS ? ifFree(() => panorama.face({...panorama.aim(), heading: HEADINGS[key], pitch: 0})) : null);
  doing?.();
  return Boolean(doing);
}
