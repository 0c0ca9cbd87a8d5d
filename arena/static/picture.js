// The picture of a round: the first one soon, a sharper one of the same place later. Knows the server and the panorama.

import {$, kind} from './page.js';
import {bitmapFrom, fetchPanorama, fetchStep, fetchView} from './server.js';
import {canWalk, isFixed} from './rules.js';

// After which a wait is explained, and explained again: the first picture of a new machine waits for compilers.
const SLOW_MS = 2500, VERY_SLOW_MS = 9000;
const SHARP_PX = 4096, SMALL_SCREEN_PX = 600, LITTLE_MEMORY_GB = 4;
const TRIES = 3, AGAIN_S = 5;

/** The picture of a round, {bitmap, heading?, blob?, road?}; `tell(text, share)` hears what is being waited for. */
export async function fetchPicture(game, round, tell) {
  tell(`Round ${round}: going there…`);
  const explain = (words, afterMs) => setTimeout(() => tell(`Round ${round}: ${words}`), afterMs);
  const waits = [explain('the place is being painted…', SLOW_MS),
    explain('still being painted. The very first picture of a machine takes half a minute…', VERY_SLOW_MS)];
  const arrives = () => waits.forEach(clearTimeout);
  const onProgress = (share) => { arrives(); tell(`Round ${round}: almost there…`, share); };
  try {
    if (isFixed(game)) return await fetchView(game.game_id, round, {onProgress});
    if (canWalk(game)) {
      const first = await fetchStep(game.game_id, round, 0, {onProgress});
      return {...first, bitmap: await bitmapFrom(first.blob)};
    }
    return {bitmap: await fetchPanorama(game.game_id, round, {onProgress})};
  } finally {
    arrives();
  }
}

export class Sharpener {
  constructor(panorama) {
    this.panorama = panorama;
    this.cancel = null;
  }

  /** Whether this machine has use and room for a sharper picture. A bot's four looks must all show the same one. */
  get wanted() {
    return kind !== 'bot' && this.panorama.maxWidth >= SHARP_PX && Math.min(screen.width, screen.height) >= SMALL_SCREEN_PX
      && (navigator.deviceMemory ?? LITTLE_MEMORY_GB) >= LITTLE_MEMORY_GB && !navigator.connection?.saveData;
  }

  /** Fetch the sharper picture and lay it over the one that is shown; nobody hears of it when that fails. */
  async start(game, round, step = 0) {
    this.stop();
    if (!this.wanted) return;
    const {signal} = this.cancel = new AbortController();
    $('sharpness').hidden = false;
    try {
      const bitmap = await this.fetch(game, round, step, signal);
      if (signal.aborted || bitmap.width <= this.panorama.bitmap.width) bitmap.close();
      else await this.panorama.sharpen(bitmap);
    } catch { /* the first picture does */ }
    if (this.cancel?.signal === signal) this.stop();
  }

  async fetch(game, round, step, signal) {
    for (let tries = 1; ; tries++) {
      try {
        return await fetchPanorama(game, round, {width: SHARP_PX, step, signal});
      } catch (error) {
        if (tries === TRIES || ![429, 503].includes(error.status)) throw error;
        await new Promise((done) => setTimeout(done, (error.retryAfterS ?? AGAIN_S) * 1000));
        signal.throwIfAborted();
      }
    }
  }

  /** The round is over: what is on its way is not wanted any more. */
  stop() {
    this.cancel?.abort();
    this.cancel = null;
    $('sharpness').hidden = true;
  }
}
