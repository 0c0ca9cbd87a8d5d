// A round: the picture, the pin, the clock, the guess. Knows the server and the screen on which one looks around.

import {$, body, enter, hint, loading, say} from './page.js';
import {Clock} from './clock.js';
import {hud, result} from './ending.js';
import {HOW_TO_PIN} from './keys.js';
import {keepOfRound, keptOfRound} from './kept.js';
import {fetchPicture} from './picture.js';
import {canWalk, isFixed, isStreak} from './rules.js';
import {fetchGame, sendGuess} from './server.js';
import {attempt, page, parts} from './table.js';
import {go, startWalk, stopWalk, turnArrows} from './walk.js';

const clock = parts.clock = new Clock($('hud-time'), {
  onSecond: (seconds) => keepOfRound(page.game.game_id, page.round, {seconds}),
  onHurry: (seconds) => say(`${seconds} seconds left.`),
  onEnd: () => attempt(timeUp),
});


/** Go to a round, and look around there. */
export async function look(round) {
  const visit = page.visit = {}, fixed = isFixed(page.game), walks = canWalk(page.game);
  stopWalk();
  page.round = round;
  body.dataset.round = round;
  const picture = await fetchPicture(page.game, round, loading);
  // Asked for after the picture: a limit's clock is the server's and began with it, and another tab may have guessed.
  const game = await fetchGame(page.game.game_id);
  if (page.visit !== visit) return void picture.bitmap.close();
  page.game = game;
  const own = game.rounds[round - 1];
  if (own.status === 'guessed' && !page.match) return result(own);
  const kept = keptOfRound(game.game_id, round);
  hud();
  enter('looking');
  if (fixed) parts.panorama.showView(picture.bitmap, picture.heading);
  else parts.panorama.show(picture.bitmap, kept.view);
  parts.guessMap.reset(game.view);
  submitLabel();
  if (kept.pin) parts.guessMap.place(kept.pin.lat, kept.pin.lng);
  $('hud-time-key').textContent = own.seconds_left == null ? 'Time' : 'Time left';
  if (page.match) page.match.looking(); // its clock is everybody's
  else if (own.seconds_left == null) clock.countUp(kept.seconds);
  else clock.countDown(own.seconds_left);
  if (walks) startWalk(game, round, picture);
  else if (!fixed) parts.sharpener.start(game.game_id, round);
  if (walks && kept.step) go(kept.step);
  say(`${isStreak(game) ? `Round ${round} of a country streak` : `Round ${round} of ${game.rounds_total}`}. ${own.seconds_left == null ? '' : `${Math.round(own.seconds_left)} seconds. `}${fixed ? 'One view, looking ' + windOf(parts.panorama.heading) : walks ? 'Look around, walk with F and B' : 'Look around'}, then press M for the map.`);
}

export function pinned(pin) {
  keepOfRound(page.game.game_id, page.round, {pin});
  submitLabel();
}

export function submitLabel() {
  const button = $('submit-guess');
  if (!parts.guessMap || button.classList.contains('busy')) return;
  const {pin, aiming, pinIsCentred} = parts.guessMap;
  if (page.match?.waiting) {
    button.disabled = true;
    button.textContent = page.match.waiting;
    $('map-hint').hidden = true;
    return;
  }
  button.disabled = !pin;
  button.textContent = pin ? 'Submit guess' : 'Place your pin on the map';
  $('map-hint').textContent = !aiming ? 'Click to place your pin' : pinIsCentred ? 'Enter submits your guess' : 'Arrows and + − move the map, P pins here';
  $('map-hint').hidden = Boolean(pin) && !aiming;
}

export function submit() {
  if (page.match?.waiting) return null;
  if (!parts.guessMap.pin) {
    hint(parts.guessMap.open ? 'There is no pin yet: P puts it under the crosshair.' : HOW_TO_PIN);
    return null;
  }
  return page.match ? page.match.send(parts.guessMap.pin) : attempt(() => send(parts.guessMap.pin));
}

