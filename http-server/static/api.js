/** A request that was not answered as hoped. `status` is 0 where no answer came at all. */
export class ApiError extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" }, ...options });
  } catch {
    throw new ApiError(0, "unreachable");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, body.code ?? "unknown");
  return body;
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
