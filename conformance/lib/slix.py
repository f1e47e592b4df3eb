"""A slixmpp user, driven by JSON lines on standard input, telling JSON lines on standard output.

A command is {"id": n, "do": name, ...}; its answer {"answer": n, "result": ...} or {"answer": n, "error": text}.
Everything heard is {"heard": {...}}.
"""

import asyncio
import json
import logging
import os
import ssl
import sys

import slixmpp
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import ET

MUC_USER = '{http://jabber.org/protocol/muc#user}'
STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'


def tell(line):
    sys.stdout.write(json.dumps(line) + '\n')
    sys.stdout.flush()


def plain(stanza):
    """The plain words of a stanza, as the other drivers hand them over."""
    xml = stanza.xml
    x = xml.find(MUC_USER + 'x')
    delay = xml.find('{urn:xmpp:delay}delay')
    sid = xml.find('{urn:xmpp:sid:0}stanza-id')
    direct = xml.find('{jabber:x:conference}x')
    body = xml.find('{jabber:client}body')
    show = xml.find('{jabber:client}show')
    received = xml.find('{urn:xmpp:receipts}received')
    words = {
        'name': xml.tag.split('}')[1], 'type': xml.get('type'), 'id': xml.get('id'),
        'from': xml.get('from') or '', 'to': xml.get('to'),
        'body': None if body is None else body.text or '',
        'stamp': None if delay is None else delay.get('stamp'),
        'stanzaID': None if sid is None else sid.get('id'),
        'invite': None if direct is None else direct.get('jid'),
        'show': None if show is None else show.text,
        'received': None if received is None else received.get('id'),
    }
    if x is not None:
        words['status'] = [s.get('code') for s in x.findall(MUC_USER + 'status')]
        item = x.find(MUC_USER + 'item')
        words['real'] = None if item is None else item.get('jid')
        if x.find(MUC_USER + 'invite') is not None:
            words['invite'] = words['from'].split('/')[0]
    if xml.get('type') == 'error':
        error = xml.find('{jabber:client}error')
        words['error'] = 'error'
        for child in error if error is not None else []:
            if child.tag.startswith(STANZAS) and child.tag != STANZAS + 'text':
                words['error'] = child.tag[len(STANZAS):]
    return {k: v for k, v in words.items() if v is not None}


class User(slixmpp.ClientXMPP):
    def __init__(self, jid, password, sm):
        super().__init__(jid, password)
        for plugin in ('xep_0030', 'xep_0045', 'xep_0199', 'xep_0203', 'xep_0313', 'xep_0359'):
            self.register_plugin(plugin)
        if sm:
            self.register_plugin('xep_0198')
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.started = self.loop.create_future()
        self.again = False
        self.add_event_handler('session_start', self.on_start)
        self.add_event_handler('session_resumed', lambda e: self.on_resumed())
        self.add_event_handler('disconnected', self.on_disconnected)
        for event in ('failed_all_auth', 'connection_failed', 'stream_error'):
            self.add_event_handler(event, lambda e, name=event: self.on_failed(name, e))
        self.register_handler(slixmpp.Callback('all messages', slixmpp.StanzaPath('message'), self.on_stanza))
        self.register_handler(slixmpp.Callback('all presence', slixmpp.StanzaPath('presence'), self.on_stanza))

    def on_stanza(self, stanza):
        tell({'heard': {'kind': 'stanza', 'stanza': plain(stanza)}})

    async def on_start(self, event):
        self.send_presence()
        try:
            await self.get_roster()
        except (IqError, IqTimeout) as e:
            tell({'heard': {'kind': 'error', 'message': 'roster: %s' % e}})
        tell({'heard': {'kind': 'online', 'address': self.boundjid.full}})
        if not self.started.done():
            self.started.set_result(self.boundjid.full)

    def on_resumed(self):
        tell({'heard': {'kind': 'online', 'address': self.boundjid.full, 'resumed': True}})

    def on_failed(self, name, event):
        condition = event['condition'] if name == 'stream_error' else str(event)
        tell({'heard': {'kind': 'error', 'message': '%s: %s' % (name, condition)}})
        if name != 'connection_failed' and not self.started.done():
            self.again = False
            self.started.set_exception(RuntimeError('%s: %s' % (name, condition)))

    def on_disconnected(self, reason):
        tell({'heard': {'kind': 'disconnected', 'reason': str(reason)}})
        if self.again:
            # slixmpp leaves coming back to the application.
            self.loop.call_later(0.5, lambda: self.connect(address=self.where, **self.how))


