/** The period of refreshes while the page is visible, in milliseconds. */
const AGAIN_MS = 10_000;
/** A slower answer is given up, in milliseconds. */
const PATIENCE_MS = 8_000;

/** Fetches the page anew. Null without an answer, or where the answer is another page: the next refresh tries again. */
async function newest() {
  try {
    const answer = await fetch("/mafia", { headers: { accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Refreshes the lists. The forms stay as they are, and so does the keyboard's focus in a list. */
async function lookAgain() {
  if (document.hidden) return;
  const page = await newest();
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page?.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!fresh || fresh.innerHTML === old.innerHTML) continue;
    const at = old.contains(document.activeElement) ? document.activeElement.closest("[data-code]")?.dataset.code : undefined;
    old.replaceChildren(...fresh.childNodes);
    if (at) old.querySelector(`[data-code="${at}"] a`)?.focus();
  }
}

setInterval(lookAgain, AGAIN_MS);
document.addEventListener("visibilitychange", lookAgain);
globalThis.addEventListener("online", lookAgain);
globalThis.addEventListener("pageshow", ({ persisted }) => persisted && lookAgain());
