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
  // Each row says whether its name was driven, and by one of the scenarios that did; all rows are there, in their order.
  const wrong = [];
  for (const [title, kind] of [['Methods', 'methods'], ['Events', 'events'], ['Server actions', 'actions']]) {
    const section = text.slice(text.indexOf(`### ${title}\n`, text.indexOf(begin))).split('\n### ')[0];
    const rows = [...section.matchAll(/^\| (\w+) \| (done|later) \| (.*) \|$/gm)];
    assert.deepEqual(rows.map(([, name]) => name), surface[kind], title);
    assert.match(section, new RegExp(`^${driven[kind].size} of ${surface[kind].length}\\.$`, 'm'), title);
    for (const [row, name, state, by] of rows) {
      const holds = state === 'done' ? driven[kind].get(name)?.has(`zim: ${by}`) : !driven[kind].has(name) && by === '';
      if (!holds) wrong.push(row);
    }
  }
  assert.deepEqual(wrong, [], 'docs/protocols/zim.md says what is not so: run with UPDATE=1');
});
