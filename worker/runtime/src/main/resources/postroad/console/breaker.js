// When an agent was not called: its circuit breaker over the last hour and day, by what happened to it.
import { clock, duration, html } from "./ui.js";

const STATES = {
  "agent.breaker-opened": "open", "agent.breaker-half-opened": "half-open", "agent.breaker-closed": "closed",
  "agent.disabled": "disabled", "agent.enabled": "closed",
};
const LOOKS = { open: "failed", "half-open": "retrying", disabled: "cancelled" };
const WORDS = { open: "open", "half-open": "being tried", disabled: "disabled" };
const WIDTH = 720;

/**
 * The stretches of time in which an agent was not simply called.
 * @param events what happened to it, the newest first
 * @returns [state, begin, end], times in milliseconds
 */
export function stretches(events, from, now) {
  const found = [];
  let state = "closed";
  let since = from;
  const end = (at) => {
    if (state !== "closed" && at > from) found.push([state, Math.max(from, since), at]);
  };
  for (const event of events.toReversed()) {
    const next = STATES[event.type];
    // Of one that is disabled the breaker does not matter.
    if (!next || (state === "disabled" && event.type !== "agent.enabled")) continue;
    const at = new Date(event.at).getTime();
    end(at);
    [state, since] = [next, at];
  }
  end(now);
  return found;
}

export function Breaker({ events, now }) {
  return html`<section class="breaker"><h2>Its circuit breaker</h2>
    <${Strip} title="Last hour" events=${events} from=${now - 3_600_000} now=${now} />
    <${Strip} title="Last day" events=${events} from=${now - 86_400_000} now=${now} />
  </section>`;
}

function Strip({ title, events, from, now }) {
  const found = stretches(events ?? [], from, now);
  const at = (time) => ((time - from) / (now - from)) * WIDTH;
  const said = events ? summary(found) : "";
  return html`<div class="strip">
    <span>${title}</span>
    <svg viewBox=${`0 0 ${WIDTH} 16`} preserveAspectRatio="none" role="img" aria-label=${`${title}: ${said}`}>
      <rect class="ground" width=${WIDTH} height="16" />
      ${found.map(([state, begin, end]) => html`<rect class=${`bar is-${LOOKS[state]}`} x=${at(begin)} width=${Math.max(2, at(end) - at(begin))} height="16"><title>${`${WORDS[state]} since ${clock(begin)}, for ${duration(end - begin)}`}</title></rect>`)}
    </svg>
    <span class="said-of-it">${said}</span>
  </div>`;
}

function summary(found) {
  const sums = new Map();
  for (const [state, begin, end] of found) {
    const [times, millis] = sums.get(state) ?? [0, 0];
    sums.set(state, [times + 1, millis + end - begin]);
  }
  if (sums.size === 0) return "closed";
  return [...sums].map(([state, [times, millis]]) => `${WORDS[state]} ${times === 1 ? "once" : `${times} times`}, ${duration(millis)}`).join("; ");
}
