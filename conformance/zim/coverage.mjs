// The table in docs/protocols/zim.md: what is done, and the scenario that drives it. UPDATE=1 writes it anew.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { driven } from './people.mjs';

const page = new URL('../../docs/protocols/zim.md', import.meta.url);
const surface = JSON.parse(await readFile(new URL('surface.json', import.meta.url), 'utf8'));
const begin = '## Coverage\n';

/** one of the scenarios stands for all: the first by name, whichever ran first. */
const one = (scenarios) => [...scenarios].sort()[0].replace(/^zim: /, '');

function table(title, names, done) {
  const rows = names.map((n) => `| ${n} | ${done.has(n) ? 'done' : 'later'} | ${done.has(n) ? one(done.get(n)) : ''} |`);
  const count = names.filter((n) => done.has(n)).length;
  return [`### ${title}`, '', `${count} of ${names.length}.`, '', '| name | state | driven by the scenario |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

test('zim: the table of what is done says what was driven', { timeout: 10000 }, async () => {
  for (const kind of Object.keys(driven)) {
    for (const name of driven[kind].keys()) assert.ok(surface[kind].includes(name), `${name} is none of ZIM's ${kind}`);
  }
  const made = [
    begin,
    'Made by `conformance/zim/coverage.mjs` from what its scenarios drove through `sdk/zim` in Chromium, or over HTTP.\n',
    table('Methods', surface.methods, driven.methods),
    table('Events', surface.events, driven.events),
    table('Server actions', surface.actions, driven.actions),
  ].join('\n').trimEnd() + '\n';
  const text = await readFile(page, 'utf8');
  const wanted = text.slice(0, text.indexOf(begin)) + made;
  if (process.env.UPDATE) return writeFile(page, wanted);
  assert.equal(text, wanted, 'docs/protocols/zim.md is behind: run with UPDATE=1');
});
