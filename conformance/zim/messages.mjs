// What one can say, and what can be done to what was said.
import assert from 'node:assert/strict';
import { Person, fresh, pair, refuses, scenario } from './people.mjs';

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const plain = { priority: 1 };
const history = (p, id, type = 0, config = {}) =>
  p.zim.queryHistoryMessage(id, type, { count: 30, reverse: true, ...config }).then((r) => r.messageList);

scenario('every type of message arrives as it was sent', async () => {
  const [a, b] = await pair('type');
  const bytes = { $bytes: Buffer.from([0, 255, 128, 10]).toString('base64') };
  const messages = [
    { type: 1, message: 'text é 世界 👋 <&>"\\', extendedData: '{"x":1}' },
    { type: 2, message: bytes },
    { type: 200, message: '{"gift":"rose"}', subType: 7, searchedContent: 'rose' },
    { type: 10, messageInfoList: [{ type: 1, message: 'one' }, { type: 200, message: 'two', subType: 0, searchedContent: '' }] },
  ];
  for (const m of messages) {
    const { message: sent } = await a.zim.sendMessage(m, b.user, 0, plain);
    const got = await b.gets((x) => x.messageID === sent.messageID);
    for (const [k, v] of Object.entries(m)) {
      if (k !== 'messageInfoList') assert.deepEqual(got[k], v, `${m.type}.${k}`);
      else v.forEach((item, i) => { for (const [n, x] of Object.entries(item)) assert.deepEqual(got[k][i][n], x); });
    }
    assert.deepEqual([got.senderUserID, got.conversationID, got.conversationType, got.direction], [a.user, a.user, 0, 1]);
  }
  const kept = await history(a, b.user);
  assert.deepEqual(kept.map((m) => m.type), [1, 200, 10], 'a command is in no history');
  await refuses(6000001, a.zim.sendMessage({ type: 1, message: '  ' }, b.user, 0, plain));
  await refuses(6000001, a.zim.sendMessage({ type: 1, message: 'x' }, a.user, 0, plain));
  await refuses(6000204, a.zim.sendMessage({ type: 1, message: 'x' }, 'nobody-of-that-name', 0, plain));
  await refuses(6000001, a.zim.sendMessage({ type: 20, message: 'x' }, b.user, 0, plain));
});

