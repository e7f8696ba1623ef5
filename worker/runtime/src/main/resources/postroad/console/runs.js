// Which runs there are, what they do, and what they wait for.
import { get, query } from "./api.js";
import { startRun, Action } from "./commands.js";
import { Bulk } from "./bulk.js";
import { mergeRuns, tagColumns, waitsFor, whereItIs } from "./listing.js";
import { follow } from "./stream.js";
import {
  addressWith, Age, count, Empty, go, html, Live, Problem, runAddress, Status, Typed, useAddress, useEffect, useLoaded, useMemo,
  useNarrow, useNow, useRef, useState, useTitle, useWindow, When,
} from "./ui.js";

const STATUSES = ["queued", "running", "waiting", "paused", "completed", "failed", "cancelled"];
const PAGE = 100;
const SPANS = [["", "any time"], ["PT1H", "the last hour"], ["P1D", "the last day"], ["P7D", "the last week"]];
const SPAN_MILLIS = { PT1H: 3_600_000, P1D: 86_400_000, P7D: 604_800_000 };

/** What the address asks for, as the API takes it. */
function filterOf(parameters) {
  const filter = {
    status: parameters.get("status") ?? "",
    graph: parameters.get("graph") ?? "",
    version: parameters.get("version") ?? "",
    waitsFor: parameters.get("waitsFor") ?? "",
    error: parameters.get("error") ?? "",
  };
  const [tag, ...value] = (parameters.get("tag") ?? "").split("=");
  if (parameters.get("order") === "oldest") filter.order = "oldest";
  if (tag && value.length > 0) filter[`tag.${tag}`] = value.join("=");
  const span = SPAN_MILLIS[parameters.get("within")];
  // To the minute, so that the same question is asked again and again.
  if (span) filter.since = new Date(Math.floor((Date.now() - span) / 60_000) * 60_000).toISOString();
  return filter;
}

export function Runs() {
  const { parameters } = useAddress();
  const search = parameters.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(search)), [search]);
  const { data: graphs } = useLoaded("/api/graphs");
  const listing = useListing(filter);
  const { order, ...wanted } = filter;
  useTitle("Runs");
  return html`<div>
    <div class="title">
      <h1>Runs</h1>
      <${Live} state=${listing.live} why=${listing.why} />
      <${Bulk} filter=${wanted} counts=${listing.counts} onDone=${listing.reload} />
    </div>
    <${Statuses} counts=${listing.counts} chosen=${filter.status} />
    <${Filters} parameters=${parameters} graphs=${graphs?.graphs ?? []} />
    <${Problem} failure=${listing.failure} again=${listing.reload} />
    <${Table} listing=${listing} parameters=${parameters} />
  </div>`;
}

/** The runs of a filter, page by page, and kept as they are now. */
function useListing(filter) {
  const asked = query(filter);
  const [state, setState] = useState({ asked: null, runs: [], next: undefined });
  const [counts, setCounts] = useState(undefined);
  const [failure, setFailure] = useState(undefined);
  const [live, setLive] = useState(["", ""]);
  const [round, setRound] = useState(0);
  const loading = useRef(false);
  useEffect(() => {
    let current = true;
    const load = async () => {
      try {
        const page = await get(`/api/runs${query({ ...filter, limit: PAGE })}`);
        if (current) setState({ asked, runs: page.runs, next: page.next });
        if (current) setFailure(undefined);
      } catch (refused) {
        if (current) setFailure(refused);
      }
    };
    load();
    const stop = follow(
      `/api/runs${query({ ...filter, limit: PAGE })}`,
      (type, data) => {
        if (type !== "change") return;
        if (data.counts) setCounts(data.counts);
        setState((old) => (old.asked === asked ? { ...old, runs: mergeRuns(old.runs, data, old.next, filter.order) } : old));
      },
      (now, why) => setLive([now, why]),
    );
    return () => {
      current = false;
      stop();
    };
  }, [asked, round]);
  const more = async () => {
    if (loading.current || !state.next || state.asked !== asked) return;
    loading.current = true;
    try {
      const page = await get(`/api/runs${query({ ...filter, limit: 500, cursor: state.next })}`);
      setState((old) => {
        if (old.asked !== asked) return old;
        const known = new Set(old.runs.map((run) => run.runId));
        return { asked, runs: [...old.runs, ...page.runs.filter((run) => !known.has(run.runId))], next: page.next };
      });
    } catch (refused) {
      setFailure(refused);
    } finally {
      loading.current = false;
    }
  };
  return {
    runs: state.runs, loaded: state.asked === asked, next: state.next, more, counts, failure,
    live: live[0], why: live[1], reload: () => setRound((n) => n + 1),
  };
}

