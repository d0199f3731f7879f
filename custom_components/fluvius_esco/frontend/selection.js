/** What is chosen on the board: a meter, remembered by the browser, and a day. All cards follow it. */

const METER = "fluvius-esco-meter";

class Selection extends EventTarget {
  /** The chosen day; null for the newest one that a meter has readings of. */
  day = null;
  _meter = remembered();

  /** Return the chosen one of the meters, or the first. */
  meterAmong(meters) {
    return meters.find((meter) => meter.id === this._meter) ?? meters[0];
  }

  /** Choose a meter; the day stays, so that meters can be compared. */
  chooseMeter(id) {
    this._meter = id;
    remember(id);
    this._tell();
  }

  /** Choose a day. */
  chooseDay(date) {
    this.day = date;
    this._tell();
  }

  _tell() {
    this.dispatchEvent(new Event("change"));
  }
}

function remembered() {
  try {
    return localStorage.getItem(METER);
  } catch {
    return null; // a browser that keeps nothing still shows the board
  }
}

function remember(id) {
  try {
    localStorage.setItem(METER, id);
  } catch {
    // as above
  }
}

export const selection = new Selection();
