#!/usr/bin/env node
// Records what LangGraph.js does in cases of the conformance form, so that anyone can compare with its newest release.
//   npm install --prefix DIR @langchain/langgraph@1.7.3 @langchain/core@1.4.0
//   node record.mjs --modules DIR FILE.json|FOLDER ...            records `expected` and `source` of each case anew, in place
//   node record.mjs --modules DIR --random 1000 --seed 1 OUT.gz   makes random cases, and writes each with what happened, one a line
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const AT_ONCE = 20;
const options = { seed: 1 };
const inputs = [];
for (let args = process.argv.slice(2); args.length; ) {
  const arg = args.shift();
  if (arg === "--modules") options.modules = args.shift();
  else if (arg === "--random") options.random = Number(args.shift());
  else if (arg === "--seed") options.seed = Number(args.shift());
  else inputs.push(arg);
}
if (!options.modules || !inputs.length) {
  console.error("usage: record.mjs --modules DIR [--random COUNT --seed N] FILE|FOLDER|OUT.gz");
  process.exit(2);
}
const folder = path.resolve(options.modules);
globalThis.requireFromModules = createRequire(pathToFileURL(path.join(folder, "x.js")));
const version = JSON.parse(fs.readFileSync(path.join(folder, "node_modules/@langchain/langgraph/package.json"))).version;
const source = { library: "@langchain/langgraph", version };
const { Session } = await import("./session.mjs");

async function record(file) {
  const { expected, source: before, ...kept } = JSON.parse(fs.readFileSync(file, "utf8"));
  const session = new Session(kept.graph);
  const recorded = [];
  for (const step of kept.steps) recorded.push(await session.take(step));
  fs.writeFileSync(file, JSON.stringify({ ...kept, source, expected: recorded }, null, 1) + "\n");
  console.log("recorded", file);
}

if (options.random) {
  const { randomCase } = await import("./random.mjs");
  const lines = [];
  for (let i = 0; i < options.random; i += AT_ONCE) {
    const seeds = Array.from({ length: Math.min(AT_ONCE, options.random - i) }, (_, more) => options.seed + i + more);
    const cases = await Promise.all(seeds.map(randomCase));
    lines.push(...cases.map((recorded) => JSON.stringify({ ...recorded, source })));
  }
  fs.writeFileSync(inputs[0], zlib.gzipSync(lines.join("\n") + "\n", { level: 9 }));
  console.log("recorded", lines.length, "random cases in", inputs[0]);
} else {
  for (const input of inputs) {
    const files = fs.statSync(input).isDirectory()
      ? fs.readdirSync(input).filter((name) => name.endsWith(".json")).sort().map((name) => path.join(input, name))
      : [input];
    for (const file of files) await record(file);
  }
}
