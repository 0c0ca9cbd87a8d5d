// The server's answers as promises. Knows the HTTP contract; knows nothing of the page.

import {keepSeat, keptSeat} from './kept.js';

// Below whatever path this file is served from, so that a base path or a proxy changes nothing.
const API = new URL('../api/', import.meta.url).href;

/** An answer that is no answer: `message` is a sentence for people, `status` 0 when the server was not reached. */
export class ServerError extends Error {
  constructor(message, status, retryAfterS = null) {
    super(message);
    Object.assign(this, {status, retryAfterS});
  }

  /** Whether the same question may get another answer in a while. */
  get passing() { return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500; }
}

const SEAT_HEADER = 'X-Seat-Token';

async function ask(path, options = {}) {
  let response;
  const token = seatToken(path);
  try {
    response = await fetch(API + path, token ? {...options, headers: {...options.headers, [SEAT_HEADER]: token}} : options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ServerError('The server cannot be reached. Check that it is running, then try again.', 0);
  }
  if (response.ok) return response;
  let sentence = `The server answered with an error (${response.status}). Try again in a moment.`;
  try {
    sentence = (await response.json()).error || sentence;
  } catch { /* no JSON: the general sentence stands */ }
  throw new ServerError(sentence, response.status, Number(response.headers.get('Retry-After')) || null);
}

const get = async (path) => (await ask(path)).json();
const post = (path, body = {}) => ask(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});

const game = (id) => `games/${encodeURIComponent(id)}`;

/** The token of the seat that a path is about: a browser that keeps no cookies holds its seat by that alone. */
function seatToken(path) {
  const [, id] = /^games\/([^/]+)/.exec(path) ?? [];
  return id ? keptSeat(decodeURIComponent(id)) : null;
}

async function takeSeat(path, settings) {
  const taken = await (await post(path, settings)).json();
  if (taken.seat_token) keepSeat(taken.game_id, taken.seat_token);
  return taken;
}

export const fetchMaps = () => get('maps');
export const fetchDaily = () => get('daily');
/** Take a seat in the game of the day. */
export const playDaily = (settings) => takeSeat('daily', settings);
export const fetchStreaks = () => get('streaks');
export const fetchOutlines = (kind) => get(`outlines/${kind}`);
export const fetchLabels = () => get('labels');
export const fetchTowns = (zoom, x, y) => get(`towns/${zoom}/${x}/${y}`);
export const createGame = (settings) => takeSeat('games', settings);
export const joinGame = (id, settings) => takeSeat(`${game(id)}/seats`, settings);
export const fetchGame = (id) => get(game(id));
/** Send a guess; null for both says that the time ran out before there was one. */
export const sendGuess = async (id, round, lat, lng) => (await post(`${game(id)}/rounds/${round}/guess`, {lat, lng})).json();

// ── a match in which all play at the same time ──────────────────────────────────────────────────────────────────────

/** Where a live match is told as it goes on: the address of its WebSocket. */
export const liveAddress = (id) => `${API.replace(/^http/, 'ws')}${game(id)}/live`;
/** Say that one is ready for the start, or for the next round; gives the state of the match. */
export const sendReady = async (id, ready = true) => (await post(`${game(id)}/ready`, {ready})).json();
/** Give up one's seat: in the lobby it is free again, in the match and between two of a series the other side wins. */
export const leaveSeat = (id) => post(`${game(id)}/leave`);
/** The same match once more: {game_id}, one for everybody who asks. */
export const askRematch = async (id) => (await post(`${game(id)}/rematch`)).json();
/** Say who the opponent of a blind match was, "person" or "model". */
export const sendVerdict = async (id, thinks) => (await post(`${game(id)}/verdict`, {thinks})).json();

const room = (id) => `blind/${encodeURIComponent(id)}`;
export const fetchRoom = (id) => get(room(id));
export const enterRoom = async (id, settings) => (await post(`${room(id)}/enter`, settings)).json();

/** Ask the model to play, or how far it is: {done: its state} or {playing: {status, played, of}}. */
export async function askOpponent(id) {
  const response = await post(`${game(id)}/opponent`);
  const answer = await response.json();
  return response.status === 202 ? {playing: answer} : {done: answer};
}

/** The panorama of a round as an ImageBitmap, `width` pixels wide; `onProgress` gets 0 … 1 while it travels. */
export async function fetchPanorama(id, round, {width = null, step = null, onProgress = () => {}, signal} = {}) {
  const wanted = new URLSearchParams({...(width ? {width} : {}), ...(step ? {step} : {})}).toString();
  const response = await ask(`${game(id)}/rounds/${round}/panorama.jpg${wanted && `?${wanted}`}`, {signal, ...(width ? {priority: 'low'} : {})});
  return bitmapOf(response, onProgress);
}

/** The panorama `step` steps along the road of a round: {blob, road}, where the road leads there in degrees. What is
 *  only wanted next is asked for `ahead`. */
export async function fetchStep(id, round, step, {ahead = false, onProgress = () => {}, signal} = {}) {
  const response = await ask(`${game(id)}/rounds/${round}/panorama.jpg?step=${step}${ahead ? '&ahead=1' : ''}`, {signal, ...(ahead ? {priority: 'low'} : {})});
  return {blob: await blobOf(response, onProgress), road: Number(response.headers.get('X-Road-Deg')) || 0};
}

/** The one view of a round without moving, panning or zooming: {bitmap, heading}. */
export async function fetchView(id, round, {onProgress = () => {}} = {}) {
  const response = await ask(`${game(id)}/rounds/${round}/view.jpg`);
  return {heading: Number(response.headers.get('X-Heading-Deg')) || 0, bitmap: await bitmapOf(response, onProgress)};
}

const NOT_WHOLE = 'The picture did not arrive whole. Check the connection, then try again.';

/** The picture in a JPEG. */
export async function bitmapFrom(jpeg) {
  try {
    return await createImageBitmap(jpeg, {colorSpaceConversion: 'none'});
  } catch {
    throw new ServerError(NOT_WHOLE, 0);
  }
}

const bitmapOf = async (response, onProgress) => bitmapFrom(await blobOf(response, onProgress));

async function blobOf(response, onProgress) {
  const length = Number(response.headers.get('Content-Length')) || 0;
  const parts = [];
  let received = 0;
  try {
    const reader = response.body.getReader();
    for (;;) {
      const {done, value} = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.length;
      if (length) onProgress(Math.min(1, received / length));
    }
    return new Blob(parts, {type: 'image/jpeg'});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ServerError(NOT_WHOLE, 0);
  }
}
