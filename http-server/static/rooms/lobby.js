import { fetchRooms } from "./api.js";
import { ApiError } from "../site/api.js";
import { connectionTo, follow } from "../site/connection.js";
import { ConnectionView } from "../site/connection-view.js";
import { isEnding, showEnding } from "../site/ending-view.js";
import { Retry } from "./retry.js";
import { RoomsView } from "./rooms-view.js";
import { snapshot } from "./snapshot.js";

const rooms = new RoomsView();
const connection = new ConnectionView(() => socket.wake());

/** Counts the frames about rooms. */
let version = 0;
let over = false;

const frames = {
  "lobby.state"({ rooms: all }) {
    version += 1;
    rooms.reset(all);
  },
  "lobby.room"({ room }) {
    version += 1;
    rooms.put(room);
  },
  gap: () => refresh.later(),
};

async function fetchAll() {
  try {
    const fetched = await snapshot(fetchRooms, () => version);
    refresh.succeeded();
    if (over) return;
    if (fetched) rooms.reset(fetched.rooms);
    else refresh.later();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (over) return;
    if (error.status === 401) end("ended");
    else refresh.later();
  }
}

const refresh = new Retry(fetchAll, () => socket.spread);

function end(ending) {
  if (over) return;
  over = true;
  refresh.stop();
  socket.end();
  showEnding(ending);
}

const socket = connectionTo("/ws/lobby/", {
  frames,
  onState(state) {
    if (isEnding(state.name)) end(state.name);
    else if (!over) connection.show(state);
    // Without a live connection, each try to connect also fetches the list.
    if (!over && state.name === "waiting" && state.obstacle) refresh.later();
  },
});

follow(socket, () => refresh.later());
socket.start();
