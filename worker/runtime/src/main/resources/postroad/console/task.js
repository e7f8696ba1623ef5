// The tasks of a run, and one of them with all that is known of it.
import { ofRun as pathOf, query } from "./api.js";
import { Action, curl, may, ofRun } from "./commands.js";
import { Trace } from "./trace.js";
import {
  addressWith, Copy, count, duration, Empty, go, html, Json, Problem, runAddress, Status, useAddress, useEffect, useLoaded,
  useNow, useState, useWindow, When,
} from "./ui.js";
import { get } from "./api.js";

const STATUSES = ["running", "retrying", "waiting", "completed", "failed", "cancelled"];
const HEIGHT = 40;

export function Tasks({ run, changed }) {
  const { parameters } = useAddress();
  const node = parameters.get("node") ?? "";
  const status = parameters.get("taskStatus") ?? "";
  const asked = query({ node, status });
  const first = useLoaded(pathOf(run.runId, `/tasks${query({ node, status, limit: 200 })}`));
  const nodes = useLoaded(pathOf(run.runId, "/nodes"));
  const [more, setMore] = useState({ asked, tasks: [], next: undefined });
  useEffect(() => {
    if (changed > 0) first.reload();
  }, [changed]);
  const rest = more.asked === asked ? more.tasks : [];
  const tasks = [...(first.data?.tasks ?? []), ...rest];
  const next = rest.length > 0 ? more.next : first.data?.next;
  const load = async () => {
    const page = await get(pathOf(run.runId, `/tasks${query({ node, status, limit: 1000, cursor: next })}`));
    setMore({ asked, tasks: [...rest, ...page.tasks], next: page.next });
  };
  const [body, from, to] = useWindow(tasks.length, HEIGHT);
  const names = [...new Set((nodes.data?.steps ?? []).map((step) => step.node))];
  const set = (name) => (event) => go(addressWith({ tab: "tasks", [name]: event.target.value }), { replace: true });
  return html`<div>
    <form class="filters" role="search" aria-label="Filter of tasks" onSubmit=${(event) => event.preventDefault()}>
      <label>Node <select onChange=${set("node")}>
        <option value="" selected=${!node}>any</option>
        ${[...new Set([...names, node].filter(Boolean))].map((name) => html`<option value=${name} selected=${name === node}>${name}</option>`)}
      </select></label>
      <label>Status <select onChange=${set("taskStatus")}>
        <option value="" selected=${!status}>any</option>
        ${STATUSES.map((name) => html`<option value=${name} selected=${name === status}>${name}</option>`)}
      </select></label>
    </form>
    <${Problem} failure=${first.failure} again=${first.reload} />
    ${first.data && tasks.length === 0 ? html`<${Empty}>No task is as the filter says.<//>` : html`
    <table class="tasks">
      <thead><tr><th>Status</th><th>Task</th><th>Superstep</th><th>Attempts</th><th>Took</th><th>Tokens</th><th>Error</th></tr></thead>
      <tbody ref=${body}>
        ${from > 0 && html`<tr class="space" aria-hidden="true" style=${{ height: `${from * HEIGHT}px` }}></tr>`}
        ${tasks.slice(from, to).map((task) => html`<tr key=${task.task} class=${task.superseded ? "superseded" : ""}>
          <td><${Status} of=${task.status} /></td>
          <td class="id" title=${task.task}><a href=${runAddress(run.runId, `?task=${encodeURIComponent(task.task)}`)}>${task.task}</a></td>
          <td>${task.superstep}</td><td>${task.attempts}</td>
          <td>${task.durationMs === undefined ? "" : duration(task.durationMs)}</td>
          <td>${task.inputTokens + task.outputTokens > 0 ? count(task.inputTokens + task.outputTokens) : ""}</td>
          <td class="waits">${task.error ? `${task.error.type}: ${task.error.message}` : ""}${task.superseded ? " (rolled back)" : ""}</td>
        </tr>`)}
        ${to < tasks.length && html`<tr class="space" aria-hidden="true" style=${{ height: `${(tasks.length - to) * HEIGHT}px` }}></tr>`}
      </tbody>
    </table>
    <p class="foot" role="status">${count(tasks.length)} shown ${next && html`<button onClick=${load}>Show more</button>`}</p>`}
  </div>`;
}

