// Graphs as pictures: laid out by the worker, drawn here, with what a run did in them.
import { ofRun } from "./api.js";
import { ask, may, ofRun as commands, stopsAt } from "./commands.js";
import { count, html, Problem, runAddress, Status, useEffect, useLoaded, useMemo, useState } from "./ui.js";

/** Where a node of a run is, from what is told of its supersteps; up to a superstep. */
export function nodeStates(steps, until = Infinity) {
  const nodes = new Map();
  for (const step of steps) {
    if (step.superstep > until) continue;
    const state = nodes.get(step.path) ?? { tasks: 0, ran: new Set(), ended: new Set(), last: -1, now: {}, nowTasks: 0, superstep: -1 };
    state.tasks += step.tasks;
    state.ran.add(step.superstep);
    if (step.status === "completed") state.ended.add(step.superstep);
    if (step.superstep > state.superstep) {
      state.superstep = step.superstep;
      state.now = {};
      state.nowTasks = 0;
      state.task = step.task;
    }
    if (step.superstep === state.superstep) {
      state.now[step.status] = (state.now[step.status] ?? 0) + step.tasks;
      state.nowTasks += step.tasks;
    }
    nodes.set(step.path, state);
  }
  return nodes;
}

const WORST = ["failed", "running", "retrying", "waiting", "cancelled", "completed"];

/** The one word for the tasks of a node. */
export const statusOf = (state) => state && (WORST.find((status) => state.now[status]) ?? Object.keys(state.now)[0]);

/** How often an edge was taken: its ends ran one after the other. */
function taken(from, to) {
  if (!to) return 0;
  if (!from) return [...to.ran].some((superstep) => superstep === Math.min(...to.ran)) ? 1 : 0;
  let times = 0;
  for (const superstep of from.ended) if (to.ran.has(superstep + 1)) times++;
  return times;
}

export function RunGraph({ run, changed }) {
  const [open, setOpen] = useState("");
  const [until, setUntil] = useState(null);
  const drawing = useLoaded(`/api/graphs/${encodeURIComponent(run.graph)}/drawing?version=${run.graphVersion}${open && `&open=${encodeURIComponent(open)}`}`);
  const nodes = useLoaded(ofRun(run.runId, "/nodes"));
  useEffect(() => {
    if (changed > 0) nodes.reload();
  }, [changed]);
  const steps = nodes.data?.steps ?? [];
  const most = steps.reduce((top, step) => Math.max(top, step.superstep), 0);
  const states = useMemo(() => nodeStates(steps, until ?? Infinity), [nodes.data, until]);
  const toggle = (path) => {
    const all = open ? open.split(",") : [];
    setOpen((all.includes(path) ? all.filter((one) => one !== path) : [...all, path]).join(","));
  };
  const stops = nodes.data?.breakpoints ?? { before: [], after: [] };
  const inside = (path) => path.slice(0, path.lastIndexOf("/") + 1);
  const beside = (path) => (drawing.data?.steps ?? []).filter((step) => !["start", "end", "join"].includes(step.kind) && inside(step.id) === inside(path)).map((step) => step.id);
  const onStop = (path) => ask(commands.pauseAt(run.runId, path, stops, beside(path), nodes.reload));
  const address = (path, state) =>
    state && state.tasks === 1 && state.task
      ? runAddress(run.runId, `?task=${encodeURIComponent(state.task)}`)
      : runAddress(run.runId, `?tab=tasks&node=${encodeURIComponent(path.split("/").at(-1))}`);
  return html`<div>
    <${Problem} failure=${drawing.failure ?? nodes.failure} again=${drawing.reload} />
    <div class="slider">
      <label for="superstep">Superstep</label>
      <input
        id="superstep" type="range" min="0" max=${Math.max(1, most)} value=${until ?? most} disabled=${most < 1}
        aria-valuetext=${until === null ? "now" : `superstep ${until} of ${most}`}
        onInput=${(event) => setUntil(Number(event.target.value) >= most ? null : Number(event.target.value))}
      />
      <output for="superstep">${until === null ? `now (${most})` : `${until} of ${most}`}</output>
    </div>
    <${Picture} drawing=${drawing.data} states=${states} ended=${["completed", "failed", "cancelled"].includes(run.status) && until === null ? run.status : ""} address=${address} onToggle=${toggle} stops=${stops} onStop=${may("steer") && nodes.data ? onStop : undefined} />
    ${nodes.data?.truncated && html`<p class="foot">Only the newest of its supersteps are counted.</p>`}
    <details class="as-text"><summary>The same as a list</summary><${AsList} states=${states} address=${address} /></details>
  </div>`;
}

function AsList({ states, address }) {
  return html`<table>
    <thead><tr><th>Node</th><th>Now</th><th>Tasks</th><th>Supersteps</th></tr></thead>
    <tbody>
      ${[...states].map(([path, state]) => html`<tr>
        <td><a href=${address(path, state)}>${path}</a></td>
        <td><${Status} of=${statusOf(state)} /></td>
        <td>${count(state.tasks)}</td>
        <td>${count(state.ran.size)}</td>
      </tr>`)}
    </tbody>
  </table>`;
}