function Statuses({ counts, chosen }) {
  const all = chosen ? chosen.split(",") : [];
  return html`<nav class="statuses" aria-label="By status">
    ${STATUSES.map((status) => {
      const on = all.includes(status);
      const others = on ? all.filter((one) => one !== status) : [...all, status];
      const number = counts?.runs[status];
      return html`<a
        href=${addressWith({ status: others.join(",") })}
        class=${on ? "chosen" : ""}
        aria-label=${`${status}: ${number ?? "not counted"}${on ? ", chosen" : ""}`}
        ><${Status} of=${status} /><b>${number === undefined ? "–" : count(number)}${counts?.orMore.includes(status) ? "+" : ""}</b></a
      >`;
    })}
  </nav>`;
}

function Filters({ parameters, graphs }) {
  const value = (name) => parameters.get(name) ?? "";
  const set = (name) => (event) => go(addressWith({ [name]: event.target.value.trim() }), { replace: true });
  const versions = graphs.find((graph) => graph.name === value("graph"))?.versions ?? [];
  return html`<form class="filters" role="search" aria-label="Filter of runs" onSubmit=${(event) => event.preventDefault()}>
    <label>Graph
      <select value=${value("graph")} onChange=${set("graph")}>
        <option value="" selected=${value("graph") === ""}>any</option>
        ${[...new Set([...graphs.map((graph) => graph.name), value("graph")].filter(Boolean))].map(
          (name) => html`<option value=${name} selected=${name === value("graph")}>${name}</option>`,
        )}
      </select>
    </label>
    <label>Version
      <select value=${value("version")} onChange=${set("version")} disabled=${versions.length === 0}>
        <option value="" selected=${value("version") === ""}>any</option>
        ${versions.toReversed().map((v) => html`<option value=${v} selected=${String(v) === value("version")}>${v}</option>`)}
      </select>
    </label>
    <label>Tag
      <${Typed} value=${value("tag")} placeholder="tenant=acme" onEnter=${set("tag")} />
    </label>
    <label>Waits for agent
      <${Typed} value=${value("waitsFor")} onEnter=${set("waitsFor")} />
    </label>
    <label>Begun within
      <select value=${value("within")} onChange=${set("within")}>
        ${SPANS.map(([span, title]) => html`<option value=${span} selected=${span === value("within")}>${title}</option>`)}
      </select>
    </label>
    <label>First
      <select value=${value("order")} onChange=${set("order")}>
        <option value="" selected=${value("order") === ""}>the newest</option>
        <option value="oldest" selected=${value("order") === "oldest"}>the oldest</option>
      </select>
    </label>
    ${parameters.size > 0 && html`<a class="button" href="/runs">Clear</a>`}
  </form>`;
}