scenario('files are uploaded with progress, can be loaded, and sending them can be cancelled', async () => {
  const [a, b] = await pair('file');
  const file = { $file: png, name: 'dot.png', type: 'image/png' };
  const { message: sent } = await a.zim.sendMessage({ type: 11, fileLocalPath: file }, b.user, 0, plain, { $tell: 'image' });
  const got = await b.gets((m) => m.messageID === sent.messageID);
  assert.deepEqual([got.fileName, got.originalImageWidth, got.originalImageHeight], ['dot.png', 1, 1]);
  for (const url of [got.fileDownloadUrl, got.largeImageDownloadUrl, got.thumbnailDownloadUrl]) {
    const loaded = await b.page.evaluate((u) => client.fetchLength(u), url);
    assert.equal(loaded.status, 200, url);
    assert.match(loaded.type, /^image\//);
  }
  await a.heard.until('progress', (e) => e.kind === 'progress' && e.tag === 'image' && e.done === e.total);
  const big = { $file: Buffer.alloc(300000, 'a').toString('base64'), name: 'a.txt', type: 'text/plain' };
  for (const [type, more] of [[12, {}], [13, { audioDuration: 3 }], [14, { videoDuration: 4 }]]) {
    const { message } = await a.zim.sendMediaMessage({ type, fileLocalPath: big, ...more }, b.user, 0, plain, { $tell: 'x' });
    const arrived = await b.gets((m) => m.messageID === message.messageID);
    assert.deepEqual([arrived.fileSize, arrived.fileName], [300000, 'a.txt']);
    for (const [k, v] of Object.entries(more)) assert.equal(arrived[k], v);
  }
  const multi = { type: 10, messageInfoList: [{ type: 1, message: 'see' }, { type: 11, fileLocalPath: file }, { type: 12, fileLocalPath: big }] };
  const { message: several } = await a.zim.sendMessage(multi, b.user, 0, plain, { $tell: 'multi' });
  const items = (await b.gets((m) => m.messageID === several.messageID)).messageInfoList;
  assert.equal(items[2].fileSize, 300000);
  // Which of the two files is through last is chance; the whole is told in either case.
  await a.heard.until('progress', (e) => e.tag === 'multi' && e.done === e.total);
  // A file that never arrives: its upload is held until it was cancelled.
  await a.page.route('**/zim/files/*', () => {});
  const held = refuses(6000206, a.zim.sendMessage({ type: 12, fileLocalPath: big }, b.user, 0, plain, { $tell: 'held' }));
  const attached = await a.heard.until('attached', (e) => e.tag === 'held');
  await a.zim.cancelSendingMessage(attached.message, {});
  await held;
  await refuses(6000207, a.zim.cancelSendingMessage(attached.message, {}));
  await a.page.unroute('**/zim/files/*');
  await refuses(6000214, a.zim.sendMessage({ type: 13, fileLocalPath: { $file: '', name: 'e', type: '' } }, b.user, 0, plain));
  const forwarded = await b.zim.sendMessage({ type: 11, fileDownloadUrl: got.fileDownloadUrl, fileName: 'again.png', fileSize: got.fileSize }, a.user, 0, plain);
  assert.equal(forwarded.message.fileName, 'again.png');
});

scenario('the deprecated ways to send work', async () => {
  const [a, b] = await pair('old');
  const { message: m } = await a.zim.sendPeerMessage({ type: 1, message: 'peer' }, b.user, plain);
  await b.event('receivePeerMessage', (d) => d.messageList[0].messageID === m.messageID);
  const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'old', groupAvatarUrl: '' }, [b.user]);
  await a.zim.sendGroupMessage({ type: 1, message: 'group' }, groupInfo.baseInfo.groupID, plain);
  await b.event('receiveGroupMessage', (d) => d.messageList[0].message === 'group');
  const roomID = fresh('room');
  await a.zim.enterRoom({ roomID, roomName: 'r' });
  await b.zim.enterRoom({ roomID, roomName: 'r' });
  await a.zim.sendRoomMessage({ type: 1, message: 'room' }, roomID, plain);
  await b.event('receiveRoomMessage', (d) => d.messageList[0].message === 'room');
});

scenario('history pages in both directions, by number, and what is deleted is gone for oneself alone', async () => {
  const [a, b] = await pair('past');
  const sent = [];
  for (let i = 0; i < 7; i++) sent.push(await a.says(`m${i}`, b.user));
  await b.gets((m) => m.message === 'm6');
  const last = await history(a, b.user, 0, { count: 3 });
  assert.deepEqual(last.map((m) => m.message), ['m4', 'm5', 'm6']);
  const before = await history(a, b.user, 0, { count: 3, nextMessage: last[0] });
  assert.deepEqual(before.map((m) => m.message), ['m1', 'm2', 'm3']);
  const first = await history(a, b.user, 0, { count: 2, reverse: false });
  assert.deepEqual(first.map((m) => m.message), ['m0', 'm1']);
  const next = await history(a, b.user, 0, { count: 2, reverse: false, nextMessage: first[1] });
  assert.deepEqual(next.map((m) => m.message), ['m2', 'm3']);
  const { messageList } = await b.zim.queryMessages([sent[2].messageSeq, sent[4].messageSeq], a.user, 0);
  assert.deepEqual(messageList.map((m) => m.message), ['m2', 'm4']);
  const other = await new Person(a.user).login();
  await a.zim.deleteMessages([sent[1], sent[2]], b.user, 0, { isAlsoDeleteServerMessage: true });
  await other.event('messageDeleted', (d) => d.messageDeleteType === 0 && d.messageList.some((m) => m.messageID === sent[1].messageID));
  assert.deepEqual((await history(a, b.user)).map((m) => m.message), ['m0', 'm3', 'm4', 'm5', 'm6']);
  assert.equal((await history(b, a.user)).length, 7);
  await a.zim.deleteAllMessage(b.user, 0, { isAlsoDeleteServerMessage: true });
  await other.event('messageDeleted', (d) => d.messageDeleteType === 1 && d.isDeleteConversationAllMessage);
  assert.equal((await history(a, b.user)).length, 0);
  await a.says('again', b.user);
  await a.zim.deleteAllConversationMessages({ isAlsoDeleteServerMessage: true });
  await other.event('messageDeleted', (d) => d.messageDeleteType === 2);
  assert.equal((await history(a, b.user)).length, 0);
});

