/** Defining elements, and offering them in the lists that Home Assistant's dialogs show. */

import { loadedWords } from "./words.js";

/** Define elements by name; a page that stays open during an update keeps those that it has. */
export function define(elements) {
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

/** Offer something in a list, once, under the title and description that a group of texts has. */
export function offer(list, entry, group) {
  window[list] ??= [];
  const isSame = (other) => Object.entries(entry).every(([key, value]) => other[key] === value);
  if (window[list].some(isSame)) return;
  const texts = () => (loadedWords(document.documentElement.lang) ?? loadedWords("en"))?.[group];
  // Read when the dialog opens: the user's language is not known before.
  const name = { enumerable: true, get: () => texts()?.title ?? "Fluvius ESCO" };
  const description = { enumerable: true, get: () => texts()?.description ?? "" };
  window[list].push(Object.defineProperties({ ...entry }, { name, description }));
}
