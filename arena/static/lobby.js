// The lobby of a live match: the link, the seats, who is ready. Knows the page's elements, not the server.

import {$, query, say} from './page.js';
import {remembered, remember} from './kept.js';
import {rulesInWords} from './rules.js';
import {formatScore} from './results.js';
import {ownSeat, seatName} from './sides.js';

const ALONE_MS = 90_000;
let aloneSince = null, told = '';

/** "Duel · World · best of 3", and what it is played by. */
function rulesOf({map_title: title, mode, rules, live}) {
  const {series} = live, {health, after_guess_s: after, round_s: round, teams} = live.rules ?? {};
  $('lobby-what').textContent = [mode === 'blind' ? 'Blind match' : 'Duel', title, rulesInWords({movement: rules?.movement}),
    series?.of > 1 ? `match ${series.number} of ${series.of}` : ''].filter(Boolean).join(' · ');
  $('lobby-rules').textContent = mode === 'blind' ? '' : [teams > 1 ? 'Teams of two, the better guess counts' : '', `Health ${formatScore(health)}`,
    `${round} s a round`, `${after} s after the first guess`].filter(Boolean).join(' · ');
}

function seatItem(seat, few, silent) {
  const item = document.createElement('li'), who = Object.assign(document.createElement('span'), {className: 'who'});
  const state = Object.assign(document.createElement('span'), {className: 'state'});
  if (seat) {
    item.className = [seat.you ? 'you' : '', seat.ready || silent ? 'ready' : '', seat.present === false ? 'away' : ''].join(' ');
    who.textContent = seat.you ? `${seatName(seat)} (you)` : seatName(seat);
    state.textContent = silent ? '' : seat.forfeit ? 'left' : seat.present === false && seat.kind !== 'model' ? 'away' : seat.ready ? 'ready' : 'not ready yet';
  } else {
    item.className = 'free';
    who.textContent = few ? 'Free seat' : 'Nobody yet';
  }
  item.append(who, state);
  return item;
}

/** Show the lobby as it is now; `left` are the seconds to the start once everyone is ready, else null. */
export function showLobby(game, left) {
  const {live} = game, own = ownSeat(game), size = live.rules?.teams ?? 1, most = live.most_seats ?? 2;
  const free = Math.max(0, most - live.seats.length), counting = live.phase === 'countdown';
  rulesOf(game);
  const list = [];
  for (let team = 0; team < most / size; team++) {
    const people = live.seats.filter((one) => one.team === team);
    if (size > 1) list.push(Object.assign(document.createElement('li'), {className: 'team', textContent: `Team ${team + 1}`}));
    for (let i = 0; i < size; i++) list.push(seatItem(people[i], size > 1, game.mode === 'blind'));
  }
  $('lobby-seats').replaceChildren(...list);
  const unready = live.seats.filter((one) => !one.ready && !one.you && !one.forfeit);
  const title = counting ? 'Here we go' : free ? (own ? 'Waiting for someone' : `${seatName(live.seats[0])} asks for a duel`)
    : !own ? 'All seats are taken' : own.ready && unready.length ? `Waiting for ${seatName(unready[0])}` : 'Everyone is here';
  $('lobby-title').textContent = title;
  if (title !== told) say(told = title);
  $('lobby-invite').hidden = !own || !free;
  $('lobby-join').hidden = Boolean(own) || !free || counting;
  $('lobby-teams').hidden = size < 2;
  for (const input of document.querySelectorAll('#lobby-teams input')) {
    const full = live.seats.filter((one) => one.team === Number(input.value)).length >= size;
    input.disabled = full;
    if (full && input.checked) document.querySelector(`#lobby-teams input:not([value="${input.value}"])`).checked = true;
  }
  $('lobby-ready').hidden = !own || counting;
  $('lobby-ready').className = own?.ready ? 'rival' : 'primary';
  $('lobby-ready').textContent = own?.ready ? 'Not ready after all' : 'I am ready';
  $('lobby-ready').setAttribute('aria-pressed', String(Boolean(own?.ready)));
  $('lobby-leave').textContent = own ? 'Leave' : 'Back to the start';
  aloneSince = own && free && live.seats.length === 1 ? aloneSince ?? performance.now() : null;
  const alone = aloneSince != null && performance.now() - aloneSince > ALONE_MS;
  $('lobby-note').textContent = alone ? 'Nobody has come yet. Keep this page open: the link is good for an hour. Or leave, and play a duel against the model.'
    : !own && !free ? 'You can watch: the match shows here when it begins.'
      : own && !counting && live.series?.number > 1 ? 'It starts when everyone is ready. Whoever leaves, or is not ready within the hour, forfeits this match of the series.'
      : own && !counting ? 'It starts when every seat is taken and everyone is ready.' : '';
  $('lobby-note').hidden = !$('lobby-note').textContent;
  const count = $('lobby-count');
  count.hidden = !counting || left == null;
  if (!count.hidden) count.textContent = String(Math.max(1, Math.ceil(left)));
}

/** The lobby of `id` opens: its link, and a name to sit down with. */
export function openLobby(id) {
  const link = new URL(location.pathname, location.href);
  link.search = new URLSearchParams({game: id});
  $('lobby-link').value = link.href;
  $('lobby-copy').textContent = 'Copy';
  $('lobby-name').value ||= query.get('name') ?? remembered('name') ?? '';
  lobbyProblem('');
  told = '';
  aloneSince = null;
}

export function lobbyProblem(text) {
  $('lobby-problem').textContent = text;
  $('lobby-problem').hidden = !text;
}

/** Who wants to sit down: {name, team?}. */
export function readSeat() {
  const name = $('lobby-name').value.trim() || 'Guest';
  remember('name', name === 'Guest' ? null : name);
  return {name, ...($('lobby-teams').hidden ? {} : {team: Number(document.querySelector('#lobby-teams input:checked').value)})};
}

/** Copy what stands in a field of a link; without a clipboard it is selected. */
export async function copyLink(input, button) {
  try {
    await navigator.clipboard.writeText(input.value);
    button.textContent = 'Copied';
    say('Link copied.');
  } catch {
    input.focus();
    input.select();
    say('Copy the selected link.');
  }
}

