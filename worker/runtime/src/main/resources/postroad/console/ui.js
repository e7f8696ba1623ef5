// What all screens are made of.
import { html, useCallback, useEffect, useRef, useState } from "./preact.js";
import { get } from "./api.js";

// A component that has several roots may be drawn in another order when one of them comes later (Preact issue 4123, which the
// Preact that htm brings has); so each has one.
export { html, render, useCallback, useEffect, useMemo, useRef, useState, createContext, useContext } from "./preact.js";

/* ---------------------------------------------------------------- where we are */

const moved = new EventTarget();

/** Goes to an address of the console without loading the page anew. */
export function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  moved.dispatchEvent(new Event("moved"));
}

addEventListener("popstate", () => moved.dispatchEvent(new Event("moved")));

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (/^\/(api|openapi|metrics|health)/.test(link.pathname)) return;
  event.preventDefault();
  go(link.href);
});

/** The address, as it is now. */
export function useAddress() {
  const [, set] = useState(0);
  useEffect(() => {
    const on = () => set((n) => n + 1);
    moved.addEventListener("moved", on);
    return () => moved.removeEventListener("moved", on);
  }, []);
  return { path: location.pathname, parameters: new URLSearchParams(location.search) };
}

/** The same address with other parameters; those that are empty are left out. */
export function addressWith(changes) {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === undefined || value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  return location.pathname + (text && `?${text}`);
}

export const runAddress = (runId, more = "") => `/runs/${encodeURIComponent(runId)}${more}`;

/* ---------------------------------------------------------------- what is loaded */

const SOON_MILLIS = 1_000;

/**
 * What a path answers. What was there stays while it is asked for again, so that nothing jumps.
 * @param path null for nothing yet
 * @param everyMillis how often it is asked for again while the page is seen; 0 for never
 */
export function useLoaded(path, everyMillis = 0) {
  const [state, setState] = useState({ path: null, data: undefined, failure: undefined });
  const asked = useRef(null);
  const soon = useRef(0);
  const load = useCallback(async () => {
    asked.current?.abort();
    if (path === null) return;
    const abort = new AbortController();
    asked.current = abort;
    try {
      const data = await get(path, abort.signal);
      if (!abort.signal.aborted) setState({ path, data, failure: undefined });
    } catch (failure) {
      if (abort.signal.aborted || failure.name === "AbortError") return;
      setState((old) => ({ path, data: old.path === path ? old.data : undefined, failure }));
    }
  }, [path]);
  useEffect(() => {
    load();
    const timer = everyMillis && setInterval(() => document.visibilityState === "visible" && load(), everyMillis);
    return () => {
      asked.current?.abort();
      clearInterval(timer);
      clearTimeout(soon.current);
    };
  }, [load, everyMillis]);
  // What was asked for now is done a moment later.
  const reload = useCallback(() => {
    load();
    clearTimeout(soon.current);
    if (everyMillis) soon.current = setTimeout(load, SOON_MILLIS);
  }, [load, everyMillis]);
  const fresh = state.path === path;
  return { data: fresh ? state.data : undefined, failure: fresh ? state.failure : undefined, reload };
}

/** The time, every so often. */
export function useNow(everyMillis = 1_000) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMillis);
    return () => clearInterval(timer);
  }, [everyMillis]);
  return now;
}

/** Calls at most once in a time, and after the last change. */
export function useThrottled(action, millis) {
  const state = useRef({ timer: 0, action });
  state.current.action = action;
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return useCallback(() => {
    if (state.current.timer) return;
    state.current.timer = setTimeout(() => {
      state.current.timer = 0;
      state.current.action();
    }, millis);
  }, [millis]);
}

export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · Postroad` : "Postroad";
  }, [title]);
}

/* ---------------------------------------------------------------- small things */

const SHAPES = {
  queued: "M8 4.5v3.8l2.4 1.6",
  running: "M6.4 5.2v5.6L11 8z",
  waiting: "M5.4 4.5h5.2M5.4 11.5h5.2M6 4.8c0 3.6 4 2.8 4 6.4M10 4.8c0 3.6-4 2.8-4 6.4",
  paused: "M6.4 5.2v5.6M9.6 5.2v5.6",
  completed: "M5 8.3l2.1 2.1L11.2 6",
  failed: "M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6",
  cancelled: "M4.6 11.4l6.8-6.8",
  retrying: "M11 6.2A3.4 3.4 0 1 0 11.4 9M11.2 4.2v2.2H9",
};

/** A status: a shape, a word and a colour, so that none of them is the only sign. */
export function Status({ of, short = false }) {
  return html`<span class="status is-${of}"
    ><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.6" /><path d=${SHAPES[of] ?? ""} /></svg
    ><span class=${short ? "unseen" : ""}>${of}</span></span
  >`;
}

const PARTS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
];

/** A duration for people, in at most two parts. */
export function duration(millis) {
  if (millis === undefined || millis === null || Number.isNaN(millis)) return "";
  if (millis < 1_000) return `${Math.max(0, Math.round(millis))} ms`;
  if (millis < 10_000) return `${Number((millis / 1_000).toFixed(1))} s`;
  const at = PARTS.findIndex(([size]) => millis >= size);
  const [size, unit] = PARTS[at];
  const rest = PARTS[at + 1];
  const more = rest ? Math.floor((millis % size) / rest[0]) : 0;
  return `${Math.floor(millis / size)} ${unit}${more ? ` ${more} ${rest[1]}` : ""}`;
}

export const clock = (time) => new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A moment, as how long ago it is or how long it takes until then. */
export function When({ at, now }) {
  if (!at) return null;
  const apart = now - new Date(at).getTime();
  const told = Math.abs(apart) < 1_000 ? "now" : apart > 0 ? `${duration(floor(apart))} ago` : `in ${duration(floor(-apart))}`;
  return html`<time datetime=${at} title=${clock(at)}>${told}</time>`;
}

/** How long ago a moment was, for a column that says so. */
export function Age({ at, now }) {
  return html`<time datetime=${at} title=${clock(at)}>${duration(floor(Math.max(0, now - new Date(at).getTime())))}</time>`;
}

const floor = (millis) => Math.floor(millis / 1_000) * 1_000;

export const count = (number) => Number(number).toLocaleString("en");

export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** What went wrong, with what to do. */
export function Problem({ failure, again }) {
  if (!failure) return null;
  return html`<div class="problem" role="alert">
    <p>${sentence(failure.message)}</p>
    ${failure.details?.length > 0 && html`<ul>${failure.details.map((line) => html`<li>${line}</li>`)}</ul>`}
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
  </div>`;
}

export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`;
}

