// The graphs: their versions, their pictures, their runs, and a form that starts one.
import { Action, option, startRun } from "./commands.js";
import { Picture } from "./graph.js";
import { addressWith, Empty, go, html, Json, Problem, runAddress, useAddress, useLoaded, useState, useTitle } from "./ui.js";

export function Graphs({ name }) {
  return name ? html`<${Graph} key=${name} name=${name} />` : html`<${List} />`;
}

function List() {
  const { data, failure, reload } = useLoaded("/api/graphs", 10_000);
  useTitle("Graphs");
  return html`<div>
    <div class="title"><h1>Graphs</h1><${Action} right="publish" command=${applying(reload)}>Apply a definition…<//></div>
    <${Problem} failure=${failure} again=${reload} />
    ${data && data.graphs.length === 0 && html`<${Empty}>No graph is published. <code>postroad apply FILE</code> publishes one.<//>`}
    ${data?.graphs.length > 0 && html`<table>
      <thead><tr><th>Graph</th><th>Newest version</th><th>Versions</th><th><span class="unseen">Runs</span></th></tr></thead>
      <tbody>${data.graphs.map((graph) => html`<tr>
        <td class="id"><a href=${`/graphs/${encodeURIComponent(graph.name)}`}>${graph.name}</a></td>
        <td>${graph.newest}</td><td>${graph.versions.length}</td>
        <td><a href=${`/runs?graph=${encodeURIComponent(graph.name)}`}>Its runs</a></td>
      </tr>`)}</tbody>
    </table>`}
  </div>`;
}

function Graph({ name }) {
  const { parameters } = useAddress();
  const list = useLoaded("/api/graphs");
  const known = list.data?.graphs.find((graph) => graph.name === name);
  const version = Number(parameters.get("version") ?? known?.newest ?? 0);
  const against = Number(parameters.get("against") ?? 0);
  const path = `/api/graphs/${encodeURIComponent(name)}`;
  const [open, setOpen] = useState("");
  const graph = useLoaded(version ? `${path}?version=${version}` : null);
  const other = useLoaded(against && against !== version ? `${path}?version=${against}` : null);
  const drawing = useLoaded(version ? `${path}/drawing?version=${version}${open && `&open=${encodeURIComponent(open)}`}` : null);
  const counts = useLoaded(version ? `/api/counts?graph=${encodeURIComponent(name)}&version=${version}` : null);
  useTitle(name);
  const toggle = (step) => {
    const all = open ? open.split(",") : [];
    setOpen((all.includes(step) ? all.filter((one) => one !== step) : [...all, step]).join(","));
  };
  const runs = Object.entries(counts.data?.runs ?? {}).filter(([, number]) => number > 0);
  return html`<div>
    <div class="title"><p class="up"><a href="/graphs">Graphs</a></p><h1>${name}</h1></div>
    <${Problem} failure=${list.failure ?? graph.failure ?? drawing.failure} again=${list.reload} />
    ${list.data && !known && html`<${Problem} failure=${{ message: `There is no graph ${name}.` }} />`}
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label>Version <select onChange=${(event) => go(addressWith({ version: event.target.value }), { replace: true })}>
        ${(known?.versions ?? []).toReversed().map((one) => html`<option value=${one} selected=${one === version}>${one}</option>`)}
      </select></label>
      <label>Compared with <select onChange=${(event) => go(addressWith({ against: event.target.value }), { replace: true })}>
        <option value="" selected=${!against}>none</option>
        ${(known?.versions ?? []).toReversed().filter((one) => one !== version).map((one) => html`<option value=${one} selected=${one === against}>${one}</option>`)}
      </select></label>
    </form>
    <div class="actions">
      ${graph.data && html`<${Action} command=${startRun({
        graph: name, version: version === known?.newest ? undefined : version, ...startForm(graph.data.definition), onStarted: (id) => go(runAddress(id)),
      })} kind="primary">Start a run…<//>`}
      <a class="button" href=${`/runs?graph=${encodeURIComponent(name)}&version=${version}`}>Runs of this version</a>
      ${known && version < known.newest && under(counts.data) > 0 && html`<${Action} command=${migrating(name, version, known.newest, counts.reload)}>Migrate its runs…<//>`}
      ${runs.length > 0 && html`<span class="sub">${runs.map(([status, number]) => `${number} ${status}`).join(", ")}</span>`}
    </div>
    ${other.data && graph.data && html`<${Differences} from=${other.data.definition} to=${graph.data.definition} />`}
    <${Picture} drawing=${drawing.data} onToggle=${toggle} />
    ${graph.data && html`<details><summary>Definition of version ${version}</summary><${Json} value=${graph.data.definition} label="Definition" /></details>`}
  </div>`;
}

const MOVABLE = ["queued", "running", "waiting", "paused"];
const under = (counts) => MOVABLE.reduce((sum, status) => sum + (counts?.runs[status] ?? 0), 0);

/** An order of the worker's for all runs of a version that have not ended. */
function migrating(graph, version, newest, done) {
  const action = { type: "migrate", graphVersion: newest };
  const filter = { graph, version, status: MOVABLE };
  return {
    title: `Migrate the runs of ${graph} @${version}`,
    verb: `Migrate them to @${newest}`,
    text: "Each goes on under the newest version; one that has no place there refuses, and stays as it is.",
    path: "/api/bulk",
    line: () => `postroad bulk${option("action", action)}${option("graph", graph)} --graph-version ${version} --status ${MOVABLE.join(",")}`,
    body: () => ({ action, filter }),
    said: (order) => `${order.id}: ${order.runs.all} runs are asked to migrate`,
    done,
  };
}

/** What `postroad apply` does, with a text in place of a file. */
function applying(done) {
  return {
    title: "Apply a definition",
    verb: "Publish it",
    wide: true,
    text: "Graphs, agents, schedules and prices, as YAML or JSON; several with --- between them. All of them, or none where one is wrong.",
    fields: [{ name: "text", label: "Definition", kind: "lines", value: "", required: true }],
    path: "/api/registry",
    line: () => "postroad apply FILE",
    body: (values) => values.text ?? "",
    said: (answer) => `Published: ${answer.keys.join(", ")}`,
    done,
  };
}

/** A field for each channel of the state; what is left empty is as the graph has it. */
function startForm({ state }) {
  const channels = Object.entries(state ?? {});
  if (channels.length === 0) return {};
  const said = (channel) => [channel?.description, channel?.default !== undefined && `${JSON.stringify(channel.default)} where it is empty`].filter(Boolean).join("; ");
  return { schema: { type: "object", properties: Object.fromEntries(channels.map(([name, channel]) => [name, { description: said(channel) || undefined }])) } };
}

function Differences({ from, to }) {
  const lines = [];
  compare("", from, to, lines);
  if (lines.length === 0) return html`<p class="empty">They are the same.</p>`;
  return html`<ul class="patch" aria-label="Differences of the versions">${lines.slice(0, 200).map(([path, before, after]) => html`<li class=${before === undefined ? "is-add" : after === undefined ? "is-remove" : "is-replace"}>
    <b aria-hidden="true">${before === undefined ? "+" : after === undefined ? "−" : "±"}</b><code>${path}</code>
    ${before !== undefined && html`<code class="value">${JSON.stringify(before)}</code>`}${before !== undefined && after !== undefined ? " → " : ""}${after !== undefined && html`<code class="value">${JSON.stringify(after)}</code>`}
  </li>`)}</ul>`;
}

function compare(path, from, to, lines) {
  if (JSON.stringify(from) === JSON.stringify(to)) return;
  const both = [from, to].every((value) => value !== null && typeof value === "object");
  if (!both) {
    lines.push([path || "/", from, to]);
    return;
  }
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) compare(`${path}/${name}`, from[name], to[name], lines);
}
