/** A request that was not answered as hoped. `status` is 0 where no answer came at all. */
export class ApiError extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** An answer that takes longer than this counts as none: a line can go dead without a word. */
const PATIENCE_MS = 15_000;

async function call(path, options = {}) {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS); // for the whole answer, its body too
    const response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" }, signal, ...options });
    const text = await response.text();
    if (response.ok) return text === "" ? {} : JSON.parse(text);
    throw new ApiError(response.status, codeOf(text));
  } catch (error) {
    // No answer, or one that is not our server's: a network's sign-in page, say.
    throw error instanceof ApiError ? error : new ApiError(0, "unreachable");
  }
}

function codeOf(text) {
  try {
    return JSON.parse(text).code ?? "unknown";
  } catch {
    return "unknown"; // a proxy's page
  }
}

/** All rooms that the lobby shows. */
export const fetchRooms = () => call("/rooms");

/** A room and its members. */
export const fetchRoom = (code) => call(`/rooms/${code}`);

/** A room's messages: `{after}`, `{before}` or neither, and `{limit}`. */
export const fetchMessages = (code, query) => call(`/rooms/${code}/messages?${new URLSearchParams(query)}`);

/** Says something in a room. The same `clientId` is stored once. */
export const postMessage = (code, body, clientId) =>
  call(`/rooms/${code}/messages`, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ body, client_id: clientId }),
  });

/** Whether the server answers at all, whatever it answers. */
export async function reachable() {
  try {
    await call("/session");
    return true;
  } catch (error) {
    return error.status !== 0;
  }
}
