#!/usr/bin/env bash
# @modelcontextprotocol/server 2.4.0 and @modelcontextprotocol/ext-tasks 0.2.2, both of the protocol's own project, and an
# answer to a task that asked for input.
#
# By the tasks extension a client answers with tasks/update, whose params hold taskId and inputResponses. The server takes
# inputResponses out of the params of whatever request comes, a custom method's too, and puts them into the context, where
# it looks for them itself when a tool is called again. The handler of tasks/update gets params in which the required field
# is gone, so that the schema of the extension, given to the handler as its params' schema or parsed within, refuses what was
# a valid request: the client hears that its answer is missing.
#
# Seen: the request fits the extension's schema before it is sent, what the handler gets does not, and the answers are in the
# context. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages @modelcontextprotocol/server@2.4.0 @modelcontextprotocol/node@2.1.2 @modelcontextprotocol/ext-tasks@0.2.2
cat > finding.js <<'JAVASCRIPT'
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import * as shapes from "./node_modules/@modelcontextprotocol/ext-tasks/dist/core/v2/index.js";

const { z } = createRequire(import.meta.resolve("@modelcontextprotocol/server"))("zod");
const fits = request => (shapes.UpdateTaskRequestV2Schema.safeParse(request).success ? "fits" : "does not fit");
const seen = [];

function server() {
  const mcp = new McpServer({ name: "tasks", version: "1" }, { capabilities: { extensions: { [shapes.TASKS_EXTENSION_ID_V2]: {} } } });
  mcp.server.setRequestHandler("tasks/update", { params: z.looseObject({}) }, (params, context) => {
    const got = { jsonrpc: "2.0", id: context.mcpReq.id, method: "tasks/update", params };
    seen.push(`got: ${Object.keys(params).filter(key => key !== "_meta")}, ${fits(got)}`);
    seen.push(`in the context: ${Object.keys(context.mcpReq.inputResponses)}`);
    return {};
  });
  return mcp;
}

const http = createServer(toNodeHandler(createMcpHandler(server, { legacy: "reject" })));
await new Promise(ready => http.listen(0, "127.0.0.1", ready));
const request = {
  jsonrpc: "2.0",
  id: 1,
  method: "tasks/update",
  params: {
    taskId: "one",
    inputResponses: { size: { action: "accept", content: { size: "small" } } },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "asker", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": { extensions: { [shapes.TASKS_EXTENSION_ID_V2]: {} } },
    },
  },
};
seen.push(`sent: ${Object.keys(request.params).filter(key => key !== "_meta")}, ${fits(request)}`);
const answer = await fetch(`http://127.0.0.1:${http.address().port}/`, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tasks/update",
    "Mcp-Name": "one",
  },
  body: JSON.stringify(request),
});
await answer.text();
console.log(seen.join("\n"));
http.closeAllConnections();
http.close();
JAVASCRIPT
seen="$(node finding.js)"
echo "@modelcontextprotocol/server 2.4.0, @modelcontextprotocol/ext-tasks 0.2.2, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'sent: taskId,inputResponses, fits
got: taskId, does not fit
in the context: size' ]]
