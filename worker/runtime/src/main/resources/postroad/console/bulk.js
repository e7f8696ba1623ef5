// One order for all runs that a filter finds: how many, what is sent, how far it is, and which refused. The worker does it,
// so that it goes on when this page is closed.
import { get, post } from "./api.js";
import { may, option, say } from "./commands.js";
import { count, Dialog, html, Problem, runAddress, useEffect, useState } from "./ui.js";

const LOOK_MILLIS = 500;
const ENDED = ["completed", "failed", "cancelled"];

/** For each command the statuses that it makes sense for, and what is sent. */
const KINDS = {
  cancel: { of: ["queued", "running", "waiting", "paused"], danger: true, title: "Cancel" },
  retry: { of: ["failed", "cancelled"], title: "Retry" },
  pause: { of: ["running", "waiting"], title: "Pause" },
  unpause: { of: ["paused"], title: "Unpause" },
  resume: { of: ["waiting"], title: "Resume", needs: { name: "value", label: "Answer, as JSON" } },
  continue: { of: ENDED, title: "Continue", needs: { name: "input", label: "New input, as JSON" } },
  rollback: {
    of: [...ENDED, "paused", "waiting", "running"],
    danger: true,
    title: "Roll back",
    needs: { name: "version", label: "To version" },
  },
  fork: { of: [...ENDED, "paused", "waiting", "running"], title: "Fork", needs: { name: "version", label: "From version" } },
  migrate: {
    of: ["queued", "running", "waiting", "paused"],
    title: "Migrate",
    needs: { name: "graphVersion", label: "To this version of the graph" },
  },
  prune: { of: ENDED, danger: true, title: "Delete", right: "publish" },
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
  const wanted = filter.status ? filter.status.split(",") : undefined;
  const kinds = Object.entries(KINDS).filter(([, { right }]) => may(right ?? "steer"));
  const [type, setType] = useState(() => (kinds.find(([, { of }]) => !wanted || of.some((status) => wanted.includes(status))) ?? kinds[0])[0]);
  const [given, setGiven] = useState("");
  const [order, setOrder] = useState(undefined);
  const [failure, setFailure] = useState(undefined);
  const [sending, setSending] = useState(false);
  useFollowed(order, setOrder, setFailure);
  const kind = KINDS[type];
  const statuses = kind.of.filter((status) => !wanted || wanted.includes(status));
  const total = statuses.reduce((sum, status) => sum + (counts.runs[status] ?? 0), 0);
  const more = statuses.some((status) => counts.orMore.includes(status));
  const value = kind.needs ? readable(given) : { ok: true };
  const action = { type, ...(kind.needs && { [kind.needs.name]: value.json }) };
  const chosen = { ...filter, status: statuses.join(",") };
  const isOver = order?.endedAt !== undefined;
  const send = async (path, body) => {
    setFailure(undefined);
    setSending(true);
    try {
      setOrder(await post(path, body));
    } catch (refused) {
      setFailure(refused);
    }
    setSending(false);
  };
  const begin = (event) => {
    event.preventDefault();
    send("/api/bulk", { action, filter: selection(chosen) });
  };
  const close = () => {
    if (order && !isOver) say(`${order.id} goes on`);
    onClose();
  };
  return html`<${Dialog} title="All runs that the filter finds" onClose=${close} wide>
    <form onSubmit=${begin}>
      <p class="field">
        <label for="bulk-type">Command</label>
        <select id="bulk-type" disabled=${Boolean(order)} onChange=${(event) => setType(event.target.value)}>
          ${kinds.map(([name, { title }]) => html`<option value=${name} selected=${name === type}>${title}</option>`)}
        </select>
      </p>
      ${kind.needs && html`<p class="field">
        <label for="bulk-value">${kind.needs.label}<span class="needed"> (needed)</span></label>
        <input id="bulk-value" value=${given} onInput=${(event) => setGiven(event.target.value)} autocomplete="off" />
      </p>`}
      <p>${statuses.length === 0
        ? `It is for runs that are ${kind.of.join(" or ")}; the filter finds others.`
        : html`<b>${count(total)}${more ? " or more" : ""}</b> ${total === 1 ? "run is" : "runs are"} ${statuses.join(" or ")}.`}</p>
      ${statuses.length > 0 && html`<details class="sent" open>
        <summary>What is sent</summary>
        <p class="command"><code>${commandLine(action, chosen)}</code></p>
        <p class="message"><code>POST /api/bulk</code><code class="body">${JSON.stringify({ action, filter: selection(chosen) })}</code></p>
      </details>`}
      ${order && html`<${Progress} order=${order} />`}
      <${Problem} failure=${failure} />
      <footer>
        ${order && !isOver && html`<button type="button" disabled=${sending || order.cancelledAt !== undefined}
          onClick=${() => send(`/api/bulk/${encodeURIComponent(order.id)}/cancel`, {})}>Stop</button>`}
        <button type="button" onClick=${close}>${order ? (isOver ? "Done" : "Let it go on") : "Leave it"}</button>
        ${!order && html`<button class=${kind.danger ? "danger" : "primary"} disabled=${total === 0 || !value.ok || sending}>
          ${kind.title} ${count(total)}${more ? "+" : ""}
        </button>`}
      </footer>
    </form>
  <//>`;
}

