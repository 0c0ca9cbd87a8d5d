// The page of a game: start, look, guess, result, summary. Wires the panorama, the maps and the server together.
//
// <body data-state> is "start", "loading", "looking", "guessed", "summary" or "error"; every other state of the page
// that a player, a test or a bot needs stands in a data-* attribute too.

import {GuessMap} from './guessmap.js';
import {spinGlobe} from './globe.js';
import {Panorama} from './panorama.js';
import {ResultMap} from './resultmap.js';
import {WorldMap} from './worldmap.js';
import {askOpponent, createGame, fetchGame, fetchMaps, fetchPanorama, sendGuess} from './server.js';
import {formatScore, showResult, showSummary} from './results.js';

const $ = (id) => document.getElementById(id);
const body = document.body;
const query = new URLSearchParams(location.search);
const kind = query.get('kind') === 'bot' ? 'bot' : 'person';
// A bot gains nothing from animations, and some people ask to be spared them.
const still = kind === 'bot' || matchMedia('(prefers-reduced-motion: reduce)').matches;

const page = {game: null, round: 0, busy: false, again: null, since: 0};
let panorama, guessMap, resultMap;

// ── states ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function enter(state) {
  for (const part of document.querySelectorAll('[data-in]')) part.hidden = !part.dataset.in.split(' ').includes(state);
  body.dataset.state = state;
  const focus = {looking: $('panorama'), guessed: $('next-round'), summary: $('play-again'), error: $('retry')}[state];
  focus?.focus({preventScroll: true});
}

function loading(text, share = null) {
  $('loading-text').textContent = text;
  const bar = $('loading-bar').parentElement;
  bar.classList.toggle('endless', share === null);
  if (share === null) bar.removeAttribute('aria-valuenow');
  else bar.setAttribute('aria-valuenow', Math.round(share * 100));
  $('loading-bar').style.width = share === null ? '' : `${share * 100}%`;
  if (body.dataset.state !== 'loading') enter('loading');
}

/** Do something that may fail: the sentence is shown, and "Try again" does it again. */
async function attempt(doing) {
  if (page.busy) return;
  page.busy = true;
  try {
    await doing();
  } catch (error) {
    page.again = doing;
    $('error').textContent = error.message || 'Something unexpected happened. Try again.';
    enter('error');
  } finally {
    page.busy = false;
  }
}

// ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────────

async function openPage() {
  loading('Opening the arena…');
  if (!globalThis.deck?.Deck) throw new Error('The map library did not load. Check the connection, then reload the page.');
  if (!panorama) {
    panorama = new Panorama($('panorama'), {still, onChange: showHeading});
    // Without a GPU, blur and growing panels cost more than everything else together.
    body.classList.toggle('frosted', kind !== 'bot' && !panorama.software);
    body.classList.toggle('still', still || panorama.software);
  }
  if (!guessMap) {
    const map = new WorldMap({rich: kind !== 'bot', antialias: !panorama.software});
    guessMap = new GuessMap(map, $('guess-map'), $('guess-dock'), {onPin: pinned});
    resultMap = new ResultMap(map, $('result-map'), {still});
  }
  if (query.get('game')) return resume(query.get('game'));
  const {maps} = await fetchMaps();
  fillMaps(maps);
  $('start-name').value = query.get('name') ?? remembered('name') ?? '';
  $('start-seed').value = query.get('seed') ?? '';
  if (query.get('seed')) document.querySelector('#start details').open = true;
  enter('start');
  if (kind !== 'bot') spinGlobe($('globe'), {still});
}

function fillMaps(maps) {
  const select = $('start-map');
  const group = (label, source) => {
    const own = maps.filter((map) => map.kind === source);
    if (!own.length) return [];
    const part = Object.assign(document.createElement('optgroup'), {label});
    part.append(...own.map((map) => Object.assign(new Option(map.title, map.name), {disabled: Boolean(map.error)})));
    return [part];
  };
  select.replaceChildren(...group('Simulated Earth', 'world'), ...group('Your photos', 'photos'));
  const wanted = query.get('map') ?? remembered('map') ?? 'world';
  if (maps.some((map) => map.name === wanted && !map.error)) select.value = wanted;
  else if (query.get('map')) throw new Error(`There is no map “${wanted}” to play. Choose another one.`);
  const broken = maps.filter((map) => map.error).map((map) => `${map.title}: ${map.error}`).join('\n');
  const about = () => {
    const map = maps.find((one) => one.name === select.value);
    $('start-about').textContent = [map ? `${map.description}.` : '', broken].filter(Boolean).join('\n');
  };
  select.addEventListener('change', about);
  about();
}

