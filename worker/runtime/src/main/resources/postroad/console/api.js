// Talks with the API of the worker that this page comes from. The browser adds the cookie; the header is what a page of
// somebody else's cannot send.

/** A request that was refused, or did not arrive. */
export class Failure extends Error {
  /** @param status of HTTP; 0 where nobody answered */
  constructor(message, status, details = []) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** Told when the worker asks for a token. */
export const signedOut = new EventTarget();

async function call(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        "X-Postroad": "console",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (failed) {
    if (failed.name === "AbortError") throw failed;
    throw new Failure("The worker does not answer; it may be stopped, or the network is down.", 0);
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const failure = refusal(text, response.status);
  if (response.status === 401 && path !== "/api/session") signedOut.dispatchEvent(new Event("signed-out"));
  throw failure;
}

function refusal(text, status) {
  try {
    const { message, details } = JSON.parse(text).error;
    const lines = (details ?? []).map((fault) => `${fault.place}: ${fault.problem}; ${fault.remedy}`);
    return new Failure(message, status, lines);
  } catch {
    return new Failure(`The answer has status ${status} and is not the worker's own.`, status);
  }
}

export const get = (path, signal) => call("GET", path, undefined, signal);
export const post = (path, body) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);

/** The path of something of a run. */
export const ofRun = (runId, more = "") => `/api/runs/${encodeURIComponent(runId)}${more}`;

/** A query string of what is given; lists become values with commas between them. */
export function query(values) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    parts.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = parts.toString();
  return text && `?${text}`;
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const ANSWER_WITHIN_MILLIS = 20_000;

/**
 * Sends a control message and waits for what the run answers.
 * @returns the event; undefined where none came in time
 * @throws Failure where it was refused, with the reason
 */
export async function control(message) {
  const sent = await post("/api/control", message);
  if (!sent.commandId) return undefined;
  const until = performance.now() + ANSWER_WITHIN_MILLIS;
  for (let wait = 50; performance.now() < until; wait = Math.min(1_000, wait * 1.5)) {
    try {
      const event = await get(ofRun(sent.runId, `/commands/${encodeURIComponent(sent.commandId)}`));
      if (event.type === "command.rejected") {
        throw new Failure(event.data.reason ?? event.data.message ?? JSON.stringify(event.data), 409);
      }
      return event;
    } catch (failure) {
      if (failure.status !== 404) throw failure;
    }
    await pause(wait);
  }
  return undefined;
}
