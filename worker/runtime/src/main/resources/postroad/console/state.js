// The states of a run: how each came to be, what it was, and how two of them differ.
import { ofRun as pathOf, query } from "./api.js";
import { Action, ofRun } from "./commands.js";
import {
  addressWith, count, download, go, html, Json, Problem, runAddress, Typed, useAddress, useEffect, useLoaded, useNow, When,
} from "./ui.js";

const PAGE = 200;

export function State({ run, changed, onDone }) {
  const { parameters } = useAddress();
  const now = useNow(1_000);
  const upTo = parameters.get("upTo");
  const trail = useLoaded(pathOf(run.runId, `/history${query({ order: "newest", to: upTo, limit: PAGE })}`));
  const newest = useLoaded(pathOf(run.runId, "/state"));
  const top = newest.data?.version ?? 0;
  const version = parameters.get("version") === null ? top : Number(parameters.get("version"));
  const other = parameters.get("against") === null ? Math.max(0, version - 1) : Number(parameters.get("against"));
  // The newest is here already.
  const older = useLoaded(newest.data && version !== top ? pathOf(run.runId, `/state?version=${version}`) : null);
  const state = version === top ? newest : older;
  const diff = useLoaded(newest.data && version !== other ? pathOf(run.runId, `/diff?from=${other}&to=${version}`) : null);
  useEffect(() => {
    if (changed > 0) {
      newest.reload();
      trail.reload();
    }
  }, [changed]);
  const address = (changes) => addressWith({ tab: "state", ...changes });
  const forked = (id) => go(runAddress(id));
  const exported = () => download(`${run.runId}-${version}.json`, "application/json", JSON.stringify(state.data.state, null, 2));
  return html`<div>
    <${Problem} failure=${newest.failure ?? trail.failure ?? older.failure} again=${newest.reload} />
    <div class="two">
      <section aria-label="Versions">
        <h2>Versions</h2>
        <ol class="versions" reversed>
          ${(trail.data?.versions ?? []).map((made) => html`<li class=${made.version === version ? "chosen" : ""}>
            <a href=${address({ version: made.version, against: "" })} aria-current=${made.version === version ? "true" : undefined}>
              <b>${made.version}</b> ${made.nodes.join(", ") || made.type}</a>
            <span class="changed">${made.changed.map((key) => (made.nodes.length > 1 && made.writers?.[key] ? `${key} by ${made.writers[key].join(", ")}` : key)).join("; ")}</span>
            <span class="times"><${When} at=${made.at} now=${now} />${made.by?.length ? ` by ${made.by.join(", ")}` : ""}</span>
          </li>`)}
          ${trail.data && trail.data.next === undefined && html`<li class=${version === 0 ? "chosen" : ""}><a href=${address({ version: 0, against: "" })}><b>0</b> before anything</a></li>`}
        </ol>
        ${trail.data?.next !== undefined && html`<a class="button" href=${address({ upTo: trail.data.next })}>Older</a>`}
        ${trail.data?.unreadable && html`<p class="problem">${trail.data.unreadable}</p>`}
      </section>
      <section aria-label="State">
        <h2>State at version ${version}</h2>
        <div class="actions">
          <${Action} command=${{ ...ofRun.rollback(run.runId, version), done: onDone }}>Roll back to here…<//>
          <${Action} command=${ofRun.fork(run.runId, version, "{}", forked)}>Fork from here…<//>
          <${Action} command=${{ ...ofRun.updateState(run.runId), done: onDone }}>Write to the state…<//>
          <button onClick=${exported} disabled=${!state.data}>Export</button>
        </div>
        <form class="filters" onSubmit=${(event) => event.preventDefault()}>
          <label>Compared with version
            <${Typed} type="number" min="0" max=${top} value=${other} onEnter=${(event) => go(address({ version, against: event.target.value }), { replace: true })} />
          </label>
        </form>
        ${diff.data && html`<${Patch} patch=${diff.data.patch} />`}
        <${Problem} failure=${diff.failure} />
        ${state.data && html`<${Json} value=${state.data.state} label=${`State at version ${version}`} />`}
      </section>
    </div>
  </div>`;
}

const SIGNS = { add: "+", remove: "−", replace: "±", move: "→", copy: "⧉" };

function Patch({ patch }) {
  if (patch.length === 0) return html`<p class="empty">They are the same.</p>`;
  return html`<ul class="patch" aria-label="Differences">
    ${patch.slice(0, 200).map((step) => html`<li class=${`is-${step.op}`}>
      <b aria-hidden="true">${SIGNS[step.op] ?? step.op}</b><span class="unseen">${step.op}</span>
      <code>${step.path || "/"}</code> ${step.value !== undefined && html`<code class="value">${shortened(step.value)}</code>`}
    </li>`)}
    ${patch.length > 200 && html`<li>and ${count(patch.length - 200)} more</li>`}
  </ul>`;
}

function shortened(value) {
  const text = JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
