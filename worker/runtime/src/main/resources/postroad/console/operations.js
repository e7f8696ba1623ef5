// What goes on beside single runs: the queue, failures, schedules, workers.
import { get, query } from "./api.js";
import { Action, deliver, ofRun, option } from "./commands.js";
import { definitionOf, Later, redefine } from "./publish.js";
import { addressWith, count, Empty, go, html, Problem, runAddress, Status, useAddress, useLoaded, useNow, useTitle, When } from "./ui.js";

const EVERY_MILLIS = 4_000;

export function Queue() {
  const now = useNow(1_000);
  const { data, failure, reload } = useLoaded("/api/queue", EVERY_MILLIS);
  const limits = useLoaded("/api/limits", EVERY_MILLIS);
  const paused = new Set((limits.data?.limits ?? []).filter(isPause).map(({ graph }) => graph));
  useTitle("Queue");
  return html`<div>
    <div class="title"><h1>Queue</h1></div>
    <${Problem} failure=${failure} again=${reload} />
    ${data && html`<dl class="facts">
      <div><dt>Queued</dt><dd>${count(data.queued)}</dd></div>
      <div><dt>Running</dt><dd>${count(data.running)}</dd></div>
      <div><dt>The oldest since</dt><dd>${data.oldestQueuedAt ? html`<${When} at=${data.oldestQueuedAt} now=${now} />` : "–"}</dd></div>
    </dl>`}
    ${data && data.lines.length === 0 && html`<${Empty}>Nothing waits, and nothing runs.<//>`}
    ${data?.lines.length > 0 && html`<table>
      <thead><tr><th>Graph</th><th>Priority</th><th>Queued</th><th>Running</th><th>Queued by key</th><th>The oldest since</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.lines.map((line) => html`<tr>
        <td class="id"><a href=${`/runs?graph=${encodeURIComponent(line.graph)}&status=queued,running`}>${line.graph}</a></td>
        <td>${line.priority}</td><td>${count(line.queued)}</td><td>${count(line.running)}</td>
        <td>${(line.keys ?? []).map(({ key, queued }) => html`<span class="tag">${key}: ${count(queued)}</span>`)}</td>
        <td>${line.oldestQueuedAt ? html`<${When} at=${line.oldestQueuedAt} now=${now} />` : ""}</td>
        <td class="row-actions"><${Action} command=${pauseAll(line.graph, reload)}>Pause its runs…<//>
          ${!paused.has(line.graph) && html`<${Later} title="a new version of the graph" make=${async () => holdLater(line.graph, await definitionOf(line.graph), limits.reload)}>Hold later ones…<//>`}</td>
      </tr>`)}</tbody>
    </table>`}
    <${Limits} limits=${limits.data?.limits ?? []} failure=${limits.failure} onDone=${limits.reload} />
  </div>`;
}

/** An order of the worker's for all that wait or run now, so that it goes on when this page is closed. */
function pauseAll(graph, done) {
  const action = { type: "pause" };
  const filter = { graph, status: ["queued", "running", "waiting"] };
  return {
    title: `Pause the runs of ${graph}`, verb: "Pause them",
    text: "Those that are queued, run or wait now stop before their next superstep; those that are asked for later are not touched: they can be held.",
    path: "/api/bulk",
    line: () => `postroad bulk${option("action", action)}${option("graph", graph)} --status queued,running,waiting`,
    body: () => ({ action, filter }),
    said: (order) => `${order.id}: ${count(order.runs.all)} runs of ${graph} are paused`,
    done,
  };
}

const isPause = (limit) => limit.field === "queue.paused";

/** What is asked for after it stays in the queue, on every worker, until the graph is published without it. */
function holdLater(graph, definition, done) {
  return redefine({
    title: `Hold the later runs of ${graph}`, verb: "Hold them",
    text: "The graph becomes a new version that is paused: its runs are admitted and stay in the queue. Those that are there now go on.",
    definition, done,
    change: (changed) => {
      changed.queue = { ...changed.queue, paused: true };
    },
  });
}

function letGoOn(graph, definition, done) {
  return redefine({
    title: `Let the later runs of ${graph} begin`, verb: "Let them begin",
    text: "The graph becomes a new version that is not paused. Runs that are held keep theirs; the page of the graph migrates them.",
    definition, done,
    change: (changed) => {
      delete changed.queue.paused;
      if (Object.keys(changed.queue).length === 0) delete changed.queue;
    },
  });
}

function Limits({ limits, failure, onDone }) {
  if (failure || limits.length === 0) return html`<${Problem} failure=${failure} />`;
  return html`<section><h2>Limits</h2><table class="limits" tabindex="0">
    <thead><tr><th>Graph</th><th>Limit</th><th>Most</th><th>Used</th><th><span class="unseen">Actions</span></th></tr></thead>
    <tbody>${limits.map((limit) => html`<tr>
      <td class="id"><a href=${`/graphs/${encodeURIComponent(limit.graph)}`}>${limit.graph}</a><span class="version"> @${limit.graphVersion}</span></td>
      <td><code>${limit.field}</code>${limit.key ? html` by <code>${limit.key}</code>` : ""}</td>
      <td>${count(limit.runs)}${limit.per ? ` within ${limit.per}` : ""}</td>
      <td>${limit.used.map((use) => html`<span class="tag">${use.key ? `${use.key}: ` : ""}${count(use.runs)}</span>`)}</td>
      <td>${isPause(limit)
        ? html`<${Later} title="a new version of the graph" make=${async () => letGoOn(limit.graph, await definitionOf(limit.graph), onDone)}>Let them begin…<//>`
        : html`<${Later} title="a new version of the graph" make=${async () => changeLimit(limit, await definitionOf(limit.graph), onDone)}>Change…<//>`}</td>
    </tr>`)}</tbody>
  </table></section>`;
}

function changeLimit(limit, definition, done) {
  const [part, name] = limit.field.split(".");
  return redefine({
    title: `${limit.field} of ${limit.graph}`, verb: "Publish it",
    text: "The graph becomes a new version. Runs in the queue keep theirs; the page of the graph migrates them.",
    definition, done,
    fields: [{ name: "runs", label: "The most runs", kind: "number", value: String(limit.runs), required: true }],
    change: (changed, { runs }) => {
      const found = changed[part];
      if (!found) return;
      if (name === "runs") found.runs = runs;
      else (Array.isArray(found[name]) ? found[name][limit.place] : found[name]).runs = runs;
    },
  });
}

export function Errors() {
  const now = useNow(1_000);
  const { parameters } = useAddress();
  const graph = parameters.get("graph") ?? "";
  const { data, failure, reload } = useLoaded(`/api/errors${query({ graph, limit: 200 })}`, 10_000);
  const graphs = useLoaded("/api/graphs");
  useTitle("Errors");
  return html`<div>
    <div class="title"><h1>Errors</h1></div>
    <form class="filters" role="search" aria-label="Filter of errors" onSubmit=${(event) => event.preventDefault()}>
      <label>Graph <select onChange=${(event) => go(addressWith({ graph: event.target.value }), { replace: true })}>
        <option value="" selected=${!graph}>any</option>
        ${(graphs.data?.graphs ?? []).map(({ name }) => html`<option value=${name} selected=${name === graph}>${name}</option>`)}
      </select></label>
    </form>
    <${Problem} failure=${failure} again=${reload} />
    ${data && data.errors.length === 0 && html`<${Empty}>No run is failed.<//>`}
    ${data?.errors.length > 0 && html`<table class="errors">
      <thead><tr><th>Failed runs</th><th>Graph, node, agent</th><th>Error</th><th>Trend</th><th>First</th><th>Last</th><th>Some of them</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.errors.map((group) => html`<tr>
        <td><b>${count(group.count)}</b></td>
        <td>${group.graph}${group.node ? html`<br /><span class="sub">${group.node}</span>` : ""}${group.agent ? html`<br /><a href=${`/agents/${encodeURIComponent(group.agent)}`}>${group.agent}</a>` : ""}</td>
        <td class="waits"><b>${group.type}</b> <span class="clamped" title=${group.message}>${group.message}</span></td>
        <td><${Spark} values=${group.trend} /></td>
        <td><${When} at=${group.first} now=${now} /></td>
        <td><${When} at=${group.last} now=${now} /></td>
        <td>${group.runs.slice(0, 3).map((run) => html`<a class="some" href=${runAddress(run)}>${run}</a>`)}</td>
        <td><${RetryGroup} group=${group} onDone=${reload} /></td>
      </tr>`)}</tbody>
    </table>`}
  </div>`;
}

function Spark({ values }) {
  const most = Math.max(1, ...values);
  return html`<svg class="spark" viewBox="0 0 72 20" role="img" aria-label=${`From the oldest: ${values.join(", ")}`}>
    ${values.map((value, i) => html`<rect class="bar is-failed" x=${i * 6} y=${20 - (value / most) * 19} width="5" height=${(value / most) * 19} />`)}
  </svg>`;
}

/** All that failed in this way, found among the failed runs of the graph. */
function RetryGroup({ group, onDone }) {
  const command = {
    title: `Retry what failed with ${group.type}`,
    verb: `Retry ${count(group.count)}`,
    text: `All failed runs of ${group.graph}${group.node ? ` whose node ${group.node}` : " that"} failed with ${group.type}.`,
    line: () => `postroad retry --graph ${group.graph} --status failed`,
    body: () => ({ type: "retry", runId: "…" }),
    send: async () => {
      let cursor;
      let told = 0;
      const refused = [];
      do {
        const page = await get(`/api/runs${query({ status: "failed", graph: group.graph, limit: 200, cursor })}`);
        cursor = page.next;
        for (const run of page.runs.filter((one) => one.error?.type === group.type && (one.error.node ?? "") === (group.node ?? ""))) {
          try {
            await deliver(ofRun.retry(run.runId), {});
            told++;
          } catch (failure) {
            refused.push(`${run.runId}: ${failure.message}`);
          }
        }
      } while (cursor);
      if (refused.length > 0) throw Object.assign(new Error(`${refused.length} were refused, ${told} are retried`), { details: refused });
      return told;
    },
    said: (told) => `${told} are retried`,
    done: onDone,
  };
  return html`<${Action} command=${command}>Retry…<//>`;
}

export function Schedules() {
  const now = useNow(1_000);
  const { data, failure, reload } = useLoaded("/api/schedules", 5_000);
  useTitle("Schedules");
  return html`<div>
    <div class="title"><h1>Schedules</h1></div>
    <${Problem} failure=${failure} again=${reload} />
    ${data && data.schedules.length === 0 && html`<${Empty}>There is no schedule. <code>postroad apply FILE</code> publishes one.<//>`}
    ${data?.schedules.length > 0 && html`<table class="schedules">
      <thead><tr><th>Schedule</th><th>Starts</th><th>When</th><th>Next</th><th>Last run</th><th>Overlap</th><th>Misses</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.schedules.map((schedule) => html`<tr>
        <td class="id">${schedule.schedule}</td>
        <td>${schedule.graph ? html`<a href=${`/graphs/${encodeURIComponent(schedule.graph)}`}>${schedule.graph}</a>` : schedule.agent}</td>
        <td><code>${schedule.definition.cron ?? schedule.definition.every}</code> ${schedule.definition.zone ?? ""}</td>
        <td>${schedule.paused ? html`<${Status} of="paused" /> ${schedule.pausedReason ?? ""}` : schedule.problem ? html`<strong>${schedule.problem}</strong>` : html`<${When} at=${schedule.next[0]} now=${now} />`}</td>
        <td>${schedule.lastRun ? html`<a href=${runAddress(schedule.lastRun.runId)}>${schedule.lastRun.runId}</a> ${schedule.lastRun.status ? html`<${Status} of=${schedule.lastRun.status} short />` : ""}` : "–"}</td>
        <td>${schedule.overlap}${schedule.waiting > 0 ? `, ${schedule.waiting} wait` : ""}</td>
        <td>${[schedule.skipped > 0 && `${count(schedule.skipped)} skipped`, schedule.missed > 0 && `${count(schedule.missed)} missed`].filter(Boolean).join(", ") || "–"}</td>
        <td class="row-actions">
          ${schedule.paused ? html`<${Action} command=${steer(schedule, "unpause", "Unpause", reload)} kind="primary">Unpause<//>` : html`<${Action} command=${steer(schedule, "pause", "Pause", reload)}>Pause…<//>`}
          <${Action} command=${steer(schedule, "trigger", "Start one now", reload)}>Start one now…<//>
          <${Action} command=${backfill(schedule, reload)}>Catch up…<//>
        </td>
      </tr>`)}</tbody>
    </table>`}
  </div>`;
}

function steer(schedule, what, title, done) {
  const name = schedule.schedule;
  const fields = what === "pause" ? [{ name: "reason", label: "Reason, for people", kind: "text" }] : [];
  return {
    title: `${title}: ${name}`, verb: title, fields,
    path: `/api/schedules/${encodeURIComponent(name)}/${what}`,
    line: (values) => `postroad schedules ${what === "trigger" ? "trigger-now" : what} ${name}${option("why", values.reason)}`,
    body: (values) => (values.reason ? { reason: values.reason } : {}),
    said: (answer) => (answer?.runIds?.length ? `Asked for: ${answer.runIds.join(", ")}` : `${title}: ${name}`),
    done,
  };
}

function backfill(schedule, done) {
  const name = schedule.schedule;
  const today = new Date().toISOString().slice(0, 10);
  return {
    title: `Catch up: ${name}`, verb: "Start them",
    text: "Starts the runs of times that are past and have none; 1,000 at most.",
    fields: [
      { name: "from", label: "From", kind: "text", value: `${today}T00:00:00Z`, required: true },
      { name: "to", label: "To", kind: "text", value: new Date(Date.now()).toISOString().slice(0, 19) + "Z", required: true },
    ],
    path: `/api/schedules/${encodeURIComponent(name)}/backfill`,
    line: (values) => `postroad schedules backfill ${name}${option("from", values.from)}${option("to", values.to)}`,
    body: (values) => ({ from: values.from, to: values.to }),
    said: (answer) => `${answer.runIds.length} runs are asked for`,
    done,
  };
}

function drain(worker, done) {
  const path = `/api/workers/${encodeURIComponent(worker.name)}/drain`;
  return {
    title: `Drain ${worker.name}`, verb: "Drain it", danger: true,
    text: "It hands its runs to the other workers and ends, as when its process is told to. If this page comes from it, the page comes from another worker then.",
    path,
    line: () => `curl -X POST ${location.origin}${path} -H 'Content-Type: application/json' -d '{}'`,
    body: () => ({}),
    said: () => `${worker.name} hands over and ends`,
    done,
  };
}

export function Workers() {
  const now = useNow(1_000);
  const { data, failure, reload } = useLoaded("/api/workers", EVERY_MILLIS);
  const health = useLoaded("/health", EVERY_MILLIS);
  useTitle("Workers");
  const parts = Object.entries(health.data?.parts ?? {});
  return html`<div>
    <div class="title"><h1>Workers</h1></div>
    <${Problem} failure=${failure} again=${reload} />
    ${data?.workers.length > 0 && html`<table class="workers" tabindex="0">
      <thead><tr><th>Worker</th><th>Host</th><th>Version</th><th>Since</th><th>Sign of life</th><th>Runs</th><th>Lag</th><th>Shards · epochs</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>${data.workers.map((worker) => html`<tr>
        <td class="id">${worker.name}${worker.leaving ? " (leaving)" : ""}</td><td>${worker.host}</td><td>${worker.version}</td>
        <td><${When} at=${worker.since} now=${now} /></td><td><${When} at=${worker.renewedAt} now=${now} />${worker.sessionLocked ? "" : ", by its lease alone"}</td>
        <td>${count(worker.running)}</td><td>${worker.lag === undefined ? "–" : count(worker.lag)}</td><td class="waits">${worker.shards.map((shard, i) => html`<span class="tag" title=${`shard ${shard} in epoch ${worker.epochs[i]}`}>${shard}<span class="version"> · ${worker.epochs[i]}</span></span>`)}</td>
        <td>${!worker.leaving && html`<${Action} right="publish" command=${drain(worker, reload)}>Drain…<//>`}</td>
      </tr>`)}</tbody>
    </table>`}
    <section><h2>This worker</h2>
      <ul class="health-parts">${parts.map(([name, part]) => html`<li><${Status} of=${part.state === "ok" ? "completed" : part.state === "degraded" ? "retrying" : "failed"} short /><b>${name}</b> ${part.state}${part.why ? `: ${part.why}` : ""}</li>`)}</ul>
    </section>
    ${data?.takeOvers.length > 0 && html`<section><h2>Take-overs</h2><table tabindex="0">
      <thead><tr><th>When</th><th>Dead worker</th><th>Seen by</th><th>Shards</th><th>Found by</th></tr></thead>
      <tbody>${data.takeOvers.map((taken) => html`<tr><td><${When} at=${taken.at} now=${now} /></td><td>${taken.worker} on ${taken.host}</td><td>${taken.why}</td><td>${taken.shards.join(", ")}</td><td>${taken.foundBy}</td></tr>`)}</tbody>
    </table></section>`}
  </div>`;
}
