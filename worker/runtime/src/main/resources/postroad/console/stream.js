// Server-sent events, read by hand: every type of event arrives by one door, and what is lost is told and caught up with.
import { Failure } from "./api.js";

const SILENCE_MILLIS = 16_000;
const LEAST_WAIT_MILLIS = 250;
const MOST_WAIT_MILLIS = 10_000;
/** What lasted so long was sound, and what ended it is something new. */
const LONG_MILLIS = 5_000;

/**
 * Follows a stream until it is stopped.
 * @param path what to follow
 * @param onEvent told of each event: its type, its data, its id
 * @param onState told "live" and "lost" as the connection comes and goes, with why
 * @param last where to go on; the id of the last event that is known
 * @returns what stops it
 */
export function follow(path, onEvent, onState, last = "") {
  const reader = { path, onEvent, onState, last, stopped: false, abort: new AbortController() };
  goOn(reader);
  return () => {
    reader.stopped = true;
    reader.abort.abort();
  };
}

async function goOn(reader) {
  let wait = LEAST_WAIT_MILLIS;
  while (!reader.stopped) {
    const began = performance.now();
    try {
      await once(reader);
    } catch (failure) {
      if (reader.stopped) return;
      reader.onState("lost", failure.message);
      if (failure.status >= 400 && failure.status < 500) return;
    }
    if (performance.now() - began > LONG_MILLIS) wait = LEAST_WAIT_MILLIS;
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(MOST_WAIT_MILLIS, wait * 2);
  }
}

async function once(reader) {
  reader.abort = new AbortController();
  const headers = { Accept: "text/event-stream", ...(reader.last ? { "Last-Event-ID": reader.last } : {}) };
  const response = await fetch(reader.path, { headers, signal: reader.abort.signal, cache: "no-store" });
  if (!response.ok || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw new Failure(`The stream was answered with status ${response.status}.`, response.status);
  }
  reader.onState("live", "");
  const silence = { timer: 0 };
  const heard = () => {
    clearTimeout(silence.timer);
    silence.timer = setTimeout(() => reader.abort.abort(), SILENCE_MILLIS);
  };
  try {
    await read(reader, response.body.getReader(), heard);
  } finally {
    clearTimeout(silence.timer);
  }
  throw new Failure("The worker has ended the stream.", 0);
}

async function read(reader, bytes, heard) {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    heard();
    const { done, value } = await bytes.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) deliver(reader, block);
  }
}

function deliver(reader, block) {
  let type = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) reader.last = line.slice(4);
    else if (line.startsWith("event: ")) type = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data && !reader.stopped) reader.onEvent(type, JSON.parse(data), reader.last);
}
