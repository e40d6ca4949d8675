import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Conversation } from "../../../http-server/static/rooms/conversation.js";
import { History } from "../../../http-server/static/rooms/history.js";

let shown;
let holes;
let conversation;

const message = (seq) => ({ seq, body: `no. ${seq}` });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message(from + at));
const seqs = () => shown.map(({ seq }) => seq);

beforeEach(() => {
  shown = [];
  holes = 0;
  conversation = new Conversation({
    restart: (messages) => (shown = [...messages]),
    append: (one) => shown.push(one),
    prepend: (messages) => shown.unshift(...messages),
    hole: () => (holes += 1),
  });
});

/** A server with the messages 1 to `count`; keeps what it was asked. */
function server(count) {
  const asked = [];
  const fetch = async (_code, { after, before, limit }) => {
    asked.push({ after, before });
    const all = range(1, count).filter(({ seq }) => (after === undefined || seq > after) && (before === undefined || seq < before));
    const messages = after === undefined ? all.slice(-limit) : all.slice(0, limit);
    return { messages, more: messages.length < all.length };
  };
  return { asked, fetch };
}

test("a message twice is shown once", () => {
  conversation.restart(range(1, 3), false);
  [4, 4, 2, 5].forEach((seq) => conversation.receive(message(seq)));
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
  assert.equal(holes, 0);
});

test("a message ahead of its turn waits for what lies between", () => {
  conversation.restart(range(1, 3), false);
  conversation.receive(message(6));
  assert.deepEqual([seqs(), holes], [[1, 2, 3], 1]);
  conversation.receive(message(4));
  conversation.receive(message(5));
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5, 6]);
});

test("what comes before the first page is not lost", () => {
  conversation.receive(message(4));
  assert.deepEqual([seqs(), holes], [[], 0]);
  conversation.restart(range(1, 3), false);
  assert.deepEqual(seqs(), [1, 2, 3, 4]);
});

test("an empty room begins with number one", () => {
  conversation.restart([], false);
  conversation.receive(message(1));
  assert.deepEqual(seqs(), [1]);
});

test("earlier messages go before, each once", () => {
  conversation.restart(range(6, 8), true);
  conversation.prepend(range(4, 6), true);
  assert.deepEqual(seqs(), [4, 5, 6, 7, 8]);
  conversation.prepend([], false);
  assert.equal(conversation.more, false);
});

test("catching up fetches page after page and leaves no hole", async () => {
  const { asked, fetch } = server(500);
  conversation.restart(range(1, 150), false);
  conversation.receive(message(500));
  await new History("K7QF2M", conversation, fetch).catchUp(500);
  assert.deepEqual(seqs(), range(1, 500).map(({ seq }) => seq));
  assert.deepEqual(asked.map(({ after }) => after), [150, 350], "in pages of 200");
});

test("a client that missed too much begins with the newest messages", async () => {
  const { fetch } = server(1000);
  conversation.restart(range(1, 10), false);
  const history = new History("K7QF2M", conversation, fetch);
  await history.catchUp(1000);
  assert.deepEqual([seqs().at(0), seqs().at(-1), conversation.more], [951, 1000, true]);
  await history.older();
  assert.deepEqual([seqs().at(0), seqs().length], [901, 100]);
});

test("asked while it runs, it asks once more and not at the same time", async () => {
  const { asked, fetch } = server(3);
  const history = new History("K7QF2M", conversation, fetch);
  await Promise.all([history.catchUp(), history.catchUp(), history.catchUp()]);
  assert.deepEqual(asked.map(({ after }) => after), [undefined, 3]);
  assert.deepEqual(seqs(), [1, 2, 3]);
});

test("what is known to be there already is not asked for", async () => {
  const { asked, fetch } = server(3);
  const history = new History("K7QF2M", conversation, fetch);
  await Promise.all([history.catchUp(), history.catchUp(3)]);
  await history.catchUp(2);
  assert.deepEqual(asked.map(({ after }) => after), [undefined]);
});

test("reports a failure, and the next attempt starts anew", async () => {
  const { fetch } = server(3);
  let fail = true;
  const history = new History("K7QF2M", conversation, async (...args) => {
    if (fail) throw new Error("no network");
    return fetch(...args);
  });
  await assert.rejects(history.catchUp(), /no network/);
  fail = false;
  await history.catchUp();
  assert.deepEqual(seqs(), [1, 2, 3]);
});

test("what comes after the end is dropped, and nothing more is asked for", async () => {
  const { asked, fetch } = server(300);
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  const history = new History("K7QF2M", conversation, async (...query) => {
    await held;
    return fetch(...query);
  });
  const begun = history.catchUp();
  history.stop();
  letGo();
  await begun;
  await history.catchUp(300);
  await history.older();
  assert.deepEqual([shown, conversation.loaded], [[], false]);
  assert.equal(asked.length, 1);
});

test("an earlier page that comes after the end is dropped", async () => {
  const { fetch } = server(300);
  conversation.restart(range(251, 300), true);
  const history = new History("K7QF2M", conversation, async (...query) => {
    const page = await fetch(...query);
    history.stop();
    return page;
  });
  await history.older();
  assert.equal(conversation.first, 251);
});

test("an end during a long way stops it", async () => {
  const { asked, fetch } = server(700);
  conversation.restart(range(1, 10), false);
  const history = new History("K7QF2M", conversation, async (...query) => {
    const page = await fetch(...query);
    if (asked.length === 2) history.stop();
    return page;
  });
  await history.catchUp();
  assert.equal(asked.length, 2);
  assert.equal(conversation.last, 210, "the page that came too late is not shown");
});
