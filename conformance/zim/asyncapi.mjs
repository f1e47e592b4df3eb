// What every page said and heard, held against the AsyncAPI document; and what the document promises, that it was said.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Draft07 from 'ajv';
import Ajv from 'ajv/dist/2020.js';
import { traffic } from './people.mjs';

const document = JSON.parse(await readFile(new URL('../../docs/protocols/zim-asyncapi.json', import.meta.url), 'utf8'));

test('zim: the AsyncAPI document is one, by the schema of AsyncAPI 3', { timeout: 60000 }, async () => {
  const schema = JSON.parse(await readFile(fileURLToPath(import.meta.resolve('@asyncapi/specs/schemas/3.0.0.json')), 'utf8'));
  // The schema holds its own copy of the draft that it is written in.
  const valid = new Draft07({ strict: false, meta: false, validateSchema: false, validateFormats: false }).compile(schema);
  assert.equal(valid(document), true, JSON.stringify(valid.errors?.slice(0, 5)));
  assert.equal(valid({ ...document, operations: { login: { action: 'receive' } } }), false, 'the schema takes anything');
});

/** checker compiles the payload of one of the document's messages, once. */
function checker() {
  const ajv = new Ajv({ strict: false, allErrors: false });
  ajv.addSchema(document, 'zim');
  const compiled = new Map();
  return (ref) => {
    if (!compiled.has(ref)) compiled.set(ref, ajv.compile({ $ref: `zim${ref}/payload` }));
    return compiled.get(ref);
  };
}

test('zim: all that was said is what the AsyncAPI document says, and all that it says was said', { timeout: 60000 }, () => {
  assert.equal(document.asyncapi, '3.0.0');
  const check = checker();
  const seen = new Set();
  const wrong = [];
  const holds = (operation, message, frame) => {
    if (!message) return wrong.push(`nothing in the document is for ${JSON.stringify(frame).slice(0, 300)}`);
    const valid = check(message.$ref);
    if (!valid(frame)) wrong.push(`${message.$ref}: ${JSON.stringify(valid.errors)} in ${JSON.stringify(frame).slice(0, 1500)}`);
    else seen.add(operation);
  };
  let frames = 0;
  for (const socket of traffic) {
    const asked = new Map();
    for (const [sent, text] of socket) {
      for (const frame of [JSON.parse(text)].flat()) {
        frames++;
        if (sent && frame.id !== undefined) {
          asked.set(frame.id, frame); // held against the document if it is taken
        } else if (sent) {
          holds(`${frame.method} asked`, document.operations[frame.method]?.messages[0], frame);
        } else if (frame.method !== undefined) {
          holds(`event.${frame.method}`, document.operations[`event.${frame.method}`]?.messages[0], frame);
        } else {
          const request = asked.get(frame.id);
          const operation = document.operations[request.method];
          if (frame.error) {
            holds('refusal', document.operations.login.reply.messages[1], frame);
          } else {
            holds(`${request.method} asked`, operation?.messages[0], request);
            holds(`${request.method} answered`, operation?.reply.messages[0], frame);
          }
        }
      }
    }
  }
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${frames} frames are not what the document says`);
  // Nobody waits for the answer to a logout: it may not be heard.
  const promised = Object.entries(document.operations).filter(([name]) => name !== 'logout').flatMap(([name, o]) =>
    o.action === 'send' ? [name] : o.reply ? [`${name} asked`, `${name} answered`] : [`${name} asked`]);
  assert.deepEqual(promised.filter((name) => !seen.has(name)), [], 'the document promises what was never said');
});
