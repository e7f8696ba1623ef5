// A server of the protocol of 2026-07-28, which keeps nothing between requests: node stateless.mjs DIR, where DIR has the packages.
// Says "port N" when it is ready; GET /seen tells what it was called with.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2], 'package.json'));
const { McpServer, createMcpHandler, inputRequired, inputResponse } = require('@modelcontextprotocol/server');
const { toNodeHandler } = require('@modelcontextprotocol/node');
const { z } = require('zod');

const seen = { called: [], told: [], methods: [] };
const text = (words, isError) => ({ content: [{ type: 'text', text: words }], isError });
const size = { type: 'object', properties: { size: { type: 'string', enum: ['small', 'large'] } }, required: ['size'] };
const elicit = message => inputRequired.elicit({ message, requestedSchema: size });
const said = (context, name) => {
  const answer = inputResponse(context.mcpReq.inputResponses, name);
  return answer.kind === 'elicit' ? (answer.action === 'accept' ? answer.content.size : answer.action) : undefined;
};

function server() {
  const mcp = new McpServer({ name: 'stateless', version: '1' });
  const inputSchema = z.object({ name: z.string().default('') });
  mcp.registerTool('plain', { description: 'says it', inputSchema }, ({ name }, context) => {
    seen.told.push(context.mcpReq._meta);
    return { ...text(name), structuredContent: { name } };
  });
  mcp.registerTool('fails', { inputSchema }, () => text('no stock', true));
  mcp.registerTool('hangs', { inputSchema }, (_, context) => new Promise(resolve => {
    seen.called.push('hangs');
    context.mcpReq.signal.addEventListener('abort', () => {
      seen.called.push('left');
      resolve(text('left'));
    });
  }));
  mcp.registerTool('shows', { inputSchema }, async (_, context) => {
    await context.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken: context.mcpReq._meta.progressToken, progress: 1, total: 2 },
    });
    return text('done');
  });
  mcp.registerTool('asks', { inputSchema }, (_, context) => {
    const first = said(context, 'first');
    const state = context.mcpReq.requestState();
    if (first === undefined && state === undefined) {
      return inputRequired({ inputRequests: { first: elicit('which one?') }, requestState: 'begun' });
    }
    if (state === 'begun' && first === 'large') {
      return inputRequired({ inputRequests: { a: elicit('and which?'), b: elicit('and besides?') }, requestState: 'more' });
    }
    return text([state, first, said(context, 'a'), said(context, 'b')].filter(Boolean).join(' '));
  });
  mcp.registerTool('again', { inputSchema }, (_, context) =>
    context.mcpReq.requestState() === undefined ? inputRequired({ requestState: 'later' }) : text(context.mcpReq.requestState()));
  return mcp;
}

const handle = toNodeHandler(createMcpHandler(server, { legacy: 'reject' }));
const http = createServer((request, response) => {
  if (request.url === '/seen') {
    response.end(JSON.stringify(seen));
  } else {
    seen.methods.push(request.headers['mcp-method'] ?? '');
    void handle(request, response);
  }
});
http.listen(0, '127.0.0.1', () => console.log(`port ${http.address().port}`));
