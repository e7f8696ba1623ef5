// What was refused, why, and how it is sent again once it is mended.
import { get, query } from "./api.js";
import { kcat, quoted } from "./commands.js";
import { Later } from "./publish.js";
import { Copy, count, Empty, html, Problem, sentence, useLoaded, useNow, useState, useTitle, When } from "./ui.js";

const EVERY_MILLIS = 10_000;
const PAGE = 50;

export function DeadLetters() {
  const now = useNow(1_000);
  const { data, failure, reload } = useLoaded(`/api/dead-letters${query({ limit: PAGE })}`, EVERY_MILLIS);
  const { data: beside } = useLoaded("/api/surroundings");
  const [older, setOlder] = useState({ letters: [], next: undefined });
  const [problem, setProblem] = useState(undefined);
  useTitle("Dead letters");
  const newest = data?.letters ?? [];
  const known = new Set(newest.map(place));
  const letters = [...newest, ...older.letters.filter((letter) => !known.has(place(letter)))];
  const next = older.letters.length > 0 ? older.next : data?.next;
  const more = async () => {
    try {
      const page = await get(`/api/dead-letters${query({ limit: PAGE, cursor: next })}`);
      setOlder({ letters: [...older.letters, ...page.letters], next: page.next });
      setProblem(undefined);
    } catch (refused) {
      setProblem(refused);
    }
  };
  return html`<div>
    <div class="title"><h1>Dead letters</h1></div>
    <${Problem} failure=${failure ?? problem} again=${reload} />
    ${data && letters.length === 0 && html`<${Empty}>Nothing was refused.<//>`}
    <ol class="letters">
      ${letters.map((letter) => html`<li key=${place(letter)}>
        <h2>${sentence(letter.reason || "no reason is kept")}</h2>
        <p class="about">
          <${When} at=${letter.at} now=${now} /> · ${letter.topic || "from nowhere"}
          ${letter.from && html` · partition ${letter.from.partition}, offset ${letter.from.offset}`}
          ${letter.key !== undefined && html` · key <code>${letter.key}</code>`} · ${count(letter.bytes)} bytes
        </p>
        <pre tabindex="0" role="region" aria-label=${`Dead letter ${place(letter)}`}>${letter.value ?? letter.valueBase64 ?? ""}${letter.cut ? "…" : ""}</pre>
        <div class="actions">
          ${letter.post && html`<${Later} right=${letter.post === "/api/registry" ? "publish" : "steer"} title=${`POST ${letter.post}`}
            make=${() => repair(letter, reload)}>Repair and send again…<//>`}
          ${letter.value !== undefined && !letter.cut && html`<${Copy} text=${() => kcat(beside, letter.topic, letter.key, letter.value)}>Copy as kcat message<//>`}
        </div>
      </li>`)}
    </ol>
    ${data && html`<p class="foot" role="status">${count(letters.length)} shown ${next && html`<button onClick=${more}>Show older</button>`}</p>`}
  </div>`;
}

const place = ({ partition, offset }) => `${partition}/${offset}`;

/** The value is a text to be mended; what its key said is put in where the value does not say it. */
async function repair(letter, done) {
  const whole = letter.cut ? await get(`/api/dead-letters/${letter.partition}/${letter.offset}`) : letter;
  const isOfRun = whole.post !== "/api/registry";
  const value = (values) => {
    const mended = values.value;
    const lacksId = isOfRun && mended !== null && typeof mended === "object" && mended.runId === undefined && mended.schedule === undefined;
    return lacksId && whole.key ? { ...mended, runId: whole.key } : mended;
  };
  return {
    title: "Repair and send again",
    verb: "Send it",
    wide: true,
    text: `${whole.reason}.`,
    fields: [{ name: "value", label: "Value", kind: "json", value: pretty(whole.value ?? ""), required: true }],
    path: whole.post,
    line: (values) =>
      `curl -X POST ${location.origin}${whole.post} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(value(values)) ?? "…")}`,
    body: value,
    said: (answer) => (answer?.runId ? `It is sent, for run ${answer.runId}` : "It is sent"),
    done,
  };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
