import { byId } from "../site/dom.js";

/** The button for earlier messages. It also loads them when it scrolls into view. */
export function offerOlder({ conversation, history, onError }) {
  const offer = byId("older");
  let busy = false;
  const load = async () => {
    if (busy || !conversation.more) return;
    busy = true;
    offer.setAttribute("aria-busy", "true");
    try {
      await history.older();
    } catch (error) {
      onError(error);
    }
    busy = false;
    offer.removeAttribute("aria-busy");
    offer.hidden = !conversation.more;
  };
  offer.addEventListener("click", load);
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && load(), { root: byId("log") }).observe(offer);
  return () => {
    offer.hidden = !conversation.more;
  };
}
