// The agents: which are ill, since when, what waits for them, and how they are set.
import { query } from "./api.js";
import { Breaker } from "./breaker.js";
import { Action, option, startRun } from "./commands.js";
import { count, duration, Empty, go, html, Json, Problem, runAddress, Status, useLoaded, useNow, useState, useTitle, When } from "./ui.js";

const EVERY_MILLIS = 4_000;

export function Agents({ name }) {
  return name ? html`<${Agent} key=${name} name=${name} />` : html`<${List} />`;
}

/** How an agent is, in a word, and the rank of its illness. */
function health(agent) {
  if (!agent.enabled) return ["disabled", "cancelled"];
  if (agent.breaker.state === "open") return ["breaker open", "failed"];
  if (agent.breaker.state === "half-open") return ["being tried", "retrying"];
  return ["well", "completed"];
}

function Health({ agent }) {
  const [word, look] = health(agent);
  return html`<span class=${`health is-${look}`}><${Status} of=${look} short />${word}</span>`;
}

function List() {
  const now = useNow(1_000);
  const { data, failure, reload } = useLoaded("/api/agents", EVERY_MILLIS);
  useTitle("Agents");
  const agents = (data?.agents ?? []).toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return html`<div>
    <div class="title"><h1>Agents</h1></div>
    <${Problem} failure=${failure} again=${reload} />
    ${data && agents.length === 0 && html`<${Empty}>No agent is published. <code>postroad apply FILE</code> publishes one.<//>`}
    ${agents.length > 0 && html`<table class="agents">
      <thead><tr><th>Agent</th><th>Kind</th><th>State</th><th>Last error</th><th><span class="unseen">What waits for it</span></th></tr></thead>
      <tbody>
        ${agents.map((agent) => html`<tr>
          <td class="id"><a href=${`/agents/${encodeURIComponent(agent.name)}`}>${agent.name}</a></td>
          <td>${agent.kind}</td>
          <td><${Health} agent=${agent} />${agent.breaker.until ? html` <${When} at=${agent.breaker.until} now=${now} />` : ""}</td>
          <td class="waits">${agent.lastError && html`<span class="clamped" title=${agent.lastError.message}>${agent.lastError.type}: ${agent.lastError.message}</span> <${When} at=${agent.lastError.at} now=${now} />`}</td>
          <td><a href=${`/runs?waitsFor=${encodeURIComponent(agent.name)}`}>Waiting runs</a></td>
        </tr>`)}
      </tbody>
    </table>`}
  </div>`;
}

const rank = (agent) => ["failed", "retrying", "cancelled", "completed"].indexOf(health(agent)[1]);

function Agent({ name }) {
  const now = useNow(1_000);
  const path = `/api/agents/${encodeURIComponent(name)}`;
  const { data: agent, failure, reload } = useLoaded(path, EVERY_MILLIS);
  const stats = useLoaded(`${path}/stats`, 10_000);
  const events = useLoaded(`${path}/events?order=newest&limit=1000`, 10_000);
  const waiting = useLoaded(`/api/runs${query({ waitsFor: name, limit: 20 })}`, EVERY_MILLIS);
  useTitle(name);
  if (!agent) return html`<h1>${name}</h1><${Problem} failure=${failure} again=${reload} />`;
  return html`<div>
    <div class="title"><p class="up"><a href="/agents">Agents</a></p><h1>${name}</h1><${Health} agent=${agent} /></div>
    <${Problem} failure=${failure ?? stats.failure} again=${reload} />
    ${!agent.enabled && html`<section class="why"><h2>It is not called</h2><p class="what">Disabled by ${agent.disabledBy ?? "somebody"}${agent.disabledReason ? `: ${agent.disabledReason}` : ""}${agent.disabledAt ? html`, <${When} at=${agent.disabledAt} now=${now} />` : ""}</p></section>`}
    ${agent.breaker.state !== "closed" && html`<section class="why"><h2>Its circuit breaker is ${agent.breaker.state}</h2><p class="what">Its calls failed too often${!agent.breaker.until ? "" : new Date(agent.breaker.until).getTime() > now ? html`; it is tried again <${When} at=${agent.breaker.until} now=${now} />` : "; the next call tries it again"}. Enabling it closes the breaker at once.</p></section>`}
    <div class="actions">
      ${agent.enabled
        ? html`<${Action} right="operate" command=${disable(name, path, reload)}>Disable…<//>`
        : ""}
      ${(!agent.enabled || agent.breaker.state !== "closed") && html`<${Action} right="operate" command=${enable(name, path, reload)} kind="primary">Enable…<//>`}
      <${Action} command=${startRun({ agent: name, onStarted: (id) => go(runAddress(id)) })}>Try a call…<//>
    </div>
    <${Figures} stats=${stats.data} now=${now} />
    <${Breaker} events=${events.data?.events} now=${now} />
    ${agent.lastError && html`<section><h2>Last error</h2><p><b>${agent.lastError.type}</b>: ${agent.lastError.message} (<${When} at=${agent.lastError.at} now=${now} />)</p></section>`}
    <section><h2>Runs that wait for it</h2>
      ${waiting.data?.runs.length ? html`<ul class="plain">${waiting.data.runs.map((run) => html`<li><${Status} of=${run.status} /> <a href=${runAddress(run.runId)}>${run.runId}</a> ${run.graph}</li>`)}</ul><p><a href=${`/runs?waitsFor=${encodeURIComponent(name)}`}>All of them</a></p>` : html`<p class="empty">None.</p>`}
    </section>
    <${History} events=${events.data?.events ?? []} now=${now} />
    <section><h2>How it is defined</h2><${Json} value=${agent.definition} label="Definition" /></section>
  </div>`;
}

function Figures({ stats, now }) {
  if (!stats) return html`<div class="figures"></div>`;
  const rate = stats.successRate;
  return html`<div class="figures">
    <dl class="facts">
      <div><dt>Calls</dt><dd>${count(stats.calls)}</dd></div>
      <div><dt>Success</dt><dd>${rate === undefined ? "–" : `${Math.floor(rate * 1000) / 10} %`}</dd></div>
      <div><dt>p50</dt><dd>${stats.p50Ms === undefined ? "–" : duration(stats.p50Ms)}</dd></div>
      <div><dt>p95</dt><dd>${stats.p95Ms === undefined ? "–" : duration(stats.p95Ms)}</dd></div>
      <div><dt>Tokens</dt><dd>${count(stats.inputTokens)} in, ${count(stats.outputTokens)} out</dd></div>
      <div><dt>Since</dt><dd><${When} at=${stats.since} now=${now} /></dd></div>
    </dl>
    ${stats.minutes.length > 1 && html`<${Trend} minutes=${stats.minutes} />`}
  </div>`;
}

function Trend({ minutes }) {
  const most = Math.max(...minutes.map((minute) => minute.calls), 1);
  const width = 720;
  const step = width / minutes.length;
  const total = minutes.reduce((sum, minute) => sum + minute.failures, 0);
  return html`<figure class="trend">
    <svg viewBox=${`0 0 ${width} 60`} preserveAspectRatio="none" role="img" aria-label=${`Calls by minute; the most were ${most}, and ${total} failed in all`}>
      ${minutes.map((minute, i) => {
        const all = (minute.calls / most) * 56;
        const bad = (minute.failures / most) * 56;
        return html`<rect class="bar is-completed" x=${i * step} y=${60 - all} width=${Math.max(1, step - 1)} height=${all} /><rect class="bar is-failed" x=${i * step} y=${60 - bad} width=${Math.max(1, step - 1)} height=${bad} />`;
      })}
    </svg>
    <figcaption>Calls by minute; the part in front is those that failed.</figcaption>
  </figure>`;
}

const why = (required) => ({ name: "why", label: "Why, for those who will wonder", kind: "text", required });

function disable(name, path, done) {
  return {
    title: `Disable ${name}`, verb: "Disable it", danger: true, fields: [why(true)],
    text: "No worker calls it any more; its tasks fail, wait or go to a fallback, as their nodes say.",
    path: `${path}/disable`,
    line: (values) => `postroad agents disable ${name}${option("why", values.why)}`,
    body: (values) => ({ why: values.why }),
    done,
  };
}

function enable(name, path, done) {
  return {
    title: `Enable ${name}`, verb: "Enable it", fields: [why(false)],
    text: "It is called again, and its circuit breaker is closed.",
    path: `${path}/enable`,
    line: (values) => `postroad agents enable ${name}${option("why", values.why)}`,
    body: (values) => (values.why ? { why: values.why } : {}),
    done,
  };
}

/** What happened to it; a change shows what differs. */
function History({ events, now }) {
  const [open, setOpen] = useState(0);
  if (events.length === 0) return null;
  return html`<section><h2>What happened to it</h2>
    <ol class="events">${events.slice(0, 200).map((event) => html`<li key=${event.id}>
      <button class="line" aria-expanded=${open === event.id} onClick=${() => setOpen(open === event.id ? 0 : event.id)}>
        <span class="type">${event.type}</span>
        <span class="where">${event.data.why ?? event.data.reason ?? ""}</span>
        <span class="age"><${When} at=${event.at} now=${now} /></span>
      </button>
      ${open === event.id && html`<div class="opened">${changedFields(event)}<${Json} value=${event} label=${event.type} /></div>`}
    </li>`)}</ol>
  </section>`;
}

function changedFields({ data }) {
  if (!data.changed) return null;
  const said = (value) => (value === undefined ? "not set" : JSON.stringify(value));
  return html`<ul class="patch" aria-label="What was changed">${data.changed.map((name) => html`<li class="is-replace"><code>${name}</code>${data.before && html` <code class="value">${said(data.before[name])}</code> → <code class="value">${said(data.after[name])}</code>`}</li>`)}</ul>`;
}
