// The page of a game: start, look, guess, result, summary. Wires the panorama, the maps and the server together.
//
// Every state of the page that a player, a test or a bot needs stands in a data-* attribute: see page.js.

import {$, body, embedded, enter, fail, hint, kind, loading, query, say, still} from './page.js';
import {Clock} from './clock.js';
import {GuessMap} from './guessmap.js';
import {spinGlobe} from './globe.js';
import {hideControls, HOW_TO_PIN, listenToKeys, openHelp} from './keys.js';
import {forgetRunning, keepOfRound, keepRunning, keptOfRound, runningGame, runningHere, stepOut} from './kept.js';
import {askToLeave, dropFromAddress, enterGame, guardGame, leave} from './leave.js';
import {Panorama} from './panorama.js';
import {fetchPicture, Sharpener} from './picture.js';
import {ResultMap} from './resultmap.js';
import {playRival} from './rival.js';
import {isFixed, rulesInWords, rulesToSend} from './rules.js';
import {fillForm, problem, readForm, wireForm} from './start.js';
import {createGame, fetchGame, fetchMaps, sendGuess} from './server.js';
import {formatScore, resultInWords, showResult, showSummary} from './results.js';
import {WorldMap} from './worldmap.js';

// `visit` changes whenever another screen is wanted: what was begun for the one before ends there.
const page = {game: null, round: 0, busy: null, again: null, visit: {}};
let panorama, guessMap, resultMap, sharpener;
const clock = new Clock($('hud-time'), {
  onSecond: (seconds) => keepOfRound(page.game.game_id, page.round, {seconds}),
  onHurry: (seconds) => say(`${seconds} seconds left.`),
  onEnd: () => attempt(timeUp),
});

/** Do something that may fail: the sentence is shown, and "Try again", where it can help, does it again. */
async function attempt(doing) {
  if (page.busy) return;
  const busy = page.busy = {};
  try {
    await doing();
  } catch (error) {
    if (page.busy !== busy) return; // nobody waits for it any more
    page.again = doing;
    fail(error, error.passing ?? true);
  } finally {
    if (page.busy === busy) page.busy = null;
  }
}

// ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────────

async function openPage() {
  const running = query.get('game') ?? (embedded && kind !== 'bot' ? runningHere() : null);
  if (running) {
    try {
      return await resume(running);
    } catch (error) {
      if (query.get('game') || error.passing !== false) throw error;
      forgetRunning(running); // the game is no more: that needs no sentence, it was not asked for
    }
  }
  return showStart();
}

let mapsAreThere = false;
/** The start form: at once, its maps as soon as they are known, and everything heavy after it is on the screen. */
async function showStart() {
  page.visit = {};
  page.game = null;
  clock.stop();
  sharpener?.stop();
  if (embedded) stepOut();
  delete body.dataset.movement;
  if (!mapsAreThere) {
    for (const part of document.querySelectorAll('[data-in]')) part.hidden = part.id !== 'start';
    fillForm(await fetchMaps());
    mapsAreThere = true;
  }
  body.dataset.game = '';
  body.dataset.round = '0';
  enter('start');
  offerRunning();
  if (kind !== 'bot') spinGlobe($('globe'), {still});
  requestAnimationFrame(() => setTimeout(() => prepare().catch(() => {}))); // a failure comes again where it matters
}

/** Offer to go on with a game that was left. */
async function offerRunning() {
  const {visit} = page, id = kind === 'bot' ? null : runningGame();
  $('go-on').hidden = true;
  if (!id) return;
  try {
    const game = await fetchGame(id);
    if (game.finished || game.expired) return forgetRunning(id);
    if (page.visit !== visit) return;
    $('go-on-what').textContent = `${game.map_title}, round ${game.round} of ${game.rounds_total}`;
    $('go-on').onclick = () => attempt(() => resume(id));
    $('go-on').hidden = false;
  } catch (error) {
    if (error.status === 404) forgetRunning(id);
  }
}

let parts = null;
/** The map library, the panorama and the maps, made once. */
function prepare() {
  parts ||= makeParts().catch((error) => { parts = null; throw error; });
  return parts;
}

