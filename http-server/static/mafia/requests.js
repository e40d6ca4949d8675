/** A request about this table that was not answered as hoped; `detail` is the server's text for people. */
export class RequestError extends Error {
  constructor(status, detail, code = "") {
    super(detail || String(status));
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** Posts to the table's API. */
export async function post(path, body) {
  let response;
  try {
    response = await fetch(`/api/v1/games/${path}`, {
      method: "POST", headers: { accept: "application/json", "content-type": "application/json" }, body: JSON.stringify(body ?? {}), signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new RequestError(0, "");
  }
  const text = await response.text();
  const answer = text === "" ? {} : parsed(text);
  if (!response.ok) throw new RequestError(response.status, answer.detail ?? "", answer.code);
  return answer;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a proxy's page
  }
}