const LONG = 20_000;

/** JSON, as text that can be selected; very long ones are opened on demand. */
export function Json({ value, label }) {
  const [all, setAll] = useState(false);
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  const cut = text.length > LONG && !all;
  return html`<div class="json">
    <pre tabindex="0" role="region" aria-label=${label ?? "JSON"}>${cut ? text.slice(0, LONG) : text}</pre>
    ${cut && html`<button type="button" onClick=${() => setAll(true)}>Show all ${count(text.length)} characters</button>`}
  </div>`;
}

/** Copies a text; says so. */
export function Copy({ text, children }) {
  const [done, setDone] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setDone("Copied");
    } catch {
      setDone("Not allowed here");
    }
    setTimeout(() => setDone(""), 2_000);
  };
  return html`<button type="button" onClick=${copy}>${children}<span class="said" role="status">${done}</span></button>`;
}

/** Hands a text to the browser as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

/** Links that tell where we are; one of them is here. */
export function Tabs({ label, tabs, here }) {
  return html`<nav class="tabs" aria-label=${label}>
    ${tabs.map(
      ([name, address, title]) =>
        html`<a href=${address} aria-current=${name === here ? "page" : undefined}>${title}</a>`,
    )}
  </nav>`;
}

/** Whether what is shown is live. */
export function Live({ state, why }) {
  if (state === "lost") {
    return html`<span class="live is-lost" role="status" title=${why}>Connection lost, trying again</span>`;
  }
  return html`<span class="live" role="status">${state === "live" ? "Live" : " "}</span>`;
}

/* ---------------------------------------------------------------- a dialog */

/** A dialog over the page, which the keyboard cannot leave but by Escape or its buttons. */
export function Dialog({ title, onClose, children, wide = false }) {
  const dialog = useRef(null);
  useEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  return html`<dialog
    ref=${dialog}
    class=${wide ? "wide" : ""}
    aria-label=${title}
    onCancel=${(event) => {
      event.preventDefault();
      onClose();
    }}
  >
    <header>
      <h2>${title}</h2>
      <button class="quiet" aria-label="Close" onClick=${onClose}>✕</button>
    </header>
    ${children}
  </dialog>`;
}

/* ---------------------------------------------------------------- long lists */

/**
 * Which rows of a long list are near the screen. Rows have one height; those that are not near are only space.
 * @param total how many there are
 * @param height of each, in pixels
 * @returns [ref of the list, first row, row after the last]
 */
export function useWindow(total, height) {
  const list = useRef(null);
  const [range, setRange] = useState([0, 60]);
  const measure = useCallback(() => {
    if (!list.current) return;
    const top = Math.max(0, -list.current.getBoundingClientRect().top);
    const first = Math.max(0, Math.floor(top / height / 10) * 10 - 20);
    const last = first + Math.ceil(innerHeight / height / 10) * 10 + 50;
    setRange((old) => (old[0] === first && old[1] === last ? old : [first, last]));
  }, [height]);
  useEffect(() => {
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [measure, total]);
  return [list, Math.min(range[0], Math.max(0, total - 1)), Math.min(range[1], total)];
}

/** A field for text that keeps what is typed until it is entered, whatever is drawn anew meanwhile. */
export function Typed({ value, onEnter, ...more }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return html`<input ...${more} value=${typed} onInput=${(event) => setTyped(event.target.value)} onChange=${onEnter} />`;
}

/** Whether the page is narrow. */
export function useNarrow() {
  const [narrow, setNarrow] = useState(() => matchMedia("(max-width: 719px)").matches);
  useEffect(() => {
    const query = matchMedia("(max-width: 719px)");
    const on = () => setNarrow(query.matches);
    query.addEventListener("change", on);
    return () => query.removeEventListener("change", on);
  }, []);
  return narrow;
}
