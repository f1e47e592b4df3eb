// What 4.x asks by REST: people, presence, groups and chat rooms, each seen in what it answers, in what it changes, and in what
// the others are told.

import assert from 'node:assert/strict';
import { files } from './kinds.mjs';
import { device, event, eventually, keep, refused, scenarios, someone, world } from './world.mjs';

const scenario = scenarios('webim-rest');
const version = '4.21.1';
let ann;
let ben;
let cat;

scenario('4.x: three users connect, and two have a group', async () => {
  [ann, ben, cat] = await Promise.all(['ann', 'ben', 'cat'].map((name) => someone(version, { name }).then(keep)));
  await ofGroup(ben, await makeGroup([ben]), 'directJoined');
});

const ofGroup = (client, groupId, operation) => event(client, 'onGroupEvent', (e) => e.id === groupId && e.operation === operation);
const ofRoom = (client, roomId, operation) => event(client, 'onChatroomEvent', (e) => e.id === roomId && e.operation === operation);
const usersOf = (rows) => rows.map((r) => r.user ?? r.member ?? r.owner ?? r.admin ?? r).sort();

/** makeGroup makes one of ann's. */
async function makeGroup(members, options = {}) {
  const made = await ann.call('createGroupVNext', { groupName: 'Rest', description: 'd', members: members.map((m) => m.user), isPublic: true,
    needApprovalToJoin: false, allowMemberToInvite: true, inviteNeedConfirm: false, maxMemberCount: 50, extension: 'x', ...options });
  return String(made.data.groupId ?? made.data.groupid);
}

/** upload shares a file with a group or a room. */
const upload = (client, method, where) => client.page.evaluate(([m, w, f]) => new Promise((done, fail) => {
  client.call(m, { ...w, file: webim.fileOf(f), onFileUploadComplete: (r) => done(r.data), onFileUploadError: (e) => fail(new Error(JSON.stringify(e))) });
}), [method, where, files.file]);

/** download reads a shared file back. */
const download = (client, method, options) => client.page.evaluate(([m, o]) => new Promise((done, fail) => {
  client.call(m, { ...o, onFileDownloadComplete: (b) => b.arrayBuffer().then((a) => done(btoa(String.fromCharCode(...new Uint8Array(a))))),
    onFileDownloadError: (e) => fail(new Error(JSON.stringify(e))) });
}), [method, options]);

// People.

scenario('4.x: contacts: asked for, declined, accepted, remarked upon, listed, removed', async () => {
  await ann.call('addContact', ben.user, 'me, ann');
  assert.equal((await event(ben, 'onContactInvited', (e) => e.from === ann.user)).status, 'me, ann');
  await ben.call('declineContactInvite', ann.user);
  await event(ann, 'onContactRefuse', (e) => e.from === ben.user);
  assert.deepEqual((await ann.call('getContacts')).data, []);
  await ann.call('addContact', cat.user, 'and me');
  await event(cat, 'onContactInvited', (e) => e.from === ann.user);
  await cat.call('acceptContactInvite', ann.user);
  await event(ann, 'onContactAgreed', (e) => e.from === cat.user);
  for (const [c, other] of [[ann, cat], [cat, ann]]) assert.deepEqual((await c.call('getContacts')).data, [other.user]);
  await ann.call('setContactRemark', { userId: cat.user, remark: 'the cat' });
  assert.deepEqual((await ann.call('getAllContacts')).data.map((r) => [r.userId, r.remark]), [[cat.user, 'the cat']]);
  const page = (await ann.call('getContactsWithCursor', { pageSize: 20, cursor: '' })).data;
  assert.deepEqual(page.contacts.map((r) => [r.userId, r.remark]), [[cat.user, 'the cat']]);
  await ann.call('deleteContact', cat.user);
  await event(cat, 'onContactDeleted', (e) => e.from === ann.user);
  assert.deepEqual((await cat.call('getContacts')).data, []);
});

scenario('4.x: the block list', async () => {
  await ann.call('addUsersToBlocklist', { name: [ben.user, cat.user] });
  assert.deepEqual((await ann.call('getBlocklist')).data.toSorted(), [ben.user, cat.user].sort());
  await refused(603, ben, ben.sendText({ peer: ann.user }, 'hello?'));
  await ann.call('removeUserFromBlocklist', { name: [ben.user, cat.user] });
  assert.deepEqual((await ann.call('getBlocklist')).data, []);
  await ben.sendText({ peer: ann.user }, 'hello again');
});

