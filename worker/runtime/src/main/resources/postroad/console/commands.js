// Whatever changes something goes through here: what is sent is shown before it is sent, as a command and as a message.
import { control, Failure, post, remove } from "./api.js";
import { Dialog, html, Problem, useEffect, useState } from "./ui.js";
import { Field, startValue, valueOf } from "./forms.js";

let rights = { may: [] };

/** Tells what the token may do; see GET /api/me. */
export function grant(me) {
  rights = me;
}

/** Whether the token may do it: look, steer, operate or publish. */
export const may = (what) => rights.may.includes(what);

const opened = new EventTarget();

/** Opens the dialog of a command. */
export function ask(command) {
  opened.dispatchEvent(new CustomEvent("ask", { detail: command }));
}

/** Says something in the corner for a while. */
export function say(text) {
  opened.dispatchEvent(new CustomEvent("say", { detail: text }));
}

/** What asks for the same from a shell. */
export function curl(path) {
  const token = rights.signedIn ? ' -H "Authorization: Bearer $POSTROAD_HTTP_TOKEN"' : "";
  return `curl -s${token} ${quoted(location.origin + path)}`;
}

/**
 * What sends a record from a shell.
 * @param beside what stands beside the worker, see GET /api/surroundings; without it, or for those who are not told, a variable
 * @param key undefined for none
 */
export function kcat(beside, topic, key, value, headers = {}) {
  const keyed = key === undefined ? "" : ` -k ${quoted(key)}`;
  const more = Object.entries(headers).map(([name, text]) => ` -H ${quoted(`${name}=${text}`)}`).join("");
  // Else each line would be a record.
  const whole = value.includes("\n") ? " -D '\\x1e'" : "";
  return `printf '%s' ${quoted(value)} | kcat -P -b ${beside?.kafka ?? '"$KAFKA"'} -t ${topic}${keyed}${whole}${more}`;
}

/** A text as a shell takes it. */
export function quoted(text) {
  return /^[A-Za-z0-9._:@/=,-]+$/.test(text) ? text : `'${String(text).replaceAll("'", "'\\''")}'`;
}

/** An option of a command, where it has a value. */
export function option(name, value) {
  if (value === undefined || value === "" || value === null || value === false) return "";
  if (value === true) return ` --${name}`;
  return ` --${name} ${quoted(typeof value === "string" ? value : JSON.stringify(value))}`;
}

/**
 * A button that opens the dialog of a command; it is not there for those who may not.
 * @param command title, text, fields, line, path, method, body, done: see Asked
 */
export function Action({ right = "steer", command, children, kind = "" }) {
  if (!may(right)) return null;
  const line = command.line(Object.fromEntries((command.fields ?? []).map((field) => [field.name, ""])));
  // Of a form that it stands in it sends nothing.
  return html`<button type="button" class=${kind} title=${`Sends what \`${line}\` does`} onClick=${() => ask(command)}>${children}</button>`;
}

/** Where dialogs and what is said appear. */
export function Commands() {
  const [command, setCommand] = useState(null);
  const [said, setSaid] = useState([]);
  useEffect(() => {
    const onAsk = (event) => setCommand(event.detail);
    const onSay = (event) => {
      const line = { text: event.detail };
      setSaid((lines) => [...lines.slice(-3), line]);
      setTimeout(() => setSaid((lines) => lines.filter((other) => other !== line)), 6_000);
    };
    opened.addEventListener("ask", onAsk);
    opened.addEventListener("say", onSay);
    return () => {
      opened.removeEventListener("ask", onAsk);
      opened.removeEventListener("say", onSay);
    };
  }, []);
  return html`
    ${command && html`<${Asked} key=${command} command=${command} onClose=${() => setCommand(null)} />`}
    <div class="sayings" role="status" aria-live="polite">${said.map((line) => html`<p>${line.text}</p>`)}</div>
  `;
}

function Asked({ command, onClose }) {
  const fields = command.fields ?? [];
  const [texts, setTexts] = useState(() => Object.fromEntries(fields.map((field) => [field.name, startValue(field)])));
  const [state, setState] = useState({ sending: false, failure: undefined });
  const read = readAll(fields, texts);
  const send = async (event) => {
    event.preventDefault();
    if (read.faults.length > 0) {
      setState({ sending: false, failure: new Failure("Something is missing, or cannot be read.", 0, read.faults) });
      return;
    }
    setState({ sending: true, failure: undefined });
    try {
      const answer = await deliver(command, read.values);
      onClose();
      say(command.said ? command.said(answer, read.values) : `${command.title}: done`);
      command.done?.(answer, read.values);
    } catch (failure) {
      setState({ sending: false, failure });
    }
  };
  const body = command.body?.(read.values);
  return html`<${Dialog} title=${command.title} onClose=${onClose} wide=${command.wide}>
    <form onSubmit=${send}>
      ${command.text && html`<p>${command.text}</p>`}
      ${fields.map(
        (field) =>
          html`<${Field}
            field=${field}
            value=${texts[field.name]}
            onValue=${(value) => setTexts((old) => ({ ...old, [field.name]: value }))}
          />`,
      )}
      <details class="sent" open>
        <summary>What is sent</summary>
        <p class="command"><code>${command.line(read.values)}</code></p>
        <p class="message">
          <code>${command.method ?? "POST"} ${command.path ?? "/api/control"}</code>
          ${body !== undefined && html`<code class="body">${JSON.stringify(body)}</code>`}
        </p>
      </details>
      <${Problem} failure=${state.failure} />
      <footer>
        <button type="button" onClick=${onClose}>Leave it</button>
        <button class=${command.danger ? "danger" : "primary"} disabled=${state.sending}>
          ${state.sending ? "Sent, waiting for the answer" : (command.verb ?? command.title)}
        </button>
      </footer>
    </form>
  <//>`;
}

