// The page of a game, from the start form to the summary and back. Wires screens, keys and the browser's history together.
//
// Every state of the page that a player, a test or a bot needs stands in a data-* attribute: see page.js.

import {$, body, embedded, enter, kind, loading, query, still} from './page.js';
import {answer, openRoom} from './blind.js';
import {showDaily} from './daily.js';
import {Match} from './duel.js';
import {finish, playOpponent, result, share} from './ending.js';
import {ghostToSend, inviteGhost, shareGhost} from './ghost.js';
import {spinGlobe} from './globe.js';
import {hideControls, listenToKeys, openHelp} from './keys.js';
import {forgetRunning, keepRunning, keepSeat, keptSeat, runningGame, runningHere, stepOut} from './kept.js';
import {askToLeave, dropFromAddress, enterGame, guardGame, leave} from './leave.js';
import {copyLink} from './lobby.js';
import {look, pinned, sayPin, setClock, showHeading, submit, submitLabel} from './round.js';
import {isStreak, matchToSend, rulesInWords, rulesToSend} from './rules.js';
import {fillForm, inviteTo, problem, readForm, readName, wireForm} from './start.js';
import {askRematch, createGame, fetchGame, fetchMaps, joinGame, playDaily} from './server.js';
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
  if (query.get('blind')) return enterBlind(query.get('blind'));
  if (query.get('ghost')) return offerGhost(query.get('ghost'), Number(query.get('seat') ?? 0));
  return showStart();
}

/** The room of a blind match; from there into the match itself. */
async function enterBlind(room, again = false) {
  const ready = makeReady();
  ready.catch(() => {}); // what does not load is told when the match begins
  await openRoom(room, (id) => attempt(() => resume(id)), again);
}

/** A game that was played, to be played against. */
async function offerGhost(id, seat) {
  const game = await fetchGame(id);
  await showStart();
  page.ghost = inviteGhost(game, seat);
}

/** Leave a live match behind, and show the start form. */
async function leaveMatch() {
  const {match} = page;
  dropFromAddress('blind', 'ghost', 'seat', 'mode');
  if (history.state?.homing === 'game') return leave();
  await match?.giveUp();
  page.busy = null;
  return attempt(() => showStart());
}

/** Once more: the rematch, the next match of a series, or another opponent in the same room. */
async function onward() {
  const {game} = page, known = $('end-again').dataset.game;
  if (game.mode === 'blind') return enterBlind(new URLSearchParams(location.search).get('blind'), true);
  let id = known;
  try {
    id ||= (await askRematch(game.game_id)).game_id;
  } catch (error) {
    $('end-problem').textContent = error.message;
    $('end-problem').hidden = false;
    return null;
  }
  const token = keptSeat(game.game_id);
  if (token) keepSeat(id, token); // everyone's seat is theirs there too
  return resume(id);
}

let mapsAreThere = false;
/** The start form: at once, its maps as soon as they are known, and everything heavy after it is on the screen. */
async function showStart(invitation = null) {
  page.visit = {};
  page.match?.stop();
  page.ghost = null;
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
    if (game.finished || game.expired || game.live?.phase === 'over') return forgetRunning(id);
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
  const {visit} = page, {game_id: id, room} = await createGame({...settings, ...ghostToSend(page.ghost)});
  if (page.visit !== visit) return;
  if (room) return enterBlind(room);
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
  if (game.live) return follow(game);
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

/** Take up a live match: in the lobby, in its middle, at its end; without a seat one looks on. */
function follow(game) {
  page.invited = null;
  body.dataset.movement = game.rules?.movement ?? 'no_move';
  enterGame(game.game_id);
  new Match(game);
}

const next = () => (page.game.finished ? finish() : look(page.round + 1));

function playAgain() {
  const {map, player, rules, told, rounds_total, rival, opponent_offered: offered} = page.game;
  const match = isStreak(page.game) ? {mode: 'streak'} : matchToSend({told, rounds_total, with_model: Boolean(rival?.from_start) && offered});
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
  press('clash-next', () => page.match?.next());
  press('lobby-ready', () => page.match?.ready($('lobby-ready').getAttribute('aria-pressed') !== 'true'));
  press('lobby-leave', leaveMatch);
  press('lobby-copy', () => copyLink($('lobby-link'), $('lobby-copy')));
  press('room-copy', () => copyLink($('room-link'), $('room-copy')));
  press('room-leave', leaveMatch);
  press('end-again', () => attempt(onward));
  press('end-new', leaveMatch);
  press('end-share', () => share($('end-share')));
  press('ghost-button', () => (page.game.seat == null ? attempt(() => offerGhost(page.game.game_id, 0)) : shareGhost(page.game)));
  $('lobby-join').addEventListener('submit', (event) => { event.preventDefault(); page.match?.sit(); });
  $('end-verdict').addEventListener('submit', async (event) => {
    event.preventDefault();
    const {match} = page;
    await answer(match.id, event.submitter.value);
    match.live.ask();
  });
  press('next-round', () => attempt(next));
  press('opponent-button', playOpponent);
  press('daily-button', () => attempt(today));
  press('play-again', () => attempt(playAgain));
  press('new-game', leave);
  press('share', () => share());
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
  listenToKeys({parts: () => parts, submit, next: () => (page.match ? page.match.next() : attempt(next)), pinned: () => { submitLabel(); sayPin(); },
    walk: {on: isWalking, asOneLooks: walkAsOneLooks, home: backToStart}});
  guardGame({
    middle: inTheMiddle,
    left: () => page.match?.giveUp(),
    toStart: () => { page.busy = null; attempt(() => showStart()); },
    toGame: (id) => { if (page.game?.game_id !== id) { page.busy = null; attempt(() => resume(id)); } },
    warning: () => (page.match ? page.match.warning : page.game.rules?.time_limit_s && body.dataset.state !== 'guessed' ? 'You can go on with it from the start page, but the clock of this round runs on.' : 'It stays as it is: you can go on with it from the start page.'),
  });
  $('compass-ticks').innerHTML = Array.from({length: 36}, (_, i) =>
    `<line x1="50" y1="3" x2="50" y2="${i % 9 ? 6.5 : 9}" transform="rotate(${i * 10} 50 50)"/>`).join('');
}

/** Whether leaving now would leave a game that is not over. */
function inTheMiddle() {
  if (page.match) return page.match.middle;
  return Boolean(page.game) && !page.game.finished && ['looking', 'guessed', 'loading'].includes(body.dataset.state);
}

wire();
hideControls(false);
attempt(openPage);
