import { button, make } from "../site/dom.js";
import { texts } from "../site/texts.js";

const REASONS = new Set(["too_long", "bad_field", "unavailable"]);

/** Shows the state of an unconfirmed message under it. */
export function showFate(item, entry, { onRetry, onDiscard }) {
  item.classList.add("pending");
  item.classList.toggle("failed", entry.state === "failed");
  item.querySelector(".fate")?.remove();
  const fate = make("p", { class: "fate" });
  if (entry.state === "failed") {
    const reason = REASONS.has(entry.reason) ? texts[entry.reason] : texts.failed;
    fate.append(make("span", { role: "alert" }, reason), button(texts.retry, onRetry), button(texts.discard, onDiscard));
  } else {
    fate.append(texts.sending);
  }
  item.append(fate);
}