function readAll(fields, texts) {
  const values = {};
  const faults = [];
  for (const field of fields) {
    const { value, fault } = valueOf(field, texts[field.name]);
    values[field.name] = value;
    if (fault) faults.push(`${field.label}: ${fault}`);
  }
  return { values, faults };
}

/** Sends a command; a control message has an answer of its own run, which is waited for. */
export async function deliver(command, values) {
  const body = command.body?.(values);
  if (command.send) return command.send(values);
  if (command.method === "DELETE") return remove(command.path);
  return command.path && command.path !== "/api/control" ? post(command.path, body) : control(body);
}

/* ---------------------------------------------------------------- the commands of a run */

const reason = { name: "reason", label: "Reason, for people", kind: "text" };

/** The commands of a run by their types, as /api/control takes them. */
export const ofRun = {
  cancel: (runId) => ({
    title: `Cancel ${runId}`,
    verb: "Cancel the run",
    danger: true,
    fields: [reason],
    line: (values) => `postroad cancel ${runId}${option("reason", values.reason)}`,
    body: (values) => ({ type: "cancel", runId, ...(values.reason ? { reason: values.reason } : {}) }),
  }),
  retry: (runId) => simple("retry", runId, "Retry", "Only what failed, or was stopped, runs again."),
  retryNow: (runId) => ({
    ...simple("retry", runId, "Try now", "What waits for its next attempt is tried at once."),
    line: () => `postroad retry ${runId} --now`,
    body: () => ({ type: "retry", runId, now: true }),
  }),
  pause: (runId) => simple("pause", runId, "Pause", "The run stops before its next superstep."),
  pauseAt: (runId, path, stops, beside, done) => ({
    title: `Pause at ${path}`,
    verb: "Set",
    text: "The run stops there each time, and goes on when it is unpaused.",
    fields: [
      { name: "before", label: `Pause before ${path}`, kind: "check", value: stopsAt(stops.before, path) },
      { name: "after", label: `Pause after ${path}`, kind: "check", value: stopsAt(stops.after, path) },
    ],
    line: (values) => {
      const { before, after } = changedStops(stops, path, values, beside);
      const options = [...before.map((name) => option("before", name)), ...after.map((name) => option("after", name))];
      return `postroad pause ${runId}${options.join("") || " --clear"}`;
    },
    body: (values) => ({ type: "pause", runId, ...changedStops(stops, path, values, beside) }),
    said: () => `Where ${runId} pauses is set`,
    done,
  }),
  unpause: (runId) => simple("unpause", runId, "Unpause", "The run goes on where it stopped."),
  resume: (runId) => simple("resume", runId, "Let it go on", "The run goes on from where its graph stopped it."),
  continue: (runId) => ({
    title: `Continue ${runId}`,
    verb: "Continue the run",
    text: "The run takes new input and goes on from its last state.",
    fields: [
      { name: "input", label: "Input", kind: "json", value: "{}", required: true },
      {
        name: "whenBusy",
        label: "If it is under way",
        kind: "choice",
        choices: ["reject", "enqueue", "interrupt", "rollback"],
      },
    ],
    line: (values) =>
      `postroad continue ${runId}${option("input", values.input)}${option("when-busy", values.whenBusy)}`,
    body: (values) => ({ type: "continue", runId, input: values.input, whenBusy: values.whenBusy || "reject" }),
  }),
  rollback: (runId, version) => ({
    title: `Roll ${runId} back`,
    verb: "Roll back",
    danger: true,
    text: "What came after the version is no longer part of the state; it stays in the journal.",
    fields: [
      { name: "version", label: "To version", kind: "number", value: String(version ?? ""), required: true },
      { name: "resume", label: "Go on at once", kind: "check", value: true },
    ],
    line: (values) =>
      `postroad rollback ${runId}${option("version", values.version)}${values.resume === false ? " --no-resume" : ""}`,
    body: (values) => ({ type: "rollback", runId, version: values.version, resume: values.resume !== false }),
  }),
  fork: (runId, version, update = "", onFork = undefined, asNode = "") => ({
    title: `Fork ${runId}`,
    verb: "Fork",
    text: "A new run goes on from a version of this one; this one stays as it is.",
    wide: true,
    fields: [
      { name: "version", label: "From version; the newest where it is empty", kind: "number", value: String(version ?? "") },
      { name: "newRunId", label: "Id of the new run", kind: "text", value: freeId(runId), required: true },
      { name: "update", label: "Write this to its state first", kind: "json", value: update },
      { name: "asNode", label: "As if this node had written it", kind: "text", value: asNode },
    ],
    line: (values) =>
      `postroad fork ${runId}${option("version", values.version)}${option("new-run-id", values.newRunId)}${option("update", values.update)}${option("as-node", writer(values))}`,
    body: (values) => ({
      type: "fork",
      runId,
      ...(values.version === undefined ? {} : { version: values.version }),
      newRunId: values.newRunId,
      ...(values.update === undefined ? {} : { update: values.update }),
      ...(writer(values) ? { asNode: writer(values) } : {}),
    }),
    done: (answer, values) => onFork?.(values.newRunId),
  }),
  updateState: (runId, update = "{}") => ({
    title: `Write to the state of ${runId}`,
    verb: "Write",
    text: "The channels take it by their reducers; the run is paused then.",
    wide: true,
    fields: [
      { name: "update", label: "Writes", kind: "json", value: update, required: true },
      { name: "asNode", label: "As if this node had written it", kind: "text" },
    ],
    line: (values) =>
      `postroad update-state ${runId}${option("update", values.update)}${option("as-node", values.asNode)}`,
    body: (values) => ({
      type: "update-state",
      runId,
      update: values.update,
      ...(values.asNode ? { asNode: values.asNode } : {}),
    }),
  }),
};