async function makeParts() {
  if (!panorama) {
    panorama = new Panorama($('panorama'), {still, onChange: showHeading});
    sharpener = new Sharpener(panorama);
    // Without a GPU, blur and growing panels cost more than everything else together.
    body.classList.toggle('frosted', kind !== 'bot' && !panorama.software);
    body.classList.toggle('still', still || panorama.software);
  }
  await loadDeck();
  const map = new WorldMap({rich: kind !== 'bot', antialias: !panorama.software});
  guessMap = new GuessMap(map, $('guess-map'), $('guess-dock'), {onPin: pinned, onToggle: submitLabel});
  resultMap = new ResultMap(map, $('result-map'), {still: still || panorama.software});
}

// deck.gl is larger than everything else together: it is fetched when the form can be read already.
async function loadDeck() {
  if (globalThis.deck?.Deck) return;
  const script = Object.assign(document.createElement('script'), {src: new URL('../deck.js', import.meta.url).href, async: true});
  await new Promise((done) => { script.onload = script.onerror = done; document.head.append(script); });
  if (globalThis.deck?.Deck) return;
  script.remove();
  throw new Error('The map library did not load. Check the connection, then try again.');
}

async function start() {
  const settings = readForm();
  if (!settings) return;
  try {
    await begin(settings);
  } catch (error) {
    // What was typed stays: the form says what the server did not like. A bot reads one place for all errors.
    if (page.game || kind === 'bot') throw error;
    enter('start');
    problem('start', error.message);
  }
}

async function begin(settings) {
  page.game = null;
  loading('Choosing five places…');
  const {visit} = page, {game_id: id} = await createGame(settings);
  if (page.visit !== visit) return;
  await resume(id);
}

/** Take up a game where it stands, in this page or after a reload. */
async function resume(id) {
  const visit = page.visit = {};
  loading('Opening the game…');
  const [game] = await Promise.all([fetchGame(id), prepare()]);
  if (page.visit !== visit) return;
  page.game = game;
  body.dataset.game = id;
  body.dataset.movement = game.rules?.movement ?? 'no_move';
  enterGame(id);
  const movement = rulesInWords({movement: game.rules?.movement}); // how much time there is, the clock says
  for (const [part, text] of [['hud-map', game.map_title], ['hud-rules', movement]]) $(part).textContent = text;
  $('hud-rules').parentElement.hidden = !movement;
  if (game.finished) return finish();
  if (kind !== 'bot') keepRunning(id);
  const open = game.rounds[game.round - 1], before = game.rounds[game.round - 2];
  if (!open.started && before) return result(before); // the last result was still on the screen
  return look(game.round);
}

// ── a round ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function look(round) {
  const visit = page.visit = {}, fixed = isFixed(page.game);
  page.round = round;
  body.dataset.round = round;
  const picture = await fetchPicture(page.game, round, loading);
  // The clock of a round with a limit is the server's, and began with the picture.
  const game = page.game.rules?.time_limit_s ? await fetchGame(page.game.game_id) : page.game;
  if (page.visit !== visit) return void picture.bitmap.close();
  page.game = game;
  const own = game.rounds[round - 1];
  if (own.status === 'guessed') return result(own);
  const kept = keptOfRound(game.game_id, round);
  hud();
  enter('looking');
  if (fixed) panorama.showView(picture.bitmap, picture.heading);
  else panorama.show(picture.bitmap, kept.view);
  guessMap.reset(game.view);
  submitLabel();
  if (kept.pin) guessMap.place(kept.pin.lat, kept.pin.lng);
  $('hud-time-key').textContent = own.seconds_left == null ? 'Time' : 'Time left';
  if (own.seconds_left == null) clock.countUp(kept.seconds);
  else clock.countDown(own.seconds_left);
  if (!fixed) sharpener.start(game.game_id, round);
  say(`Round ${round} of ${game.rounds_total}. ${own.seconds_left == null ? '' : `${Math.round(own.seconds_left)} seconds. `}${fixed ? 'One view, looking ' + windOf(panorama.heading) : 'Look around'}, then press M for the map.`);
}

