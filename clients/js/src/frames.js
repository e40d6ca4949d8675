/** Text messages are JSON. A binary message is no frame: it goes to the handlers of `onBinary`. */
export const JSON_CODEC = {
  encode: (frame) => JSON.stringify(frame),
  decode: (data) => (typeof data === "string" ? JSON.parse(data) : undefined),
};

/** Whether `send` takes a value as a binary message, and does not encode it. */
export const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) || (typeof Blob === "function" && value instanceof Blob);

/** Reports an error of the application's code as uncaught, without disturbing the connection or other handlers. */
export const report = (error) =>
  queueMicrotask(() => {
    throw error;
  });

/** Calls each function. An error of one does not keep the next from being called. */
export function callAll(functions, value) {
  for (const run of [...functions]) {
    try {
      run(value);
    } catch (error) {
      report(error);
    }
  }
}

/** The handlers of frames, by type. */
export class Handlers {
  #byType = new Map();

  /** Adds a handler, and returns a function that removes it. */
  add(type, handler) {
    if (!this.#byType.has(type)) this.#byType.set(type, new Set());
    // An object of its own: the same function may be added twice.
    const own = (frame) => handler(frame);
    this.#byType.get(type).add(own);
    return () => this.#byType.get(type).delete(own);
  }

  /** Hands a frame to the handlers of its type. False where there is none. */
  call(type, frame) {
    const handlers = this.#byType.get(type) ?? new Set();
    callAll(handlers, frame);
    return handlers.size > 0;
  }
}
