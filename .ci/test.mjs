// Everything that `make test` runs, step by step, to the end even if one fails. The
// last line is "N passed, N failed": Go tests, real-client scenarios and every other
// step as one each.
//
//   node .ci/test.mjs           everything
//   node .ci/test.mjs tidy go   the steps whose name holds one of the words

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const chosen = (name) => wanted.length === 0 || wanted.some((w) => name.includes(w));
const total = { passed: 0, failed: 0 };
const problems = [];

/** start runs a command and returns its exit code; each line of its output goes to read, else to the terminal. */
function start(command, { cwd = '.', read } = {}) {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], {
      cwd: path.join(root, cwd),
      stdio: ['ignore', read ? 'pipe' : 'inherit', 'inherit'],
    });
    child.on('error', (err) => {
      console.log(String(err));
      resolve(1);
    });
    const lines = read ? createInterface({ input: child.stdout }) : null;
    lines?.on('line', read);
    const drained = lines ? new Promise((done) => lines.on('close', done)) : null;
    child.on('exit', async (code) => {
      await drained;
      resolve(code ?? 1);
    });
  });
}

/** step is one thing that passes or fails. */
async function step(name, command, options) {
  console.log(`\n=== ${name}`);
  const begun = Date.now();
  const code = await start(command, options);
  console.log(`=== ${name}: ${code === 0 ? 'ok' : 'FAILED'}, ${Math.round((Date.now() - begun) / 1000)} s`);
  return code === 0;
}

async function single(name, command, options) {
  if (!chosen(name)) return;
  if (await step(name, command, options)) total.passed++;
  else {
    total.failed++;
    problems.push(name);
  }
}

/** goTests counts each test function and subtest, and shows the output of what failed. */
async function goTests(name, args) {
  if (!chosen(name)) return;
  let passed = 0;
  let failed = 0;
  const output = new Map();
  const read = (line) => {
    let e;
    try {
      e = JSON.parse(line);
    } catch {
      console.log(line);
      return;
    }
    const key = `${e.Package ?? e.ImportPath}\0${e.Test ?? ''}`;
    if (e.Action === 'output' || e.Action === 'build-output') {
      output.set(key, (output.get(key) ?? '') + e.Output);
      if (/^cells /.test(e.Output) || (!e.Test && /^(ok|FAIL|---|panic)/.test(e.Output))) process.stdout.write(e.Output);
    } else if (e.Action === 'fail' || e.Action === 'build-fail' || (e.Action === 'skip' && e.Test)) {
      // A test that was skipped has proved nothing.
      process.stdout.write(output.get(key) ?? '');
      if (e.Test) {
        failed++;
        problems.push(`${e.Package} ${e.Test}`);
      }
      output.delete(key);
    } else if (e.Action === 'pass') {
      if (e.Test) passed++;
      output.delete(key);
    }
  };
  const ok = await step(name, `go test -json ${args}`, { read });
  if (!ok && failed === 0) {
    failed++; // it did not build, or a package failed outside of its tests
    problems.push(name);
  }
  console.log(`${passed} Go tests passed, ${failed} failed`);
  total.passed += passed;
  total.failed += failed;
}

/** realClients counts by the closing line of the runner. */
async function realClients() {
  if (!chosen('real clients')) return;
  let last = '';
  const ok = await step('real clients', 'npm test --silent', {
    cwd: 'conformance',
    read: (line) => {
      console.log(line);
      if (/^\d+ passed, \d+ failed/.test(line)) last = line;
    },
  });
  const counted = /^(\d+) passed, (\d+) failed/.exec(last);
  const passed = counted ? Number(counted[1]) : 0;
  const failed = counted ? Number(counted[2]) : 0;
  total.passed += passed;
  total.failed += failed;
  if (!ok && failed === 0) total.failed++;
  if (!ok) problems.push('real clients');
}

const npmCI = 'npm ci --ignore-scripts --no-audit --no-fund';
for (const folder of ['sdk/zim', 'web', 'conformance']) {
  if (existsSync(path.join(root, folder, 'package-lock.json'))) await single(`npm packages of ${folder}`, npmCI, { cwd: folder });
}
await single('sdk/zim builds', 'npm run --silent build', { cwd: 'sdk/zim' });
await single('sdk/zim: types of the vendor fit', 'npm run --silent typecheck && npm run --silent test:types', { cwd: 'sdk/zim' });
await single('the page builds', 'npm run --silent build', { cwd: 'web' });
await single('gofmt', `test -z "$(gofmt -l $(git ls-files '*.go') | tee /dev/stderr)"`);
await single('go vet', 'go vet ./...');
await single('staticcheck', 'go tool staticcheck ./...');
await single('go mod tidy', 'go mod tidy -diff');
await goTests('Go tests with the race detector', `-race -shuffle=on -timeout 25m $(go list ./... | grep -v /conformance)`);
await goTests('real servers and kill -9, in Go', '-count=1 -timeout 20m ./conformance/...');
await realClients();

console.log('');
for (const p of problems) console.log(`failed: ${p}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
