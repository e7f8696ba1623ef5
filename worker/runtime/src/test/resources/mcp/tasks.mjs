// A server of the protocol's own SDK whose tools work on as tasks: node tasks.mjs DIR, where DIR has the packages.
// Says "port N" when it is ready; GET /seen tells what became of its calls, POST /finish ends all that work on.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2], 'package.json'));
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { InMemoryTaskStore, InMemoryTaskMessageQueue } = require('@modelcontextprotocol/sdk/experimental/tasks');
const { ElicitResultSchema } = require('@modelcontextprotocol/sdk/types.js');
const { z } = require('zod');

const seen = { called: [], cancelled: [], answered: [], asked: 0 };
const open = new Map();
const sessions = new Map();

class Store extends InMemoryTaskStore {
  async getTask(id, session) {
    seen.asked++;
    return super.getTask(id, session);
  }

  async updateTaskStatus(id, status, message, session) {
    if (status === 'cancelled') {
      seen.cancelled.push(open.get(id)?.name);
    }
    return super.updateTaskStatus(id, status, message, session);
  }
}

const text = (words, isError) => ({ content: [{ type: 'text', text: words }], isError });

const question = {
  method: 'elicitation/create',
  params: {
    message: 'which one?',
    requestedSchema: { type: 'object', properties: { size: { type: 'string', enum: ['small', 'large'] } }, required: ['size'] },
  },
};

/** Asks a person, and gives what they said. */
async function ask(extra, options) {
  const answer = await extra.sendRequest(question, ElicitResultSchema, { timeout: 600_000, ...options });
  seen.answered.push(answer);
  return answer.action === 'accept' ? answer.content.size : answer.action;
}

async function begin(store, how, name, extra) {
  const session = extra.sessionId;
  const { taskId } = await store.createTask({ ttl: 600_000, pollInterval: how === 'quick' ? 5 : 1000 }, 0, {}, session);
  open.set(taskId, { name, store });
  seen.called.push(name);
  switch (how) {
    case 'quick': await store.storeTaskResult(taskId, 'completed', text(name)); break;
    case 'garbles': await store.storeTaskResult(taskId, 'completed', { content: 'none' }); break;
    case 'fails': await store.storeTaskResult(taskId, 'failed', text('no stock', true)); break;
    case 'stops': await store.updateTaskStatus(taskId, 'cancelled', 'closed for today'); break;
    case 'asks': {
      const answered = ask(extra, { relatedTask: { taskId } });
      void answered.then(words => store.storeTaskResult(taskId, 'completed', text(words), session));
      break;
    }
    case 'vanishes': {
      const task = await store.getTask(taskId);
      store.tasks.delete(taskId);
      return task;
    }
    default: await store.updateTaskStatus(taskId, 'working', 'at it');
  }
  return store.getTask(taskId);
}

function server() {
  const store = new Store();
  const mcp = new McpServer({ name: 'tasks', version: '1' }, {
    capabilities: { tools: {}, tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
    taskStore: store,
    taskMessageQueue: new InMemoryTaskMessageQueue(),
  });
  const inputSchema = z.object({ how: z.string().default(''), name: z.string().default('') });
  mcp.registerTool('plain', { inputSchema }, ({ name }) => text(name));
  mcp.registerTool('asks', { inputSchema }, async ({ name }, extra) => {
    seen.called.push(name);
    const size = await ask(extra);
    return text(size === 'large' ? `${size} ${await ask(extra)}` : size);
  });
  mcp.experimental.tasks.registerToolTask('work', { inputSchema, execution: { taskSupport: 'optional' } }, {
    createTask: async ({ how, name }, extra) => ({ task: await begin(store, how, name, extra) }),
    getTask: (_, extra) => extra.taskStore.getTask(extra.taskId),
    getTaskResult: (_, extra) => extra.taskStore.getTaskResult(extra.taskId),
  });
  return { mcp, store };
}

async function session() {
  const { mcp, store } = server();
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: id => sessions.set(id, transport),
    // As the server of everything does.
    onsessionclosed: id => { sessions.delete(id); store.cleanup(); },
  });
  await mcp.connect(transport);
  return transport;
}

const http = createServer(async (request, response) => {
  if (request.url === '/seen') {
    response.end(JSON.stringify(seen));
  } else if (request.url === '/finish') {
    for (const [id, { name, store }] of open) {
      await store.storeTaskResult(id, 'completed', text(name)).catch(() => {});
    }
    open.clear();
    response.end();
  } else {
    const id = request.headers['mcp-session-id'];
    const transport = id ? sessions.get(id) : await session();
    if (transport) {
      await transport.handleRequest(request, response);
    } else {
      response.writeHead(404).end();
    }
  }
});
http.listen(0, '127.0.0.1', () => console.log(`port ${http.address().port}`));
