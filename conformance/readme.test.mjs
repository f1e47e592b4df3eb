// The code of the README, as pasted: three people say hello to each other.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Browser } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { within } from './lib/timeline.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('readme', { concurrency: false, timeout: 120000 }, () => {
  let gateway;
  let browser;
  let folder;
  let child;
  const heard = { webim: '', zim: '', xmpp: '' };
  const waiting = [];
  const note = (who, text) => {
    heard[who] += text;
    for (const look of waiting) look();
  };
  /** hears waits until somebody's log matches. */
  const hears = (who, pattern) => within(60000, `${who} hears ${pattern}, but only:\n${JSON.stringify(heard, null, 1)}\n${gateway.log()}`,
    new Promise((resolve) => {
      const look = () => pattern.test(heard[who]) && resolve();
      waiting.push(look);
      look();
    }));

  before(async () => {
    [gateway, browser] = await Promise.all([Gateway.start(), Browser.start()]);
    folder = await mkdtemp(path.join(tmpdir(), 'dragoman-readme-'));
    await symlink(path.join(root, 'conformance', 'node_modules'), path.join(folder, 'node_modules'));
    await symlink(path.join(root, 'sdk'), path.join(folder, 'sdk'));
    for (const name of ['wendy', 'zoe', 'xavier']) await gateway.addUser(name, 'secret');
  });

  after(async () => {
    child?.kill();
    await browser?.close();
    await gateway?.end();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const open = async (who, file) => {
    const page = await browser.chromium.newPage();
    page.on('pageerror', (e) => note(who, `error ${e.message}\n`));
    await page.exposeFunction('heardIt', (text) => note(who, text));
    await page.addInitScript(() => addEventListener('DOMContentLoaded', () => {
      let told = 0;
      new MutationObserver(() => {
        const text = document.getElementById('log').textContent;
        window.heardIt(text.slice(told));
        told = text.length;
      }).observe(document.getElementById('log'), { childList: true, characterData: true, subtree: true });
    }));
    await page.goto(pathToFileURL(path.join(folder, file)).href);
  };

  test('readme: the three clients, as pasted, hear each other', async () => {
    const text = await readFile(path.join(root, 'README.md'), 'utf8');
    const [webim, zim] = [...text.matchAll(/```html\n([\s\S]*?)```/g)].map((m) => m[1]);
    const [xmpp] = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((m) => m[1]);
    for (const [code, address] of [[webim, '127.0.0.1:8080'], [zim, '127.0.0.1:8080'], [xmpp, '127.0.0.1:5222']]) {
      assert.ok(code?.includes(address), `the README's code does not name ${address}`);
    }
    const token = await gateway.zimToken('zoe');
    await writeFile(path.join(folder, 'webim.html'), webim.replaceAll('127.0.0.1:8080', gateway.addresses.http));
    await writeFile(path.join(folder, 'zim.html'), zim.replaceAll('127.0.0.1:8080', gateway.addresses.http).replace('PUT THE TOKEN HERE', token));
    await writeFile(path.join(folder, 'xmpp.mjs'), xmpp.replaceAll('127.0.0.1:5222', gateway.addresses.xmpp));

    // One after the other: who is not there yet hears on arrival what was written before.
    await open('webim', 'webim.html');
    await hears('webim', /^connected$/m);
    await open('zim', 'zim.html');
    await hears('zim', /^wendy: hello from WebIM$/m);
    child = spawn(process.execPath, ['xmpp.mjs'], { cwd: folder,
      env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_EXTRA_CA_CERTS: path.join(gateway.data, 'tls', 'cert.pem') } });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (t) => note('xmpp', t));

    await hears('xmpp', /^wendy@localhost\/\S+: hello from WebIM$/m);
    await hears('xmpp', /^zoe@localhost\/\S+: hello from ZIM$/m);
    await hears('webim', /^zoe: hello from ZIM$/m);
    await hears('webim', /^xavier: hello from XMPP$/m);
    await hears('zim', /^xavier: hello from XMPP$/m);
    assert.doesNotMatch(heard.webim + heard.zim, /error/);
  });
});