scenario('4.x: what users show of themselves', async () => {
  await ann.call('updateUserInfo', { nickname: 'Ann', avatarurl: 'https://pictures.example/a?b=c', sign: 'ä & ö' });
  await ann.call('updateUserInfo', 'phone', '0123');
  await ann.call('updateOwnUserInfo', { mail: 'ann@example.org' });
  const shown = (await ben.call('fetchUserInfoById', [ann.user])).data[ann.user];
  assert.deepEqual([shown.nickname, shown.avatarurl, shown.sign, shown.phone, shown.mail], ['Ann', 'https://pictures.example/a?b=c', 'ä & ö', '0123', 'ann@example.org']);
  assert.deepEqual((await ben.call('fetchUserInfoById', [ann.user], ['sign'])).data[ann.user], { sign: 'ä & ö' });
  await ann.call('updateCurrentUserNick', 'Annie');
  assert.equal((await ben.call('fetchUserInfoById', ann.user, 'nickname')).data[ann.user].nickname, 'Annie');
});

scenario('4.x: one user\'s devices, tokens, and where to push', async () => {
  const other = await device(ann.user, version);
  const self = await ann.call('getSelfIdsOnOtherPlatform');
  assert.equal(self.data.length, 1);
  assert.match(self.data[0], new RegExp(`^${ann.user}/webim_`));
  await other.sendText({ peer: self.data[0] }, 'to the other device alone').catch(() => {});
  const token = await world.gateway.webimToken(ann.user);
  assert.ok((await ann.call('getTokenExpireTimestamp', token)).expire_timestamp > Date.now());
  const renewed = await ann.call('renewToken', token);
  assert.deepEqual([renewed.status, renewed.token], [true, token]);
  await ann.call('uploadPushToken', { deviceId: 'd1', deviceToken: 't1', notifierName: 'n1' });
  await ann.call('uploadToken', { deviceId: 'd1', deviceToken: 't2', notifierName: 'n1' });
  await ann.call('unbindPushToken');
});

scenario('4.x: presence: followed, published, asked for, let go', async () => {
  const [first] = (await ben.call('subscribePresence', { usernames: [ann.user], expiry: 3600 })).result;
  assert.deepEqual([first.uid, Object.values(first.status)], [ann.user, ['1']]);
  await ann.call('publishPresence', { description: 'at tea' });
  const told = await event(ben, 'onPresenceStatusChange', (list) => list.some((p) => p.userId === ann.user && p.ext === 'at tea'));
  assert.equal(told[0].statusDetails[0].status, 1);
  const [asked] = (await cat.call('getPresenceStatus', { usernames: [ann.user] })).result;
  assert.deepEqual([asked.uid, asked.ext], [ann.user, 'at tea']);
  const followed = (await ben.call('getSubscribedPresenceList', { pageNum: 1, pageSize: 20 })).result;
  assert.deepEqual([followed.totalnum, followed.sublist[0].uid], [1, ann.user]);
  await ben.call('unsubscribePresence', { usernames: [ann.user] });
  assert.equal((await ben.call('getSubscribedPresenceList', { pageNum: 1, pageSize: 20 })).result.totalnum, 0);
});