const ICONS = {
  running: "M-2.4 -3.6v7.2L3.4 0z", completed: "M-3.6 .3l2.5 2.5L4 -2.8", failed: "M-3 -3l6 6M3 -3l-6 6",
  waiting: "M-3 -3.6h6M-3 3.6h6M-2.4 -3.4c0 3.8 4.8 3 4.8 6.8M2.4 -3.4c0 3.8-4.8 3-4.8 6.8", paused: "M-2 -3v6M2 -3v6",
  cancelled: "M-3.4 3.4l6.8-6.8", retrying: "M3.4 -1.4A3.6 3.6 0 1 0 3.6 1.2M3.8 -3.4v2.3H1.5",
};

/**
 * A drawing, with states where a run is given.
 * @param states by the paths of nodes; undefined for the graph alone
 * @param address where a node leads to
 * @param stops the nodes before and after which the run pauses; undefined for the graph alone
 * @param onStop takes the path of a node at which it is to pause; undefined where nobody may say so
 */
export function Picture({ drawing, states, ended, address, onToggle, stops, onStop }) {
  const [zoom, setZoom] = useState(0);
  if (!drawing) return html`<div class="picture"></div>`;
  const { width, height } = drawing;
  const scale = zoom === 0 ? 1 : zoom;
  const size = zoom === 0 ? { maxWidth: `${width}px`, width: "100%" } : { width: `${width * scale}px` };
  const state = (id) => states?.get(id);
  return html`<div>
    <div class="zoom" role="group" aria-label="Size of the picture">
      <button onClick=${() => setZoom(0)} aria-pressed=${zoom === 0}>Fit</button>
      <button onClick=${() => setZoom(scale / 1.25)} aria-label="Smaller">−</button>
      <button onClick=${() => setZoom(scale * 1.25)} aria-label="Larger">+</button>
      <a class="button" href=${`/api/graphs/${encodeURIComponent(drawing.name)}/svg?version=${drawing.version}`} download=${`${drawing.name}.svg`}>SVG</a>
    </div>
    <div class="picture" tabindex="0" role="region" aria-label=${`Graph ${drawing.name}`}>
      <svg viewBox=${`0 0 ${width} ${height}`} style=${size} role="group" aria-label=${`${drawing.steps.length} steps of graph ${drawing.name}`}>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.6L7.4 4L0 7.4z" /></marker>
        </defs>
        ${drawing.steps.filter((step) => step.inside).map((step) => html`<${Box} step=${step} state=${state(step.id)} address=${address} onToggle=${onToggle} stops=${stops} onStop=${onStop} drawn=${Boolean(states)} />`)}
        ${drawing.lines.map((line) => html`<${Line} line=${line} times=${states ? timesOf(line, drawing, states, ended) : -1} />`)}
        ${drawing.steps.filter((step) => !step.inside).map((step) => html`<${Box} step=${step} state=${state(step.id)} joined=${joined(step, drawing, states)} reached=${step.kind === "end" ? ended : ""} address=${address} onToggle=${onToggle} stops=${stops} onStop=${onStop} drawn=${Boolean(states)} />`)}
      </svg>
    </div>
  </div>`;
}

const sourcesOf = (id, drawing) => drawing.lines.filter((line) => line.to === id).map((line) => line.from);

/** Of a join: how many of those that it waits for have come since it last opened. */
function joined(step, drawing, states) {
  if (step.kind !== "join" || !states) return undefined;
  const targets = drawing.lines.filter((line) => line.from === step.id).map((line) => states.get(line.to));
  const opened = Math.max(-1, ...targets.map((state) => state?.superstep ?? -1));
  const sources = sourcesOf(step.id, drawing);
  const here = sources.filter((source) => Math.max(-1, ...(states.get(source)?.ended ?? [])) >= opened);
  const all = opened >= 0 && here.length === 0 ? sources.length : here.length;
  return `${all} of ${sources.length}`;
}

function timesOf(line, drawing, states, ended) {
  const kind = (id) => drawing.steps.find((step) => step.id === id)?.kind;
  const to = kind(line.to);
  if (kind(line.from) === "start") return taken(undefined, states.get(line.to));
  if (to === "end") return ended === "completed" && states.get(line.from)?.ended.size ? 1 : 0;
  if (to === "join") return states.get(line.from)?.ended.size ?? 0;
  if (kind(line.from) === "join") return Math.min(states.get(line.to)?.ran.size ?? 0, ...sourcesOf(line.from, drawing).map((id) => states.get(id)?.ended.size ?? 0));
  return taken(states.get(line.from), states.get(line.to));
}

