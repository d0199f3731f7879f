/** The board's texts in the user's language; English stands in for a language that has none. */

const LANGUAGES = ["en", "nl", "fr", "de"];
const RETRY = 30_000;
const loads = new Map();
const loaded = new Map();
const pauses = new Map();

/** Return which of the languages that there are texts in is a user's. */
export function languageOf(tag) {
  const language = String(tag ?? "").toLowerCase().split("-")[0];
  return LANGUAGES.includes(language) ? language : "en";
}

/**
 * Load the texts of a language, once; they are an object of texts by key.
 *
 * A load that failed is not tried again before the pause after it is over.
 */
export function loadWords(tag) {
  const language = languageOf(tag);
  if (!loads.has(language)) {
    const load = fetch(new URL(`words/${language}.json`, import.meta.url))
      .then((response) => {
        if (!response.ok) throw new Error(`${response.status} ${response.url}`);
        return response.json();
      })
      .then((words) => loaded.set(language, words).get(language));
    load.catch(() => pauses.set(language, pause().then(() => loads.delete(language))));
    loads.set(language, load);
  }
  return loads.get(language);
}

/** Wait until it is worth trying again to load the texts of a language, which failed. */
export async function pauseAfterFailure(tag) {
  await pauses.get(languageOf(tag));
}

/** Wait a while, or until somebody looks at the page again. */
function pause() {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
      done();
    };
    const onVisibility = () => document.visibilityState === "visible" && end();
    const timer = setTimeout(end, RETRY);
    document.addEventListener("visibilitychange", onVisibility);
  });
}

/** Return the texts of a language if they are loaded. */
export function loadedWords(tag) {
  return loaded.get(languageOf(tag));
}

/** Return a text with its placeholders filled in. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
