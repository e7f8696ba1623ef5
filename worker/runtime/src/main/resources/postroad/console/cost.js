// What runs and agents used, and what of their budgets is left.
import { query } from "./api.js";
import { definitionOf, Later, redefine } from "./publish.js";
import { addressWith, count, Empty, go, html, Problem, sentence, useAddress, useLoaded, useNow, useTitle, When } from "./ui.js";

const SPANS = [["P1D", "the last day", 1], ["P7D", "the last week", 7], ["", "the last 30 days", 30], ["P365D", "the last year", 365]];
const DAY_MILLIS = 86_400_000;

export function Cost() {
  const { parameters } = useAddress();
  const within = parameters.get("within") ?? "";
  const [, , days] = SPANS.find(([span]) => span === within) ?? SPANS[2];
  // To the hour, so that the same question is asked again and again.
  const since = new Date(Math.floor((Date.now() - days * DAY_MILLIS) / 3_600_000) * 3_600_000).toISOString();
  const { data, failure, reload } = useLoaded(`/api/costs${query({ since })}`, 30_000);
  const budgets = useLoaded("/api/budgets", 5_000);
  useTitle("Cost");
  return html`<div>
    <div class="title"><h1>Cost</h1></div>
    <form class="filters" role="search" aria-label="Time" onSubmit=${(event) => event.preventDefault()}>
      <label>Within <select onChange=${(event) => go(addressWith({ within: event.target.value }), { replace: true })}>
        ${SPANS.map(([span, title]) => html`<option value=${span} selected=${span === within}>${title}</option>`)}
      </select></label>
    </form>
    <${Problem} failure=${failure ?? budgets.failure} again=${reload} />
    <${Budgets} budgets=${budgets.data?.budgets} onDone=${budgets.reload} />
    ${data && html`
      <${OfRuns} title="By graph" rows=${data.graphs} address=${(name) => `/runs?graph=${encodeURIComponent(name)}`} />
      <${OfRuns} title="By day" rows=${data.days} />
      <section><h2>By agent</h2>
        ${data.agents.length === 0 ? html`<p class="empty">No agent was called.</p>` : html`<table tabindex="0">
          <thead><tr><th>Agent</th><th>Model</th><th>Calls</th><th>Tokens in</th><th>Tokens out</th><th>Cost</th></tr></thead>
          <tbody>${data.agents.map((agent) => html`<tr>
            <td class="id"><a href=${`/agents/${encodeURIComponent(agent.agent)}`}>${agent.agent}</a></td>
            <td>${agent.model ?? ""}</td><td>${count(agent.calls)}</td><td>${count(agent.inputTokens)}</td><td>${count(agent.outputTokens)}</td><td>${agent.cost ?? "–"}</td>
          </tr>`)}</tbody>
        </table>`}
      </section>`}
  </div>`;
}

function OfRuns({ title, rows, address }) {
  return html`<section><h2>${title}</h2>
    ${rows.length === 0 ? html`<p class="empty">There was no run.</p>` : html`<table tabindex="0">
      <thead><tr><th>${sentence(title.slice(3))}</th><th>Runs</th><th>Tokens</th><th>Cost</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        <td class="id">${address ? html`<a href=${address(row.name)}>${row.name}</a>` : row.name}</td>
        <td>${count(row.runs)}</td><td>${count(row.tokens)}</td><td>${row.cost}</td>
      </tr>`)}</tbody>
    </table>`}
  </section>`;
}

function Budgets({ budgets, onDone }) {
  const now = useNow(1_000);
  const graphs = useLoaded("/api/graphs");
  const names = (graphs.data?.graphs ?? []).map(({ name }) => name);
  const { parameters } = useAddress();
  const graph = parameters.get("graph") ?? names[0];
  return html`<section><h2>Budgets</h2>
    ${graph && html`<form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label>Graph <select onChange=${(event) => go(addressWith({ graph: event.target.value }), { replace: true })}>
        ${names.map((name) => html`<option value=${name} selected=${name === graph}>${name}</option>`)}
      </select></label>
      <${Later} title="a new version of the graph" make=${async () => setBudget(await definitionOf(graph), onDone)}>Set its budget…<//>
    </form>`}
    ${budgets?.length === 0 && html`<${Empty}>Nothing is spent of a budget that runs share.<//>`}
    ${budgets?.length > 0 && html`<table class="budgets" tabindex="0">
      <thead><tr><th>Graph</th><th>Key</th><th>Per</th><th>Tokens</th><th>Cost</th><th>Anew</th><th>Beyond it</th></tr></thead>
      <tbody>${budgets.map((budget) => html`<tr>
        <td class="id"><a href=${`/graphs/${encodeURIComponent(budget.graph)}`}>${budget.graph}</a></td>
        <td>${budget.key}</td><td>${budget.per}</td>
        <td>${used(budget.tokens)}</td><td>${used(budget.cost)}</td>
        <td>${budget.until ? html`<${When} at=${budget.until} now=${now} />` : "slides"}</td>
        <td>${budget.exceeded ? html`<b>used up: ${budget.onExceeded}</b>` : budget.onExceeded}</td>
      </tr>`)}</tbody>
    </table>`}
  </section>`;
}

const used = ({ used: spent, limit }) => (limit === undefined ? count(spent) : `${count(spent)} of ${count(limit)}`);

function setBudget(definition, done) {
  const { key, tokens, cost, per, onExceeded } = definition.budget ?? {};
  return redefine({
    title: `Budget of ${definition.graph}`,
    verb: "Publish it",
    text: "Empty limits take the budget away. Its runs that have begun keep the version with which they came until they are migrated.",
    definition,
    done,
    fields: [
      { name: "tokens", label: "Tokens, in and out", kind: "number", value: tokens === undefined ? "" : String(tokens) },
      { name: "cost", label: "Cost", kind: "amount", value: cost === undefined ? "" : String(cost) },
      { name: "per", label: "Per, such as P1D; each run by itself where it is empty", kind: "text", value: per ?? "" },
      { name: "key", label: "Shared by key, such as input.tenant", kind: "text", value: key ?? "" },
      { name: "onExceeded", label: "Beyond it", kind: "choice", choices: ["pause", "fail", "warn"], value: onExceeded ?? "pause" },
    ],
    change: (changed, values) => {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
      if (given.tokens === undefined && given.cost === undefined) delete changed.budget;
      else changed.budget = given;
    },
  });
}
