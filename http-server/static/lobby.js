import { ConnectionView } from "./connection-view.js";
import { isEnding, showEnding } from "./ending-view.js";
import { followPage } from "./lifecycle.js";
import { RoomsView } from "./rooms-view.js";
import { LiveSocket } from "./socket.js";

const rooms = new RoomsView();
const connection = new ConnectionView(() => socket.wake());

const frames = {
  "lobby.state": ({ rooms: all }) => rooms.reset(all),
  "lobby.room": ({ room }) => rooms.put(room),
  // The first frame of every connection is the whole list.
  gap: () => socket.renew(),
};

const socket = new LiveSocket({
  url: `${document.documentElement.dataset.wsUrl}/ws/lobby/`,
  onState(state) {
    if (isEnding(state.name)) showEnding(state.name);
    else connection.show(state);
  },
  onFrame(frame) {
    const handle = frames[frame.type];
    if (handle) handle(frame);
    else console.warn(`A frame of the unknown type ${frame.type} was left aside`);
  },
});

followPage(socket, () => {});
socket.start();