function pinned(pin) {
  keepOfRound(page.game.game_id, page.round, {pin});
  submitLabel();
}

function submitLabel() {
  const button = $('submit-guess');
  if (!guessMap || button.classList.contains('busy')) return;
  const {pin, aiming, pinIsCentred} = guessMap;
  button.disabled = !pin;
  button.textContent = pin ? 'Submit guess' : 'Place your pin on the map';
  $('map-hint').textContent = !aiming ? 'Click to place your pin' : pinIsCentred ? 'Enter submits your guess' : 'Arrows and + − move the map, P pins here';
  $('map-hint').hidden = Boolean(pin) && !aiming;
}

function submit() {
  if (!guessMap.pin) {
    hint(guessMap.open ? 'There is no pin yet: P puts it under the crosshair.' : HOW_TO_PIN);
    return null;
  }
  return attempt(() => send(guessMap.pin));
}

async function send({lat, lng}) {
  const button = $('submit-guess'), {visit} = page;
  let refused = null;
  button.disabled = true;
  button.classList.add('busy');
  button.textContent = 'Measuring the distance…';
  try {
    await sendGuess(page.game.game_id, page.round, lat, lng);
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
  page.game = game;
  const done = game.rounds[page.round - 1];
  if (done.status === 'guessed') result(done);
  else throw refused ?? new Error('The server does not know this guess. Try again.');
}

const EARLY_MS = 400, EARLY_TRIES = 20;
/** The time is out: the pin counts as it stands; without one there is no guess. */
async function timeUp() {
  if (body.dataset.state !== 'looking') return;
  if (guessMap.pin) return send(guessMap.pin);
  for (let tries = 0; ; tries++) {
    try {
      return await send({lat: null, lng: null});
    } catch (error) {
      if (error.status !== 400 || tries === EARLY_TRIES || body.dataset.state !== 'looking') throw error;
      await new Promise((done) => setTimeout(done, EARLY_MS)); // the server's clock is a little behind ours
    }
  }
}

function result(round) {
  page.visit = {};
  page.round = round.round;
  body.dataset.round = round.round;
  clock.stop();
  sharpener.stop();
  hud();
  if (page.game.finished) forgetRunning(page.game.game_id);
  enter('guessed');
  showResult(round, page.game, still);
  say(`Round ${round.round} of ${page.game.rounds_total}. ${resultInWords(round)} ${formatScore(page.game.total)} points in all.`);
  resultMap.show([round], $('result'));
}

const next = () => (page.game.finished ? finish() : look(page.round + 1));

// ── summary ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function finish() {
  const {game} = page;
  page.visit = {};
  page.round = game.rounds_total;
  body.dataset.round = page.round;
  clock.stop();
  forgetRunning(game.game_id);
  enter('summary');
  summary();
  say(`The game is over: ${formatScore(game.total)} of ${formatScore(game.max_total)} points. ${$('summary-verdict').textContent}`);
}

function summary() {
  const {game} = page;
  showSummary(game, still);
  resultMap.show(game.rounds.map(({truth, guess, round}, i) => ({
    truth, guess, model: game.opponent?.rounds[i].guess, label: String(round),
  })), $('summary'));
}

async function playOpponent() {
  const {game} = page;
  const opponent = await playRival(game, () => page.game === game && body.dataset.state === 'summary');
  if (!opponent) return;
  game.opponent = opponent;
  summary();
  say($('summary-verdict').textContent);
}

function playAgain() {
  const {map, player, rules} = page.game;
  dropFromAddress('seed');
  return begin({name: player, map, kind, ...rulesToSend(rules)});
}

