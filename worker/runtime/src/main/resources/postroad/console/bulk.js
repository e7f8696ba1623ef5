// One command for all runs that a filter finds: how many, what is sent, how far it is, and which refused.
import { get, control, query } from "./api.js";
import { may, option, say } from "./commands.js";
import { count, Dialog, html, Problem, runAddress, useRef, useState } from "./ui.js";

const AT_ONCE = 4;

/** For each command the statuses that it makes sense for, and what is sent. */
const KINDS = {
  cancel: { of: ["queued", "running", "waiting", "paused"], danger: true, title: "Cancel" },
  retry: { of: ["failed", "cancelled"], title: "Retry" },
  pause: { of: ["running", "waiting"], title: "Pause" },
  unpause: { of: ["paused"], title: "Unpause" },
  resume: { of: ["waiting"], title: "Resume", needs: { name: "value", label: "Answer, as JSON", json: true } },
  rollback: {
    of: ["completed", "failed", "cancelled", "paused", "waiting", "running"],
    danger: true,
    title: "Roll back",
    needs: { name: "version", label: "To version", json: true },
  },
};

export function Bulk({ filter, counts, onDone }) {
  const [open, setOpen] = useState(false);
  if (!may("steer")) return null;
  return html`
    <button onClick=${() => setOpen(true)} disabled=${!counts}>All of these…</button>
    ${open && html`<${BulkDialog} filter=${filter} counts=${counts} onClose=${() => (setOpen(false), onDone())} />`}
  `;
}

function BulkDialog({ filter, counts, onClose }) {
  const [type, setType] = useState("cancel");
  const [given, setGiven] = useState("");
  const [state, setState] = useState({ phase: "ask", done: 0, failed: [] });
  const stop = useRef(false);
  const kind = KINDS[type];
  const asked = filter.status ? filter.status.split(",") : kind.of;
  const statuses = kind.of.filter((status) => asked.includes(status));
  const total = statuses.reduce((sum, status) => sum + (counts.runs[status] ?? 0), 0);
  const more = statuses.some((status) => counts.orMore.includes(status));
  const value = kind.needs ? readable(given) : { ok: true };
  const action = { type, ...(kind.needs && { [kind.needs.name]: value.json }) };
  const chosen = { ...filter, status: statuses.join(",") };
  const begin = async (event) => {
    event.preventDefault();
    stop.current = false;
    setState({ phase: "going", done: 0, failed: [] });
    try {
      await sendAll(action, chosen, stop, setState);
      setState((old) => ({ ...old, phase: "over" }));
    } catch (failure) {
      setState((old) => ({ ...old, phase: "over", failure }));
    }
  };
  return html`<${Dialog} title="All runs that the filter finds" onClose=${() => ((stop.current = true), onClose())} wide>
    <form onSubmit=${begin}>
      <p class="field">
        <label for="bulk-type">Command</label>
        <select id="bulk-type" disabled=${state.phase === "going"} onChange=${(event) => setType(event.target.value)}>
          ${Object.entries(KINDS).map(([name, { title }]) => html`<option value=${name} selected=${name === type}>${title}</option>`)}
        </select>
      </p>
      ${kind.needs && html`<p class="field">
        <label for="bulk-value">${kind.needs.label}<span class="needed"> (needed)</span></label>
        <input id="bulk-value" value=${given} onInput=${(event) => setGiven(event.target.value)} autocomplete="off" />
      </p>`}
      <p><b>${count(total)}${more ? " or more" : ""}</b> ${total === 1 ? "run is" : "runs are"} ${statuses.join(" or ") || "in no status for it"}.</p>
      <details class="sent" open>
        <summary>What is sent</summary>
        <p class="command"><code>${commandLine(action, chosen)}</code></p>
        <p class="message"><code>POST /api/control</code><code class="body">${JSON.stringify({ ...action, runId: "…" })}</code> for each</p>
      </details>
      ${state.phase !== "ask" && html`<${Progress} state=${state} total=${total} />`}
      <${Problem} failure=${state.failure} />
      <footer>
        ${state.phase === "going"
          ? html`<button type="button" onClick=${() => (stop.current = true)}>Stop</button>`
          : html`<button type="button" onClick=${onClose}>${state.phase === "over" ? "Close" : "Leave it"}</button>`}
        ${state.phase === "ask" && html`<button class=${kind.danger ? "danger" : "primary"} disabled=${total === 0 || !value.ok}>
          ${kind.title} ${count(total)}${more ? "+" : ""}
        </button>`}
      </footer>
    </form>
  <//>`;
}

function readable(text) {
  try {
    return { ok: true, json: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function Progress({ state, total }) {
  return html`<div role="status">
    <progress max=${Math.max(1, total)} value=${state.done}></progress>
    <p>${count(state.done)} done, ${count(state.failed.length)} refused${state.phase === "over" ? "; over." : ""}</p>
    ${state.failed.length > 0 && html`<ul class="failed-ids">
      ${state.failed.slice(0, 100).map(({ runId, why }) => html`<li><a href=${runAddress(runId)} target="_blank">${runId}</a> ${why}</li>`)}
    </ul>`}
  </div>`;
}

/** The commands that take a filter themselves; the others are an action of `postroad bulk`. */
const OF_MANY = ["cancel", "retry"];

function commandLine(action, filter) {
  const options = Object.entries(filter)
    .map(([name, text]) =>
      name.startsWith("tag.") ? option("tag", `${name.slice(4)}=${text}`) : option(name === "waitsFor" ? "waits-for" : name, text),
    )
    .join("");
  return `postroad ${OF_MANY.includes(action.type) ? action.type : `bulk${option("action", action)}`}${options}`;
}

/** Page by page, a few at a time; what was found before is not found again, as each page begins where the last ended. */
async function sendAll(action, filter, stop, setState) {
  let cursor;
  do {
    const page = await get(`/api/runs${query({ ...filter, limit: 200, cursor })}`);
    cursor = page.next;
    const waiting = [...page.runs];
    await Promise.all(Array.from({ length: AT_ONCE }, () => sendSome(action, waiting, stop, setState)));
  } while (cursor && !stop.current);
  say(stop.current ? "Stopped" : "All are told");
}

async function sendSome(action, waiting, stop, setState) {
  for (let run = waiting.shift(); run && !stop.current; run = waiting.shift()) {
    const { runId } = run;
    try {
      await control({ ...action, runId });
      setState((old) => ({ ...old, done: old.done + 1 }));
    } catch (failure) {
      setState((old) => ({ ...old, failed: [...old.failed, { runId, why: failure.message }] }));
    }
  }
}
