// Where the time of a run went: what each node did when, and which of it everything else waited for.
import { ofRun as pathOf } from "./api.js";
import { Trace } from "./trace.js";
import { addressWith, count, duration, Empty, go, html, Problem, runAddress, useAddress, useEffect, useLoaded, useMemo, useNow, useRef, useState } from "./ui.js";

const WIDTH = 1_000;
const MOST_ROWS = 200;

const KINDS = [
  ["queued", "queued"], ["calling", "at work"], ["completed", "done"], ["failed", "failed"], ["retrying", "failed, tried again"],
  ["pause", "waits for the next attempt"], ["person", "waits for a person"], ["time", "waits for a time"],
  ["agent", "waits for its agent"], ["cancelled", "cancelled"],
];

/** What a run did, as pieces with a kind each; times in milliseconds. */
export function pieces(timeline, now) {
  const found = [];
  const ms = (time) => new Date(time).getTime();
  const ends = new Map();
  for (const bar of timeline.bars) {
    const start = ms(bar.startedAt);
    const end = bar.endedAt ? ms(bar.endedAt) : now;
    const before = ends.get(bar.task);
    if (before?.outcome === "retrying" && start > before.end) {
      found.push({ ...place(bar), kind: "pause", start: before.end, end: start });
    }
    if (bar.waitsSince) {
      const since = ms(bar.waitsSince);
      if (since > start) found.push({ ...place(bar), kind: "calling", start, end: since });
      found.push({ ...place(bar), kind: bar.waitsFor, start: Math.max(start, since), end });
    } else {
      found.push({ ...place(bar), kind: bar.outcome === "running" ? "calling" : bar.outcome, start, end });
    }
    ends.set(bar.task, { outcome: bar.outcome, end });
  }
  for (const [task, { outcome, end }] of ends) {
    if (outcome === "retrying" && !timeline.endedAt) found.push({ ...place(timeline.bars.findLast((bar) => bar.task === task)), kind: "pause", start: end, end: now });
  }
  return found;
}

const place = (bar) => ({ node: bar.node, task: bar.task, attempt: bar.attempt, superstep: bar.superstep });

/** Of each superstep the task that ended last: all else waited for it. */
export function criticalPath(found) {
  const last = new Map();
  for (const piece of found) {
    const known = last.get(piece.superstep);
    if (!known || piece.end > known.end) last.set(piece.superstep, piece);
  }
  return new Set([...last.values()].map((piece) => piece.task));
}

/** Pieces that would be drawn over one another become one. */
function merged(list, scale) {
  const kinds = new Map();
  for (const piece of list.toSorted((a, b) => a.start - b.start)) {
    const all = kinds.get(piece.kind) ?? [];
    const last = all.at(-1);
    if (last && scale(piece.start) - scale(last.end) < 1) last.end = Math.max(last.end, piece.end);
    else all.push({ ...piece });
    kinds.set(piece.kind, all);
  }
  return [...kinds.values()].flat();
}