class Driver:
    def __init__(self):
        self.user = None

    async def connect(self, c):
        self.user = User(c['jid'], c['password'], c.get('sm', False))
        u = self.user
        direct = c['tls'] == 'direct'
        u.where = (c['host'], c['port'])
        u.how = {'use_ssl': direct, 'force_starttls': c['tls'] == 'starttls', 'disable_starttls': c['tls'] != 'starttls'}
        u.again = True
        u.connect(address=u.where, **u.how)
        return await asyncio.wait_for(u.started, 15)

    async def send(self, c):
        m = self.user.make_message(mto=c['to'], mbody=c['body'], mtype=c['type'])
        m['id'] = c['stanza']
        m.send()

    async def raw(self, c):
        self.user.send_raw(c['xml'])

    async def request(self, c):
        return str(await self.user.Iq(xml=ET.fromstring(c['xml'])).send(timeout=15))

    async def ping(self, c):
        await self.user['xep_0199'].ping(self.user.boundjid.domain, timeout=15)

    async def enter(self, c):
        p = self.user.make_presence(pto='%s/%s' % (c['address'], c['nick']))
        x = ET.SubElement(p.xml, '{http://jabber.org/protocol/muc}x')
        ET.SubElement(x, '{http://jabber.org/protocol/muc}history', c.get('history') or {})
        p.send()

    async def invite(self, c):
        self.user['xep_0045'].invite(c['address'], c['whom'])

    async def unlock(self, c):
        iq = self.user.make_iq_set(ito=c['address'])
        query = ET.SubElement(iq.xml, '{http://jabber.org/protocol/muc#owner}query')
        ET.SubElement(query, '{jabber:x:data}x', {'type': 'submit'})
        await iq.send(timeout=15)

    async def history(self, c):
        # The iterator asks for the newest page first when it runs in reverse; retrieve alone cannot.
        pages = self.user['xep_0313'].retrieve(
            jid=c.get('to'), with_jid=c.get('with'), reverse=True, iterator=True, rsm={'max': c['limit']}, timeout=15)
        found = []
        async for answer in pages:
            for m in answer['mam']['results']:
                result = m['mam_result']
                inner = plain(result['forwarded']['stanza'])
                if 'body' in inner:
                    found.append({'id': result['id'], 'from': inner['from'], 'text': inner['body'],
                                  'time': result['forwarded']['delay']['stamp'].timestamp() * 1000})
            break
        return found

    async def disconnect(self, c):
        self.user.again = False
        await self.user.disconnect(wait=2)

    async def abort(self, c):
        self.user.again = False
        self.user.abort()


async def main():
    driver = Driver()
    loop = asyncio.get_event_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def run(c):
        try:
            tell({'answer': c['id'], 'result': await getattr(driver, c['do'])(c)})
        except Exception as e:  # the driver is told, whatever it is
            tell({'answer': c['id'], 'error': '%s: %s' % (type(e).__name__, e)})

    running = set()
    while line := await reader.readline():
        # Sends keep their order: each command starts before the next is read, and none waits before it sends.
        task = asyncio.ensure_future(run(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    os._exit(0)


if __name__ == '__main__':
    logging.basicConfig(level=os.environ.get('SLIX_LOG', 'CRITICAL'), stream=sys.stderr)
    asyncio.get_event_loop().run_until_complete(main())
