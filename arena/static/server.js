// The server's answers as promises. Knows the HTTP contract; knows nothing of the page.

const API = new URL('arena/api/', document.baseURI).href;

/** An answer that is no answer: `message` is a sentence for people, `status` 0 when the server was not reached. */
export class ServerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(API + path, options);
  } catch {
    throw new ServerError('The server cannot be reached. Check that it is running, then try again.', 0);
  }
  if (response.ok) return response;
  let sentence = `The server answered with an error (${response.status}). Try again in a moment.`;
  try {
    sentence = (await response.json()).error || sentence;
  } catch { /* no JSON: the general sentence stands */ }
  throw new ServerError(sentence, response.status);
}

const get = async (path) => (await ask(path)).json();
const post = async (path, body = {}) => (await ask(path, {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
})).json();

const game = (id) => `games/${encodeURIComponent(id)}`;

export const fetchMaps = () => get('maps');
export const fetchOutlines = (kind) => get(`outlines/${kind}`);
export const fetchLabels = () => get('labels');
export const createGame = (settings) => post('games', settings);
export const fetchGame = (id) => get(game(id));
export const sendGuess = (id, round, lat, lng) => post(`${game(id)}/rounds/${round}/guess`, {lat, lng});
export const askOpponent = (id) => post(`${game(id)}/opponent`);

/** The panorama of a round as an ImageBitmap; `onProgress` gets 0 … 1 while it travels. */
export async function fetchPanorama(id, round, onProgress) {
  const response = await ask(`${game(id)}/rounds/${round}/panorama.jpg`);
  const length = Number(response.headers.get('Content-Length')) || 0;
  const reader = response.body.getReader();
  const parts = [];
  let received = 0;
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.length;
      if (length) onProgress(Math.min(1, received / length));
    }
    return await createImageBitmap(new Blob(parts, {type: 'image/jpeg'}), {colorSpaceConversion: 'none'});
  } catch {
    throw new ServerError('The panorama did not arrive whole. Check the connection, then try again.', 0);
  }
}
