// The clock of a round: up from nothing, or down to the server's deadline. Knows an element, not the game.

const HURRY_S = 10;

const asTime = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

export class Clock {
  /** `onSecond(seconds)` is called for a clock that counts up, `onHurry(seconds)` once near the end of one that counts
   *  down, `onEnd()` once at its end. The element tells what is left in data-left. */
  constructor(element, {onSecond = () => {}, onHurry = () => {}, onEnd = () => {}}) {
    Object.assign(this, {element, onSecond, onHurry, onEnd, timer: null});
  }

  countUp(from = 0) {
    this.stop();
    const since = performance.now() - from * 1000;
    const tick = () => {
      const seconds = Math.floor((performance.now() - since) / 1000);
      this.element.textContent = asTime(seconds);
      if (seconds) this.onSecond(seconds);
      this.timer = setTimeout(tick, 1000);
    };
    tick();
  }

  /** Count down from `left` seconds; called again, it is set right and hurries no one twice. */
  countDown(left, {again = false} = {}) {
    const hurried = again ? this.hurried : left <= HURRY_S; // who begins with so little was told so
    this.stop();
    this.hurried = hurried;
    const until = performance.now() + left * 1000;
    const tick = () => {
      const rest = (until - performance.now()) / 1000, whole = Math.max(0, Math.ceil(rest));
      this.element.textContent = asTime(whole);
      this.element.dataset.left = whole;
      this.element.classList.toggle('hurry', rest <= HURRY_S);
      if (rest <= HURRY_S && rest > 0 && !this.hurried) {
        this.hurried = true;
        this.onHurry(whole);
      }
      if (rest <= 0) return void this.onEnd();
      this.timer = setTimeout(tick, Math.max(20, Math.min(250, rest * 1000)));
    };
    tick();
  }

  stop() {
    clearTimeout(this.timer);
    this.hurried = false;
    this.element.classList.remove('hurry');
    delete this.element.dataset.left;
  }
}
