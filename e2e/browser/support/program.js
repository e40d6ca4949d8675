import { spawn } from "node:child_process";
import { once } from "node:events";

const START_MS = 20_000;
/** Longer than the servers' own time for a graceful stop. */
const STOP_MS = 15_000;
const LOOK_AGAIN_MS = 25;

/** Polls an external process, which does not report when it is ready. */
async function until(what, condition, deadlineMs) {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** A program that runs beside the tests, can be killed, and started again as it was. */
export class Program {
  #command;
  #args;
  #env;
  #isReady;
  #child = null;
  #log = "";

  /** `isReady()` resolves to whether the program serves. */
  constructor(command, args, env, isReady) {
    this.#command = command;
    this.#args = args;
    this.#env = env;
    this.#isReady = isReady;
  }

  /** The output of all runs of the program. */
  get log() {
    return this.#log;
  }

  async start() {
    const child = spawn(this.#command, this.#args, { env: { ...process.env, ...this.#env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (this.#log += text));
    let gone = null;
    child.once("error", (error) => (gone = error.message));
    child.once("exit", (code, signal) => (gone = `it ended with ${code ?? signal}`));
    const ready = async () => {
      if (gone !== null) throw new Error(`${this.#command} did not start: ${gone}\n${this.#log}`);
      return this.#isReady();
    };
    try {
      await until(`${this.#command} answers`, ready, START_MS);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Stops it as a platform does; an ungraceful end is an error. */
  async stop() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const child = this.#child;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal === "SIGKILL") throw new Error(`${this.#command} did not stop within ${STOP_MS} ms\n${this.#log}`);
  }

  /** Kills it without a graceful stop. */
  async kill() {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
