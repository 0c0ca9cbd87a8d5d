// Leaving a game in its middle: the browser's Back asks first, and so does closing the page. Knows no round.
//
// A game has a history entry of its own on top of the start page's. Back therefore stays in this document, which goes
// forward again and asks.

import {$, embedded, kind, query} from './page.js';

let page = {middle: () => false, left: () => {}, toStart: () => {}, toGame: () => {}, warning: () => ''};
let leaving = false;

function address(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set('game', id);
  else url.searchParams.delete('game');
  return url;
}

/** A game begins, or is taken up: give it its entry. */
export function enterGame(id) {
  if (history.state?.homing !== 'game') {
    history.replaceState({homing: 'start'}, '', address(null));
    history.pushState({homing: 'game', id}, '', address(id));
  } else history.replaceState({homing: 'game', id}, '', address(id));
}

/** A seed or a game in the address is for one game only. */
export function dropFromAddress(...names) {
  const url = new URL(location.href);
  for (const name of names) { url.searchParams.delete(name); query.delete(name); }
  history.replaceState(history.state, '', url);
}

/** Go to the start page; a game that was begun can be taken up again from there. */
export function leave() {
  leaving = true;
  if (history.state?.homing === 'game') history.back();
  else onPop({state: {homing: 'start'}});
}

export function askToLeave() {
  $('leave-warning').textContent = page.warning();
  if (!$('leave').open) $('leave').showModal();
}

function onPop({state}) {
  if (state?.homing === 'game') return void page.toGame(state.id);
  if (page.middle() && !leaving) {
    history.forward();
    return askToLeave();
  }
  leaving = false;
  page.left();
  page.toStart();
}

/** `middle()` says whether a game would be left, `left()` hears that it is; `toStart()`, `toGame(id)` show where the history went. */
export function guardGame(hands) {
  page = hands;
  addEventListener('popstate', onPop);
  addEventListener('beforeunload', (event) => {
    // Around an embedded game lies a page that comes back to it; a bot has nobody to answer.
    if (kind !== 'bot' && !embedded && page.middle()) event.preventDefault();
  });
  $('leave').addEventListener('close', () => { if ($('leave').returnValue === 'leave') leave(); });
}