async function send({lat, lng}) {
  const button = $('submit-guess'), {visit} = page;
  let refused = null, told = null;
  button.disabled = true;
  button.classList.add('busy');
  button.textContent = 'Measuring the distance…';
  try {
    told = await sendGuess(page.game.game_id, page.round, lat, lng);
  } catch (error) {
    if (error.status !== 409) throw error;
    // This round had its guess already (another tab, an answer that got lost, a clock that ran out): show what counts.
    refused = error;
  } finally {
    button.classList.remove('busy');
    submitLabel();
  }
  const game = await fetchGame(page.game.game_id);
  if (page.visit !== visit) return;
  page.game = told && !told.hidden ? withAnswer(game, told) : game;
  const done = page.game.rounds[page.round - 1];
  if (done.hidden && page.game.told === 'after_match' && !page.game.finished) await look(page.round + 1); // told at the end
  else if (done.status === 'guessed') result(done);
  else throw refused ?? new Error('The server does not know this guess. Try again.');
}

/** The game with the answer to a guess in it: whoever guessed knows it, even while the place is kept from others. */
function withAnswer(game, told) {
  const rounds = game.rounds.map((round) => (round.hidden && round.round === told.round ? {...round, ...told, hidden: false} : round));
  const gained = rounds.reduce((sum, round, i) => sum + (round === game.rounds[i] ? 0 : round.score), 0);
  return {...game, rounds, total: game.total + gained};
}

const EARLY_MS = 400, EARLY_TRIES = 20;
/** The time is out: the pin counts as it stands; without one there is no guess. */
async function timeUp() {
  if (body.dataset.state !== 'looking') return;
  if (parts.guessMap.pin) return send(parts.guessMap.pin);
  for (let tries = 0; ; tries++) {
    try {
      return await send({lat: null, lng: null});
    } catch (error) {
      if (error.status !== 400 || tries === EARLY_TRIES || body.dataset.state !== 'looking') throw error;
      await new Promise((done) => setTimeout(done, EARLY_MS)); // the server's clock is a little behind ours
    }
  }
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
const windOf = (heading) => WINDS[Math.round(heading / 45) % 8];
export function showHeading({heading, pitch, fov}) {
  const whole = Math.round(heading) % 360, turns = parts.panorama && !parts.panorama.fixed;
  turnArrows({heading, pitch, fov});
  $('compass-dial').setAttribute('transform', `rotate(${-heading} 50 50)`);
  $('compass-heading').textContent = `${whole}°`;
  $('compass').setAttribute('aria-label', `Heading ${whole} degrees, ${windOf(heading)}.${turns ? ' Press to face north.' : ''}`);
  clearTimeout(page.keeping);
  if (turns) page.keeping = setTimeout(() => body.dataset.state === 'looking' && keepOfRound(page.game.game_id, page.round, {view: {heading, pitch, fov}}), 250);
}

/** A tab that slept asks the server what time it is. */
export async function setClock() {
  if (document.hidden || page.match || body.dataset.state !== 'looking' || !page.game?.rules?.time_limit_s) return;
  const {visit} = page, game = await fetchGame(page.game.game_id).catch(() => null);
  const own = game?.rounds[page.round - 1];
  if (!own || page.visit !== visit || body.dataset.state !== 'looking') return;
  page.game = game;
  if (own.status === 'guessed') result(own);
  else if (own.seconds_left != null) clock.countDown(own.seconds_left, {again: true});
}

/** Tell those who listen where the pin fell. */
export function sayPin() {
  const {view, map} = parts.guessMap, near = map.names?.nearest(view);
  const side = (value, one, other) => `${Math.abs(value).toFixed(1)}° ${value < 0 ? other : one}`;
  say(`Pin placed${near ? ` near ${near}` : ''}, ${side(view.latitude, 'north', 'south')}, ${side(view.longitude, 'east', 'west')}. Enter submits it.`);
}