export function Timeline({ run, changed }) {
  const { data, failure, reload } = useLoaded(pathOf(run.runId, "/timeline"));
  useEffect(() => {
    if (changed > 0) reload();
  }, [changed]);
  const ended = data?.endedAt;
  const now = useNow(ended ? 60_000 : 1_000);
  const found = useMemo(() => (data ? pieces(data, now) : []), [data, ended ? 0 : now]);
  const [zoom, setZoom] = useState([0, 1]);
  const [open, setOpen] = useState(new Set());
  if (!data) return html`<${Problem} failure=${failure} again=${reload} />`;
  const begin = new Date(data.queuedAt).getTime();
  const end = Math.max(begin + 1, ended ? new Date(ended).getTime() : now);
  const from = begin + (end - begin) * zoom[0];
  const to = begin + (end - begin) * zoom[1];
  const scale = (time) => ((time - from) / (to - from)) * WIDTH;
  const lanes = new Map();
  for (const piece of found) lanes.set(piece.node, [...(lanes.get(piece.node) ?? [])]);
  for (const piece of found) lanes.get(piece.node).push(piece);
  const critical = criticalPath(found);
  const queued = data.startedAt ? [{ kind: "queued", start: begin, end: new Date(data.startedAt).getTime() }] : [{ kind: "queued", start: begin, end }];
  const toggle = (node) => setOpen((old) => (old.has(node) ? new Set([...old].filter((one) => one !== node)) : new Set([...old, node])));
  return html`<div>
    <${Problem} failure=${failure} again=${reload} />
    <ul class="legend" aria-label="What the colours mean">${KINDS.map(([kind, title]) => html`<li><svg class="swatch" viewBox="0 0 14 14" aria-hidden="true"><rect class=${`bar is-${kind}`} width="14" height="14" /></svg>${title}</li>`)}<li><b class="critical-sign">◆</b>everything else waited for it</li></ul>
    <p class="traced">Trace <${Trace} runId=${run.runId} /></p>
    <${Overview} pieces=${[...queued, ...found]} begin=${begin} end=${end} zoom=${zoom} onZoom=${setZoom} />
    <div class="gantt">
      <div class="axis" aria-hidden="true"><span></span><${Axis} from=${from} to=${to} begin=${begin} /></div>
      <${Lane} title="queue" pieces=${queued} scale=${scale} />
      ${[...lanes].map(([node, list]) => {
        const tasks = new Set(list.map((piece) => piece.task)).size;
        return html`<div>
          <${Lane} key=${node} title=${node} tasks=${tasks} critical=${list.some((piece) => critical.has(piece.task))} pieces=${merged(list, scale)} scale=${scale} open=${open.has(node)} onToggle=${() => toggle(node)}
            address=${tasks === 1 ? runAddress(run.runId, `?task=${encodeURIComponent(list[0].task)}`) : runAddress(run.runId, `?tab=tasks&node=${encodeURIComponent(node)}`)} />
          ${open.has(node) && html`<${TaskLanes} run=${run} list=${list} scale=${scale} critical=${critical} />`}
        </div>`;
      })}
    </div>
    ${found.length === 0 && html`<${Empty}>Nothing of it has begun yet.<//>`}
  </div>`;
}

function TaskLanes({ run, list, scale, critical }) {
  const tasks = new Map();
  for (const piece of list) tasks.set(piece.task, [...(tasks.get(piece.task) ?? []), piece]);
  const shown = [...tasks].slice(0, MOST_ROWS);
  return html`<div>
    ${shown.map(([task, all]) => html`<${Lane} key=${task} inner title=${task} critical=${critical.has(task)} pieces=${all} scale=${scale} address=${runAddress(run.runId, `?task=${encodeURIComponent(task)}`)} />`)}
    ${tasks.size > MOST_ROWS && html`<p class="foot">${count(tasks.size - MOST_ROWS)} more of its tasks: <a href=${runAddress(run.runId, `?tab=tasks&node=${encodeURIComponent(list[0].node)}`)}>all of them</a></p>`}
  </div>`;
}

function Lane({ title, tasks, pieces: list, scale, address, critical, open, onToggle, inner }) {
  const total = list.reduce((sum, piece) => sum + piece.end - piece.start, 0);
  return html`<div class=${`lane ${inner ? "inner" : ""}`}>
    <div class="name">
      ${onToggle && tasks > 1 ? html`<button class="quiet fold" aria-expanded=${open} aria-label=${`Tasks of ${title}`} onClick=${onToggle}>${open ? "▾" : "▸"}</button>` : html`<span class="fold"></span>`}
      ${critical && html`<b class="critical-sign" title="Everything else waited for it">◆</b>`}
      ${address ? html`<a href=${address}>${title}</a>` : html`<span>${title}</span>`}
      ${tasks > 1 && html`<span class="badge">${count(tasks)}</span>`}
    </div>
    <svg viewBox=${`0 0 ${WIDTH} 22`} preserveAspectRatio="none" role="img" aria-label=${`${title}: ${summary(list)}`}>
      ${list.filter((piece) => scale(piece.end) >= 0 && scale(piece.start) <= WIDTH).map((piece) => {
        const x = Math.max(0, scale(piece.start));
        const width = Math.max(2, Math.min(WIDTH, scale(piece.end)) - x);
        return html`<rect class=${`bar is-${piece.kind}`} x=${x} y="4" width=${width} height="14"><title>${`${KINDS.find(([kind]) => kind === piece.kind)?.[1] ?? piece.kind}: ${duration(piece.end - piece.start)}`}</title></rect>`;
      })}
    </svg>
    <span class="took">${total > 0 ? duration(total) : ""}</span>
  </div>`;
}

function summary(list) {
  const sums = new Map();
  for (const piece of list) sums.set(piece.kind, (sums.get(piece.kind) ?? 0) + piece.end - piece.start);
  return [...sums].map(([kind, millis]) => `${KINDS.find(([name]) => name === kind)?.[1] ?? kind} ${duration(millis)}`).join(", ");
}

function Axis({ from, to, begin }) {
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return html`<div class="marks">${marks.map((part) => html`<span>${duration(from + (to - from) * part - begin)}</span>`)}</div>`;
}

/** The whole run, of which a part can be chosen by pointer or by keys. */
function Overview({ pieces: list, begin, end, zoom, onZoom }) {
  const strip = useRef(null);
  const drag = useRef(null);
  const scale = (time) => ((time - begin) / (end - begin)) * WIDTH;
  const at = (event) => {
    const box = strip.current.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const down = (event) => {
    drag.current = at(event);
    strip.current.setPointerCapture(event.pointerId);
  };
  const move = (event) => {
    if (drag.current === null) return;
    const [a, b] = [drag.current, at(event)].toSorted((x, y) => x - y);
    if (b - a > 0.01) onZoom([a, b]);
  };
  const width = zoom[1] - zoom[0];
  const shift = (by) => {
    const start = Math.min(1 - width, Math.max(0, zoom[0] + by * width));
    onZoom([start, start + width]);
  };
  const scaleBy = (factor) => {
    const half = Math.min(0.5, (width * factor) / 2);
    const middle = Math.min(1 - half, Math.max(half, (zoom[0] + zoom[1]) / 2));
    onZoom([middle - half, middle + half]);
  };
  return html`<div class="overview">
    <svg ref=${strip} viewBox=${`0 0 ${WIDTH} 28`} preserveAspectRatio="none" aria-hidden="true"
      onPointerDown=${down} onPointerMove=${move} onPointerUp=${() => (drag.current = null)} onDblClick=${() => onZoom([0, 1])}>
      <rect class="ground" width=${WIDTH} height="28" />
      ${merged(list, scale).map((piece) => html`<rect class=${`bar is-${piece.kind}`} x=${scale(piece.start)} y="9" width=${Math.max(1, scale(piece.end) - scale(piece.start))} height="10" />`)}
      <rect class="brush" x=${zoom[0] * WIDTH} y="0" width=${width * WIDTH} height="28" />
    </svg>
    <div class="zoom" role="group" aria-label="Part of the time that is shown">
      <button onClick=${() => scaleBy(0.5)} aria-label="Zoom in">+</button>
      <button onClick=${() => scaleBy(2)} aria-label="Zoom out">−</button>
      <button onClick=${() => shift(-0.5)} aria-label="Earlier">←</button>
      <button onClick=${() => shift(0.5)} aria-label="Later">→</button>
      <button onClick=${() => onZoom([0, 1])} aria-pressed=${width >= 1}>All</button>
    </div>
  </div>`;
}
