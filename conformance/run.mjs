// Runs every *.test.mjs, one file after the other, and counts: what required.txt names must have run and passed, by
// name, so that a scenario that nobody ran cannot pass for green. The last line is "N passed, N failed".
//
//   node run.mjs             everything
//   node run.mjs story       the files whose name holds "story"; only what they hold is required

import { readFile, readdir } from 'node:fs/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const chosen = (file) => wanted.length === 0 || wanted.some((w) => file.includes(w));

const files = (await readdir(here)).filter((f) => f.endsWith('.test.mjs') && chosen(f)).sort();
if (files.length === 0) {
  console.log('no test file matches');
  process.exit(1);
}

// A scenario's name begins with the name of its file: "story: everyone logs in".
const required = (await readFile(`${here}required.txt`, 'utf8')).split('\n').map((l) => l.trim())
  .filter((l) => l !== '' && !l.startsWith('#'))
  .filter((l) => files.includes(`${l.slice(0, l.indexOf(':'))}.test.mjs`));

const passed = [];
const failed = [];
const scenario = (d) => d.name.includes(': ') && d.details?.type !== 'suite';
const begun = Date.now();
const stream = run({ files: files.map((f) => here + f), concurrency: 1 });
stream.on('test:pass', (d) => {
  if (!scenario(d)) return;
  if (d.skip !== undefined || d.todo !== undefined) failed.push(`${d.name} (not run)`);
  else passed.push(d.name);
});
stream.on('test:fail', (d) => {
  // A suite fails with its scenarios; where it fails by itself, in its preparation, that must count too.
  if (scenario(d) || d.details?.error?.failureType !== 'subtestsFailed') failed.push(d.name);
});
for await (const text of stream.compose(new spec())) process.stdout.write(text);

const missing = required.filter((r) => !passed.includes(r) && !failed.includes(r));
const ran = required.filter((r) => passed.includes(r)).length;
process.stdout.write('\n');
for (const name of failed) console.log(`failed: ${name}`);
for (const name of missing) console.log(`did not run: ${name}`);
console.log(`real-client scenarios: ${ran} of ${required.length} required ones ran and passed, in ${Math.round((Date.now() - begun) / 1000)} s`);
console.log(`${passed.length} passed, ${failed.length + missing.length} failed`);
process.exitCode = failed.length + missing.length > 0 ? 1 : 0;
