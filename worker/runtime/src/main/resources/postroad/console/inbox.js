// What waits for people: each open question with its draft, a form for its answer, and what else can be done with it.
import { control, query } from "./api.js";
import { Action, deliver, may, option, say } from "./commands.js";
import { blank, SchemaForm } from "./forms.js";
import { addressWith, count, Empty, go, html, Json, Problem, runAddress, Typed, useAddress, useLoaded, useNow, useState, useTitle, When } from "./ui.js";

const EVERY_MILLIS = 3_000;

export function Inbox() {
  const { parameters } = useAddress();
  const now = useNow(1_000);
  const run = parameters.get("run");
  const asked = query({ assignee: parameters.get("assignee"), graph: parameters.get("graph"), order: parameters.get("order"), limit: 200 });
  const { data, failure, reload } = useLoaded(`/api/waiting${asked}`, EVERY_MILLIS);
  const graphs = useLoaded("/api/graphs");
  const [chosen, setChosen] = useState(new Set());
  useTitle("Inbox");
  const questions = (data?.waiting ?? []).filter((question) => !run || question.runId === run);
  const key = (question) => `${question.runId} ${question.id}`;
  const picked = questions.filter((question) => chosen.has(key(question)));
  const pick = (question) => {
    const next = new Set(chosen);
    if (!next.delete(key(question))) next.add(key(question));
    setChosen(next);
  };
  const set = (name) => (event) => go(addressWith({ [name]: event.target.value.trim() }), { replace: true });
  return html`<div>
    <div class="title">
      <h1>Inbox</h1>
      <p class="sub" role="status">${data ? `${count(questions.length)}${data.next ? "+" : ""} open` : " "}</p>
    </div>
    <form class="filters" role="search" aria-label="Filter of questions" onSubmit=${(event) => event.preventDefault()}>
      <label>Assignee <${Typed} value=${parameters.get("assignee") ?? ""} onEnter=${set("assignee")} /></label>
      <label>Graph <select onChange=${set("graph")}>
        <option value="" selected=${!parameters.get("graph")}>any</option>
        ${(graphs.data?.graphs ?? []).map(({ name }) => html`<option value=${name} selected=${name === parameters.get("graph")}>${name}</option>`)}
      </select></label>
      <label>First <select onChange=${set("order")}>
        <option value="asked" selected=${parameters.get("order") !== "due"}>who waits longest</option>
        <option value="due" selected=${parameters.get("order") === "due"}>what is due next</option>
      </select></label>
      ${run && html`<a class="button" href="/inbox">All runs, not only ${run}</a>`}
    </form>
    <${Problem} failure=${failure} again=${reload} />
    ${picked.length > 1 && html`<${Several} picked=${picked} onDone=${() => (setChosen(new Set()), reload())} />`}
    ${data && questions.length === 0 && html`<${Empty}>Nobody is asked anything.<//>`}
    <ol class="questions">
      ${questions.map((question) => html`<${Question} key=${key(question)} question=${question} now=${now} chosen=${chosen.has(key(question))} onPick=${() => pick(question)} onDone=${reload} />`)}
    </ol>
  </div>`;
}

/** What a question is in one line, and the rest of it. */
function parts(ask) {
  if (typeof ask === "string") return [ask, undefined];
  if (ask !== null && typeof ask === "object" && !Array.isArray(ask)) {
    const { question, ...rest } = ask;
    if (typeof question === "string") return [question, Object.keys(rest).length > 0 ? rest : undefined];
  }
  return ["", ask];
}

function Question({ question, now, chosen, onPick, onDone }) {
  const [title, draft] = parts(question.ask);
  const [value, setValue] = useState(() => blank(question.schema));
  const [state, setState] = useState({ sending: false, failure: undefined });
  const message = { ...question.answer, value };
  const answer = async (event) => {
    event.preventDefault();
    setState({ sending: true, failure: undefined });
    try {
      await control(message);
      say(`${question.runId}: answered`);
      onDone();
    } catch (failure) {
      setState({ sending: false, failure });
      onDone();
    }
  };
  const due = question.dueAt && new Date(question.dueAt).getTime();
  return html`<li class="question">
    <header>
      ${may("steer") && html`<input type="checkbox" checked=${chosen} onChange=${onPick} aria-label=${`Choose the question of ${question.runId}`} />`}
      <h2>${title || `${question.node} asks`}</h2>
      <p class="about">
        <a href=${runAddress(question.runId)}>${question.runId}</a> · ${question.graph} @${question.graphVersion} · ${question.node} · asked <${When} at=${question.askedAt} now=${now} />
        ${due && html` · <b class=${due - now < 3_600_000 ? "soon" : ""}>due <${When} at=${question.dueAt} now=${now} /></b>`}${" "}
        · ${question.assignee ? html`for <b>${question.assignee}</b>` : "for anybody"}
        ${question.reminders ? ` · reminded ${question.reminders} times` : ""}
      </p>
    </header>
    ${draft !== undefined && html`<${Draft} value=${draft} />`}
    ${may("steer") && html`<form class="answer" onSubmit=${answer}>
      <${SchemaForm} schema=${question.schema} value=${value} onValue=${setValue} />
      <details class="sent">
        <summary>What is sent</summary>
        <p class="command"><code>postroad resume ${question.runId}${option("value", value === undefined ? "null" : JSON.stringify(value))} --task ${question.id}</code></p>
        <p class="message"><code>POST /api/control</code><code class="body">${JSON.stringify(message)}</code></p>
      </details>
      <${Problem} failure=${state.failure} />
      <footer>
        <button class="primary" disabled=${state.sending || value === undefined}>${state.sending ? "Sent, waiting for the run" : "Answer"}</button>
        <${Action} command=${rejection(question, onDone)}>Reject…<//>
        <${Action} command=${reassignment(question, onDone)}>Hand on…<//>
      </footer>
    </form>`}
  </li>`;
}

function Draft({ value }) {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    return html`<dl class="draft">${Object.entries(value).map(([name, part]) => html`<div><dt>${name}</dt><dd>${["string", "number", "boolean"].includes(typeof part) ? String(part) : html`<${Json} value=${part} label=${name} />`}</dd></div>`)}</dl>`;
  }
  return html`<${Json} value=${value} label="What it is about" />`;
}

/** A no, in the way that the schema has one; where it has none, the run is cancelled with the note. */
function rejection(question, onDone) {
  const no = refusal(question.schema);
  const note = { name: "note", label: "Note", kind: "text", required: !no };
  if (no) {
    const value = (values) => no(values.note);
    return {
      title: `Reject: ${question.runId}`,
      verb: "Reject",
      danger: true,
      fields: [note],
      line: (values) => `postroad resume ${question.runId}${option("value", JSON.stringify(value(values)))} --task ${question.id}`,
      body: (values) => ({ ...question.answer, value: value(values) }),
      done: onDone,
    };
  }
  return {
    title: `Reject: ${question.runId}`,
    verb: "Cancel the run",
    danger: true,
    text: "The form of the answer has no way to say no; so the run is cancelled, with the note as its reason.",
    fields: [note],
    line: (values) => `postroad cancel ${question.runId}${option("reason", values.note)}`,
    body: (values) => ({ type: "cancel", runId: question.runId, reason: values.note }),
    done: onDone,
  };
}

function refusal(schema) {
  if (schema === undefined) return (note) => ({ approved: false, ...(note ? { note } : {}) });
  if (schema.type === "boolean") return () => false;
  if (Array.isArray(schema.type) && schema.type.includes("null")) return () => null;
  const fields = Object.entries(schema.properties ?? {});
  const yesNo = fields.find(([, field]) => field.type === "boolean");
  if (!yesNo) return undefined;
  const text = fields.find(([, field]) => field.type === "string");
  return (note) => ({ ...blank(schema), [yesNo[0]]: false, ...(note && text ? { [text[0]]: note } : {}) });
}

function reassignment(question, onDone) {
  return {
    title: `Hand on the question of ${question.runId}`,
    verb: "Hand it on",
    fields: [{ name: "assignee", label: "To whom", kind: "text", required: true }],
    line: (values) => `postroad reassign ${question.runId}${option("to", values.assignee || "NAME")} --task ${question.id}`,
    body: (values) => ({ type: "reassign", runId: question.runId, task: question.id, assignee: values.assignee }),
    done: onDone,
  };
}

/** One answer for several; each run answers for itself. */
function Several({ picked, onDone }) {
  const same = picked.every((question) => JSON.stringify(question.schema) === JSON.stringify(picked[0].schema));
  const schema = same ? picked[0].schema : undefined;
  const command = {
    title: `Answer ${picked.length} questions`,
    verb: `Answer all ${picked.length}`,
    wide: true,
    fields: [{ name: "value", label: "Answer", kind: "schema", schema, value: blank(schema) }],
    line: (values) => `postroad resume ${picked[0].runId} …${option("value", JSON.stringify(values.value ?? null))}`,
    body: (values) => ({ type: "resume", runId: "…", value: values.value }),
    send: async (values) => {
      const refused = [];
      for (const question of picked) {
        try {
          await deliver({ body: () => ({ ...question.answer, value: values.value }) }, {});
        } catch (failure) {
          refused.push(`${question.runId}: ${failure.message}`);
        }
      }
      onDone();
      if (refused.length > 0) throw Object.assign(new Error(`${refused.length} of ${picked.length} were refused`), { details: refused });
      return undefined;
    },
    said: () => `${picked.length} are answered`,
  };
  return html`<div class="picked" role="region" aria-label="Chosen questions">
    <p>${picked.length} chosen${same ? "" : "; their forms differ, so the answer is any JSON"}</p>
    <${Action} command=${command} kind="primary">Answer them all…<//>
  </div>`;
}
