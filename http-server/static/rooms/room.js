import { Composer } from "./composer.js";
import { follow } from "../site/connection.js";
import { byId } from "../site/dom.js";
import { uuid } from "../site/ids.js";
import { LiveRoom } from "./live-room.js";
import { offerLink } from "../site/share.js";
import { OwnTyping } from "./typing.js";

const { code, name, capacity, me, nickname } = byId("room").dataset;

const room = new LiveRoom({ code, capacity: Number(capacity), me, nickname });
const typing = new OwnTyping((on) => room.socket.send({ type: "typing", on }));

new Composer({ me, code }, {
  send(body) {
    typing.done();
    room.outbox.add(uuid(), body, Date.now());
    room.sender.pump();
  },
  input: (text) => typing.input(text),
  leave: () => typing.done(),
});

byId("load-again").addEventListener("click", () => room.refresh());
offerLink(name);
follow(room.socket, () => room.catchUp());
room.start();
