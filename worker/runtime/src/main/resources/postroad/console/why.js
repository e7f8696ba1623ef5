// Why a run does not go on, or did not go well, and what to press.
import { post } from "./api.js";
import { Action, option } from "./commands.js";
import { html, sentence, useNow, When } from "./ui.js";

const VERBS = {
  cancel: "Cancel the run", retry: "Retry", resume: "Answer", reassign: "Hand on", unpause: "Unpause", pause: "Pause",
  continue: "Continue", migrate: "Migrate", enable: "Enable the agent", disable: "Disable the agent",
};

export function Why({ why, onDone }) {
  const now = useNow(1_000);
  if (!why || why.reasons.length === 0) return null;
  const title = why.standsStill
    ? "Why it is not going on"
    : why.status === "running" ? "What it is doing" : why.status === "failed" ? "Why it failed" : "Why it ended";
  return html`<section class=${`why is-${why.status}`} aria-label=${title}>
    <h2>${title}</h2>
    <ul>
      ${why.reasons.map(
        (reason) => html`<li>
          <p class="what">
            ${sentence(reason.what)}
            <span class="times">
              ${reason.since && html` since <${When} at=${reason.since} now=${now} />`}
              ${reason.until && html`; that changes by itself <${When} at=${reason.until} now=${now} />`}
            </span>
          </p>
          <p class="remedy">${sentence(reason.remedy)}.</p>
          <p class="steps">${reason.steps.map((step) => html`<${Step} step=${step} runId=${why.runId} onDone=${onDone} />`)}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}

function Step({ step, runId, onDone }) {
  const type = step.body.type ?? step.post.split("/").at(-1);
  const verb = type === "resume" && !step.needs ? "Let it go on" : type === "retry" && step.body.now ? "Try now" : type === "pause" && step.body.before ? "Pause there no more" : (VERBS[type] ?? type);
  if (step.needs === "value") {
    return html`<a class="button primary" href=${`/inbox?run=${encodeURIComponent(runId)}`}>Answer it in the inbox</a>`;
  }
  const fields = step.needs ? [{ name: step.needs, label: step.needs === "assignee" ? "To whom" : step.needs, kind: "text", required: true }] : [];
  const command = {
    title: verb,
    verb,
    fields,
    danger: type === "cancel",
    path: step.post,
    line: (values) =>
      step.needs ? step.command.replace(/ --(\w+) NAME/, (_, name) => option(name, values[step.needs] || "NAME")) : step.command,
    body: (values) => ({ ...step.body, ...(step.needs ? { [step.needs]: values[step.needs] } : {}) }),
    send: step.post === "/api/control" ? undefined : (values) => post(step.post, { ...step.body, ...values }),
    done: onDone,
  };
  return html`<${Action} command=${command} kind=${type === "cancel" ? "" : "primary"}>${verb}<//>`;
}
