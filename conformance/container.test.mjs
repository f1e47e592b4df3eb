// The image: what its Dockerfile says is done without a container engine, weighed, and started as it would be.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Build, context, instructions, remove, weight } from './lib/dockerfile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

describe('container', { concurrency: false, timeout: 900000 }, () => {
  let below;
  let image;

  before(async () => { below = await mkdtemp(path.join(tmpdir(), 'dragoman-image-')); });
  after(() => remove(below));

  test('container: the build steps run, from what the image may see alone', async () => {
    const source = path.join(below, 'context');
    await context(root, source);
    await assert.rejects(access(path.join(source, 'conformance', 'page.test.mjs')), 'tests are no part of the image');
    image = await new Build(await instructions(path.join(root, 'Dockerfile')), source, below).run();
  });

  test('container: it is the binary, and below 60 MB', async () => {
    assert.equal(image.from, 'scratch');
    assert.deepEqual((await readdir(image.folder)).sort(), ['data', 'dragoman', 'etc', 'tmp']);
    const bytes = await weight(image.folder);
    console.log(`the image holds ${(bytes / 1e6).toFixed(1)} MB`);
    assert.ok(bytes < 60e6, `${bytes} bytes`);
    const kind = await run('file', ['-b', path.join(image.folder, 'dragoman')]).catch(() => undefined);
    if (kind) assert.match(kind.stdout, /statically linked/);
  });

  test('container: it runs as nobody in particular, serves the page, and says by itself that it is well', async () => {
    const uid = Number.parseInt(image.user, 10);
    assert.ok(uid >= 1000, `user ${image.user}`);
    const data = path.join(below, 'data');
    await mkdir(data);
    const root = process.getuid() === 0;
    if (root) {
      await chown(data, uid, uid);
      for (let dir = below; dir.startsWith(tmpdir() + path.sep); dir = path.dirname(dir)) await run('chmod', ['a+x', dir]);
      await run('chmod', ['-R', 'a+rX', image.folder]);
    }
    // The image's own environment, but for ports that nobody else has.
    const env = { ...image.env, DRAGOMAN_DATA: data };
    for (const name of Object.keys(env)) if (/LISTEN/.test(name)) env[name] = '127.0.0.1:0';
    const who = root ? { uid, gid: uid } : {};
    const inside = (words) => [path.join(image.folder, words[0]), words.slice(1)];
    const child = spawn(...inside(image.command), { env, cwd: image.folder, stdio: ['ignore', 'ignore', 'pipe'], ...who });
    const ended = once(child, 'exit');
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
    try {
      for (let i = 0; !log.includes('"ready"') && child.exitCode === null && i < 400; i++) await new Promise((r) => setTimeout(r, 50));
      await run(...inside(image.health), { env, ...who });
      const { http } = JSON.parse(log.split('\n').find((l) => l.includes('"ready"')));
      const page = await fetch(`http://${http}/`);
      assert.equal(page.status, 200);
      assert.match(await page.text(), /assets\//, 'the built page is in it');
      if (root) assert.equal((await stat(path.join(data, 'dragoman.db'))).uid, uid);
    } catch (e) {
      throw new Error(`${e.message}\n${log}`);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
    assert.equal(child.exitCode, 0, log);
    await assert.rejects(run(...inside(image.health), { env, ...who }), 'a stopped one is not well');
  });
});