scenario('4.x: silence, for all and for a conversation; the language of notices', async () => {
  const group = await makeGroup([ben]);
  const other = await device(ann.user, version);
  await ann.call('setSilentModeForAll', { options: { paramType: 0, remindType: 'AT' } });
  assert.equal((await ann.call('getSilentModeForAll')).data.type, 'AT');
  await event(other, 'onMultiDeviceEvent', (e) => /SilentMode/.test(e.operation));
  const of = { conversationId: group, type: 'groupChat' };
  await ann.call('setSilentModeForConversation', { ...of, options: { paramType: 0, remindType: 'NONE' } });
  assert.equal((await ann.call('getSilentModeForConversation', of)).data.type, 'NONE');
  await ann.call('setSilentModeForConversation', { conversationId: ben.user, type: 'singleChat', options: { paramType: 1, duration: 3600000 } });
  const both = (await ann.call('getSilentModeForConversations', { conversationList: [{ id: ben.user, type: 'singleChat' }, { id: group, type: 'groupChat' }] })).data;
  assert.equal(both.group[group].type, 'NONE', JSON.stringify(both));
  assert.ok(both.user[ben.user].ignoreDuration > Date.now());
  const kinds = (await ann.call('getSilentModeRemindTypeConversations', { pageSize: 10 })).data;
  assert.ok(JSON.stringify(kinds).includes(group), JSON.stringify(kinds));
  await ann.call('clearRemindTypeForConversation', of);
  assert.notEqual((await ann.call('getSilentModeForConversation', of)).data.type, 'NONE');
  await ann.call('setPushPerformLanguage', { language: 'EU' });
  assert.equal((await ann.call('getPushPerformLanguage')).data.language, 'EU');
});

// Groups.

scenario('4.x: groups are listed, described and changed', async () => {
  const group = await makeGroup([ben, cat]);
  const rows = (list) => list.map((r) => String(r.groupid ?? r.groupId)).includes(group);
  assert.ok(rows((await ann.call('getJoinedGroups', { pageNum: 0, pageSize: 100 })).data));
  const mine = await ann.call('getJoinedGroups', { pageNum: 0, pageSize: 20, needAffiliations: true, needRole: true });
  const own = (mine.entities ?? mine.data).find((r) => String(r.groupid ?? r.groupId) === group);
  assert.deepEqual([own.affiliationsCount ?? own.affiliations_count, own.role ?? own.permission], [3, 'owner'], JSON.stringify(mine));
  assert.ok(rows((await ben.call('getGroup')).data));
  assert.ok(Number((await ann.call('getJoinedGroupsCount')).data) >= 1);
  assert.ok((await ann.call('getPublicGroups', { limit: 100 })).data.length >= 1);
  assert.ok((await ann.call('listGroups', { limit: 100 })).data.length >= 1);
  await ann.call('modifyGroup', { groupId: group, groupName: 'Renamed', description: 'other', ext: 'y' });
  await ofGroup(ben, group, 'updateInfo');
  const [info] = (await ben.call('getGroupInfo', { groupId: group })).data;
  assert.deepEqual([info.name, info.description, info.custom, info.affiliations_count], ['Renamed', 'other', 'y', 3]);
  assert.deepEqual(usersOf((await ben.call('listGroupMembers', { groupId: group, pageNum: 1, pageSize: 20 })).data), [ann, ben, cat].map((c) => c.user).sort());
  assert.deepEqual(usersOf((await ben.call('listGroupMember', { groupId: group, pageNum: 1, pageSize: 20 })).data), [ann, ben, cat].map((c) => c.user).sort());
  const members = (await ben.call('getGroupMembers', { groupId: group, cursor: '', limit: 2 })).data;
  assert.equal(members.members.length, 2, JSON.stringify(members));
  assert.equal((await ben.call('getGroupMembers', { groupId: group, cursor: members.cursor, limit: 2 })).data.members.length, 1);
  await ann.call('changeGroupOwner', { groupId: group, newOwner: ben.user });
  await ofGroup(ben, group, 'changeOwner');
  await ben.call('changeOwner', { groupId: group, newOwner: ann.user });
  await ofGroup(ann, group, 'changeOwner');
  await cat.call('leaveGroup', { groupId: group });
  await ofGroup(ann, group, 'memberAbsence');
  await ann.call('dissolveGroup', { groupId: group });
  await ofGroup(ben, group, 'destroy');
});