export function Task({ run, id, changed, shown, onDone }) {
  const now = useNow(1_000);
  const path = pathOf(run.runId, `/tasks/${encodeURIComponent(id)}`);
  const { data: task, failure, reload } = useLoaded(path);
  const nodes = useLoaded(pathOf(run.runId, "/nodes"));
  useEffect(() => {
    if (changed > 0) reload();
  }, [changed]);
  if (!task) return html`<${Problem} failure=${failure} again=${reload} />`;
  const live = shown.get(id);
  const canRetry = ["failed", "cancelled"].includes(run.status) && ["failed", "cancelled"].includes(task.status);
  return html`<div>
    <div class="title">
      <p class="up"><a href=${runAddress(run.runId, `?tab=tasks&node=${encodeURIComponent(task.node)}`)}>Tasks of ${task.node}</a></p>
      <h2>${task.task}</h2>
      <${Status} of=${task.status} />
    </div>
    <dl class="facts">
      <div><dt>Node</dt><dd>${task.node}</dd></div>
      ${task.agent && html`<div><dt>Agent</dt><dd><a href=${`/agents/${encodeURIComponent(task.agent)}`}>${task.agent}</a></dd></div>`}
      <div><dt>Superstep</dt><dd>${task.superstep}</dd></div>
      <div><dt>Attempts</dt><dd>${task.attempts}</dd></div>
      <div><dt>Took</dt><dd>${task.durationMs === undefined ? "–" : duration(task.durationMs)}</dd></div>
      <div><dt>Tokens</dt><dd>${count(task.inputTokens)} in, ${count(task.outputTokens)} out</dd></div>
      ${task.cost !== undefined && html`<div><dt>Cost</dt><dd>${task.cost}</dd></div>`}
      ${task.nextTryAt && html`<div><dt>Next try</dt><dd><${When} at=${task.nextTryAt} now=${now} /></dd></div>`}
      <div><dt>Began</dt><dd><${When} at=${task.startedAt} now=${now} /></dd></div>
      <div><dt>Trace</dt><dd><${Trace} runId=${run.runId} task=${task.agent && task.task} attempt=${task.agent && Math.max(1, task.attempts)} /></dd></div>
    </dl>
    <div class="actions">
      ${canRetry && html`<${Action} command=${{ ...ofRun.retry(run.runId), done: onDone }} kind="primary">Retry<//>`}
      ${task.status === "retrying" && html`<${Action} command=${{ ...ofRun.retryNow(run.runId), done: onDone }} kind="primary">Try now<//>`}
      ${task.output !== undefined && task.inputVersion !== undefined && isAlone(task, nodes.data) && may("steer") &&
        html`<${Action} command=${ofRun.fork(run.runId, task.inputVersion, JSON.stringify(task.output, null, 2), (forked) => go(runAddress(forked)), task.node)}>Edit the writes and fork…<//>`}
      <${Copy} text=${() => curl(path)}>Copy as curl<//>
    </div>
    ${task.error && html`<section class="problem"><h3>${task.error.type}</h3><p>${task.error.message}</p></section>`}
    ${live && html`<section><h3>What it shows${task.status === "running" ? ", live" : ""}</h3><pre class="shown" tabindex="0" role="region" aria-label="What the task shows">${live.text}</pre></section>`}
    ${task.calls.length > 0 && html`<${Calls} calls=${task.calls} />`}
    <div class="columns">
      <section><h3>Input</h3>${task.input === undefined ? html`<p class="empty">It saw the state, ${task.inputVersion === undefined ? "" : html`<a href=${runAddress(run.runId, `?tab=state&version=${task.inputVersion}`)}>version ${task.inputVersion}</a>`}.</p>` : html`<${Json} value=${task.input} label="Input" />`}</section>
      <section><h3>Writes</h3>${task.output === undefined ? html`<p class="empty">None yet.</p>` : html`<${Json} value=${task.output} label="Writes" />`}</section>
    </div>
    <${Logs} run=${run} task=${task} changed=${changed} />
    ${task.agent && html`<${Asked} run=${run} task=${task} changed=${changed} />`}
  </div>`;
}

/** Whether nothing ran beside it, so that a run can go on from what it wrote without losing what others did. */
const isAlone = (task, nodes) => {
  const beside = (nodes?.steps ?? []).filter((step) => step.superstep === task.superstep && !step.path.includes("/"));
  return beside.length === 1 && beside[0].tasks === 1 && !task.task.includes("/");
};

function Calls({ calls }) {
  const most = Math.max(1, ...calls.map((call) => call.durationMs ?? 0));
  return html`<section><h3>Attempts</h3><table tabindex="0">
    <thead><tr><th>Attempt</th><th>Result</th><th>Took</th><th><span class="unseen">Compared</span></th><th>Error</th></tr></thead>
    <tbody>${calls.map((call) => html`<tr>
      <td>${call.attempt}</td>
      <td><${Status} of=${call.status} />${call.repeated ? html` <span class="age">tried again</span>` : ""}</td>
      <td class="took">${duration(call.durationMs)}</td>
      <td class="meter"><meter min="0" max=${most} value=${call.durationMs ?? 0} aria-label=${`Attempt ${call.attempt}: ${duration(call.durationMs)}`}></meter></td>
      <td class="waits">${call.error ? `${call.error.type}: ${call.error.message}` : ""}</td>
    </tr>`)}</tbody>
  </table></section>`;
}

function Logs({ run, task, changed }) {
  const { data, reload, failure } = useLoaded(pathOf(run.runId, `/logs${query({ node: task.node, limit: 500 })}`), task.status === "running" ? 2_000 : 0);
  useEffect(() => {
    if (changed > 0) reload();
  }, [changed]);
  const lines = (data?.lines ?? []).filter((line) => line.task === task.task);
  if (failure || lines.length === 0) return html`<${Problem} failure=${failure} />`;
  return html`<section><h3>Log</h3><ol class="log" tabindex="0" aria-label="Log of the task">
    ${lines.map((line) => html`<li class=${`is-${line.level}`}><time datetime=${line.at}>${new Date(line.at).toLocaleTimeString()}</time> <b>${line.level}</b> ${line.message} ${line.fields ? html`<code>${JSON.stringify(line.fields)}</code>` : ""}</li>`)}
  </ol></section>`;
}

/** How the agent is asked, as it is defined now; and of a model what it said and called on its way to the answer. */
function Asked({ run, task, changed }) {
  const { data } = useLoaded(`/api/agents/${encodeURIComponent(task.agent)}`);
  if (!data) return null;
  return html`<div>
    ${data.definition.kind === "llm" && html`<${Model} run=${run} task=${task} definition=${data.definition} changed=${changed} />`}
    <details><summary>How agent ${task.agent} is defined now</summary><${Json} value=${data.definition} label="Definition of the agent" /></details>
  </div>`;
}

function Model({ run, task, definition, changed }) {
  const path = pathOf(run.runId, `/events${query({ type: "node.calling", node: task.node, limit: 1000 })}`);
  const { data, failure, reload } = useLoaded(path);
  useEffect(() => {
    if (changed > 0) reload();
  }, [changed]);
  const turns = (data?.events ?? []).filter((event) => event.task === task.task && event.data?.calls);
  return html`<section>
    <h3>What the model is asked</h3>
    <${Problem} failure=${failure} again=${reload} />
    <dl class="draft">
      ${definition.system && html`<div><dt>System</dt><dd>${definition.system}</dd></div>`}
      <div><dt>Prompt</dt><dd>${definition.prompt}</dd></div>
      ${definition.tools?.length > 0 && html`<div><dt>Tools</dt><dd>${definition.tools.map(nameOf).join(", ")}</dd></div>`}
    </dl>
    ${turns.length > 0 && html`<h3>Messages</h3>
      <ol class="turns">${turns.map((turn, index) => html`<li key=${turn.seq}>
        ${said(turn.data.said) && html`<p>${said(turn.data.said)}</p>`}
        <ul>${turn.data.calls.map((call, at) => html`<li>
          <code>${call.tool}(${JSON.stringify(call.input)})</code> ${call.error
            ? `${call.error.type}: ${call.error.message}`
            : html`<a href=${toolAddress(run, task, call.tool, index + 1, at)}>its answer</a>`}
        </li>`)}</ul>
      </li>`)}</ol>`}
  </section>`;
}

const nameOf = (tool) => typeof tool === "string" ? tool : tool.name ?? tool.agent ?? tool.graph;

const said = (words) => words === null || words === undefined ? "" : typeof words === "string" ? words : JSON.stringify(words);

/** A tool is a task inside that of the model, by its turn and its place in that. */
const toolAddress = (run, task, tool, turn, at) =>
  runAddress(run.runId, `?task=${encodeURIComponent(`${task.task}/${tool}@${turn}.${at}`)}`);
