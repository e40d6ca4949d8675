import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range from which Linux picks source ports (32768 and up): no connection sits on a port that a server is going to take. */
const FIRST = 12_000;
const COUNT = 20_000;

let step = 0;

/**
 * A TCP port on which nobody listens, reserved for this process until it ends: by a UDP socket, since no server here uses UDP. The tests
 * in Rust reserve theirs in the same way.
 */
export async function freePort() {
  for (; step < COUNT; step += 1) {
    const port = FIRST + ((process.pid + step) % COUNT);
    if (await reserve(port)) {
      step += 1;
      return port;
    }
  }
  throw new Error(`no free TCP port from ${FIRST} to ${FIRST + COUNT - 1}: end the programs that hold them`);
}

async function reserve(port) {
  const reservation = createSocket("udp4");
  const server = createServer();
  try {
    reservation.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(reservation, "listening");
    server.listen(port, "0.0.0.0");
    await once(server, "listening");
    server.close();
    await once(server, "close");
  } catch {
    reservation.close();
    return false;
  }
  reservation.unref();
  return true;
}
