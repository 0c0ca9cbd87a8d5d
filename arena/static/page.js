// What every part of the page shares: its elements, its states, and how it speaks. Knows no game.
//
// <body data-state> is "start", "loading", "looking", "guessed", "summary" or "error"; of a live match also "lobby",
// "pause" and "over", and "room" before a blind one.

export const $ = (id) => document.getElementById(id);
export const body = document.body;
export const query = new URLSearchParams(location.search);
export const kind = query.get('kind') === 'bot' ? 'bot' : 'person';
/** Whether this page lies inside another one, which has no address of ours to keep the game in. */
export const embedded = window.self !== window.top;
// A bot gains nothing from animations, and some people ask to be spared them.
export const still = kind === 'bot' || matchMedia('(prefers-reduced-motion: reduce)').matches;

const HINT_MS = 4500;
let hinting;

export function enter(state) {
  for (const part of document.querySelectorAll('[data-in]')) part.hidden = !part.dataset.in.split(' ').includes(state);
  body.dataset.state = state;
  $('hint').hidden = true;
  const focus = {looking: $('panorama'), guessed: $('next-round'), summary: $('play-again'),
    error: $('retry').hidden ? $('to-start') : $('retry'), pause: $('clash-next'), over: $('end-title'), lobby: $('lobby-title'), room: $('room-title')}[state];
  focus?.focus({preventScroll: true});
}

export function loading(text, share = null) {
  if ($('loading-text').textContent !== text) $('loading-text').textContent = text;
  const bar = $('loading-bar').parentElement;
  bar.classList.toggle('endless', share === null);
  if (share === null) bar.removeAttribute('aria-valuenow');
  else bar.setAttribute('aria-valuenow', Math.round(share * 100));
  $('loading-bar').style.width = share === null ? '' : `${share * 100}%`;
  if (body.dataset.state !== 'loading' || $('loading').hidden) enter('loading');
}

/** Show a failure; "Try again" is there only where it can help. */
export function fail(error, canRetry) {
  $('error').textContent = error.message || 'Something unexpected happened. Try again.';
  $('retry').hidden = !canRetry;
  $('to-start').className = canRetry ? 'plain' : 'primary';
  enter('error');
}

/** Say something to those who listen to the page. */
export function say(text) {
  $('said').textContent = '';
  setTimeout(() => { $('said').textContent = text; }, 50); // a change of the same words is heard too
}

/** Show a short hint for a moment, and say it. */
export function hint(text) {
  $('hint').textContent = text;
  $('hint').hidden = false;
  say(text);
  clearTimeout(hinting);
  hinting = setTimeout(() => { $('hint').hidden = true; }, HINT_MS);
}
