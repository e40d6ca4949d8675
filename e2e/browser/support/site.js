import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Line } from "./line.js";
import { freePort } from "./ports.js";
import { Program } from "./program.js";

/** Where `cargo build` puts the programs; `CATAMARAN_BIN` where that is elsewhere. */
const BIN = process.env.CATAMARAN_BIN ?? fileURLToPath(new URL("../../../target/debug", import.meta.url));
const REDIS = process.env.REDIS_SERVER ?? "redis-server";

/** The developer's environment must not affect the tests. */
const CLEAN = Object.fromEntries(
  ["PORT", "WS_PORT", "DATABASE_URL", "REDIS_URL", "CHANNEL_LAYER", "SECRET_KEY", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "WS_URL", "COOKIE_DOMAIN"].map(
    (name) => [name, undefined],
  ),
);

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

const server = (name, port, env) =>
  new Program(join(BIN, name), [], { ...CLEAN, ...env }, () => answers(`http://localhost:${port}/healthz`));

/** One process, as on a laptop: in-memory layer, SQLite file. */
async function oneProcess(dir) {
  const port = await freePort();
  const both = server("runserver", port, { PORT: String(port), DATABASE_URL: `sqlite:${dir}/site.sqlite3` });
  return { port, programs: [both], web: both, ws: both };
}

/**
 * Two processes with Redis between them, as in production; `publicWsPort` is where browsers find the sockets, on the pages' host or on
 * `wsHost`; `ws` has variables of ws-server alone.
 */
async function twoProcesses(dir, { wsPort, publicWsPort = wsPort, origin, wsHost, ws: own = {} }) {
  const [port, redisPort] = [await freePort(), await freePort()];
  const publicPort = publicWsPort ?? port;
  const shared = {
    DATABASE_URL: `sqlite:${dir}/site.sqlite3`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    ALLOWED_ORIGINS: origin ?? `http://localhost:${port}`,
    WS_URL: wsHost ? `ws://${wsHost}:${publicPort}` : `:${publicPort}`,
  };
  const redisArgs = ["--port", String(redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const redis = new Program(REDIS, redisArgs, {}, () => listens(redisPort));
  const web = server("http-server", port, { ...shared, PORT: String(port) });
  const ws = server("ws-server", wsPort, { ...shared, WS_PORT: String(wsPort), ...own });
  return { port, programs: [redis, web, ws], web, ws, redis };
}

/** The same, with a proxy between browsers and sockets that can stop forwarding. */
async function overALine(dir) {
  const [wsPort, publicWsPort] = [await freePort(), await freePort()];
  const line = new Line();
  const carrier = { start: () => line.start(publicWsPort, wsPort), stop: () => line.stop() };
  const { programs, ...rest } = await twoProcesses(dir, { wsPort, publicWsPort });
  return { ...rest, programs: [...programs, carrier], line, publicWsPort };
}

/** The two ways to run Catamaran. */
export const MODES = {
  "one process": oneProcess,
  "two processes": async (dir) => twoProcesses(dir, { wsPort: await freePort() }),
  /** Browsers share no cookie between localhost and 127.0.0.1, as between two apps below herokuapp.com. */
  "two hosts": async (dir) => twoProcesses(dir, { wsPort: await freePort(), wsHost: "127.0.0.1" }),
};

/** A running site with a database of its own. */
export class Site {
  #dir;
  #programs;

  /** Starts the programs of a mode of `MODES`. */
  static start(mode) {
    return Site.#start(MODES[mode]);
  }

  /** Starts two processes whose sockets are for the pages of another site alone. */
  static startForeign() {
    return Site.#start(async (dir) => twoProcesses(dir, { wsPort: await freePort(), origin: "https://elsewhere.example" }));
  }

  /** Starts two processes whose pages look for sockets at the process that has none. */
  static startMisled() {
    return Site.#start(async (dir) => twoProcesses(dir, { wsPort: await freePort(), publicWsPort: null }));
  }

  /** Starts two processes of which the one for sockets has another key. */
  static startWithTwoKeys() {
    return Site.#start(async (dir) => twoProcesses(dir, { wsPort: await freePort(), ws: { SECRET_KEY: "0123456789abcdef0123456789abcdef" } }));
  }

  /** Starts two processes, each with a database of its own. */
  static startWithTwoDatabases() {
    return Site.#start(async (dir) => twoProcesses(dir, { wsPort: await freePort(), ws: { DATABASE_URL: `sqlite:${dir}/other.sqlite3` } }));
  }

  /** Starts two processes whose sockets are reached over `line`. */
  static startOverALine() {
    return Site.#start(overALine);
  }

  static async #start(mode) {
    const site = new Site();
    site.#dir = await mkdtemp(join(tmpdir(), "catamaran-"));
    const { port, programs, ...parts } = await mode(site.#dir);
    Object.assign(site, { origin: `http://localhost:${port}`, ...parts });
    site.#programs = programs;
    for (const program of programs) await program.start();
    return site;
  }

  /** Stops and starts every server, as a new version would. */
  async restart() {
    for (const program of new Set([this.ws, this.web])) {
      await program.stop();
      await program.start();
    }
  }

  async stop() {
    const stopped = await Promise.allSettled(this.#programs.toReversed().map((program) => program.stop()));
    await rm(this.#dir, { recursive: true, force: true });
    const fault = stopped.find(({ status }) => status === "rejected");
    if (fault) throw fault.reason;
  }
}