scenario('notes and inserted messages stay on their device', async () => {
  const [a, b] = await pair('local');
  const sent = await a.says('noted', b.user);
  const { message: noted } = await a.zim.updateMessageLocalExtendedData('my note', sent);
  assert.equal(noted.localExtendedData, 'my note');
  const { message: inserted } = await a.zim.insertMessageToLocalDB({ type: 1, message: 'between us' }, b.user, 0, b.user);
  assert.equal(inserted.isUserInserted, true);
  const mine = await history(a, b.user);
  assert.deepEqual(mine.map((m) => [m.message, m.localExtendedData, m.isUserInserted]), [['noted', 'my note', false], ['between us', '', true]]);
  assert.deepEqual((await history(b, a.user)).map((m) => m.message), ['noted']);
  await a.zim.deleteMessages([inserted], b.user, 0, { isAlsoDeleteServerMessage: true });
  assert.equal((await history(a, b.user)).length, 1);
  await refuses(6000001, a.zim.updateMessageLocalExtendedData('x'.repeat(128 * 1024 + 1), sent));
});

scenario('a message is edited', async () => {
  const [a, b] = await pair('edit');
  const { message: sent } = await a.zim.sendMessage({ type: 1, message: 'frist' }, b.user, 0, plain);
  await b.gets((m) => m.messageID === sent.messageID);
  const { message: edited } = await a.zim.editMessage({ ...sent, message: 'first', extendedData: 'e' }, {});
  assert.deepEqual([edited.message, edited.editorUserID], ['first', a.user]);
  const told = await b.event('messageEdited', (d) => d.messageList[0].messageID === sent.messageID);
  assert.deepEqual([told.messageList[0].message, told.messageList[0].extendedData], ['first', 'e']);
  assert.ok(told.messageList[0].editedTime > 0);
  await refuses(6000285, b.zim.editMessage({ ...told.messageList[0], message: 'mine' }, {}));
  await refuses(6000205, a.zim.editMessage({ ...sent, type: 200, subType: 1, message: 'x' }, {}));
  assert.equal((await history(b, a.user))[0].message, 'first');
});

scenario('a message is revoked', async () => {
  const [a, b] = await pair('revoke');
  const sent = await a.says('oops', b.user);
  await b.gets((m) => m.messageID === sent.messageID);
  const { message: revoked } = await a.zim.revokeMessage(sent, { revokeExtendedData: 'why' });
  assert.deepEqual([revoked.type, revoked.originalTextMessageContent, revoked.revokeStatus], [31, 'oops', 0]);
  const told = (await b.event('messageRevokeReceived', (d) => d.messageList[0].messageID === sent.messageID)).messageList[0];
  assert.deepEqual([told.type, told.operatedUserID, told.originalMessageType, told.revokeExtendedData, told.originalTextMessageContent],
    [31, a.user, 1, 'why', '']);
  await refuses(6000279, a.zim.revokeMessage(sent));
  const again = await b.says('keep', a.user);
  await a.gets((m) => m.messageID === again.messageID);
  await refuses(6000201, a.zim.revokeMessage({ ...again, conversationID: b.user }));
  assert.equal((await history(b, a.user))[0].type, 31);
});

