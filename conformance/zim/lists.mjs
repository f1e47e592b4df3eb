// The list of conversations.
import assert from 'node:assert/strict';
import { Person, fresh, pair, refuses, scenario } from './people.mjs';

const config = { count: 20 };
const ids = (list) => list.map((c) => c.conversationID);

scenario('conversations are listed, paged, filtered, pinned and marked', async () => {
  const [a, ...others] = await Promise.all(['list', ...Array(4).fill('friend')].map((name) => new Person(fresh(name)).login()));
  for (const o of others) await o.says(`hi from ${o.user}`, a.user);
  await a.gets((m) => m.senderUserID === others[3].user);
  const names = others.map((o) => o.user);
  const { conversationList: all } = await a.zim.queryConversationList(config);
  assert.deepEqual(ids(all), [...names].reverse());
  assert.deepEqual([all[0].type, all[0].unreadMessageCount, all[0].lastMessage.message, all[0].notificationStatus], [0, 1, `hi from ${names[3]}`, 1]);
  const first = (await a.zim.queryConversationList({ count: 2 })).conversationList;
  const second = (await a.zim.queryConversationList({ count: 2, nextConversation: first[1] })).conversationList;
  assert.deepEqual([...ids(first), ...ids(second)], ids(all));
  await a.event('conversationChanged', (d) => d.infoList.some((i) => i.event === 0 && i.conversation.conversationID === names[0]));

  await a.zim.updateConversationPinnedState(true, names[0], 0);
  await a.event('conversationChanged', (d) => d.infoList.some((i) => i.conversation.isPinned && i.conversation.conversationID === names[0]));
  assert.deepEqual(ids((await a.zim.queryConversationList(config)).conversationList), [names[0], names[3], names[2], names[1]]);
  assert.deepEqual(ids((await a.zim.queryConversationPinnedList(config)).conversationList), [names[0]]);
  await a.zim.setConversationMark(3, true, [{ conversationID: names[1], conversationType: 0 }, { conversationID: 'nobody', conversationType: 0 }])
    .then((r) => assert.deepEqual(r.failedConversationInfos.map((x) => x.conversationID), ['nobody']));
  const option = (o) => ({ conversationTypes: [], marks: [], isOnlyUnreadConversation: false, pinnedFilter: 0, ...o });
  const filtered = (o) => a.zim.queryConversationList(config, option(o)).then((r) => ids(r.conversationList));
  assert.deepEqual(await filtered({ marks: [3] }), [names[1]]);
  assert.deepEqual(await filtered({ marks: [0] }), [names[0], names[3], names[2]]);
  assert.deepEqual(await filtered({ pinnedFilter: 2 }), [names[3], names[2], names[1]]);
  assert.deepEqual(await filtered({ conversationTypes: [2] }), []);
  assert.deepEqual((await a.line(names[1], 0)).marks, [3]);
  await a.zim.setConversationMark(3, false, [{ conversationID: names[1], conversationType: 0 }]);
  assert.deepEqual((await a.line(names[1], 0)).marks, []);
  await refuses(6000001, a.zim.setConversationMark(0, true, [{ conversationID: names[1], conversationType: 0 }]));
  await refuses(6000603, a.zim.queryConversation('never', 0));
  const hit = await a.zim.searchLocalConversations({ mode: 0, totalConversationCount: 10, keywords: [names[2]], conversationMessageCount: 1,
    messageTypes: [], subMessageTypes: [], senderUserIDs: [], startTime: 0, endTime: 0 });
  assert.deepEqual(hit.conversationSearchInfoList.map((x) => [x.conversationID, x.totalMessageCount]), [[names[2], 1]]);
});

scenario('unread messages are counted and cleared', async () => {
  const [a, b] = await pair('unread');
  const c = await new Person(fresh('unread')).login();
  await b.says('one', a.user);
  await b.says('two', a.user);
  await b.says('quiet', a.user, 0, { config: { disableUnreadMessageCount: true } });
  await c.says('three', a.user);
  await a.gets((m) => m.message === 'three');
  const total = (more = {}) => a.zim.queryConversationTotalUnreadMessageCount({ conversationTypes: [], marks: [], ...more }).then((r) => r.unreadMessageCount);
  await a.event('conversationTotalUnreadMessageCountUpdated', (d) => d.totalUnreadMessageCount === 3);
  assert.equal(await total(), 3);
  assert.equal((await a.line(b.user, 0)).unreadMessageCount, 2);
  await a.zim.setConversationNotificationStatus(2, b.user, 0);
  assert.equal(await total(), 1, 'what is muted is not in the total');
  assert.equal((await a.line(b.user, 0)).notificationStatus, 2);
  await a.zim.setConversationNotificationStatus(1, b.user, 0);
  await a.zim.clearConversationUnreadMessageCount(b.user, 0);
  await a.event('conversationTotalUnreadMessageCountUpdated', (d) => d.totalUnreadMessageCount === 1);
  await a.zim.clearConversationTotalUnreadMessageCount();
  assert.equal(await total(), 0);
});

scenario('mentions stand in the line until it is read', async () => {
  const [a, b] = await pair('mention');
  const { groupInfo } = await a.zim.createGroup({ groupID: '', groupName: 'm', groupAvatarUrl: '' }, [b.user]);
  const g = groupInfo.baseInfo.groupID;
  const me = await a.says('@b', g, 2, { message: { mentionedUserIDs: [b.user] }, config: { isNotifyMentionedUsers: true } });
  await a.says('@all', g, 2, { message: { isMentionAll: true } });
  const got = await b.gets((m) => m.messageID === me.messageID);
  assert.deepEqual(got.mentionedUserIDs, [b.user]);
  await b.gets((m) => m.isMentionAll);
  assert.deepEqual((await b.line(g, 2)).mentionedInfoList.map((m) => [m.fromUserID, m.type]), [[a.user, 1], [a.user, 2]]);
  await b.zim.clearConversationUnreadMessageCount(g, 2);
  assert.deepEqual((await b.line(g, 2)).mentionedInfoList, []);
});

scenario('conversations are deleted, one and all, and come back with the next message', async () => {
  const [a, b] = await pair('delete');
  const c = await new Person(fresh('delete')).login();
  const other = await new Person(a.user).login();
  await b.says('one', a.user);
  await c.says('two', a.user);
  await a.gets((m) => m.message === 'two');
  await a.zim.deleteConversation(b.user, 0, { isAlsoDeleteServerConversation: true });
  await other.event('conversationChanged', (d) => d.infoList.some((i) => i.event === 3 && i.conversation.conversationID === b.user));
  assert.deepEqual(ids((await a.zim.queryConversationList(config)).conversationList), [c.user]);
  await b.says('back', a.user);
  await other.event('conversationChanged', (d) => d.infoList.some((i) => i.event === 0 && i.conversation.lastMessage?.message === 'back'));
  await a.zim.deleteAllConversations({ isAlsoDeleteServerConversation: true });
  await other.event('conversationsAllDeleted', (d) => d.count === 2);
  assert.deepEqual((await a.zim.queryConversationList(config)).conversationList, []);
  assert.equal((await a.zim.queryHistoryMessage(b.user, 0, { count: 10, reverse: true })).messageList.length, 2, 'the messages stay');
});
