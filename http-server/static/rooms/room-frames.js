import { announce } from "../site/announcer.js";
import { fill, texts } from "../site/texts.js";
import { toast } from "../site/toast.js";

/** The handler of each type of frame (`room` is a `LiveRoom`). */
export const roomFrames = {
  "room.state"(room, { members, last_seq: newest }) {
    room.typing.clear();
    room.showMembers(members);
    room.catchUp(newest);
    room.sender.resume();
  },

  "room.message"(room, { message }) {
    room.typing.set(message.user.id, false);
    room.take(message);
  },

  "room.joined"(room, { member }) {
    if (!room.people.join(member)) return;
    room.showPeople();
    room.tell(fill(texts.joined, { name: member.nickname }));
  },

  "room.left"(room, { user_id: id }) {
    if (id === room.me.id) {
      // The user left in another tab.
      room.end("refused");
      return;
    }
    room.typing.set(id, false);
    if (!room.people.leave(id)) return;
    room.showPeople();
    room.tell(fill(texts.left, { name: room.people.nameOf(id) }));
  },

  "room.presence"(room, { user_id: id, online }) {
    if (!online) room.typing.set(id, false);
    if (!room.people.presence(id, online)) return;
    room.showPeople();
    if (id !== room.me.id) announce(fill(online ? texts.came : texts.went, { name: room.people.nameOf(id) }));
  },

  "room.renamed"(room, { user }) {
    const old = room.people.rename(user);
    room.log.rename(user);
    room.showPeople();
    if (old !== undefined && old !== user.nickname) room.tell(fill(texts.renamed, { old, new: user.nickname }));
  },

  "room.typing"(room, { user_id: id, on }) {
    if (id !== room.me.id) room.typing.set(id, on);
  },

  gap(room) {
    room.refreshSoon();
  },

  error(room, { code, client_id: id }) {
    if (code === "not_a_member") room.end("refused");
    else if (id) room.sender.refused(id, code);
    // Without a message of ours a "typing" was refused, which the user need not know.
    else if (code === "unavailable") toast(texts.unavailable);
  },
};