async function start() {
  const seed = $('start-seed').value.trim();
  const name = $('start-name').value.trim() || 'Guest', map = $('start-map').value || 'world';
  remember('name', name === 'Guest' ? '' : name);
  remember('map', map);
  loading('Choosing five places…');
  const {game_id: id} = await createGame({name, map, kind, ...(seed ? {seed} : {})});
  const address = new URL(location.href);
  address.searchParams.set('game', id);
  history.replaceState(null, '', address);
  await resume(id);
}

/** Take up a game where it stands, in this page or after a reload. */
async function resume(id) {
  loading('Opening the game…');
  const game = page.game = await fetchGame(id);
  body.dataset.game = id;
  $('hud-map').textContent = game.map_title;
  if (game.finished) return finish();
  const open = game.rounds[game.round - 1], before = game.rounds[game.round - 2];
  if (!open.started && before) return result(before); // the last result was still on the screen
  return look(game.round);
}

// ── a round ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function look(round) {
  page.round = round;
  body.dataset.round = round;
  loading(`Round ${round}: going there…`);
  const bitmap = await fetchPanorama(page.game.game_id, round, (share) => loading(`Round ${round}: almost there…`, share));
  const kept = keptView();
  hud();
  enter('looking');
  panorama.show(bitmap, kept.view);
  guessMap.reset(page.game.view);
  submitLabel();
  if (kept.pin) guessMap.place(kept.pin.lat, kept.pin.lng);
  page.since = performance.now() - (kept.seconds ?? 0) * 1000;
  tick();
}

function pinned(pin) {
  keep({pin});
  submitLabel();
}

function submitLabel() {
  const button = $('submit-guess');
  button.disabled = !guessMap.pin;
  button.textContent = guessMap.pin ? 'Submit guess' : 'Place your pin on the map';
  $('map-hint').hidden = Boolean(guessMap.pin);
}

async function submit() {
  const {pin} = guessMap;
  if (!pin) return;
  $('submit-guess').disabled = true;
  try {
    await sendGuess(page.game.game_id, page.round, pin.lat, pin.lng);
  } catch (error) {
    if (error.status !== 409) { submitLabel(); throw error; }
    // This round had its guess already (another tab, an answer that got lost): show what counts.
  }
  page.game = await fetchGame(page.game.game_id);
  const done = page.game.rounds[page.round - 1];
  if (done.status !== 'guessed') return resume(page.game.game_id);
  result(done);
}

function result(round) {
  page.round = round.round;
  body.dataset.round = round.round;
  hud();
  enter('guessed');
  showResult(round, page.game, still);
  resultMap.show([{truth: round.truth, guess: round.guess}], $('result'));
}

const next = () => (page.game.finished ? finish() : look(page.round + 1));

// ── summary ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function finish() {
  const {game} = page;
  page.round = game.rounds_total;
  body.dataset.round = page.round;
  enter('summary');
  showSummary(game, still);
  resultMap.show(game.rounds.map((round, i) => ({
    truth: round.truth, guess: round.guess, model: game.opponent?.rounds[i].guess, label: String(round.round),
  })), $('summary'));
}

async function playOpponent() {
  const button = $('opponent-button');
  button.disabled = true;
  button.classList.add('busy');
  button.textContent = 'The model is looking around…';
  try {
    page.game.opponent = await askOpponent(page.game.game_id);
    finish();
  } finally {
    button.disabled = false;
    button.classList.remove('busy');
    button.textContent = 'Let the model guess these rounds';
  }
}

async function playAgain() {
  const {map, player} = page.game;
  loading('Choosing five places…');
  const {game_id: id} = await createGame({name: player, map, kind});
  const address = new URL(location.href);
  address.searchParams.delete('seed');
  address.searchParams.set('game', id);
  history.replaceState(null, '', address);
  await resume(id);
}

async function share() {
  const {game} = page;
  const address = new URL(location.pathname, location.href);
  address.search = new URLSearchParams({map: game.map, seed: game.seed});
  const button = $('share');
  try {
    await navigator.clipboard.writeText(address.href);
    button.textContent = 'Link copied';
  } catch {
    button.textContent = address.href; // no clipboard here: the link itself can be selected
  }
}

// ── what surrounds a round ──────────────────────────────────────────────────────────────────────────────────────────

function hud() {
  const {game} = page;
  $('hud-round').textContent = `${page.round} / ${game.rounds_total}`;
  $('hud-total').textContent = formatScore(game.total);
}

