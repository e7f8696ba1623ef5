// A small graph by chance, from a seed, and the steps that bring it to its end: what fails is run again, what is asked is answered.
import { Session } from "./session.mjs";

const MOST_STEPS = 6;
const MOST_CALLS = 150;
const LIMIT = 25;

class Chance {
  constructor(seed) { this.state = seed >>> 0; }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(n) { return Math.floor(this.next() * n); }
  one(list) { return list[this.below(list.length)]; }
  in(percent) { return this.below(100) < percent; }
  some(list, count) {
    const left = [...list], taken = [];
    while (taken.length < count && left.length) taken.push(left.splice(this.below(left.length), 1)[0]);
    return taken;
  }
}

function attempt(chance, name) {
  const update = { log: [name], n: 1 };
  if (chance.in(20)) update.log = [{ $tpl: name + "{n}" }];
  if (chance.in(10)) update.note = name;
  if (chance.in(5)) update.log = { $overwrite: [name] };
  if (chance.in(8)) return { updates: [{ log: [name] }, { log: [name + "2"], n: 2 }] };
  return chance.in(6) ? {} : { update };
}

function node(chance, name) {
  const last = attempt(chance, name);
  const made = { do: [last] };
  if (chance.in(8)) last.interrupts = ["ask " + name];
  if (chance.in(15)) {
    if (chance.in(50)) made.retry = { maxAttempts: chance.one([2, 3]), on: ["ConnectionError"], initialMs: 1 };
    // What fails for good does so when its siblings are done: LangGraph.js loses the work of those that are not.
    made.do.unshift({ raise: { type: "ConnectionError", message: "no " + name }, ...(!made.retry && { sleepMs: 60 }) });
  }
  if (chance.in(10)) made.defer = true;
  return made;
}

/** Goes somewhere the first time, and not again, so that it comes to an end. */
function going(chance, made, name, names, single) {
  const last = made.do.at(-1);
  if (last.updates || !chance.in(10)) return;
  last.goto = chance.in(50) || !single.length ? chance.one(names) : { send: { node: chance.one(single), arg: { n: chance.below(9) } } };
  // What asks runs again once it is answered.
  if (last.interrupts) made.do.push(last);
  made.do.push({ update: { log: [name] } });
}

/** Tasks of one node side by side all do the same: which of them is its first execution is LangGraph.js's own choice. */
function branch(chance, from, names, single) {
  const to = () => ({ to: chance.some(names, 1 + chance.below(2)) });
  const kind = single.length ? chance.below(4) : 3;
  if (kind === 0) return { from, route: { sendEach: { path: "items", node: chance.one(single), as: "item" } } };
  if (kind === 1) return { from, route: { sends: [1, 2].map((n) => ({ node: chance.one(single), arg: { n } })) } };
  const test = chance.in(50) ? { path: "n", op: "<", value: 1 + chance.below(6) } : { path: "log", op: ">=", value: 1 + chance.below(5), len: true };
  return { from, route: { if: test, then: to(), else: chance.in(50) ? to() : { to: ["END"] } } };
}