async function share() {
  const {game} = page;
  const address = new URL(location.pathname, location.href);
  address.search = new URLSearchParams({map: game.map, seed: game.seed, ...rulesToSend(game.rules)});
  const button = $('share');
  try {
    await navigator.clipboard.writeText(address.href);
    button.textContent = 'Link copied';
    say('Link copied.');
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

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
const windOf = (heading) => WINDS[Math.round(heading / 45) % 8];
function showHeading({heading, pitch, fov}) {
  const whole = Math.round(heading) % 360, turns = panorama && !panorama.fixed;
  $('compass-dial').setAttribute('transform', `rotate(${-heading} 50 50)`);
  $('compass-heading').textContent = `${whole}°`;
  $('compass').setAttribute('aria-label', `Heading ${whole} degrees, ${windOf(heading)}.${turns ? ' Press to face north.' : ''}`);
  clearTimeout(page.keeping);
  if (turns) page.keeping = setTimeout(() => body.dataset.state === 'looking' && keepOfRound(page.game.game_id, page.round, {view: {heading, pitch, fov}}), 250);
}

/** A tab that slept asks the server what time it is. */
async function setClock() {
  if (document.hidden || body.dataset.state !== 'looking' || !page.game?.rules?.time_limit_s) return;
  const {visit} = page, game = await fetchGame(page.game.game_id).catch(() => null);
  const own = game?.rounds[page.round - 1];
  if (!own || page.visit !== visit || body.dataset.state !== 'looking') return;
  page.game = game;
  if (own.status === 'guessed') result(own);
  else if (own.seconds_left != null) clock.countDown(own.seconds_left, {again: true});
}

// ── hands ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function sayPin() {
  const {view, map} = guessMap, near = map.names?.nearest(view);
  const side = (value, one, other) => `${Math.abs(value).toFixed(1)}° ${value < 0 ? other : one}`;
  say(`Pin placed${near ? ` near ${near}` : ''}, ${side(view.latitude, 'north', 'south')}, ${side(view.longitude, 'east', 'west')}. Enter submits it.`);
}

function wire() {
  const press = (id, doing) => $(id).addEventListener('click', doing);
  wireForm();
  $('start-form').addEventListener('submit', (event) => { event.preventDefault(); attempt(start); });
  press('submit-guess', submit);
  press('next-round', () => attempt(next));
  press('opponent-button', playOpponent);
  press('play-again', () => attempt(playAgain));
  press('new-game', leave);
  press('share', share);
  press('retry', () => attempt(page.again ?? openPage));
  press('to-start', () => { stepOut(); location.assign(location.pathname + (kind === 'bot' ? '?kind=bot' : '')); });
  press('compass', () => panorama.face({heading: 0, pitch: 0}));
  press('zoom-in', () => panorama.zoomBy(0.8, 160));
  press('zoom-out', () => panorama.zoomBy(1.25, 160));
  press('reset-view', () => panorama.reset());
  press('help-button', openHelp);
  press('leave-button', () => { $('help').close(); askToLeave(); });
  press('map-size', () => guessMap.toggle());
  press('map-zoom-in', () => guessMap.zoomBy(1));
  press('map-zoom-out', () => guessMap.zoomBy(-1));
  $('panorama').addEventListener('pointerdown', () => { $('panorama').focus(); guessMap.pinned && matchMedia('(hover: none)').matches && guessMap.toggle(false); });
  $('help').addEventListener('toggle', () => { $('leave-button').hidden = !inTheMiddle(); });
  document.addEventListener('visibilitychange', setClock);
  listenToKeys({parts: () => ({panorama, guessMap}), submit, next: () => attempt(next), pinned: () => { submitLabel(); sayPin(); }});
  guardGame({
    middle: inTheMiddle,
    toStart: () => { page.busy = null; attempt(showStart); },
    toGame: (id) => { if (page.game?.game_id !== id) { page.busy = null; attempt(() => resume(id)); } },
    warning: () => (page.game.rules?.time_limit_s ? 'You can go on with it from the start page, but the clock of this round runs on.' : 'It stays as it is: you can go on with it from the start page.'),
  });
  $('compass-ticks').innerHTML = Array.from({length: 36}, (_, i) =>
    `<line x1="50" y1="3" x2="50" y2="${i % 9 ? 6.5 : 9}" transform="rotate(${i * 10} 50 50)"/>`).join('');
}

/** Whether leaving now would leave a game that is not over. */
function inTheMiddle() {
  return Boolean(page.game) && !page.game.finished && ['looking', 'guessed', 'loading'].includes(body.dataset.state);
}

wire();
hideControls(false);
attempt(openPage);