scenario('receipts: asked for, sent, counted, and by whom', async () => {
  const [a, b] = await pair('receipt');
  const c = await new Person(fresh('third')).login();
  const wants = { priority: 1, hasReceipt: true };
  const { message: one } = await a.zim.sendMessage({ type: 1, message: 'read me' }, b.user, 0, wants);
  assert.equal(one.receiptStatus, 1);
  const got = await b.gets((m) => m.messageID === one.messageID);
  const answer = await b.zim.sendMessageReceiptsRead([got], a.user, 0);
  assert.deepEqual(answer.errorMessageIDs, []);
  const told = (await a.event('messageReceiptChanged', (d) => d.infos[0].messageID === one.messageID)).infos[0];
  assert.deepEqual([told.status, told.readMemberCount, told.unreadMemberCount, told.isSelfOperated], [2, 1, 0, false]);
  assert.ok(told.readTime > 0);
  const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'readers', groupAvatarUrl: '' }, [b.user, c.user]);
  const g = groupInfo.baseInfo.groupID;
  const { message: two } = await a.zim.sendMessage({ type: 1, message: 'all of you' }, g, 2, wants);
  const heard = await b.gets((m) => m.messageID === two.messageID);
  await b.zim.sendMessageReceiptsRead([heard], g, 2);
  await a.event('messageReceiptChanged', (d) => d.infos[0].messageID === two.messageID && d.infos[0].readMemberCount === 1);
  const { infos } = await a.zim.queryMessageReceiptsInfo([two], g, 2);
  assert.deepEqual([infos[0].status, infos[0].readMemberCount, infos[0].unreadMemberCount], [1, 1, 1]);
  const page = { nextFlag: 0, count: 10 };
  assert.deepEqual((await a.zim.queryGroupMessageReceiptReadMemberList(two, g, page)).userList.map((u) => u.userID), [b.user]);
  assert.deepEqual((await a.zim.queryGroupMessageReceiptUnreadMemberList(two, g, page)).userList.map((u) => u.userID), [c.user]);
  const third = await c.gets((m) => m.messageID === two.messageID);
  await c.zim.sendMessageReceiptsRead([third], g, 2);
  const done = await a.event('messageReceiptChanged', (d) => d.infos[0].messageID === two.messageID && d.infos[0].readMemberCount === 2);
  assert.equal(done.infos[0].status, 2);
  await refuses(6000282, b.zim.sendMessageReceiptsRead(Array(11).fill(heard), g, 2));
  const without = await a.says('no receipt', b.user);
  await b.gets((m) => m.messageID === without.messageID);
  await refuses(6000277, b.zim.sendMessageReceiptsRead([without], a.user, 0));
  await a.zim.sendMessage({ type: 1, message: 'whole' }, b.user, 0, wants);
  await b.gets((m) => m.message === 'whole');
  await b.zim.sendConversationMessageReceiptRead(a.user, 0);
  await a.event('conversationMessageReceiptChanged', (d) => d.infos[0].conversationID === b.user && d.infos[0].status === 2);
  await refuses(6000001, b.zim.sendConversationMessageReceiptRead(g, 2));
});

scenario('reactions come, are counted, and go', async () => {
  const [a, b] = await pair('react');
  const sent = await a.says('react to me', b.user);
  const got = await b.gets((m) => m.messageID === sent.messageID);
  const { reaction } = await b.zim.addMessageReaction('👍', got);
  assert.deepEqual([reaction.reactionType, reaction.totalCount, reaction.isSelfIncluded], ['👍', 1, true]);
  const told = await a.event('messageReactionsChanged', (d) => d.reactions[0]?.reactionType === '👍');
  assert.deepEqual([told.reactions[0].totalCount, told.reactions[0].isSelfIncluded], [1, false]);
  assert.equal(told.changeInfoList[0].userChangeInfoList[0].action, 0);
  await refuses(6000280, b.zim.addMessageReaction('👍', got));
  await a.zim.addMessageReaction('👍', sent);
  await a.zim.addMessageReaction('heart', sent);
  const list = await b.zim.queryMessageReactionUserList(got, { nextFlag: 0, count: 10, reactionType: '👍' });
  assert.deepEqual([list.totalCount, list.userList.map((u) => u.userID)], [2, [b.user, a.user]]);
  assert.equal((await history(b, a.user))[0].reactions.length, 2);
  const gone = await b.zim.deleteMessageReaction('👍', got);
  assert.equal(gone.reaction.totalCount, 1);
  await a.event('messageReactionsChanged', (d) => d.changeInfoList[0].userChangeInfoList[0].action === 1);
  await a.zim.deleteMessageAllReactions(sent);
  assert.deepEqual((await history(b, a.user))[0].reactions, []);
  await refuses(6000001, a.zim.addMessageReaction('x'.repeat(33), sent));
});

