// Walking along the road of a round: the step one stands on, the arrows, and the next pictures fetched ahead. Knows the
// server and the panorama; knows neither pin nor guess.
//
// The panorama's canvas tells data-step (0 where the round began), data-farthest and data-road, where the road leads.

import {arrowOn, groundOf, layArrow} from './arrows.js';
import {$, body, hint, say, still} from './page.js';
import {keepOfRound} from './kept.js';
import {bitmapFrom, fetchStep} from './server.js';
import {parts} from './table.js';

const STAND_MS = 2500; // who stands for so long may like a sharper picture
const FAR_AHEAD = 2; // steps in the direction of travel; one the other way
const DECODED = 2; // steps to either side whose pictures need only be shown
const SIGNS = {'walk-forward': 1, 'walk-back': -1};

let walk = null; // {game, round, step, target, farthest, stepM, road, kept: step -> {blob, road, bitmap}, coming, direction}

export const isWalking = () => Boolean(walk) && body.dataset.state === 'looking';

/** Begin to walk in a round whose first picture, {blob, road}, is on the screen. */
export function startWalk(game, round, picture) {
  stopWalk();
  walk = {game: game.game_id, round, step: 0, target: 0, farthest: game.walk.farthest, stepM: game.walk.step_m,
    road: picture.road, kept: new Map([[0, {blob: picture.blob, road: picture.road}]]), coming: new Set(), direction: 1, leave: new AbortController()};
  arrived();
}

/** The round is over, or left: nothing that is on its way is wanted any more. */
export function stopWalk() {
  if (!walk) return;
  walk.leave.abort();
  for (const picture of walk.kept.values()) picture.bitmap?.then((bitmap) => bitmap.close(), () => {});
  clearTimeout(walk.standing);
  walk = null;
  delete $('panorama').dataset.step;
  $('walk').classList.remove('busy');
}

/** Walk on (1) or back (-1) as one looks: the arrow that lies nearer to the view. */
export function walkAsOneLooks(sign) {
  if (!isWalking()) return;
  const along = Math.cos((walk.road - parts.panorama.aim().heading) * Math.PI / 180) >= 0 ? 1 : -1;
  stepBy(sign * along);
}

/** One step forward (1) or back (-1) along the road, from where one is or is going. */
export function stepBy(sign) {
  if (!isWalking()) return;
  if (Math.abs(walk.target + sign) > walk.farthest) return hint('You can walk no farther this way.');
  walk.direction = sign;
  go(walk.target + sign);
}

export function backToStart() {
  if (isWalking() && walk.target !== 0) go(0);
}

/** Go to a step; the view stays as it is. */
export async function go(step) {
  const here = walk, token = here.going = {};
  here.target = step;
  clearTimeout(here.standing);
  parts.sharpener.stop();
  const slow = setTimeout(() => $('walk').classList.add('busy'), 150);
  try {
    const picture = here.kept.get(step) ?? await take(here, step), bitmap = await decoded(picture);
    if (walk !== here || here.going !== token) return;
    picture.bitmap = null; // the panorama's from now on
    parts.panorama.swap(bitmap);
    Object.assign(here, {step, road: picture.road});
    keepOfRound(here.game, here.round, {step});
    arrived();
    say(step ? `${Math.abs(step) * here.stepM} metres from the start.` : 'Back at the start.');
  } catch (error) {
    if (walk !== here || here.going !== token || error.name === 'AbortError') return;
    here.target = here.step;
    hint(error.message);
  } finally {
    clearTimeout(slow);
    if (walk === here && here.going === token) $('walk').classList.remove('busy');
  }
}

async function take(here, step, ahead = false) {
  const picture = await fetchStep(here.game, here.round, step, {ahead, signal: here.leave.signal});
  here.kept.set(step, picture);
  return picture;
}

/** The pixels of a picture, decoded once. */
function decoded(picture) {
  picture.bitmap ??= bitmapFrom(picture.blob).catch((error) => { picture.bitmap = null; throw error; });
  return picture.bitmap;
}

// Pixels are large: those near one are decoded before they are wanted, those farther off are let go.
function decodeAround({kept, step, farthest}) {
  for (let one = -farthest; one <= farthest; one++) {
    const picture = kept.get(one), near = one !== step && Math.abs(one - step) <= DECODED;
    if (near && picture) decoded(picture).catch(() => {});
    else if (picture?.bitmap) { picture.bitmap.then((bitmap) => bitmap.close(), () => {}); picture.bitmap = null; }
  }
}

function arrived() {
  const {step, farthest, road, stepM} = walk;
  Object.assign($('panorama').dataset, {step, farthest, road});
  $('back-to-start').disabled = step === 0;
  $('back-to-start').title = step ? `Back to the start, ${Math.abs(step) * stepM} m away (Home)` : 'Back to the start (Home)';
  for (const [id, sign] of Object.entries(SIGNS)) $(id).hidden = Math.abs(step + sign) > farthest;
  turnArrows(parts.panorama);
  decodeAround(walk);
  fetchAhead(walk);
  walk.standing = setTimeout(() => isWalking() && parts.sharpener.start(walk.game, walk.round, walk.step), STAND_MS);
}

// What one may see next, that in the direction of travel first; a failure comes again, with its sentence, on going there.
async function fetchAhead(here) {
  const {step, direction} = here;
  const wanted = [step + direction, step - direction, ...Array.from({length: FAR_AHEAD - 1}, (_, i) => step + (i + 2) * direction)];
  for (const pair of [wanted.slice(0, 2), wanted.slice(2)]) {
    await Promise.all(pair.filter((one) => Math.abs(one) <= here.farthest && !here.kept.has(one) && !here.coming.has(one)).map(async (one) => {
      here.coming.add(one);
      try {
        await take(here, one, true);
        if (walk === here) decodeAround(here);
      } catch { /* not ahead, then */ } finally { here.coming.delete(one); }
    }));
    if (walk !== here || here.step !== step) return;
  }
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

/** Lay the arrows on the road as this view sees it. */
export function turnArrows({heading, pitch, fov}) {
  if (!walk) return;
  const {clientWidth: width, clientHeight: height} = $('panorama'), ground = groundOf({pitch, fov}, width, height);
  for (const [id, sign] of Object.entries(SIGNS)) {
    const to = walk.road + (sign < 0 ? 180 : 0), words = `Walk ${sign < 0 ? 'back' : 'forward'} along the road, to the ${WINDS[Math.round(to / 45) % 8]}`;
    layArrow($(id), arrowOn(ground, to - heading));
    if ($(id).getAttribute('aria-label') !== words) $(id).setAttribute('aria-label', words);
  }
}

/** Let the arrows and the button be pressed. */
export function wireWalk() {
  $('walk').classList.toggle('still', still);
  for (const [id, sign] of Object.entries(SIGNS)) $(id).addEventListener('click', () => stepBy(sign));
  $('back-to-start').addEventListener('click', backToStart);
}
