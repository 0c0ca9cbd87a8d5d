// The page of a game, from the start form to the summary and back. Wires screens, keys and the browser's history together.
//
// Every state of the page that a player, a test or a bot needs stands in a data-* attribute: see page.js.

import {$, body, embedded, enter, kind, loading, query, still} from './page.js';
import {showDaily} from './daily.js';
import {finish, playOpponent, result, share} from './ending.js';
import {spinGlobe} from './globe.js';
import {hideControls, listenToKeys, openHelp} from './keys.js';
import {forgetRunning, keepRunning, runningGame, runningHere, stepOut} from './kept.js';
import {askToLeave, dropFromAddress, enterGame, guardGame, leave} from './leave.js';
import {look, pinned, sayPin, setClock, showHeading, submit, submitLabel} from './round.js';
import {isStreak, matchToSend, rulesInWords, rulesToSend} from './rules.js';
import {fillForm, inviteTo, problem, readForm, readName, wireForm} from './start.js';
import {createGame, fetchGame, fetchMaps, joinGame, playDaily} from './server.js';
import {attempt, page, parts, prepare} from './table.js';
import {backToStart, isWalking, stopWalk, walkAsOneLooks, wireWalk} from './walk.js';

const makeReady = () => prepare({onChange: showHeading, onPin: pinned, onToggle: submitLabel});

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
async function showStart(invitation = null) {
  page.visit = {};
  page.game = null;
  page.invited = invitation?.game_id ?? null;
  parts.clock.stop();
  parts.sharpener?.stop();
  stopWalk();
  if (embedded) stepOut();
  delete body.dataset.movement;
  if (!mapsAreThere) {
    for (const part of document.querySelectorAll('[data-in]')) part.hidden = part.id !== 'start';
    fillForm(await fetchMaps());
    mapsAreThere = true;
  }
  inviteTo(invitation);
  body.dataset.game = '';
  body.dataset.round = '0';
  enter('start');
  if (!invitation) offerRunning();
  const {visit} = page;
  $('daily').hidden = true;
  if (!invitation && kind !== 'bot') showDaily(() => page.visit === visit && body.dataset.state === 'start');
  if (kind !== 'bot') spinGlobe($('globe'), {still});
  requestAnimationFrame(() => setTimeout(() => makeReady().catch(() => {}))); // a failure comes again where it matters
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
    $('go-on-what').textContent = isStreak(game) ? `${game.map_title}, round ${game.round} of a country streak` : `${game.map_title}, round ${game.round} of ${game.rounds_total}`;
    $('go-on').onclick = () => attempt(() => resume(id));
    $('go-on').hidden = false;
  } catch (error) {
    if (error.status === 404) forgetRunning(id);
  }
}

async function start() {
  const {invited} = page, settings = invited ? {name: readName(), kind} : readForm();
  if (!settings) return;
  try {
    if (invited) await join(invited, settings);
    else await begin(settings);
  } catch (error) {
    // What was typed stays: the form says what the server did not like. A bot reads one place for all errors.
    if (page.game || kind === 'bot') throw error;
    enter('start');
    problem('start', error.message);
  }
}

async function begin(settings) {
  page.game = null;
  loading(`Choosing ${settings.rounds === 1 ? 'a place' : `${settings.rounds ?? 'the'} places`}…`);
  const {visit} = page, {game_id: id} = await createGame(settings);
  if (page.visit !== visit) return;
  await resume(id);
}

/** Play the game of the day, or go on with it, or look at its end. */
async function today() {
  const settings = {name: readName(), kind};
  const {visit} = page;
  loading('Opening today’s game…');
  const {game_id: id} = await playDaily(settings);
  if (page.visit === visit) await resume(id);
}

async function join(id, settings) {
  const {visit} = page;
  loading('Taking a seat…');
  await joinGame(id, settings);
  if (page.visit !== visit) return;
  await resume(id);
}

/** A game of somebody else's: one may take a seat, look at its end, or neither. */
async function lookOn(game) {
  page.game = null;
  if (game.finished && !game.room) return false;
  if (!game.room) {
    throw Object.assign(new Error('This game is played by someone else, or in another browser. It can be looked at when it is over.'), {passing: false});
  }
  await showStart(game);
  return true;
}

/** Take up a game where it stands, in this page or after a reload. */
async function resume(id) {
  const visit = page.visit = {};
  loading('Opening the game…');
  const [game] = await Promise.all([fetchGame(id), makeReady()]);
  if (page.visit !== visit) return;
  if (game.seat == null && await lookOn(game)) return;
  page.invited = null;
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
  if (!open.started && before && before.truth) return result(before); // the last result was still on the screen
  return look(game.round);
}

const next = () => (page.game.finished ? finish() : look(page.round + 1));

function playAgain() {
  const {map, player, rules, told, rounds_total, rival, opponent_offered: offered} = page.game;
  const match = isStreak(page.game) ? {mode: 'streak'} : matchToSend({told, rounds_total, with_model: Boolean(rival) && offered});
  dropFromAddress('seed');
  return begin({name: page.game.seat == null ? readName() : player, map, kind, ...match, ...rulesToSend(rules)});
}

// ── hands ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function wire() {
  const press = (id, doing) => $(id).addEventListener('click', doing);
  wireForm();
  wireWalk();
  $('start-form').addEventListener('submit', (event) => { event.preventDefault(); attempt(start); });
  press('submit-guess', submit);
  press('next-round', () => attempt(next));
  press('opponent-button', playOpponent);
  press('daily-button', () => attempt(today));
  press('play-again', () => attempt(playAgain));
  press('new-game', leave);
  press('share', share);
  press('retry', () => attempt(page.again ?? openPage));
  press('to-start', () => { stepOut(); location.assign(location.pathname + (kind === 'bot' ? '?kind=bot' : '')); });
  press('compass', () => parts.panorama.face({heading: 0, pitch: 0}));
  press('zoom-in', () => parts.panorama.zoomBy(0.8, 160));
  press('zoom-out', () => parts.panorama.zoomBy(1.25, 160));
  press('reset-view', () => parts.panorama.reset());
  press('help-button', openHelp);
  press('leave-button', () => { $('help').close(); askToLeave(); });
  press('map-size', () => parts.guessMap.toggle());
  press('map-zoom-in', () => parts.guessMap.zoomBy(1));
  press('map-zoom-out', () => parts.guessMap.zoomBy(-1));
  $('panorama').addEventListener('pointerdown', () => { $('panorama').focus(); parts.guessMap.pinned && matchMedia('(hover: none)').matches && parts.guessMap.toggle(false); });
  $('help').addEventListener('toggle', () => { $('leave-button').hidden = !inTheMiddle(); });
  document.addEventListener('visibilitychange', setClock);
  listenToKeys({parts: () => parts, submit, next: () => attempt(next), pinned: () => { submitLabel(); sayPin(); },
    walk: {on: isWalking, asOneLooks: walkAsOneLooks, home: backToStart}});
  guardGame({
    middle: inTheMiddle,
    toStart: () => { page.busy = null; attempt(() => showStart()); },
    toGame: (id) => { if (page.game?.game_id !== id) { page.busy = null; attempt(() => resume(id)); } },
    warning: () => (page.game.rules?.time_limit_s && body.dataset.state !== 'guessed' ? 'You can go on with it from the start page, but the clock of this round runs on.' : 'It stays as it is: you can go on with it from the start page.'),
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