scenario('replies are counted, listed, and follow what they answer', async () => {
  const [a, b] = await pair('reply');
  const root = await a.says('question', b.user);
  const got = await b.gets((m) => m.messageID === root.messageID);
  const { message: reply } = await b.zim.replyMessage({ type: 1, message: 'answer' }, got, plain, { $tell: 'reply' });
  assert.equal(reply.repliedInfo.messageInfo.message, 'question');
  const heard = await a.gets((m) => m.messageID === reply.messageID);
  assert.deepEqual([heard.repliedInfo.messageID, heard.repliedInfo.senderUserID, heard.repliedInfo.state], [root.messageID, a.user, 0]);
  await a.event('messageRepliedCountChanged', (d) => d.infos[0].messageID === root.messageID && d.infos[0].count === 1);
  const list = await a.zim.queryMessageRepliedList(root, { nextFlag: 0, count: 10 });
  assert.deepEqual([list.messageList.map((m) => m.message), list.rootRepliedInfo.repliedCount], [['answer'], 1]);
  await a.zim.editMessage({ ...root, message: 'the question' }, {});
  const changed = await b.event('messageRepliedInfoChanged', (d) => d.messageList[0].repliedInfo.messageInfo.message === 'the question');
  assert.equal(changed.messageList[0].messageID, reply.messageID);
  await a.zim.revokeMessage(root);
  await b.event('messageRepliedInfoChanged', (d) => d.messageList[0].repliedInfo.state === 1);
});

scenario('messages are combined, also inside each other, and opened again', async () => {
  const [a, b] = await pair('combine');
  const one = await a.says('one', b.user);
  const two = await a.says('two', b.user);
  const { message: sent } = await a.zim.sendMessage({ type: 100, title: 'Talk', summary: 'one, two', messageList: [one, two] }, b.user, 0, plain);
  const got = await b.gets((m) => m.messageID === sent.messageID);
  assert.deepEqual([got.title, got.summary, got.messageList], ['Talk', 'one, two', []]);
  const { message: opened } = await b.zim.queryCombineMessageDetail(got);
  assert.deepEqual(opened.messageList.map((m) => [m.message, m.senderUserID]), [['one', a.user], ['two', a.user]]);
  const { message: outer } = await b.zim.sendMessage({ type: 100, title: 'Again', summary: 'Talk', messageList: [got] }, a.user, 0, plain);
  const arrived = await a.gets((m) => m.messageID === outer.messageID);
  const { message: first } = await a.zim.queryCombineMessageDetail(arrived);
  const { message: inner } = await a.zim.queryCombineMessageDetail(first.messageList[0]);
  assert.deepEqual(inner.messageList.map((m) => m.message), ['one', 'two']);
});

scenario('messages are pinned for all', async () => {
  const [a, b] = await pair('pin');
  const sent = [];
  for (let i = 0; i < 11; i++) sent.push(await a.says(`p${i}`, b.user));
  await refuses(6000208, a.zim.pinMessage(sent[0], false));
  for (const m of sent.slice(0, 10)) await a.zim.pinMessage(m, true);
  await b.event('messagePinStatusChanged', (d) => d.infos[0].pinStatus === 1 && d.infos[0].message.messageID === sent[0].messageID);
  await refuses(6000287, a.zim.pinMessage(sent[10], true, { disableAutoReplace: true }));
  await a.zim.pinMessage(sent[10], true);
  const { messageList } = await b.zim.queryPinnedMessageList(a.user, 0);
  assert.equal(messageList.length, 10);
  assert.ok(!messageList.some((m) => m.messageID === sent[0].messageID), 'the oldest made room');
  assert.equal(messageList[0].pinnedUserID, a.user);
  await b.zim.pinMessage(messageList[0], false);
  await a.event('messagePinStatusChanged', (d) => d.infos[0].pinStatus === 0);
});