function Table({ listing, parameters }) {
  const narrow = useNarrow();
  const now = useNow(1_000);
  const height = narrow ? 84 : 44;
  const { runs } = listing;
  const tags = useMemo(() => tagColumns(runs), [runs]);
  const [body, first, last] = useWindow(runs.length, height);
  useEffect(() => {
    if (listing.next && last >= runs.length - 20) listing.more();
  }, [last, runs.length, listing.next]);
  if (listing.loaded && runs.length === 0) {
    return html`<${Empty}>
      ${parameters.size > 0 ? "No run is as the filter says." : html`There is no run yet. <a href="/graphs">Start one of a graph</a>.`}
    <//>`;
  }
  return html`<div>
    <table class="runs" aria-rowcount=${listing.next ? -1 : runs.length + 1}>
      <thead>
        <tr>
          <th class="state">Status</th><th class="id">Run</th><th class="graph">Graph</th><th class="at">At node</th>
          <th>Waits for, failed with</th>
          ${tags.own.map((tag) => html`<th key=${`tag ${tag}`} class="tags">${tag}</th>`)}${tags.others && html`<th class="tags">${tags.own.length > 0 ? "More tags" : "Tags"}</th>`}
          <th class="number">Tokens</th><th class="number">Cost</th><th class="age">Age</th><th class="took">Took</th>
        </tr>
      </thead>
      <tbody ref=${body}>
        ${first > 0 && html`<tr class="space" aria-hidden="true" style=${{ height: `${first * height}px` }}></tr>`}
        ${runs.slice(first, last).map((run, i) => html`<${Row} key=${run.runId} run=${run} tags=${tags} now=${now} place=${first + i + 2} />`)}
        ${last < runs.length && html`<tr class="space" aria-hidden="true" style=${{ height: `${(runs.length - last) * height}px` }}></tr>`}
      </tbody>
    </table>
    <p class="foot" role="status">
      ${listing.loaded ? `${count(runs.length)} shown${listing.next ? ", more when you scroll" : ""}` : "Loading"}
    </p>
  </div>`;
}

function Row({ run, tags, now, place }) {
  const began = new Date(run.startedAt ?? run.queuedAt).getTime();
  const took = run.startedAt ? (run.endedAt ? new Date(run.endedAt).getTime() : now) - began : undefined;
  const waits = waitsFor(run, now);
  return html`<tr aria-rowindex=${place}>
    <td><${Status} of=${run.status} /></td>
    <td class="id" title=${run.runId}><a href=${runAddress(run.runId)}>${run.runId}</a></td>
    <td class="graph" title=${run.graph}>${run.graph}<span class="version">${run.graphVersion > 0 ? ` @${run.graphVersion}` : " (agent)"}</span></td>
    <td class="at" title=${whereItIs(run)}>${whereItIs(run)}</td>
    <td class="waits" title=${waits}>${waits}</td>
    ${tags.own.map((tag) => html`<td class="tags" title=${run.tags[tag]}>${tag in run.tags && html`<a href=${addressWith({ tag: `${tag}=${run.tags[tag]}` })}>${run.tags[tag]}</a>`}</td>`)}
    ${tags.others && html`<td class="tags" title=${Object.entries(run.tags).sort().map(([tag, value]) => `${tag}=${value}`).join(", ")}>${Object.entries(run.tags).filter(([tag]) => !tags.own.includes(tag)).sort().map(([tag, value]) => html`<span class="tag">${tag}=${value}</span>`)}</td>`}
    <td class="number">${run.tokens ? count(run.tokens) : ""}</td>
    <td class="number" title=${run.cost}>${run.cost === undefined ? "" : run.cost.toLocaleString("en", { maximumFractionDigits: 4 })}</td>
    <td class="age"><${Age} at=${run.queuedAt} now=${now} /></td>
    <td class="took">${took === undefined ? "" : shortly(took)}</td>
  </tr>`;
}

function shortly(millis) {
  if (millis < 1_000) return `${Math.max(0, millis)} ms`;
  if (millis < 60_000) return `${Math.floor(millis / 100) / 10} s`;
  if (millis < 3_600_000) return `${Math.floor(millis / 60_000)} m ${Math.floor((millis % 60_000) / 1_000)} s`;
  return `${Math.floor(millis / 3_600_000)} h ${Math.floor((millis % 3_600_000) / 60_000)} m`;
}
