// What is done with lists of runs; without a page, so that it can be thought about alone.
import { duration } from "./ui.js";

/**
 * The runs of a list after a change of it, in its order.
 * @param change runs that are new or other than before, and the ids of those that are no longer wanted
 * @param order "oldest" where the oldest come first
 * @param next set where the list goes on beyond what is loaded
 */
export function mergeRuns(runs, change, next, order) {
  const gone = new Set(change.gone ?? []);
  const fresh = new Map((change.runs ?? []).map((run) => [run.runId, run]));
  const merged = runs.filter((run) => !gone.has(run.runId)).map((run) => {
    const newer = fresh.get(run.runId);
    fresh.delete(run.runId);
    return newer ?? run;
  });
  const compared = (a, b) => (order === "oldest" ? 1 : -1) * (a.queuedAt < b.queuedAt ? -1 : a.queuedAt > b.queuedAt ? 1 : 0);
  const last = merged.at(-1);
  const added = [...fresh.values()].filter((run) => !next || !last || compared(run, last) <= 0);
  if (added.length === 0) return merged;
  return [...merged, ...added].sort(compared);
}

const MOST_TAG_COLUMNS = 2;

/**
 * Which tags have columns of their own: those that most runs of a list have.
 * @returns their names; whether a run has others besides
 */
export function tagColumns(runs) {
  const counts = new Map();
  for (const run of runs) for (const tag of Object.keys(run.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const names = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  // More than that leaves no room for the rest, which share one.
  const isAll = names.length <= MOST_TAG_COLUMNS;
  return { own: names.slice(0, isAll ? MOST_TAG_COLUMNS : MOST_TAG_COLUMNS - 1).sort(), others: !isAll };
}

/** The nodes that a run is at, or failed at. */
export const whereItIs = (run) => run.nodes?.join(", ") ?? (run.status === "failed" ? (run.error?.node ?? "") : "");

/** What a run waits for, or what it failed with, in a few words. */
export function waitsFor(run, now) {
  if (run.setAside) return "its journal cannot be read";
  if (run.error && run.status !== "cancelled") {
    return `${run.error.type}: ${run.error.message}`;
  }
  const waits = run.waits;
  if (!waits) return run.status === "queued" ? "a place among the running" : "";
  const parts = [];
  if (waits.questions > 0) parts.push(waits.questions === 1 ? "an answer" : `${waits.questions} answers`);
  if (waits.agents?.length > 0) parts.push(`agent ${waits.agents.join(", ")}`);
  if (waits.until) {
    const left = new Date(waits.until).getTime() - now;
    if (left > 0) parts.push(`${parts.length > 0 ? "at most " : ""}${duration(Math.ceil(left / 1_000) * 1_000)}`);
  }
  return parts.join(", ");
}