/** Asks how far an order is, until it has ended. */
function useFollowed(order, setOrder, setFailure) {
  const id = order && order.endedAt === undefined ? order.id : undefined;
  useEffect(() => {
    if (!id) return undefined;
    let current = true;
    const look = async () => {
      try {
        const found = await get(`/api/bulk/${encodeURIComponent(id)}`);
        if (current) setOrder(found);
        if (current) setFailure(undefined);
      } catch (refused) {
        if (current) setFailure(refused);
      }
    };
    const timer = setInterval(look, LOOK_MILLIS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [id]);
}

/** The filter of the page, as an order takes it. */
function selection(filter) {
  const tags = Object.entries(filter)
    .filter(([name]) => name.startsWith("tag."))
    .map(([name, text]) => [name.slice(4), text]);
  return {
    status: filter.status.split(","),
    ...(filter.graph && { graph: filter.graph }),
    ...(filter.version && { version: Number(filter.version) }),
    ...(filter.waitsFor && { agent: filter.waitsFor }),
    ...(filter.error && { error: filter.error }),
    ...(filter.since && { since: filter.since }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  };
}

function readable(text) {
  try {
    return { ok: true, json: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function Progress({ order }) {
  const { all, done, refused, silent, left } = order.runs;
  const failed = refused + silent;
  return html`<div role="status">
    <progress max=${Math.max(1, all)} value=${done + failed + left}></progress>
    <p>
      ${count(done)} done, ${count(failed)} refused${left > 0 ? `, ${count(left)} left as they were` : ""}${order.endedAt ? "; over." : ""}
    </p>
    ${order.failures.length > 0 && html`<ul class="failed-ids">
      ${order.failures.slice(0, 100).map(
        ({ runId, reason }) => html`<li><a href=${runAddress(runId)} target="_blank">${runId}</a> ${reason}</li>`,
      )}
    </ul>`}
  </div>`;
}

/** The commands that take a filter themselves; the others are an action of `postroad bulk`. */
const OF_MANY = ["cancel", "retry", "prune"];
const OPTIONS = { waitsFor: "waits-for", version: "graph-version" };

function commandLine(action, filter) {
  const options = Object.entries(filter)
    .map(([name, text]) =>
      name.startsWith("tag.") ? option("tag", `${name.slice(4)}=${text}`) : option(OPTIONS[name] ?? name, text),
    )
    .join("");
  return `postroad ${OF_MANY.includes(action.type) ? action.type : `bulk${option("action", action)}`}${options}`;
}