scenario('4.x: who wants into a group asks, who is wanted is asked', async () => {
  const asking = await makeGroup([], { needApprovalToJoin: true });
  const asker = { groupId: asking, applicant: ben.user };
  for (const [told, decide] of [['joinPublicGroupDeclined', () => ann.call('rejectGroupJoinRequest', { ...asker, reason: 'no' })],
    ['acceptRequest', () => ann.call('acceptGroupJoinRequest', asker)]]) {
    await ben.call('joinGroup', { groupId: asking, message: 'let me in' });
    await event(ann, 'onGroupEvent', (e) => e.id === asking && e.operation === 'requestToJoin' && e.from === ben.user && e.reason === 'let me in');
    await decide();
    await ofGroup(ben, asking, told);
  }
  await ben.sendText({ group: asking }, 'here I am');
  const inviting = await makeGroup([], { inviteNeedConfirm: true });
  await ann.call('inviteUsersToGroup', { groupId: inviting, users: [ben.user, cat.user] });
  await Promise.all([ben, cat].map((c) => ofGroup(c, inviting, 'inviteToJoin')));
  await ben.call('acceptGroupInvite', { groupId: inviting, invitee: ben.user });
  await ofGroup(ann, inviting, 'acceptInvite');
  await cat.call('rejectGroupInvite', { groupId: inviting, invitee: cat.user });
  await ofGroup(ann, inviting, 'rejectInvite');
  await ben.sendText({ group: inviting }, 'here too');
  await refused(602, cat, cat.sendText({ group: inviting }, 'I am not'));
});