scenario('search finds words, pieces of Chinese sentences, and only what one may read', async () => {
  const [a, b] = await pair('search');
  const c = await new Person(fresh('other')).login();
  await a.says('the quick brown fox', b.user);
  await a.says('昨天你好世界今天', b.user);
  await a.zim.sendMessage({ type: 200, message: 'x', subType: 3, searchedContent: 'foxglove' }, b.user, 0, plain);
  await c.says('a fox elsewhere', a.user);
  await b.gets((m) => m.type === 200);
  const find = (p, keywords, more = {}) => p.zim.searchLocalMessages(a.user, 0, { count: 10, order: 0, keywords, messageTypes: [],
    subMessageTypes: [], senderUserIDs: [], startTime: 0, endTime: 0, ...more }).then((r) => r.messageList.map((m) => m.message));
  assert.deepEqual(await find(b, ['quick', 'fox']), ['the quick brown fox']);
  assert.deepEqual(await find(b, ['世界']), ['昨天你好世界今天']);
  assert.deepEqual(await find(b, ['elsewhere']), []);
  assert.deepEqual(await find(b, ['fox'], { messageTypes: [200] }), ['x']);
  const everywhere = await a.zim.searchGlobalLocalMessages({ count: 10, order: 0, keywords: ['fox'], messageTypes: [1], subMessageTypes: [],
    senderUserIDs: [], startTime: 0, endTime: 0 });
  assert.equal(everywhere.messageList.length, 2);
  const pages = await a.zim.searchGlobalLocalMessages({ count: 1, order: 0, keywords: ['fox'], messageTypes: [1], subMessageTypes: [],
    senderUserIDs: [], startTime: 0, endTime: 0 });
  assert.equal(pages.messageList.length, 1);
  assert.ok(pages.nextMessage);
  const lists = await a.zim.searchLocalConversations({ mode: 0, totalConversationCount: 10, keywords: ['fox'], conversationMessageCount: 1,
    messageTypes: [], subMessageTypes: [], senderUserIDs: [], startTime: 0, endTime: 0 });
  assert.deepEqual(lists.conversationSearchInfoList.map((x) => x.conversationID).sort(), [b.user, c.user].sort());
});

scenario('two devices of one user are in step', async () => {
  const [a, b] = await pair('two');
  const second = await new Person(a.user).login();
  const sent = await a.says('from the first', b.user);
  const mirrored = await second.event('peerMessageReceived', (d) => d.messageList[0].messageID === sent.messageID);
  assert.deepEqual([mirrored.fromConversationID, mirrored.messageList[0].direction], [b.user, 0]);
  const unread = await b.says('to both', a.user);
  await second.event('conversationChanged', (d) => d.infoList.some((i) => i.conversation.unreadMessageCount === 1));
  await a.zim.clearConversationUnreadMessageCount(b.user, 0);
  await second.event('conversationChanged', (d) => d.infoList.some((i) => i.conversation.conversationID === b.user && i.conversation.unreadMessageCount === 0 && i.conversation.lastMessage.messageID === unread.messageID));
  await second.event('conversationTotalUnreadMessageCountUpdated', (d) => d.totalUnreadMessageCount === 1);
  await a.zim.setConversationDraft('half a', b.user, 0);
  await second.event('conversationChanged', (d) => d.infoList.some((i) => i.conversation.draft === 'half a'));
  await a.zim.revokeMessage(sent);
  await second.event('messageRevokeReceived', (d) => d.messageList[0].messageID === sent.messageID);
  assert.equal((await second.line(b.user, 0)).draft, 'half a');
  await b.says('seen?', a.user, 0, { config: { hasReceipt: true } });
  const wanted = await a.gets((m) => m.message === 'seen?');
  await a.zim.sendMessageReceiptsRead([wanted], b.user, 0);
  await second.event('messageReceiptChanged', (d) => d.infos[0].messageID === wanted.messageID && d.infos[0].isSelfOperated);
});

scenario('what was said while one was away comes on return, marked as such', async () => {
  const [a, b] = await pair('away');
  await b.zim.logout();
  await b.event('connectionStateChanged', (d) => d.state === 0);
  await a.says('are you there?', b.user);
  await b.login();
  await b.event('peerMessageReceived', (d) => d.messageList[0].message === 'are you there?' && d.info.isOfflineMessage);
});

