// The journal of a run, the newest first.
import { get, ofRun as pathOf, query } from "./api.js";
import { kcat } from "./commands.js";
import { addressWith, Copy, count, download, Empty, go, html, Json, Problem, Typed, useAddress, useEffect, useLoaded, useNow, useRef, useState, When } from "./ui.js";

const PAGE = 200;
const TYPES = [
  "run.queued", "run.started", "node.started", "node.calling", "node.waiting", "node.reminded", "node.reassigned", "node.retrying",
  "node.completed", "node.failed", "node.cancelled", "budget.exceeded", "run.waiting", "run.resumed", "run.continued", "run.pausing", "run.paused", "run.unpaused", "breakpoints.set",
  "state.updated", "run.rolled-back", "run.forked", "run.retried", "run.migrating", "run.migrated", "run.cancelled",
  "run.completed", "run.failed", "command.rejected",
];

export function Events({ run, changed }) {
  const { parameters } = useAddress();
  const now = useNow(1_000);
  const type = parameters.get("type") ?? "";
  const node = parameters.get("node") ?? "";
  const asked = query({ type, node });
  const [state, setState] = useState({ asked: null, events: [], older: false });
  const [failure, setFailure] = useState(undefined);
  const [open, setOpen] = useState(Number(parameters.get("seq") ?? 0));
  const round = useRef(0);
  const { data: beside } = useLoaded("/api/surroundings");
  const load = async (before) => {
    const mine = ++round.current;
    try {
      const page = await get(pathOf(run.runId, `/events${query({ type, node, order: "newest", before, limit: PAGE })}`));
      if (mine !== round.current) return;
      setFailure(undefined);
      setState((old) => merged(old, asked, page, before));
    } catch (refused) {
      if (mine === round.current) setFailure(refused);
    }
  };
  useEffect(() => {
    load();
  }, [asked, changed]);
  const events = state.asked === asked ? state.events : [];
  const set = (name) => (event) => go(addressWith({ tab: "events", [name]: event.target.value.trim() }), { replace: true });
  const save = () => download(`${run.runId}.ndjson`, "application/x-ndjson", events.toReversed().map((event) => JSON.stringify(event)).join("\n"));
  return html`<div>
    <form class="filters" role="search" aria-label="Filter of events" onSubmit=${(event) => event.preventDefault()}>
      <label>Type <select onChange=${set("type")}>
        <option value="" selected=${!type}>any</option>
        ${TYPES.map((name) => html`<option value=${name} selected=${name === type}>${name}</option>`)}
      </select></label>
      <label>Node <${Typed} value=${node} onEnter=${set("node")} /></label>
      <button type="button" onClick=${save} disabled=${events.length === 0}>Download those shown</button>
    </form>
    <${Problem} failure=${failure} again=${() => load()} />
    ${state.asked === asked && events.length === 0 && html`<${Empty}>No event is as the filter says.<//>`}
    <ol class="events">
      ${events.map((event) => html`<li key=${event.seq}>
        <button class="line" aria-expanded=${open === event.seq} onClick=${() => setOpen(open === event.seq ? 0 : event.seq)}>
          <span class="seq">${event.seq}</span>
          <span class="type">${event.type}</span>
          <span class="where">${event.node ?? ""}${event.attempt > 1 ? ` attempt ${event.attempt}` : ""}${event.data.by ? ` by ${event.data.by}` : ""}</span>
          <span class="age"><${When} at=${event.at} now=${now} /></span>
        </button>
        ${open === event.seq && html`<div class="opened">
          <${Json} value=${event} label=${`Event ${event.seq}`} />
          <${Copy} text=${() => asRecord(event, beside)}>Copy as kcat message<//>
          <${Copy} text=${() => JSON.stringify(event)}>Copy as JSON<//>
        </div>`}
      </li>`)}
    </ol>
    <p class="foot" role="status">${count(events.length)} shown
      ${state.older && html`<button onClick=${() => load(events.at(-1).seq)}>Show older</button>`}</p>
  </div>`;
}

/** A newest page goes before what is there, where they meet; an older one behind it. */
function merged(old, asked, page, before) {
  const events = page.events;
  const older = page.next !== undefined;
  if (old.asked !== asked || old.events.length === 0) return { asked, events, older };
  if (before !== undefined) return { asked, events: [...old.events, ...events], older };
  const newest = old.events[0].seq;
  const meets = events.length > 0 && events.at(-1).seq <= newest + 1;
  if (!meets && older) return { asked, events, older };
  return { asked, events: [...events.filter((event) => event.seq > newest), ...old.events], older: old.older };
}

function asRecord(event, beside) {
  return kcat(beside, beside?.topics?.events ?? "postroad.events", event.runId, JSON.stringify(event), {
    ce_id: `${event.runId}/${event.seq}`, ce_type: `dev.postroad.${event.type}`, ce_specversion: "1.0", "content-type": "application/json",
  });
}
