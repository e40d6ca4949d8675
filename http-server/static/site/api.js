/** A failed request. `status` is 0 where no answer came; `detail` is the server's text for people. */
export class ApiError extends Error {
  constructor(status, code, detail = "") {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** A slower answer counts as none, since a line can go dead without an error. */
const PATIENCE_MS = 15_000;

async function call(path, options = {}) {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS); // for the whole answer, its body too
    const response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" }, signal, ...options });
    const text = await response.text();
    if (response.ok) return text === "" ? {} : JSON.parse(text);
    throw refusal(response.status, text);
  } catch (error) {
    // No answer, or one of another server: the sign-in page of a network, say.
    throw error instanceof ApiError ? error : new ApiError(0, "unreachable");
  }
}

function refusal(status, text) {
  try {
    const { code = "unknown", detail } = JSON.parse(text);
    return new ApiError(status, code, detail);
  } catch {
    return new ApiError(status, "unknown"); // a proxy's page
  }
}

/** Reads from the API. */
export const get = (path) => call(path);

/** Posts JSON to the API. */
export const post = (path, body = {}) =>
  call(path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Whether the server answers at all. */
export async function reachable() {
  try {
    await get("/session");
    return true;
  } catch (error) {
    return error.status !== 0;
  }
}
