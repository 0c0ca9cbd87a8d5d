// A blind match: the room that one enters by a link, the wait for an opponent, and the question at the end.

import {$, body, enter, kind, query, say} from './page.js';
import {keepSeat, keptSeat, remember, remembered} from './kept.js';
import {roundsInWords} from './rules.js';
import {enterRoom, fetchRoom, sendVerdict} from './server.js';
import {page} from './table.js';

const ASK_MS = 1000, PATIENT_TRIES = 20;

function problem(text) {
  $('room-problem').textContent = text;
  $('room-problem').hidden = !text;
}

/** Show the room `id`; `open(game)` is called with the id of the match once there is an opponent. Whoever has played there
 *  enters it `again` for another one. */
export async function openRoom(id, open, again = false) {
  const room = await fetchRoom(id), visit = page.visit = {};
  body.dataset.room = id;
  page.game = null;
  const address = new URL(location.href);
  address.search = new URLSearchParams({blind: id});
  if (query.get('blind') !== id) history.replaceState(history.state, '', address);
  $('room-link').value = address.href;
  $('room-copy').textContent = 'Copy';
  $('room-what').textContent = ['Blind match', room.map_title, room.rounds ? roundsInWords(room.rounds) : ''].filter(Boolean).join(' · ');
  $('room-about').textContent = 'You play against a person or against the model, drawn at random, and are not told which. At the end you say who you think it was.';
  $('room-name').value ||= query.get('name') ?? remembered('name') ?? '';
  problem('');
  waiting(false);
  enter('room');
  if (room.game_id && !again) return open(room.game_id);
  if (room.waiting && !room.game_id) return wait(id, open, visit);
  $('room-enter').onsubmit = (event) => { event.preventDefault(); join(id, open, visit, again ? {again} : {}); };
}

function waiting(on) {
  $('room-enter').hidden = $('room-invite').hidden = on;
  $('room-waiting').hidden = !on;
}

async function join(id, open, visit, more) {
  const name = $('room-name').value.trim() || 'Guest';
  if (kind !== 'bot') remember('name', name === 'Guest' ? null : name);
  problem('');
  waiting(true);
  try {
    const entered = await enterRoom(id, {name, kind, ...more});
    if (entered.seat_token) keepSeat(id, entered.seat_token);
    if (page.visit !== visit) return;
    if (entered.game_id) meet(id, entered.game_id, open);
    else await wait(id, open, visit);
  } catch (error) {
    if (page.visit !== visit) return;
    waiting(false);
    problem(error.message);
  }
}

async function wait(id, open, visit) {
  waiting(true);
  say('Looking for an opponent.');
  for (let missed = 0; page.visit === visit;) {
    await new Promise((done) => setTimeout(done, ASK_MS));
    if (page.visit !== visit) return;
    try {
      const room = await fetchRoom(id);
      missed = 0;
      problem('');
      if (room.game_id && page.visit === visit) return void meet(id, room.game_id, open);
      if (!room.waiting) return void waiting(false); // another tab was told why
    } catch (error) {
      problem(error.message);
      if (error.passing === false || (missed += 1) > PATIENT_TRIES) return void waiting(false);
    }
  }
}

// The token that the room gave is that of one's seat in the match.
function meet(room, id, open) {
  const token = keptSeat(room);
  if (token) keepSeat(id, token);
  open(id);
}

const CALLED = {person: 'a person', model: 'the model'};

/** The question at the end, or its answer, as far as the server tells it. */
export function showVerdict({live}) {
  const {blind} = live, told = blind?.your_verdict;
  $('end-verdict').hidden = !blind?.verdict_open || Boolean(told) || !live.seats.some((one) => one.you);
  $('end-told').hidden = !told && !blind?.was;
  if (!told && !blind?.was) return;
  const rate = blind.rate?.of ? ` So far you were right in ${blind.rate.right} of ${blind.rate.of}.` : '';
  const was = !blind.was ? `You said: ${CALLED[told]}. Who it was is told when the other one has answered too.`
    : `It was ${CALLED[blind.was]}. ${!told ? '' : told === blind.was ? 'You were right.' : `You took it for ${CALLED[told]}.`}${rate}`;
  if ($('end-told').textContent === was) return;
  $('end-told').textContent = was;
  say(was);
}

/** Answer the question. */
export async function answer(id, thinks) {
  const buttons = $('end-verdict').querySelectorAll('button');
  buttons.forEach((button) => { button.disabled = true; });
  try {
    await sendVerdict(id, thinks);
    $('end-problem').hidden = true;
  } catch (error) {
    $('end-problem').textContent = error.message;
    $('end-problem').hidden = false;
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
  }
}
