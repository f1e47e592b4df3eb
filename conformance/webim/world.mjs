// What the WebIM scenarios have in common: a gateway, a browser, people with one of the SDKs, and the app's server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway } from '../lib/gateway.mjs';
import { WebIM } from '../lib/webim.mjs';

/** Gives the scenarios what before() makes: gateway, browser. */
export const world = { people: [] };

/** versions are the SDKs whose people exchange everything. */
export const versions = ['4.21.1', 'agora-1.4.0', '4.8.1', '4.0.1', '3.6.3', '1.11.1', '1.4.15'];

const password = 'webim-secret';

/** open starts a gateway at which everybody may make an account. */
export const open = (env = {}) => Gateway.start({ env: { DRAGOMAN_ACCOUNTS__REGISTRATION: 'open', ...env } });

/** scenarios gives a function that makes tests of a file; who was made in one and not kept leaves at its end. */
export const scenarios = (file) => (name, body) => test(`${file}: ${name}`, { timeout: 120000 }, async () => {
  try {
    await body();
  } catch (e) {
    console.error(`the gateway's last lines:\n${world.gateway?.log(20)}`);
    throw e;
  } finally {
    await Promise.all(world.people.splice(0).map((p) => p.close()));
  }
});

let made = 0;

/** fresh is a name that nobody has. */
export const fresh = (name) => `${name}${++made}`;

/** register makes an account as an app's page may where registration is open. */
export async function register(user, gateway = world.gateway, secret = password) {
  const answer = await fetch(`${gateway.rest}/users`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: user, password: secret }) });
  assert.equal(answer.status, 200, await answer.text());
  return user;
}

/** device makes another device of a user, logged in; storage: that of an earlier one, as which it returns. */
export async function device(user, version, { gateway = world.gateway, storage, ...more } = {}) {
  const client = new WebIM(gateway, world.browser, user, { version, password, ...more });
  world.people.push(client);
  return client.login(storage);
}

/** someone makes a user with an SDK, logged in, who leaves when the scenario ends. */
export async function someone(version, { name = 'u', ...more } = {}) {
  return device(await register(fresh(name), more.gateway), version, more);
}

/** keep leaves people of this scenario for the ones that follow. */
export const keep = (client) => {
  world.people.splice(world.people.indexOf(client), 1);
  return client;
};

/** event waits until a client's SDK has raised a callback that matches, past or to come, and returns what with. */
export async function event(client, name, match = () => true, ms = 15000) {
  const found = await client.heard.until(`${name} that matches`, (e) => e.kind === 'event' && e.name === name && match(e.data), ms);
  return found.data;
}

/** refused expects an SDK to report a failure of a type, and returns all that it said. */
export async function refused(type, client, promise) {
  const before = client.heard.all((e) => e.kind === 'failure').length;
  await assert.rejects(promise);
  const said = client.heard.all((e) => e.kind === 'failure').slice(before);
  assert.equal(said.length, 1, `what failed: ${JSON.stringify(said)}`);
  assert.equal(said[0].type, type, JSON.stringify(said[0]));
  return said[0];
}

/** rest calls the REST of the gateway with a token, as a user or the app's server. */
export async function rest(token, method, path, body, gateway = world.gateway) {
  const answer = await fetch(`${gateway.rest}${path}`, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const said = await answer.json();
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(said)}`);
  return said;
}

/** appToken is the token of the app's own server. */
export async function appToken(gateway = world.gateway) {
  const [id, secret] = (await gateway.command('secret', 'webim')).split(' ');
  const answer = await fetch(`${gateway.rest}/token`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
  });
  return (await answer.json()).access_token;
}

/** eventually waits for what nothing tells of, by asking again and again. */
export async function eventually(what, question, ms = 15000) {
  for (const end = Date.now() + ms; !(await question());) {
    assert.ok(Date.now() < end, `${what}: not within ${ms} ms`);
    await new Promise((later) => { setTimeout(later, 50); });
  }
}