function graph(chance) {
  const all = chance.some(["a", "b", "c", "d", "e", "f", "g"], 2 + chance.below(5));
  // Where a join and another edge lead to one node in one superstep, LangGraph.js 1.7.3 runs it twice: so nothing else leads there.
  const joined = all.length > 3 ? all.slice(all.length - 1 - chance.below(2)) : [];
  const names = all.filter((name) => !joined.includes(name));
  const nodes = Object.fromEntries(all.map((name) => [name, node(chance, name)]));
  const isSingle = (name) => nodes[name].do.length === 1 && !nodes[name].do[0].interrupts;
  const single = names.filter((name) => isSingle(name) && chance.in(50));
  all.filter((name) => !single.includes(name)).forEach((name) => going(chance, nodes[name], name, names, single));
  const edges = chance.some(names, 1 + chance.below(2)).map((name) => ["START", name]);
  const branches = [], joins = [];
  names.forEach((name, i) => {
    const later = names.slice(i + 1);
    if (later.length && chance.in(65)) edges.push([name, chance.one(later)]);
    if (later.length && chance.in(25)) edges.push([name, chance.one(later)]);
    if (later.length && chance.in(25)) branches.push(branch(chance, name, later, single));
    // Back by a condition that comes to an end.
    if (chance.in(10)) branches.push({ from: name, route: { if: { path: "n", op: "<", value: 3 }, then: { to: [chance.one(names)] }, else: { to: ["END"] } } });
  });
  joined.forEach((name) => {
    joins.push({ from: chance.some(names, 2), to: name });
    if (chance.in(30)) branches.push({ from: name, route: { if: { path: "n", op: "<", value: 4 }, then: { to: [chance.one(names)] }, else: { to: ["END"] } } });
  });
  const unique = [...new Map(edges.map((edge) => [edge.join(">"), edge])).values()];
  const state = { log: { type: "list", reducer: "append" }, n: { type: "int", reducer: "add" }, note: { type: "str", reducer: "last" }, items: { type: "list", reducer: "last" } };
  const made = { state, nodes, edges: unique, joins, branches };
  if (chance.in(8)) made.interruptBefore = [chance.one(names)];
  if (chance.in(8)) made.interruptAfter = [chance.one(names)];
  return made;
}

async function next(session, done) {
  if (done.outcome === "failed") return { op: "run", input: null, parallel: true };
  const open = await session.open();
  const input = open.length ? { $command: { resumeByPayload: open.map(({ value }) => [value, "yes"]) } } : null;
  return { op: "run", input, parallel: true };
}

/** Whether LangGraph.js takes the graph, all nodes can be reached and it comes to its end. */
function reachable(made) {
  const to = (route) => Array.isArray(route) ? route.flatMap(to) : !route ? [] : route.to ?? (route.if ? [...to(route.then), ...to(route.else)] : route.sends ? route.sends.map((s) => s.node) : [route.sendEach.node]);
  const seen = new Set(["START"]);
  for (let size = 0; size < seen.size; ) {
    size = seen.size;
    for (const [from, target] of made.edges) if (seen.has(from)) seen.add(target);
    for (const { from, route } of made.branches) if (seen.has(from)) to(route).forEach((name) => seen.add(name));
    for (const { from, to: target } of made.joins) if (from.every((name) => seen.has(name))) seen.add(target);
    for (const [name, { do: attempts }] of Object.entries(made.nodes)) if (seen.has(name)) for (const { goto } of attempts) if (goto) seen.add(goto.send?.node ?? goto);
  }
  return Object.keys(made.nodes).every((name) => seen.has(name));
}

export async function randomCase(seed) {
  const chance = new Chance(seed * 7919);
  for (;;) {
    const made = graph(chance);
    const session = new Session(made, MOST_CALLS);
    const found = reachable(made) && (await played(session, made, chance));
    // Loops that fan out may grow beyond all measure.
    if (found && !session.overdone) return { id: "random-" + seed, ...found };
  }
}

async function played(session, made, chance) {
  const steps = [{ op: "run", input: { log: [], items: chance.some([1, 2, 3], chance.below(4)) }, parallel: true, limit: LIMIT }];
  const expected = [await session.take(steps[0])];
  // After a conflict LangGraph is stuck for ever.
  const goesOn = ({ outcome, error }) => outcome !== "completed" && error?.type !== "InvalidUpdateError";
  while (goesOn(expected.at(-1)) && steps.length < MOST_STEPS) {
    steps.push({ ...(await next(session, expected.at(-1))), limit: LIMIT });
    expected.push(await session.take(steps.at(-1)));
  }
  steps.push({ op: "state" }, { op: "history" });
  expected.push(await session.take(steps.at(-2)), await session.take(steps.at(-1)));
  return { graph: made, steps, expected };
}
