// A run: what it is, why it stands where it stands, and its five views.
import { get, ofRun as pathOf } from "./api.js";
import { Action, ofRun, startRun } from "./commands.js";
import { Events } from "./events.js";
import { RunGraph } from "./graph.js";
import { State } from "./state.js";
import { follow } from "./stream.js";
import { Task, Tasks } from "./task.js";
import { Timeline } from "./timeline.js";
import {
  duration, go, html, Live, Problem, runAddress, Status, Tabs, useAddress, useEffect, useLoaded, useNow, useRef, useState,
  useThrottled, useTitle, When,
} from "./ui.js";
import { Why } from "./why.js";

const VIEWS = [["graph", "Graph"], ["timeline", "Timeline"], ["tasks", "Tasks"], ["state", "State"], ["events", "Events"]];
const ENDED = ["completed", "failed", "cancelled"];

export function Run({ runId }) {
  const { parameters } = useAddress();
  const view = parameters.get("task") ? "tasks" : (parameters.get("tab") ?? "graph");
  const { data: run, failure, reload } = useLoaded(pathOf(runId));
  const why = useLoaded(pathOf(runId, "/why"));
  const [changed, setChanged] = useState(0);
  const refresh = useThrottled(() => {
    reload();
    why.reload();
    setChanged((n) => n + 1);
  }, 400);
  const live = useJournal(runId, run !== undefined, refresh);
  useTitle(runId);
  // What was just asked for may not be admitted yet.
  useEffect(() => {
    if (failure?.status !== 404) return undefined;
    const timer = setTimeout(reload, 1_000);
    return () => clearTimeout(timer);
  }, [failure]);
  if (failure && !run) return html`<h1>${runId}</h1><${Problem} failure=${failure} again=${reload} />`;
  if (!run) return html`<h1>${runId}</h1><p class="foot" role="status">Loading</p>`;
  return html`<div>
    <${Header} run=${run} live=${live} onDone=${refresh} />
    <${Problem} failure=${failure ?? why.failure} again=${refresh} />
    <${Why} why=${why.data} onDone=${refresh} />
    <${Tabs} label="Views of the run" here=${view} tabs=${VIEWS.map(([name, title]) => [name, runAddress(runId, `?tab=${name}`), title])} />
    <div class="view">
      ${view === "graph" && html`<${RunGraph} run=${run} changed=${changed} />`}
      ${view === "timeline" && html`<${Timeline} run=${run} changed=${changed} />`}
      ${view === "tasks" && !parameters.get("task") && html`<${Tasks} run=${run} changed=${changed} />`}
      ${view === "tasks" && parameters.get("task") &&
        html`<${Task} run=${run} id=${parameters.get("task")} changed=${changed} shown=${live.shown} onDone=${refresh} />`}
      ${view === "state" && html`<${State} run=${run} changed=${changed} onDone=${refresh} />`}
      ${view === "events" && html`<${Events} run=${run} changed=${changed} />`}
    </div>
  </div>`;
}

const MOST_SHOWN = 64_000;
const MOST_TASKS = 50;

/** Follows what happens to a run: told of changes, and keeps the newest of what its tasks show. */
function useJournal(runId, isThere, onChange) {
  const [state, setState] = useState(["", ""]);
  const [, redraw] = useState(0);
  const shown = useRef(new Map());
  const draw = useThrottled(() => redraw((n) => n + 1), 100);
  useEffect(() => {
    if (!isThere) return undefined;
    let stop = () => {};
    let left = false;
    const begin = async () => {
      let last = 0;
      try {
        const { events } = await get(pathOf(runId, "/events?order=newest&limit=1"));
        last = events[0]?.seq ?? 0;
      } catch {
        // The stream tells what is wrong.
      }
      if (left) return;
      stop = follow(
        pathOf(runId, "/events"),
        (type, data) => {
          if (type === "output") {
            keep(shown.current, data);
            draw();
          } else onChange();
        },
        (now, why) => {
          if (now === "live") onChange();
          setState([now, why]);
        },
        String(last),
      );
    };
    begin();
    return () => {
      left = true;
      stop();
    };
  }, [runId, isThere]);
  return { state: state[0], why: state[1], shown: shown.current };
}

function keep(shown, chunk) {
  const old = shown.get(chunk.task);
  const goesOn = old && old.attempt === chunk.attempt && chunk.index > old.index;
  const text = ((goesOn ? old.text : "") + chunk.chunk).slice(-MOST_SHOWN);
  shown.delete(chunk.task);
  shown.set(chunk.task, { attempt: chunk.attempt, index: chunk.index, text });
  if (shown.size > MOST_TASKS) shown.delete(shown.keys().next().value);
}

function Header({ run, live, onDone }) {
  const now = useNow(1_000);
  const { runId, status } = run;
  const ended = ENDED.includes(status);
  const act = (command, label, kind) => html`<${Action} command=${{ ...command, done: command.done ?? onDone }} kind=${kind}>${label}<//>`;
  const began = run.startedAt && new Date(run.startedAt).getTime();
  const toRun = (id) => go(runAddress(id));
  return html`<div>
    <div class="title">
      <p class="up"><a href="/runs">Runs</a></p>
      <h1>${runId}</h1>
      <${Status} of=${status} />
      <${Live} state=${live.state} why=${live.why} />
    </div>
    <dl class="facts">
      <div><dt>Graph</dt><dd>${
        run.graphVersion > 0
          ? html`<a href=${`/graphs/${run.graph}?version=${run.graphVersion}`}>${run.graph} @${run.graphVersion}</a>`
          : html`agent <a href=${`/agents/${run.graph}`}>${run.graph}</a>`
      }</dd></div>
      <div><dt>Asked for</dt><dd><${When} at=${run.queuedAt} now=${now} /></dd></div>
      <div><dt>Took</dt><dd>${began ? duration((run.endedAt ? new Date(run.endedAt).getTime() : Math.floor(now / 1000) * 1000) - began) : "–"}</dd></div>
      <div><dt>Priority</dt><dd>${run.priority}</dd></div>
      ${Object.entries(run.tags).map(([tag, value]) => html`<div><dt>${tag}</dt><dd><a href=${`/runs?tag=${encodeURIComponent(`${tag}=${value}`)}`}>${value}</a></dd></div>`)}
    </dl>
    <div class="actions">
      ${!ended && act(ofRun.cancel(runId), "Cancel")}
      ${["failed", "cancelled"].includes(status) && act(ofRun.retry(runId), "Retry", "primary")}
      ${["queued", "running", "waiting"].includes(status) && act(ofRun.pause(runId), "Pause")}
      ${status === "paused" && act(ofRun.unpause(runId), "Unpause", "primary")}
      ${ended && act(ofRun.continue(runId), "Continue…")}
      ${act(ofRun.fork(runId, undefined, "", toRun), "Fork…")}
      ${act(startLike(run, toRun), "Start one like this…")}
    </div>
  </div>`;
}

function startLike(run, onStarted) {
  return startRun({
    ...(run.graphVersion > 0 ? { graph: run.graph } : { agent: run.graph }),
    input: run.input, tags: run.tags, priority: run.priority, onStarted,
  });
}
