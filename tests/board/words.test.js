/** Loading the texts, and trying again what failed. */

import assert from "node:assert/strict";
import test from "node:test";

import { loadWords, loadedWords, pauseAfterFailure } from "../../custom_components/fluvius_esco/frontend/words.js";

let asked = 0;
let isThere = false;
globalThis.fetch = async (url) => {
  asked += 1;
  return isThere ? Response.json({ board: { title: "Board" } }) : new Response("", { status: 503, url });
};
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "hidden" });

test("texts that cannot be loaded are asked for again after a while, or when the page is looked at", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (let state = 0; state < 100; state++) await assert.rejects(loadWords("nl"), /503/);
  assert.equal(asked, 1);

  t.mock.timers.tick(30_000);
  await pauseAfterFailure("nl");
  await assert.rejects(loadWords("nl"));
  assert.equal(asked, 2);

  isThere = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await assert.rejects(loadWords("nl"));
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  await pauseAfterFailure("nl");
  assert.equal((await loadWords("nl-BE")).board.title, "Board");
  assert.equal(asked, 3);
  assert.equal(loadedWords("nl"), await loadWords("nl"));
});