function Line({ line, times }) {
  const points = line.points.map(([x, y]) => `${x},${y}`).join(" ");
  const look = times > 0 ? "taken" : times === 0 ? "untaken" : "";
  return html`<g class=${`line is-${line.kind} ${look}`}>
    <polyline points=${points} marker-end="url(#tip)"><title>${line.text || `${line.from} to ${line.to}`}${times > 1 ? `, ${times} times` : ""}</title></polyline>
    ${line.label && html`<text x=${line.label.x} y=${line.label.y + 11}>${line.text.length > 44 ? `${line.text.slice(0, 43)}…` : line.text}</text>`}
  </g>`;
}

function Box({ step, state, joined, reached, address, onToggle, stops, onStop, drawn }) {
  const { x, y, width, height, kind } = step;
  const status = kind === "end" ? (reached === "completed" ? "completed" : undefined) : statusOf(state);
  const look = `box is-${kind} ${status ? `is-${status}` : drawn ? "is-untouched" : ""}`;
  if (kind === "start" || kind === "end") {
    return html`<g class=${look}><rect x=${x} y=${y} width=${width} height=${height} rx=${height / 2} /><text class="name" x=${x + width / 2} y=${y + height / 2 + 4}>${step.title}</text></g>`;
  }
  if (kind === "join") {
    return html`<g class=${look}><rect x=${x} y=${y} width=${width} height=${height} rx="4" /><text class="name" x=${x + width / 2} y=${y + height / 2 + 4}>${joined ?? step.title}</text></g>`;
  }
  const tasks = state?.nowTasks ?? 0;
  const several = tasks > 1;
  const told = `${step.title}${status ? `, ${status}` : drawn ? ", not reached" : ""}${state ? `, ${count(state.tasks)} ${state.tasks === 1 ? "task" : "tasks"}` : ""}`;
  const times = several ? `${count(state.now.completed ?? 0)} of ${count(tasks)}` : state && state.ran.size > 1 ? `${count(state.ran.size)} times` : "";
  const both = [...step.notes, times].filter(Boolean).join(" · ");
  const note = several || (times && both.length * 6.2 > width - 12) ? times : both;
  const top = step.inside ? y + 16 : y + (note ? 19 : height / 2 + 4);
  const body = html`
    ${several && !step.inside && html`<rect class="behind" x=${x + 8} y=${y - 6} width=${width - 8} height=${height} rx="7" /><rect class="behind" x=${x + 4} y=${y - 3} width=${width - 4} height=${height} rx="7" />`}
    <rect x=${x} y=${y} width=${width} height=${height} rx="7" />
    <text class="name" x=${x + width / 2} y=${top}>${step.title}</text>
    ${note && html`<text class="note" x=${x + width / 2} y=${top + 15}>${note}</text>`}
    ${status && html`<g class="sign" transform=${`translate(${x + width - 1},${y + 1})`}><circle r="9" /><path d=${ICONS[status] ?? ""} /></g>`}
  `;
  return html`<g class=${look}>
    ${address ? html`<a href=${address(step.id, state)} aria-label=${told}>${body}</a>` : body}
    <${Stop} step=${step} stops=${stops} onStop=${onStop} />
    ${kind === "graph" && onToggle && html`<a class="toggle" role="button" tabindex="0" href="#" aria-label=${`${step.inside ? "Close" : "Open"} graph ${step.title}`} onClick=${(event) => {
      event.preventDefault();
      event.stopPropagation();
      onToggle(step.id);
    }}><rect class="reach" x=${x - 2} y=${y - 2} width="32" height="32" /><rect x=${x + 5} y=${y + 5} width="18" height="18" rx="4" /><path d=${`M${x + 10} ${y + 14}h8${step.inside ? "" : `M${x + 14} ${y + 10}v8`}`} /></a>`}
  </g>`;
}

/** The corner of a node that says whether the run pauses there, and lets it be set. */
function Stop({ step, stops, onStop }) {
  const before = stops && stopsAt(stops.before, step.id);
  const after = stops && stopsAt(stops.after, step.id);
  const isSet = before || after;
  if (!isSet && !onStop) return null;
  const told = isSet ? `Pauses ${[before && "before", after && "after"].filter(Boolean).join(" and ")} ${step.title}` : `Pause at ${step.title}`;
  const body = html`<title>${told}</title><rect x="-16" y="-14" width="32" height="32" rx="6" />
    <circle r="8" />${before && html`<path d="M-3.2 -3.4v6.8" />`}${after && html`<path d="M3.2 -3.4v6.8" />`}${!isSet && html`<path d="M-2 -3v6M2 -3v6" />`}`;
  const look = `stop ${isSet ? "is-set" : ""}`;
  const place = `translate(${step.x + 1},${step.y + step.height - 1})`;
  if (!onStop) return html`<g class=${look} transform=${place} role="img" aria-label=${told}>${body}</g>`;
  return html`<a class=${look} transform=${place} role="button" tabindex="0" href="#" aria-label=${told} onClick=${(event) => {
    event.preventDefault();
    event.stopPropagation();
    onStop(step.id);
  }} onKeyDown=${(event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    onStop(step.id);
  }}>${body}</a>`;
}
