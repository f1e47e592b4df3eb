// Groups: who is in them, what he may, and what they say of themselves.
import assert from 'node:assert/strict';
import { Person, fresh, refuses, scenario } from './people.mjs';

async function three(config) {
  const people = [new Person(fresh('own')), new Person(fresh('adm')), new Person(fresh('mem'))];
  await Promise.all(people.map((p) => p.login()));
  const [o, m, n] = people;
  const made = await o.zim.createGroup({ groupID: '', groupName: 'team', groupAvatarUrl: '' }, [m.user, n.user], config);
  const id = made.groupInfo.baseInfo.groupID;
  await n.event('groupStateChanged', (d) => d.groupInfo.baseInfo.groupID === id && d.state === 1 && d.event === 4);
  return [o, m, n, id, made];
}
const advanced = { groupNotice: 'be kind', groupAttributes: { k: 'v' }, maxMemberCount: 50, joinMode: 0, inviteMode: 0, beInviteMode: 0 };

scenario('a group is made, joined, left and dissolved', async () => {
  const [o, m, n, id, made] = await three(advanced);
  assert.deepEqual([made.groupInfo.groupNotice, made.groupInfo.groupAttributes, made.groupInfo.maxMemberCount, made.userList.length],
    ['be kind', { k: 'v' }, 50, 3]);
  await o.event('groupStateChanged', (d) => d.event === 1 && d.groupInfo.baseInfo.groupID === id);
  const q = await new Person(fresh('join')).login();
  await q.zim.joinGroup(id);
  await q.event('groupStateChanged', (d) => d.event === 3 && d.state === 1);
  await o.event('groupMemberStateChanged', (d) => d.event === 1 && d.userList[0].userID === q.user);
  await q.zim.joinGroup(id); // twice is no mistake
  assert.equal((await q.zim.queryGroupMemberCount(id)).count, 4);
  assert.deepEqual((await q.zim.queryGroupList()).groupList.map((g) => g.baseInfo.groupID), [id]);
  assert.deepEqual((await q.zim.queryGroupList(10, { nextFlag: 0, userIDs: [o.user] })).groupList.length, 1);
  const { userList, nextFlag } = await q.zim.queryGroupMemberList(id, { nextFlag: 0, count: 3 });
  assert.deepEqual([userList.map((u) => u.userID), nextFlag > 0], [[o.user, m.user, n.user], true]);
  assert.deepEqual((await q.zim.queryGroupMemberList(id, { nextFlag, count: 3 })).userList.map((u) => u.userID), [q.user]);
  assert.equal((await q.zim.queryGroupMemberInfo(o.user, id)).userInfo.memberRole, 1);
  await q.zim.leaveGroup(id);
  await o.event('groupMemberStateChanged', (d) => d.event === 2 && d.state === 0 && d.userList[0].userID === q.user);
  await q.event('conversationChanged', (d) => d.infoList.some((i) => i.event === 2 && i.conversation.isDisabled));
  await refuses(6000521, q.zim.sendMessage({ type: 1, message: 'x' }, id, 2, { priority: 1 }));
  await o.zim.leaveGroup(id);
  await m.event('groupMemberInfoUpdated', (d) => d.userList.some((u) => u.userID === m.user && u.memberRole === 1));
  const tips = (await m.zim.queryHistoryMessage(id, 2, { count: 20, reverse: true })).messageList;
  assert.deepEqual(tips.map((t) => [t.type, t.event]), [[32, 1], [32, 3], [32, 5], [32, 8], [32, 5]]);
  await refuses(6000541, n.zim.dismissGroup(id));
  await m.zim.dismissGroup(id);
  await n.event('groupStateChanged', (d) => d.state === 0 && d.event === 2);
  await refuses(6000523, n.zim.queryGroupInfo(id));
  await refuses(6000527, m.zim.createGroup({ groupID: id, groupName: 'again', groupAvatarUrl: '' }, []));
  const own = fresh('own-id');
  await m.zim.createGroup({ groupID: own, groupName: '', groupAvatarUrl: '' }, []);
  await refuses(6000524, n.zim.createGroup({ groupID: own, groupName: '', groupAvatarUrl: '' }, []));
  await refuses(6000001, n.zim.createGroup({ groupID: '#x', groupName: '', groupAvatarUrl: '' }, []));
});

