import { ApiError, fetchRooms } from "./api.js";
import { ConnectionView } from "./connection-view.js";
import { isEnding, showEnding } from "./ending-view.js";
import { followPage } from "./lifecycle.js";
import { Retry } from "./retry.js";
import { RoomsView } from "./rooms-view.js";
import { LiveSocket } from "./socket.js";

const rooms = new RoomsView();
const connection = new ConnectionView(() => socket.wake());

const frames = {
  "lobby.state": ({ rooms: all }) => rooms.reset(all),
  "lobby.room": ({ room }) => rooms.put(room),
  gap: () => refresh.later(),
};

const refresh = new Retry(async () => {
  try {
    rooms.reset((await fetchRooms()).rooms);
    refresh.succeeded();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) end("ended");
    else refresh.later();
  }
});

function end(ending) {
  refresh.stop();
  socket.stop();
  showEnding(ending);
}

const socket = new LiveSocket({
  url: `${document.documentElement.dataset.wsUrl}/ws/lobby/`,
  onState(state) {
    if (isEnding(state.name)) end(state.name);
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
