// What a host's users and ours do with messages, groups, contacts and accounts, beyond writing to each other. carl is a user of
// @xmpp/client on the host, wendy one of WebIM and zoe one of ZIM on the gateway.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { parse } from 'ltx';
import { GuestJS, component } from '../lib/host.mjs';

const carls = 'xmpp/carl@example.test';
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const muc = 'http://jabber.org/protocol/muc';

/** together registers the scenarios. the() returns {cast, host, gateway, kind} as they are when a scenario runs. */
export function together(step, the) {
  let alias; // by which WebIM knows carl
  const carl = () => the().cast.carl;
  const wendy = () => the().cast.wendy;
  const zoe = () => the().cast.zoe;
  const say = (to, id, inside, type = 'chat') => carl().raw(`<message xmlns="jabber:client" type="${type}" to="${to}" id="${id}">${inside}</message>`);
  /** gets waits for a stanza that carl's client gets. */
  const gets = async (what, match) => parse((await carl().heard.until(what, (e) => e.kind === 'xml' && match(parse(e.text)))).text);
  const tells = async (who, name, what, match = () => true) => (await who.heard.until(`${name}: ${what}`,
    (e) => e.kind === 'event' && e.name === name && match(e.data))).data;
  const text = (who, words) => who.heard.until(words, (e) => e.kind === 'message' && e.text === words);
  const ask = (to, type, inside) => carl().request(`<iq xmlns="jabber:client" type="${type}" to="${to}" id="ask-${Math.random()}">${inside}</iq>`);

  step('receipts, markers, typing, corrections, reactions, replies and retractions of its users', async () => {
    carl().xmpp.on('stanza', (s) => carl().heard.add({ kind: 'xml', text: s.toString() }));
    const to = `wendy@${component}`;
    await say(to, 'k-1', '<body>first</body><request xmlns="urn:xmpp:receipts"/><markable xmlns="urn:xmpp:chat-markers:0"/>');
    const heard = await text(wendy(), 'first');
    alias = heard.from;
    await gets('a receipt', (s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === 'k-1');
    await wendy().do('say', 'peer', alias, { type: 'read', id: heard.id });
    await gets('a marker', (s) => s.getChild('displayed', 'urn:xmpp:chat-markers:0')?.attrs.id === 'k-1');
    await say(to, 'k-2', '<composing xmlns="http://jabber.org/protocol/chatstates"/>');
    await tells(wendy(), 'onCmdMessage', 'typing', (d) => d.action === 'TypingBegin');
    await say(to, 'k-3', '<body>better</body><replace xmlns="urn:xmpp:message-correct:0" id="k-1"/>');
    await tells(wendy(), 'onModifiedMessage', 'the correction', (d) => d.msg === 'better');
    await say(to, 'k-4', '<reactions xmlns="urn:xmpp:reactions:0" id="k-1"><reaction>🎉</reaction></reactions><store xmlns="urn:xmpp:hints"/>');
    await tells(wendy(), 'onReactionChange', 'the reaction', (d) => d.messageId === heard.id && d.reactions.some((r) => r.reaction === '🎉'));
    await say(to, 'k-5', `<body>&gt; better\nan answer</body><reply xmlns="urn:xmpp:reply:0" to="carl@example.test" id="k-1"/>` +
      '<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="9"/></fallback>');
    await text(wendy(), 'an answer');
    await say(to, 'k-6', '<retract xmlns="urn:xmpp:message-retract:1" id="k-1"/><fallback xmlns="urn:xmpp:fallback:0" ' +
      'for="urn:xmpp:message-retract:1"/><body>taken back</body><store xmlns="urn:xmpp:hints"/>');
    await tells(wendy(), 'onRecallMessage', 'the retraction', (d) => String(d.mid) === heard.id);
  });

  step('and of ours', async () => {
    const { id } = await wendy().sendText({ peer: alias }, 'second');
    const said = await gets('the message', (s) => s.getChildText('body') === 'second');
    assert.equal(said.attrs.from.split('/')[0], `wendy@${component}`);
    await say(`wendy@${component}`, 'k-7', `<displayed xmlns="urn:xmpp:chat-markers:0" id="${said.attrs.id}"/>`);
    await tells(wendy(), 'onChannelMessage', 'the marker, which is for all up to it', (d) => d.from === alias);
    await wendy().do('say', 'peer', alias, { type: 'cmd', action: 'TypingBegin', deliverOnlineOnly: true });
    await gets('typing', (s) => s.getChild('composing', 'http://jabber.org/protocol/chatstates'));
    await wendy().do('edit', 'peer', alias, id, { msg: 'second, mended' });
    await gets('the correction', (s) => s.getChild('replace', 'urn:xmpp:message-correct:0')?.attrs.id === said.attrs.id && s.getChildText('body') === 'second, mended');
    await wendy().call('addReaction', { messageId: id, reaction: '👍' });
    await gets('the reaction', (s) => s.getChild('reactions', 'urn:xmpp:reactions:0')?.attrs.id === said.attrs.id);
    await wendy().do('recall', 'peer', alias, id);
    await gets('the retraction', (s) => s.getChild('retract', 'urn:xmpp:message-retract:1')?.attrs.id === said.attrs.id);
    const sent = await zoe().sendText({ peer: carls }, 'from zoe');
    const zoes = await gets('the message of zoe', (s) => s.getChildText('body') === 'from zoe');
    await say(`zoe@${component}`, 'k-8', `<reactions xmlns="urn:xmpp:reactions:0" id="${zoes.attrs.id}"><reaction>❤</reaction></reactions>`);
    await tells(zoe(), 'messageReactionsChanged', 'the reaction');
    await zoe().call('revokeMessage', { type: 1, messageID: sent.id, conversationID: carls, conversationType: 0, senderUserID: 'zoe' });
    await gets('the retraction', (s) => s.getChild('retract', 'urn:xmpp:message-retract:1')?.attrs.id === zoes.attrs.id);
    assert.equal(carl().heard.all((e) => e.kind === 'refusal').length, 0, 'carl was refused something');
  });

  step('files, by plain HTTP from either side', async () => {
    const shelf = createServer((_, answer) => answer.setHeader('content-type', 'image/png').end(Buffer.from(pixel, 'base64'))).listen(0, '127.0.0.1');
    await once(shelf, 'listening');
    try {
      const url = `http://127.0.0.1:${shelf.address().port}/dot.png`;
      await say(`wendy@${component}`, 'k-9', `<body>${url}</body><x xmlns="jabber:x:oob"><url>${url}</url></x>`);
      const picture = await tells(wendy(), 'onImageMessage', 'the picture', (d) => d.from === alias);
      assert.equal((await fetch(picture.url)).headers.get('content-type'), 'image/png');
    } finally {
      shelf.close();
    }
    await wendy().do('send', 'peer', alias, { type: 'img' }, { name: 'dot.png', type: 'image/png', base64: pixel });
    const came = await gets('the picture', (s) => s.getChild('x', 'jabber:x:oob'));
    const got = await fetch(came.getChild('x', 'jabber:x:oob').getChildText('url'));
    assert.equal(Buffer.from(await got.arrayBuffer()).toString('base64'), pixel);
  });

  step('contacts: asked for, agreed to, seen, and no more', async () => {
    await carl().raw(`<presence xmlns="jabber:client" type="subscribe" to="wendy@${component}"/>`);
    await tells(wendy(), 'onContactInvited', 'carl asks', (d) => d.from === alias);
    await wendy().call('acceptContactInvite', alias);
    await gets('her presence', (s) => s.is('presence') && !s.attrs.type && s.attrs.from.startsWith(`wendy@${component}/`));
    await carl().raw(`<presence xmlns="jabber:client" type="unsubscribe" to="wendy@${component}"/>`);
    await gets('her absence', (s) => s.is('presence') && s.attrs.type === 'unavailable' && s.attrs.from.startsWith(`wendy@${component}/`));
  });

  step('what the gateway is, cards, and who is there', async () => {
    const info = await ask(component, 'get', '<query xmlns="http://jabber.org/protocol/disco#info"/>');
    const kinds = info.getChild('query').getChildren('identity').map((i) => i.attrs.category);
    assert.deepEqual(kinds.sort(), ['conference', 'gateway']);
    const address = await ask(component, 'set', '<query xmlns="jabber:iq:gateway"><prompt>Zoë Q</prompt></query>');
    assert.ok(address.getChild('query').getChildText('jid').endsWith(`@${component}`), address.toString());
    const card = await ask(`zoe@${component}`, 'get', '<vCard xmlns="vcard-temp"/>');
    assert.equal(card.getChild('vCard').getChildText('FN'), 'zoe');
    await assert.rejects(ask(`nobody@${component}`, 'get', '<vCard xmlns="vcard-temp"/>'));
    await assert.rejects(ask(component, 'get', '<query xmlns="urn:example:unheard-of"/>'), (e) => e.condition === 'service-unavailable');
  });

  step('a group: roles, subject, archive, leaving, being put out', async () => {
    const group = await zoe().createGroup('Kinds', ['wendy', carls]);
    const address = `#${group}@${component}`;
    await carl().joinGroup({ group });
    const inside = (what, match) => gets(what, (s) => s.attrs.from?.startsWith(address) && match(s));
    await zoe().sendText({ group }, 'to be found again');
    await text(carl(), 'to be found again');
    await zoe().call('setGroupMemberRole', 2, carls, group);
    await inside('his new role', (s) => s.is('presence') && s.getChild('x', `${muc}#user`)?.getChild('item')?.attrs.affiliation === 'admin');
    await zoe().call('updateGroupNotice', 'a notice', group);
    await inside('the subject', (s) => s.getChildText('subject') === 'a notice');
    await say(address, 'k-10', '<subject>his subject</subject>', 'groupchat');
    await tells(zoe(), 'groupNoticeUpdated', 'his subject', (d) => d.groupNotice === 'his subject');
    const history = await carl().history({ group });
    assert.ok(history.some((m) => m.text === 'to be found again'), JSON.stringify(history));
    await zoe().call('kickGroupMembers', [carls], group);
    await inside('that he is put out', (s) => s.attrs.type === 'unavailable' &&
      s.getChild('x', `${muc}#user`).getChildren('status').some((c) => c.attrs.code === '321'));
  });

  step('a room: leaving, being banned', async () => {
    const room = `kinds-${the().kind}`;
    const address = `#${room}@${component}`;
    await carl().joinGroup({ group: room });
    await zoe().joinRoom(room);
    await gets('zoe', (s) => s.is('presence') && s.attrs.from === `${address}/zoe` && !s.attrs.type);
    await ask(address, 'set', `<query xmlns="${muc}#admin"><item nick="zoe" role="none"/></query>`);
    await gets('that zoe is put out', (s) => s.is('presence') && s.attrs.from === `${address}/zoe` && s.attrs.type === 'unavailable');
    await ask(address, 'set', `<query xmlns="${muc}#admin"><item jid="zoe@${component}" affiliation="outcast"/></query>`);
    await assert.rejects(zoe().joinRoom(room));
    await carl().raw(`<presence xmlns="jabber:client" type="unavailable" to="${address}/carl"/>`);
    await gets('that he has left', (s) => s.is('presence') && s.attrs.from === `${address}/carl` && s.attrs.type === 'unavailable');
  });

  step('an account here is linked to an address there, and not any more; names of all the world', async () => {
    const { host, gateway } = the();
    await Promise.all([gateway.addUser('linda', 'linda-secret'), host.addUser('dora', 'dora-secret')]);
    const dora = await new GuestJS(host, 'dora', { transport: 'starttls', password: 'dora-secret', resource: 'ünï' }).login();
    const link = (inside) => dora.request(`<iq xmlns="jabber:client" type="set" to="${component}" id="link-${Math.random()}"><query xmlns="jabber:iq:register">${inside}</query></iq>`);
    const doras = 'xmpp/dora@example.test';
    try {
      await dora.send(`zoe@${component}`, 'chat', 'j-1', 'grüße 🙂');
      assert.equal((await text(zoe(), 'grüße 🙂')).from, doras);
      await zoe().sendText({ peer: doras }, 'zurück');
      await text(dora, 'zurück');
      await assert.rejects(link('<username>linda</username><password>wrong</password>'), (e) => e.condition === 'not-authorized');
      await link('<username>linda</username><password>linda-secret</password>');
      await dora.send(`zoe@${component}`, 'chat', 'j-2', 'as linda');
      assert.equal((await text(zoe(), 'as linda')).from, 'linda');
      await zoe().sendText({ peer: 'linda' }, 'to linda');
      assert.equal((await text(dora, 'to linda')).from, 'zoe');
      await link('<remove/>');
      await dora.send(`zoe@${component}`, 'chat', 'j-3', 'as dora again');
      assert.equal((await text(zoe(), 'as dora again')).from, doras);
    } finally {
      await dora.close();
    }
  });
}