scenario('members are invited, kicked and given roles', async () => {
  const [o, m, n, id] = await three();
  const q = await new Person(fresh('guest')).login();
  const invited = await n.zim.inviteUsersIntoGroup([q.user, m.user, 'nobody-there'], id);
  assert.deepEqual([invited.userList.map((u) => u.userID), invited.errorUserList.map((u) => u.reason).sort()], [[q.user], [6000011, 6000522]]);
  await q.event('groupStateChanged', (d) => d.event === 4 && d.operatedInfo.userID === n.user);
  await o.event('groupMemberStateChanged', (d) => d.event === 5 && d.userList[0].userID === q.user);
  await refuses(6000541, n.zim.kickGroupMembers([q.user], id));
  await o.zim.setGroupMemberRole(2, m.user, id);
  await n.event('groupMemberInfoUpdated', (d) => d.userList[0].userID === m.user && d.userList[0].memberRole === 2);
  const kicked = await m.zim.kickGroupMembers([q.user, 'stranger'], id);
  assert.deepEqual([kicked.kickedUserIDs, kicked.errorUserList[0].reason], [[q.user], 6000521]);
  await q.event('groupStateChanged', (d) => d.state === 0 && d.event === 6);
  await n.event('groupMemberStateChanged', (d) => d.event === 4 && d.userList[0].userID === q.user);
  await refuses(6000541, m.zim.kickGroupMembers([o.user], id));
  await o.zim.setGroupMemberRole(120, n.user, id);
  assert.equal((await n.zim.queryGroupMemberInfo(n.user, id)).userInfo.memberRole, 120);
  await refuses(6000001, o.zim.setGroupMemberRole(1, n.user, id));
  await n.zim.setGroupMemberNickname('Nick', n.user, id);
  await o.event('groupMemberInfoUpdated', (d) => d.userList[0].memberNickname === 'Nick');
  await refuses(6000541, n.zim.setGroupMemberNickname('No', o.user, id));
  const found = await o.zim.searchLocalGroupMembers(id, { nextFlag: 0, count: 10, keywords: ['Nic'], isAlsoMatchGroupMemberNickname: true });
  assert.deepEqual(found.userList.map((u) => u.userID), [n.user]);
  await o.zim.transferGroupOwner(m.user, id);
  await n.event('groupMemberInfoUpdated', (d) => d.userList.some((u) => u.userID === m.user && u.memberRole === 1));
  await refuses(6000541, o.zim.transferGroupOwner(o.user, id));
  const said = await n.says('mine', id, 2);
  await m.gets((x) => x.messageID === said.messageID);
  const { message: revoked } = await m.zim.revokeMessage(said);
  assert.equal(revoked.revokeStatus, 4);
});

scenario('a group says what it is', async () => {
  const [o, m, n, id] = await three();
  await n.zim.updateGroupName('A better name', id);
  await o.event('groupNameUpdated', (d) => d.groupName === 'A better name' && d.operatedInfo.userID === n.user);
  await n.zim.updateGroupNotice('notice', id);
  await o.event('groupNoticeUpdated', (d) => d.groupNotice === 'notice');
  await n.zim.updateGroupAvatarUrl('https://example.org/g.png', id);
  await o.event('groupAvatarUrlUpdated', (d) => d.groupAvatarUrl === 'https://example.org/g.png');
  const second = await new Person(n.user).login();
  await n.zim.updateGroupAlias('my team', id);
  await second.event('groupAliasUpdated', (d) => d.groupAlias === 'my team');
  const { groupInfo } = await second.zim.queryGroupInfo(id);
  assert.deepEqual([groupInfo.baseInfo.groupName, groupInfo.groupNotice, groupInfo.groupAlias, groupInfo.baseInfo.groupAvatarUrl],
    ['A better name', 'notice', 'my team', 'https://example.org/g.png']);
  assert.equal((await m.line(id, 2)).conversationName, 'A better name');
  await m.zim.setGroupAttributes({ a: '1', b: '2' }, id);
  await o.event('groupAttributesUpdated', (d) => d.infoList[0].action === 0 && d.infoList[0].groupAttributes.b === '2');
  assert.deepEqual((await n.zim.queryGroupAttributes(['b'], id)).groupAttributes, { b: '2' });
  await m.zim.deleteGroupAttributes(['a'], id);
  await o.event('groupAttributesUpdated', (d) => d.infoList[0].action === 1);
  assert.deepEqual((await n.zim.queryGroupAllAttributes(id)).groupAttributes, { b: '2' });
  await refuses(6000526, m.zim.deleteGroupAttributes(['a'], id));
  await refuses(6000532, m.zim.setGroupAttributes({ ['x'.repeat(17)]: '1' }, id));
  await refuses(6000533, m.zim.setGroupAttributes({ x: 'x'.repeat(1025) }, id));
  await refuses(6000531, m.zim.setGroupAttributes(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, ''])), id));
  const hits = await n.zim.searchLocalGroups({ nextFlag: 0, count: 10, keywords: ['better'], isAlsoMatchGroupMemberUserName: false, isAlsoMatchGroupMemberNickname: false });
  assert.deepEqual(hits.groupSearchInfoList.map((g) => g.groupInfo.groupID), [id]);
});

