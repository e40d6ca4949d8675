import { byId } from "./dom.js";
import { fill, texts } from "./texts.js";
import { toast } from "./toast.js";

async function copy(url) {
  try {
    // Missing on plain http outside localhost: the link is shown instead, to be copied by hand.
    await navigator.clipboard.writeText(url);
    toast(texts.copied);
  } catch {
    toast(fill(texts.copy_failed, { url }));
  }
}

async function share(what) {
  try {
    await navigator.share(what);
  } catch {
    // The user closed the dialog.
  }
}

/** The buttons that share the page's link. */
export function offerLink(name) {
  const url = location.href;
  const copyButton = byId("copy");
  copyButton.hidden = false;
  copyButton.addEventListener("click", () => copy(url));
  if (!navigator.share) return;
  const shareButton = byId("share");
  shareButton.hidden = false;
  shareButton.addEventListener("click", () => share({ title: name, url }));
}
