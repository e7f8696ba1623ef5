#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (TypeScript) with zod 4.6.7, and what a tool's outputSchema says in two places.
#
# The SDK's server checks what a tool answers with zod, and its client checks the same answer with Ajv, by the JSON Schema
# that the server made of the same zod schema. The two are not the same: zod's multipleOf(0.1) allows for the rounding of
# binary fractions and Ajv's does not, a regular expression loses its flags on the way, and a key that zod fills in by a
# default is checked as if filled in but sent without it. The server finds the answer sound, the client throws -32602
# after the tool has run, and whoever sees only the error calls it again.
#
# Seen: the server takes each answer, and the client each first of a pair only. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 ajv@8.20.0
cat > finding.js <<'JAVASCRIPT'
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";

for (const [name, outputSchema, structuredContent] of [
  ["multipleOf(0.1)", { price: z.number().multipleOf(0.1) }, { price: 0.2 }],
  ["multipleOf(0.1)", { price: z.number().multipleOf(0.1) }, { price: 0.3 }],
  ["regex(/^eur$/i)", { currency: z.string().regex(/^eur$/i) }, { currency: "eur" }],
  ["regex(/^eur$/i)", { currency: z.string().regex(/^eur$/i) }, { currency: "EUR" }],
  ["default(1)", { count: z.number().default(1) }, { count: 1 }],
  ["default(1)", { count: z.number().default(1) }, {}],
]) {
  const server = new McpServer({ name: "prices", version: "1" });
  server.registerTool("price", { outputSchema }, async () => ({ content: [], structuredContent }));
  const client = new Client({ name: "asker", version: "1" });
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(ofServer), client.connect(ofClient)]);
  await client.listTools();
  const call = { method: "tools/call", params: { name: "price", arguments: {} } };
  const sent = await client.request(call, CallToolResultSchema);
  console.log(`${name} ${JSON.stringify(structuredContent)}`);
  console.log(`  server: ${sent.isError ? "refused" : "sent"}`);
  try {
    await client.callTool(call.params);
    console.log("  client: taken");
  } catch (failure) {
    console.log(`  client: ${failure.message.split(": ").pop()}`);
  }
  await client.close();
}
JAVASCRIPT
seen="$(node finding.js)"
echo "@modelcontextprotocol/sdk 1.32.2, zod 4.6.7, ajv 8.20.0, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'multipleOf(0.1) {"price":0.2}
  server: sent
  client: taken
multipleOf(0.1) {"price":0.3}
  server: sent
  client: data/price must be multiple of 0.1
regex(/^eur$/i) {"currency":"eur"}
  server: sent
  client: taken
regex(/^eur$/i) {"currency":"EUR"}
  server: sent
  client: data/currency must match pattern "^eur$"
default(1) {"count":1}
  server: sent
  client: taken
default(1) {}
  server: sent
'"  client: data must have required property 'count'" ]]
