import { readFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { langGraphAgents } from "./langgraph.js";
import { legal } from "./lib/langgraph/shape.js";

/**
 * The graphs of a module, or of those that a langgraph.json names, as Postroad has them.
 *
 * @param only the one graph that is wanted; all, where it is undefined
 * @param name what that one is called here; by default as there
 * @param url where its agents are served over HTTP; over Kafka, where it is undefined
 */
export async function importLangGraph(file, { only, name, url }) {
  const graphs = extname(file) === ".json" ? await ofConfiguration(file, only) : await ofModule(file, only);
  if (name !== undefined && graphs.size > 1) {
    throw new TypeError(`${file} has the graphs ${[...graphs.keys()].join(", ")}; say which one is to be named ${name}`);
  }
  const documents = [];
  for (const [known, graph] of graphs) {
    const made = await langGraphAgents(graph, { name: name ?? legal(known) });
    documents.push(url === undefined ? made.overKafka() : made.overHttp(url));
  }
  return documents.join("---\n");
}

async function ofConfiguration(file, only) {
  const named = Object.entries(JSON.parse(await readFile(file, "utf8")).graphs ?? {});
  const wanted = named.filter(([name]) => only === undefined || name === only);
  if (wanted.length === 0) {
    throw new TypeError(`${file} names ${only === undefined ? "no graphs" : `no graph ${only}, but ${named.map(([name]) => name).join(", ")}`}`);
  }
  const graphs = new Map();
  for (const [name, given] of wanted) {
    const [, path, exported] = /^(.+?)(?::([^:]*))?$/.exec(given?.path ?? given);
    if (extname(path) === ".py") {
      throw new TypeError(`the graph ${name} is in Python, ${path}; import it from a langgraph.json that names none in JavaScript`);
    }
    const [graph] = (await ofModule(resolve(dirname(file), path), exported)).values();
    graphs.set(name, graph);
  }
  return graphs;
}

async function ofModule(file, only) {
  const module = await import(pathToFileURL(resolve(file)).href);
  if (only !== undefined) {
    if (!isCompiled(module[only])) {
      throw new TypeError(`${file} exports ${only in module ? `${only}, but it is ${kindOf(module[only])}` : `no ${only}`}; export what compile() returns`);
    }
    return new Map([[nameOf(only, file), module[only]]]);
  }
  const found = Object.entries(module).filter(([, exported]) => isCompiled(exported));
  if (found.length === 0) {
    const others = Object.entries(module).map(([exported, value]) => `${exported} is ${kindOf(value)}`);
    throw new TypeError(`${file} exports no compiled StateGraph${others.map((other) => `; ${other}`).join("")}; export what compile() returns`);
  }
  // The same graph may be exported twice, as the default too.
  return new Map(found.filter(([, graph], i) => found.findIndex(([, other]) => other === graph) === i).map(([exported, graph]) => [nameOf(exported, file), graph]));
}

const isCompiled = (exported) => exported?.builder?.nodes !== undefined;

const nameOf = (exported, file) => (["default", "graph", "app"].includes(exported) ? basename(file, extname(file)) : exported);

function kindOf(exported) {
  if (typeof exported?.compile === "function") {
    return "a StateGraph that is not compiled";
  }
  return typeof exported === "function" ? "a function" : "no graph";
}

/** For the command: what modules say while they are read is kept apart from the graphs. */
export async function printLangGraph({ file, ...options }) {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  let yaml;
  try {
    yaml = await importLangGraph(file, options);
  } catch (failed) {
    process.stderr.write(`${failed instanceof Error ? failed.message : failed}\n`, () => process.exit(1));
    return;
  }
  // What a module has opened would keep the process.
  write(yaml, () => process.exit(0));
}