function tick() {
  clearTimeout(page.ticking);
  if (body.dataset.state !== 'looking') return;
  const seconds = Math.floor((performance.now() - page.since) / 1000);
  $('hud-time').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  if (seconds) keep({seconds});
  page.ticking = setTimeout(tick, 1000);
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
function showHeading({heading, pitch, fov}) {
  const whole = Math.round(heading) % 360;
  $('compass-dial').setAttribute('transform', `rotate(${-heading} 50 50)`);
  $('compass-heading').textContent = `${whole}°`;
  $('compass').setAttribute('aria-label', `Heading ${whole} degrees, ${WINDS[Math.round(heading / 45) % 8]}. Press to face north.`);
  clearTimeout(page.keeping);
  page.keeping = setTimeout(() => body.dataset.state === 'looking' && keep({view: {heading, pitch, fov}}), 250);
}

// What a reload must not lose: the pin, the view, the clock of the round at hand. Private to this tab.
const keptKey = () => `homing:${page.game.game_id}:${page.round}`;
function keptView() {
  try { return JSON.parse(sessionStorage.getItem(keptKey())) ?? {}; } catch { return {}; }
}
function keep(more) {
  try { sessionStorage.setItem(keptKey(), JSON.stringify({...keptView(), ...more})); } catch { /* no storage: nothing kept */ }
}
function remembered(name) {
  try { return localStorage.getItem(`homing:${name}`); } catch { return null; }
}
function remember(name, value) {
  try { localStorage.setItem(`homing:${name}`, value); } catch { /* no storage: nothing remembered */ }
}

// ── hands ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function go() {
  const state = body.dataset.state;
  if (state === 'looking' && guessMap.pin) attempt(submit);
  else if (state === 'guessed') attempt(next);
}

function hideControls(hidden = body.dataset.controls !== 'hidden') {
  body.dataset.controls = hidden ? 'hidden' : 'shown';
}

const HEADINGS = {n: 0, e: 90, s: 180, w: 270};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $('help').open) return;
  const on = event.target;
  if (on.matches('input, select, textarea, summary')) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onMap = on.closest?.('#guess-map, #result-map');
  if (key === '?') return void openHelp();
  if ((key === ' ' || key === 'Enter') && !on.matches('button')) { event.preventDefault(); return void go(); }
  if (body.dataset.state !== 'looking') return;
  const step = panorama.aim().fov * (event.repeat ? 0.05 : 0.2), ms = event.repeat ? 90 : 220;
  const moves = {
    ArrowLeft: () => panorama.turnBy(-step, 0, ms), ArrowRight: () => panorama.turnBy(step, 0, ms),
    ArrowUp: () => panorama.turnBy(0, step, ms), ArrowDown: () => panorama.turnBy(0, -step, ms),
    '+': () => panorama.zoomBy(0.8, 160), '=': () => panorama.zoomBy(0.8, 160), '-': () => panorama.zoomBy(1.25, 160), _: () => panorama.zoomBy(1.25, 160),
    9: () => panorama.face({...panorama.aim(), fov: 90}),
    h: () => hideControls(), Escape: () => { hideControls(false); guessMap.toggle(false); },
    m: () => guessMap.toggle(), p: () => guessMap.open && guessMap.place(),
  };
  if (onMap && (key.startsWith('Arrow') || '+-=_'.includes(key))) return;
  if (key in HEADINGS) panorama.face({...panorama.aim(), heading: HEADINGS[key], pitch: 0});
  else if (key in moves) moves[key]();
  else return;
  event.preventDefault();
}

function openHelp() {
  $('help').showModal();
}

function wire() {
  const press = (id, doing) => $(id).addEventListener('click', doing);
  $('start-form').addEventListener('submit', (event) => { event.preventDefault(); attempt(start); });
  press('submit-guess', () => attempt(submit));
  press('next-round', () => attempt(next));
  press('opponent-button', () => attempt(playOpponent));
  press('play-again', () => attempt(playAgain));
  press('share', share);
  press('retry', () => attempt(page.again ?? openPage));
  press('to-start', () => location.assign(location.pathname));
  press('compass', () => panorama.face({heading: 0, pitch: 0}));
  press('zoom-in', () => panorama.zoomBy(0.8, 160));
  press('zoom-out', () => panorama.zoomBy(1.25, 160));
  press('help-button', openHelp);
  press('map-size', () => guessMap.toggle());
  press('map-zoom-in', () => guessMap.zoomBy(1));
  press('map-zoom-out', () => guessMap.zoomBy(-1));
  $('panorama').addEventListener('pointerdown', () => { $('panorama').focus(); guessMap.pinned && matchMedia('(hover: none)').matches && guessMap.toggle(false); });
  document.addEventListener('keydown', onKey);
  $('compass-ticks').innerHTML = Array.from({length: 36}, (_, i) =>
    `<line x1="50" y1="3" x2="50" y2="${i % 9 ? 6.5 : 9}" transform="rotate(${i * 10} 50 50)"/>`).join('');
}

wire();
attempt(openPage);
