// Lets a tool say what it has to say, a line for each: node check.mjs TOOL ARGUMENT…
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

const tools = {
  async redocly(file) {
    const { createConfig, lint } = require('@redocly/openapi-core');
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lint({ ref: file, config });
    return problems.map((problem) =>
      `${problem.ruleId} at ${problem.location.map((place) => place.pointer)}: ${problem.message}`);
  },

  async spectral(file) {
    const { Document, Spectral } = require('@stoplight/spectral-core');
    const parsers = require('@stoplight/spectral-parsers');
    const { oas } = require('@stoplight/spectral-rulesets');
    const spectral = new Spectral();
    spectral.setRuleset({ extends: [[oas, 'recommended']] });
    const problems = await spectral.run(new Document(readFileSync(file, 'utf8'), parsers.Json, file));
    return problems.map((problem) => `${problem.code} at ${problem.path.join('/')}: ${problem.message}`);
  },

  async ajv(folder) {
    const Ajv = require('ajv/dist/2020').default;
    const formats = require('ajv-formats').default;
    return readdirSync(folder).flatMap((file) => {
      const ajv = new Ajv({ strict: true });
      formats(ajv);
      try {
        ajv.compile(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
        return [];
      } catch (refused) {
        return [`${file}: ${refused.message}`];
      }
    });
  },

  async asyncapi(file) {
    const { Parser, fromFile } = require('@asyncapi/parser');
    const { diagnostics } = await fromFile(new Parser(), file).parse();
    return diagnostics.map((problem) => `${problem.code} at ${problem.path.join('/')}: ${problem.message}`);
  },

  async kubernetes(folder) {
    const { parseAllDocuments } = require('yaml');
    const documents = readdirSync(folder)
      .flatMap((file) => parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')))
      .map((document) => document.toJS());
    const problems = [];
    for (const manifest of documents) {
      const library = manifest.apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
      const { [manifest.kind]: Model } = await import(`${library}/${manifest.apiVersion}`);
      try {
        new Model(manifest).validate();
      } catch (refused) {
        problems.push(`${manifest.kind}: ${refused.message}`);
      }
    }
    return problems;
  },

  // The events of a run as subscribers in JavaScript get them, with nothing added to the client.
  async kafkajs(servers, topic, runId) {
    const { Kafka, logLevel } = require('kafkajs');
    const cloudEvents = require('cloudevents');
    const kafka = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${topic}-kafkajs`, retry: { retries: 0 } });
    const events = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise((resolve, reject) => {
      consumer.on('consumer.crash', (crash) => reject(crash.payload.error));
      consumer.run({
        eachMessage: async ({ message }) => {
          if (message.key.toString() !== runId) {
            return;
          }
          const headers = Object.fromEntries(
            Object.entries(message.headers).map(([name, value]) => [name, value.toString()]));
          const event = cloudEvents.Kafka.toEvent({ headers, key: runId, value: message.value.toString() });
          event.validate();
          events.push(`${event.id} ${event.type} ${event.source} ${event.data.type}`);
          if (event.data.type === 'run.completed') {
            resolve();
          }
        },
      });
    });
    return events;
  },
};

const [tool, ...arguments_] = process.argv.slice(2);
for (const line of await tools[tool](...arguments_)) {
  console.log(line);
}
process.exit(0);