const allBeside = (path) => path.replace(/[^/]*$/, "*");

/** Whether a run pauses at a node, which may be named or be one of all. */
export const stopsAt = (names, path) => names.includes(path) || names.includes(allBeside(path));

/** @param beside all nodes of the graph that the node is of: where one of all is left out, the others are named */
const changedStops = (stops, path, values, beside) => {
  const changed = (names, on) => {
    if (on) return stopsAt(names, path) ? names : [...names, path];
    const named = names.includes(allBeside(path)) ? [...new Set([...names, ...beside])] : names;
    return named.filter((name) => name !== path && name !== allBeside(path)).sort();
  };
  return { before: changed(stops.before, values.before), after: changed(stops.after, values.after) };
};

/** Nothing was written, so nobody has. */
const writer = (values) => (values.update === undefined ? undefined : values.asNode);

function simple(type, runId, verb, text) {
  return {
    title: `${verb}: ${runId}`,
    verb,
    text,
    line: () => `postroad ${type} ${runId}`,
    body: () => ({ type, runId }),
  };
}

const freeId = (runId) => `${runId}-${Math.random().toString(36).slice(2, 7)}`.slice(-128);

/** Starts a run of a graph, or of an agent alone. */
export function startRun({ graph, agent, version, input, tags, priority, schema, onStarted }) {
  const name = graph ?? agent;
  return {
    title: agent ? `Call ${agent}` : `Start ${graph}`,
    verb: agent ? "Call it" : "Start the run",
    wide: true,
    text: agent ? "A run of this one agent: what it answers becomes the state of the run." : undefined,
    fields: [
      { name: "input", label: "Input", kind: schema ? "schema" : "json", schema, value: input ?? {} },
      { name: "runId", label: "Run id; one is made where it is empty", kind: "text" },
      { name: "priority", label: "Priority, 0 to 9", kind: "number", value: String(priority ?? "") },
      { name: "tags", label: "Tags, as JSON", kind: "json", value: tags && Object.keys(tags).length ? tags : "" },
    ],
    line: (values) =>
      `postroad ${agent ? "task" : "trigger"} ${name}${option("input", values.input)}${option("run-id", values.runId)}`,
    path: "/api/triggers",
    body: (values) => ({
      ...(agent ? { agent } : { graph }),
      ...(version ? { version } : {}),
      ...(values.runId ? { runId: values.runId } : {}),
      ...(values.input === undefined ? {} : { input: values.input }),
      ...(values.priority === undefined ? {} : { priority: values.priority }),
      ...(values.tags === undefined ? {} : { tags: values.tags }),
    }),
    said: (answer) => `Run ${answer.runId} is asked for`,
    done: (answer) => onStarted?.(answer.runId),
  };
}
