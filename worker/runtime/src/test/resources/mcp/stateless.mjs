// A server of the protocol of 2026-07-28, which keeps nothing between requests: node stateless.mjs DIR, where DIR has the packages.
// Its tool "work" works on as tasks, by the extension io.modelcontextprotocol/tasks: the SDK has the frame for it, and the package of
// the extension the shapes, by which each message of a task is checked here.
// Says "port N" when it is ready; GET /seen tells what it was called with, GET /finish ends all that works on, and after GET /busy
// it cannot say once what it speaks.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const shapes = await import(pathToFileURL(join(process.argv[2], 'node_modules/@modelcontextprotocol/ext-tasks/dist/core/v2/index.js')));
const require = createRequire(join(process.argv[2], 'package.json'));
const { McpServer, ProtocolError, createMcpHandler, inputRequired, inputResponse } = require('@modelcontextprotocol/server');
const { toNodeHandler } = require('@modelcontextprotocol/node');
const { z } = require('zod');

const seen = { called: [], told: [], methods: [], cancelled: [], asked: 0 };
const tasks = new Map();
let busy = false;
const TASKS = shapes.TASKS_EXTENSION_ID_V2;
const text = (words, isError) => ({ content: [{ type: 'text', text: words }], isError });
const size = { type: 'object', properties: { size: { type: 'string', enum: ['small', 'large'] } }, required: ['size'] };
const elicit = message => inputRequired.elicit({ message, requestedSchema: size });
const said = (context, name) => {
  const answer = inputResponse(context.mcpReq.inputResponses, name);
  return answer.kind === 'elicit' ? (answer.action === 'accept' ? answer.content.size : answer.action) : undefined;
};

/** What a client is told of a task; by the extension's own shape, but where it is to be nonsense. */
const told = ({ name, open, said, lags, ...task }) => (task.status ? shapes.DetailedTaskV2Schema.parse(JSON.parse(JSON.stringify(task))) : task);
const form = message => ({ method: 'elicitation/create', params: { mode: 'form', message, requestedSchema: size } });

function change(task, fields) {
  Object.assign(task, fields, { lastUpdatedAt: new Date().toISOString() });
}

function begin(how, name) {
  const now = new Date().toISOString();
  const pollIntervalMs = how === 'quick' ? 5 : 1000;
  const task = { taskId: randomUUID(), status: 'working', createdAt: now, lastUpdatedAt: now, ttlMs: 600_000, pollIntervalMs, name, open: {}, said: {} };
  tasks.set(task.taskId, task);
  seen.called.push(name);
  switch (how) {
    case 'quick': change(task, { status: 'completed', result: text(name) }); break;
    case 'garbles': change(task, { status: 'completed', result: { content: 'none' } }); break;
    case 'fails': change(task, { status: 'completed', result: text('no stock', true) }); break;
    case 'breaks': change(task, { status: 'failed', error: { code: -32603, message: 'no power' }, statusMessage: 'at the mill' }); break;
    case 'stops': change(task, { status: 'cancelled', statusMessage: 'closed for today' }); break;
    case 'raves': delete task.status; break;
    case 'samples': change(task, { status: 'input_required', inputRequests: { a: { method: 'roots/list', params: {} } } }); break;
    case 'asks': ask(task, { first: form('which one?') }); break;
    case 'lags': ask(task, { first: form('which one?') }); task.lags = true; break;
    case 'vanishes': tasks.delete(task.taskId); break;
    default: change(task, { statusMessage: 'at it' });
  }
  const { status = 'working' } = task;
  return shapes.CreateTaskResultV2Schema.parse({ ...told({ ...task, status: 'working' }), status, resultType: 'task' });
}

function ask(task, inputRequests) {
  task.open = { ...inputRequests };
  change(task, { status: 'input_required', inputRequests });
}

function answer(task, responses) {
  const fresh = Object.keys(responses).filter(name => task.open[name]);
  for (const name of fresh) {
    delete task.open[name];
    task.said[name] = responses[name].action === 'accept' ? responses[name].content.size : responses[name].action;
  }
  if (fresh.length === 0 || Object.keys(task.open).length > 0) {
    change(task, { inputRequests: task.lags ? task.inputRequests : task.open });
  } else if (task.lags && task.said.first === 'large' && !task.said.a) {
    // It sees what was said, and goes on to show the old question a while beside new ones.
    task.open = { a: form('and which?'), b: form('and besides?') };
    change(task, { inputRequests: { ...task.inputRequests, ...task.open } });
  } else {
    change(task, { status: 'completed', inputRequests: undefined, result: text(Object.values(task.said).join(' ')) });
  }
}

/** A request about a task, from a client that says it knows of them. */
function aboutTasks(mcp, method, shape, done) {
  mcp.server.setRequestHandler(method, { params: z.looseObject({}) }, (given, context) => {
    // The SDK takes answers out of the parameters of whatever request it is.
    const params = { ...given, inputResponses: context.mcpReq.inputResponses };
    shape.parse({ jsonrpc: '2.0', id: context.mcpReq.id, method, params });
    if (!shapes.hasTaskClientCapabilityV2({ _meta: context.mcpReq.envelope })) {
      throw new ProtocolError(-32021, 'Missing required client capability', { requiredCapabilities: { extensions: { [TASKS]: {} } } });
    }
    const task = tasks.get(params.taskId);
    if (!task) {
      throw new ProtocolError(-32602, 'Failed to retrieve task: Task has expired');
    }
    return done(task, params) ?? {};
  });
}

function server() {
  const mcp = new McpServer({ name: 'stateless', version: '1' }, { capabilities: { extensions: { [TASKS]: {} } } });
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
  mcp.registerTool('needs', { inputSchema }, () => inputRequired({ inputRequests: { a: { method: 'roots/list', params: {} } } }));
  mcp.registerTool('work', { inputSchema: z.object({ how: z.string().default(''), name: z.string().default('') }) }, ({ how, name }, context) =>
    shapes.hasTaskClientCapabilityV2({ _meta: context.mcpReq.envelope }) && !context.mcpReq.inputResponses
      ? begin(how, name)
      : text('only as a task, and it asked nothing', true));
  aboutTasks(mcp, 'tasks/get', shapes.GetTaskRequestV2Schema, task => {
    seen.asked++;
    return told(task);
  });
  aboutTasks(mcp, 'tasks/update', shapes.UpdateTaskRequestV2Schema, (task, params) => answer(task, params.inputResponses));
  aboutTasks(mcp, 'tasks/cancel', shapes.CancelTaskRequestV2Schema, task => {
    seen.cancelled.push(task.name);
    if (!['completed', 'failed', 'cancelled'].includes(task.status)) {
      change(task, { status: 'cancelled', inputRequests: undefined, open: {} });
    }
  });
  return mcp;
}

const handle = toNodeHandler(createMcpHandler(server, { legacy: 'reject' }));
const http = createServer((request, response) => {
  if (request.url === '/seen') {
    response.end(JSON.stringify(seen));
  } else if (request.url === '/finish') {
    for (const task of tasks.values()) {
      if (task.status === 'working') {
        change(task, { status: 'completed', result: text(task.name) });
      }
    }
    response.end();
  } else if (request.url === '/busy') {
    busy = true;
    response.end();
  } else if (busy && request.headers['mcp-method'] === 'server/discover') {
    busy = false;
    response.writeHead(503).end();
  } else {
    seen.methods.push(request.headers['mcp-method'] ?? '');
    void handle(request, response);
  }
});
http.listen(0, '127.0.0.1', () => console.log(`port ${http.address().port}`));
