/** How often the lists are looked at again while somebody looks at the page, in milliseconds. */
const AGAIN_MS = 10_000;
/** An answer that takes longer than this is not waited for, in milliseconds. */
const PATIENCE_MS = 8_000;

/** The page as the server would send it now. Null where no answer came, or another page: the next look may have one. */
async function newest() {
  try {
    const answer = await fetch("/mafia", { headers: { accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Brings the lists up to date. Forms are left as they are, and who is at a table in a list by keyboard stays there. */
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
