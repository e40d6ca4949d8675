import { avatar } from "../site/avatar.js";
import { make } from "../site/dom.js";
import { dayName, dayOf, moment, timeOfDay } from "./time.js";

/** Messages of one user within this time stand under one name. */
const TOGETHER_MS = 5 * 60_000;

/** A message as a list item. `mine` where `user` is the reader. */
export function messageItem({ user, body, at, mine, seq = null, clientId = null }) {
  const item = make("li", {
    class: mine ? "message mine" : "message",
    "data-user": user.id,
    "data-at": at,
    "data-seq": seq,
    "data-client-id": clientId,
  });
  const time = make("time", { datetime: new Date(at).toISOString(), title: moment(at) }, timeOfDay(at));
  item.append(
    make("p", { class: "day" }, dayName(at)),
    avatar(user.id, user.nickname),
    make("p", { class: "who" }, user.nickname),
    make("div", { class: "words" }, make("p", { class: "text" }, body), time),
  );
  return item;
}

/** A line about an event: a member came, left, or has a new nickname. */
export const eventItem = (text) => make("li", { class: "event" }, text);

/** Sets how an item follows the one before it: a new day, or the same user again. */
export function joinToPrevious(item) {
  if (!item?.classList.contains("message")) return;
  const before = item.previousElementSibling;
  const lastMessage = previousMessage(item);
  const at = Number(item.dataset.at);
  const newDay = !lastMessage || dayOf(Number(lastMessage.dataset.at)) !== dayOf(at);
  const together =
    !newDay &&
    before === lastMessage &&
    before.dataset.user === item.dataset.user &&
    at - Number(before.dataset.at) < TOGETHER_MS;
  item.classList.toggle("new-day", newDay);
  item.classList.toggle("follows", together);
}

function previousMessage(item) {
  let before = item.previousElementSibling;
  while (before && !before.classList.contains("message")) before = before.previousElementSibling;
  return before;
}