scenario('4.x: what members of a group are and may', async () => {
  const group = await makeGroup([ben, cat]);
  await ann.call('setGroupAdmin', { groupId: group, username: ben.user });
  await ofGroup(ben, group, 'setAdmin');
  assert.deepEqual((await cat.call('getGroupAdmin', { groupId: group })).data, [ben.user]);
  await ben.call('muteGroupMember', { groupId: group, username: cat.user, muteDuration: 60000 });
  await ofGroup(cat, group, 'muteMember');
  assert.deepEqual(usersOf((await ben.call('getGroupMutelist', { groupId: group })).data), [cat.user]);
  assert.equal((await cat.call('isInGroupMutelist', { groupId: group })).data, true);
  await ben.call('unmuteGroupMember', { groupId: group, username: cat.user });
  await ofGroup(cat, group, 'unmuteMember');
  await ann.call('addUsersToGroupAllowlist', { groupId: group, users: [cat.user] });
  await ofGroup(cat, group, 'addUserToAllowlist');
  assert.ok((await ann.call('getGroupAllowlist', { groupId: group })).data.includes(cat.user));
  assert.equal((await cat.call('isInGroupAllowlist', { groupId: group, userName: cat.user })).data.white, true);
  await ann.call('disableSendGroupMsg', { groupId: group });
  await ofGroup(cat, group, 'muteAllMembers');
  await cat.sendText({ group }, 'I may');
  await ann.call('enableSendGroupMsg', { groupId: group });
  await ofGroup(cat, group, 'unmuteAllMembers');
  await ann.call('removeGroupAllowlistMember', { groupId: group, userName: cat.user });
  await ofGroup(cat, group, 'removeAllowlistMember');
  await ann.call('removeGroupAdmin', { groupId: group, username: ben.user });
  await ofGroup(ben, group, 'removeAdmin');
  await ann.call('blockGroupMembers', { groupId: group, usernames: [ben.user, cat.user] });
  assert.deepEqual((await ann.call('getGroupBlocklist', { groupId: group })).data.toSorted(), [ben.user, cat.user].sort());
  await ann.call('unblockGroupMember', { groupId: group, username: ben.user });
  await ofGroup(ben, group, 'unblockMember');
  await ann.call('unblockGroupMembers', { groupId: group, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getGroupBlocklist', { groupId: group })).data, []);
  await ann.call('inviteUsersToGroup', { groupId: group, users: [ben.user, cat.user] });
  await ann.call('removeGroupMembers', { groupId: group, users: [ben.user, cat.user] });
  await ofGroup(cat, group, 'removeMember');
});

scenario('4.x: what a group keeps: notice, files, attributes; and who wants to hear nothing of it', async () => {
  const group = await makeGroup([ben]);
  await ann.call('updateGroupAnnouncement', { groupId: group, announcement: 'tea at five' });
  await ofGroup(ben, group, 'updateAnnouncement');
  assert.equal((await ben.call('fetchGroupAnnouncement', { groupId: group })).data.announcement, 'tea at five');
  const shared = await upload(ann, 'uploadGroupSharedFile', { groupId: group });
  await ofGroup(ben, group, 'uploadFile');
  const [row] = (await ben.call('getGroupSharedFilelist', { groupId: group, pageNum: 1, pageSize: 20 })).data;
  assert.deepEqual([row.file_id, row.file_owner], [shared.file_id, ann.user]);
  assert.equal((await ben.call('fetchGroupSharedFileList', { groupId: group, pageNum: 1, pageSize: 20 })).data.length, 1);
  assert.equal(await download(ben, 'downloadGroupSharedFile', { groupId: group, fileId: shared.file_id }), files.file.base64);
  await ann.call('deleteGroupSharedFile', { groupId: group, fileId: shared.file_id });
  await ofGroup(ben, group, 'deleteFile');
  await ben.call('setGroupMemberAttributes', { groupId: group, userId: ben.user, memberAttributes: { title: 'Dr', seat: '4' } });
  const told = await ofGroup(ann, group, 'memberAttributesUpdate');
  assert.deepEqual([told.userId, told.attributes], [ben.user, { title: 'Dr', seat: '4' }]);
  assert.deepEqual((await ann.call('getGroupMembersAttributes', { groupId: group, userIds: [ben.user], keys: ['seat'] })).data, { [ben.user]: { seat: '4' } });
  await ben.call('blockGroupMessage', { groupId: group });
  await ben.call('unblockGroupMessage', { groupId: group });
  await ben.call('blockGroupMessages', { groupId: group });
  await ben.call('blockGroup', { groupId: group });
});

// Chat rooms.

/** makeRoom makes one of ann's in which the others are. */
async function makeRoom() {
  const { data: { id } } = await ann.call('createChatRoom', { name: 'Rest', description: 'd', maxusers: 50, members: [] });
  for (const c of [ann, ben, cat]) await c.joinRoom(id);
  return id;
}

scenario('4.x: chat rooms are listed, described, changed and left', async () => {
  const roomId = await makeRoom();
  assert.ok((await ben.call('getChatRooms', { pagenum: 1, pagesize: 100 })).data.some((r) => r.id === roomId));
  assert.ok(JSON.stringify((await ben.call('getJoinedChatRooms', { pageNum: 1, pageSize: 20 })).data).includes(roomId));
  await ann.call('modifyChatRoom', { chatRoomId: roomId, chatRoomName: 'Renamed', description: 'other', maxusers: 40 });
  const [info] = (await ben.call('getChatRoomDetails', { chatRoomId: roomId })).data;
  assert.deepEqual([info.name, info.description, info.maxusers, info.owner], ['Renamed', 'other', 40, ann.user]);
  for (const rows of [(await ben.call('listChatRoomMembers', { chatRoomId: roomId, pageNum: 1, pageSize: 20 })).data,
    (await ben.call('listChatRoomMember', { chatRoomId: roomId, pageNum: 1, pageSize: 20 })).data,
    (await ben.call('getChatRoomMembers', { chatRoomId: roomId, cursor: '', limit: 20 })).data.members]) {
    assert.ok(JSON.stringify(rows).includes(`"${cat.user}"`), JSON.stringify(rows));
  }
  await ann.call('updateChatRoomAnnouncement', { roomId, announcement: 'doors close at ten' });
  await ofRoom(ben, roomId, 'updateAnnouncement');
  assert.equal((await ben.call('fetchChatRoomAnnouncement', { roomId })).data.announcement, 'doors close at ten');
  const shared = await upload(ann, 'uploadChatRoomSharedFile', { roomId });
  assert.equal((await ben.call('getChatRoomSharedFilelist', { roomId })).data[0].file_id, shared.file_id);
  assert.equal((await ben.call('fetchChatRoomSharedFileList', { roomId })).data.length, 1);
  await ann.call('deleteChatRoomSharedFile', { roomId, fileId: shared.file_id });
  await cat.call('quitChatRoom', { roomId });
  await event(ann, 'onChatroomEvent', (e) => e.id === roomId && e.operation === 'memberAbsence' && e.from === cat.user);
  await ann.call('addUsersToChatRoom', { chatRoomId: roomId, users: [cat.user] });
  await cat.sendText({ room: roomId }, 'back in');
  await ann.call('destroyChatRoom', { chatRoomId: roomId });
  await ofRoom(ben, roomId, 'destroy');
});

scenario('4.x: what those in a chat room are and may', async () => {
  const chatRoomId = await makeRoom();
  await ann.call('setChatRoomAdmin', { chatRoomId, username: ben.user });
  await ofRoom(ben, chatRoomId, 'setAdmin');
  assert.deepEqual((await cat.call('getChatRoomAdmin', { chatRoomId })).data, [ben.user]);
  await ben.call('muteChatRoomMember', { chatRoomId, username: cat.user, muteDuration: 60000 });
  await ofRoom(cat, chatRoomId, 'muteMember');
  assert.deepEqual(usersOf((await ben.call('getChatRoomMutelist', { chatRoomId })).data), [cat.user]);
  assert.equal((await cat.call('isInChatRoomMutelist', { chatRoomId })).data, true);
  await ben.call('unmuteChatRoomMember', { chatRoomId, username: cat.user });
  await ofRoom(cat, chatRoomId, 'unmuteMember');
  await ann.call('addUsersToChatRoomAllowlist', { chatRoomId, users: [cat.user] });
  await ofRoom(cat, chatRoomId, 'addUserToAllowlist');
  assert.ok((await ann.call('getChatRoomAllowlist', { chatRoomId })).data.includes(cat.user));
  assert.equal((await cat.call('isInChatRoomAllowlist', { chatRoomId, userName: cat.user })).data.white, true);
  await ann.call('disableSendChatRoomMsg', { chatRoomId });
  await ofRoom(cat, chatRoomId, 'muteAllMembers');
  await cat.sendText({ room: chatRoomId }, 'I may');
  await ann.call('enableSendChatRoomMsg', { chatRoomId });
  await ofRoom(cat, chatRoomId, 'unmuteAllMembers');
  await ann.call('removeChatRoomAllowlistMember', { chatRoomId, userName: cat.user });
  await ofRoom(cat, chatRoomId, 'removeAllowlistMember');
  await ann.call('removeChatRoomAdmin', { chatRoomId, username: ben.user });
  await ofRoom(ben, chatRoomId, 'removeAdmin');
  await ann.call('blockChatRoomMembers', { chatRoomId, usernames: [ben.user, cat.user] });
  assert.deepEqual((await ann.call('getChatRoomBlocklist', { chatRoomId })).data.toSorted(), [ben.user, cat.user].sort());
  await ann.call('unblockChatRoomMember', { chatRoomId, username: ben.user });
  await ann.call('unblockChatRoomMembers', { chatRoomId, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getChatRoomBlocklist', { chatRoomId })).data, []);
  for (const c of [ben, cat]) await c.joinRoom(chatRoomId);
  await ann.call('removeChatRoomMember', { chatRoomId, username: ben.user });
  await ofRoom(ben, chatRoomId, 'removeMember');
  await ann.call('removeChatRoomMembers', { chatRoomId, users: [cat.user] });
  await ofRoom(cat, chatRoomId, 'removeMember');
});

scenario('4.x: the attributes of a chat room', async () => {
  const chatRoomId = await makeRoom();
  await ann.call('setChatRoomAttribute', { chatRoomId, attributeKey: 'song', attributeValue: 'one', autoDelete: false });
  const told = await ofRoom(ben, chatRoomId, 'updateChatRoomAttributes');
  assert.deepEqual(told.attributes, { song: 'one' });
  await ann.call('setChatRoomAttributes', { chatRoomId, attributes: { light: 'low', door: 'shut' }, autoDelete: false });
  assert.deepEqual((await ben.call('getChatRoomAttributes', { chatRoomId, attributeKeys: ['song', 'light'] })).data, { song: 'one', light: 'low' });
  await ann.call('removeChatRoomAttribute', { chatRoomId, attributeKey: 'song' });
  await ofRoom(ben, chatRoomId, 'removeChatRoomAttributes');
  await ann.call('removeChatRoomAttributes', { chatRoomId, attributeKeys: ['light', 'door'] });
  await eventually('none are left', async () => Object.keys((await ben.call('getChatRoomAttributes', { chatRoomId })).data).length === 0);
});

scenario('4.x: no page complained of REST', async () => {
  for (const c of [ann, ben, cat]) {
    assert.deepEqual(c.faults, []);
    await c.close();
  }
});
