// The trace of a run or a task, and where people look at it.
import { ofRun as pathOf, query } from "./api.js";
import { html, useLoaded } from "./ui.js";

/**
 * Under which id something is traced; a link to it where the worker knows where traces are looked at.
 * @param task undefined for the run
 */
export function Trace({ runId, task, attempt }) {
  const { data: trace } = useLoaded(pathOf(runId, `/trace${query({ task, attempt })}`));
  const { data: beside } = useLoaded("/api/surroundings");
  if (!trace) return null;
  const id = html`<code class="trace">${trace.traceId}</code>`;
  if (!beside?.traceLink) return id;
  const address = beside.traceLink.replaceAll("{traceId}", trace.traceId).replaceAll("{spanId}", trace.spanId);
  return html`<a href=${address} target="_blank" rel="noopener noreferrer">${id} <span aria-hidden="true">↗</span><span class="unseen"> the trace, in a new window</span></a>`;
}