scenario('a group and its members are muted', async () => {
  const [o, m, n, id] = await three();
  const speak = (p) => p.zim.sendMessage({ type: 1, message: 'may I' }, id, 2, { priority: 1 });
  const muted = await o.zim.muteGroup(true, id, { mode: 1, duration: 600, roles: [] });
  assert.deepEqual([muted.mutedInfo.mode, muted.mutedInfo.expiredTime > Date.now()], [1, true]);
  await n.event('groupMutedInfoUpdated', (d) => d.mutedInfo.mode === 1);
  await refuses(6000231, speak(n));
  await speak(o);
  await refuses(6000541, n.zim.muteGroup(true, id, { mode: 1, duration: 600, roles: [] }));
  await o.zim.muteGroup(false, id, { mode: 0, duration: 0, roles: [] });
  await n.event('groupMutedInfoUpdated', (d) => d.mutedInfo.mode === 0);
  await speak(n);
  const one = await o.zim.muteGroupMembers(true, [n.user], id, { duration: -1 });
  assert.deepEqual(one.mutedUserIDs, [n.user]);
  await n.event('groupMemberInfoUpdated', (d) => d.userList[0].muteExpiredTime === -1);
  await refuses(6000231, speak(n));
  assert.deepEqual((await m.zim.queryGroupMemberMutedList(id, { nextFlag: 0, count: 10 })).userList.map((u) => u.userID), [n.user]);
  assert.equal((await n.line(id, 2)).mutedExpiredTime, -1);
  await o.zim.muteGroupMembers(false, [n.user], id, { duration: 0 });
  await speak(n);
  await refuses(6000001, o.zim.muteGroupMembers(true, [n.user], id, { duration: 604801 }));
});

scenario('who would join asks, and who is invited is asked', async () => {
  const [o, , n, id] = await three();
  const q = await new Person(fresh('apply')).login();
  await refuses(6000541, n.zim.updateGroupJoinMode(1, id));
  await o.zim.updateGroupJoinMode(1, id);
  await n.event('groupVerifyInfoUpdated', (d) => d.verifyInfo.joinMode === 1);
  await refuses(6000543, q.zim.joinGroup(id));
  await q.zim.sendGroupJoinApplication(id, { wording: 'let me in' });
  const asked = await o.event('groupApplicationListChanged', (d) => d.applicationList[0].applyUser.userID === q.user);
  assert.deepEqual([asked.applicationList[0].type, asked.applicationList[0].state, asked.applicationList[0].wording], [1, 1, 'let me in']);
  const { applicationList } = await o.zim.queryGroupApplicationList({ nextFlag: 0, count: 10 });
  assert.deepEqual(applicationList.map((x) => [x.applyUser.userID, x.state]), [[q.user, 1]]);
  await refuses(6000541, n.zim.acceptGroupJoinApplication(q.user, id, {}));
  await o.zim.rejectGroupJoinApplication(q.user, id, {});
  await q.event('groupApplicationUpdated', (d) => d.applicationList[0].state === 3);
  const states = (p) => p.zim.queryGroupApplicationList({ nextFlag: 0, count: 10 }).then((r) => r.applicationList.map((x) => [x.applyUser.userID, x.state]));
  assert.deepEqual([await states(o), await states(q)], [[[q.user, 3]], [[q.user, 3]]], 'what was answered stays in the lists');
  await q.zim.sendGroupJoinApplication(id, { wording: 'please' });
  await o.zim.acceptGroupJoinApplication(q.user, id, {});
  await q.event('groupApplicationUpdated', (d) => d.applicationList[0].state === 2);
  assert.deepEqual([await states(o), await states(q)], [[[q.user, 2]], [[q.user, 2]]]);
  await q.event('groupStateChanged', (d) => d.state === 1);
  await o.zim.updateGroupJoinMode(2, id);
  const r = await new Person(fresh('apply')).login();
  await refuses(6000542, r.zim.joinGroup(id));

  await o.zim.updateGroupBeInviteMode(1, id);
  await refuses(6000544, n.zim.inviteUsersIntoGroup([r.user], id));
  const invitation = await r.event('groupApplicationListChanged', (d) => d.applicationList[0].type === 3);
  assert.equal(invitation.applicationList[0].applyUser.userID, n.user);
  await r.zim.rejectGroupInviteApplication(n.user, id, {});
  await n.event('groupApplicationUpdated', (d) => d.applicationList[0].state === 3);
  await n.zim.sendGroupInviteApplications([r.user], id, { wording: 'do come' });
  await r.zim.acceptGroupInviteApplication(n.user, id, {});
  await r.event('groupStateChanged', (d) => d.state === 1 && d.event === 4);
  await o.zim.updateGroupInviteMode(1, id);
  const late = await new Person(fresh('apply')).login();
  await refuses(6000541, n.zim.inviteUsersIntoGroup([late.user], id));
});

scenario('one who was kicked reads what was before, and no more', async () => {
  const [o, m, n, id] = await three();
  await o.says('before', id, 2);
  await n.gets((x) => x.message === 'before');
  await o.zim.kickGroupMembers([n.user], id);
  await o.says('after', id, 2);
  await m.gets((x) => x.message === 'after');
  const texts = (await n.zim.queryHistoryMessage(id, 2, { count: 20, reverse: true })).messageList.filter((x) => x.type === 1).map((x) => x.message);
  assert.deepEqual(texts, ['before']);
  assert.equal((await n.line(id, 2)).isDisabled, true);
});
