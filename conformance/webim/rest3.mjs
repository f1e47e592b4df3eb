// What 3.x asks by REST, in its own names: groups, chat rooms and people, with what is answered and what the others are told.

import assert from 'node:assert/strict';
import { files } from './kinds.mjs';
import { event, keep, refused, scenarios, someone } from './world.mjs';

const scenario = scenarios('webim-rest');
const version = '3.6.3';
let ann;
let ben;
let cat;

scenario('3.x: three users connect', async () => {
  [ann, ben, cat] = await Promise.all(['ann', 'ben', 'cat'].map((name) => someone(version, { name }).then(keep)));
});

/** told waits for an onPresence of a kind about a group or room. */
const told = (client, id, type) => event(client, 'onPresence', (e) => String(e.gid) === String(id) && e.type === type);
const usersOf = (rows) => rows.map((r) => r.user ?? r.member ?? r.owner ?? r).sort();

async function makeGroup(members, options = {}) {
  const made = await ann.call('createGroupNew', { data: { groupname: 'Rest', desc: 'd', members: members.map((m) => m.user), public: true,
    approval: false, allowinvites: true, inviteNeedConfirm: false, maxusers: 50, ...options } });
  return String(made.data.groupid);
}

async function makeRoom() {
  const { data: { id: roomId } } = await ann.call('createChatRoom', { name: 'Rest', description: 'd', maxusers: 50, members: [] });
  for (const c of [ann, ben, cat]) await c.call('joinChatRoom', { roomId });
  return roomId;
}

/** upload shares a file with a group or a room. */
const upload = (client, method, where) => client.page.evaluate(([m, w, f]) => new Promise((done, fail) => {
  client.conn[m]({ ...w, file: webim.fileOf(f), onFileUploadComplete: (r) => done(r.data), onFileUploadError: (e) => fail(new Error(JSON.stringify(e))) });
}), [method, where, files.file]);

scenario('3.x: groups are listed, described, changed, left and dissolved', async () => {
  const groupId = await makeGroup([ben, cat]);
  assert.ok((await ben.call('getGroup')).data.some((r) => String(r.groupid) === groupId));
  assert.ok((await ann.call('listGroups', { limit: 100 })).data.length >= 1);
  await ann.call('modifyGroup', { groupId, groupName: 'Renamed', description: 'other' });
  const [info] = (await ben.call('getGroupInfo', { groupId })).data;
  assert.deepEqual([info.name, info.description, info.affiliations_count], ['Renamed', 'other', 3]);
  assert.deepEqual(usersOf((await ben.call('listGroupMember', { groupId, pageNum: 1, pageSize: 20 })).data), [ann, ben, cat].map((c) => c.user).sort());
  await ann.call('changeOwner', { groupId, newOwner: ben.user });
  await told(ben, groupId, 'changeOwner');
  await cat.call('quitGroup', { groupId });
  await told(ben, groupId, 'leaveGroup');
  await ben.call('blockGroup', { groupId });
  await ben.call('dissolveGroup', { groupId });
  await told(ann, groupId, 'deleteGroupChat');
});

scenario('3.x: who wants into a group asks, who is wanted is asked', async () => {
  const asking = await makeGroup([], { approval: true });
  await ben.call('joinGroup', { groupId: asking, message: 'let me in' });
  await event(ann, 'onPresence', (e) => e.type === 'joinGroupNotifications' && e.from === ben.user);
  await ann.call('rejectJoinGroup', { groupId: asking, applicant: ben.user, reason: 'no' });
  await told(ben, asking, 'joinPublicGroupDeclined');
  await ben.call('joinGroup', { groupId: asking, message: 'please' });
  await ann.call('agreeJoinGroup', { groupId: asking, applicant: ben.user });
  await told(ben, asking, 'joinPublicGroupSuccess');
  await ben.sendText({ group: asking }, 'here I am');
  const inviting = await makeGroup([], { inviteNeedConfirm: true });
  await ann.call('inviteToGroup', { groupId: inviting, users: [cat.user] });
  await told(cat, inviting, 'invite');
  await cat.call('rejectInviteIntoGroup', { groupId: inviting, invitee: cat.user });
  await told(ann, inviting, 'invite_decline');
  await refused(602, cat, cat.sendText({ group: inviting }, 'I am not in'));
});

scenario('3.x: what members of a group are and may', async () => {
  const groupId = await makeGroup([ben, cat]);
  await ann.call('setAdmin', { groupId, username: ben.user });
  await told(ben, groupId, 'addAdmin');
  assert.deepEqual((await cat.call('getGroupAdmin', { groupId })).data, [ben.user]);
  await ben.call('mute', { groupId, username: cat.user, muteDuration: 60000 });
  await told(cat, groupId, 'addMute');
  assert.deepEqual(usersOf((await ben.call('getMuted', { groupId })).data), [cat.user]);
  await ben.call('removeMute', { groupId, username: cat.user });
  await told(cat, groupId, 'removeMute');
  await ann.call('addUsersToGroupWhitelist', { groupId, users: [cat.user] });
  await told(cat, groupId, 'addUserToGroupWhiteList');
  assert.ok((await ann.call('getGroupWhitelist', { groupId })).data.includes(cat.user));
  assert.equal((await cat.call('isGroupWhiteUser', { groupId, userName: cat.user })).data.white, true);
  await ann.call('disableSendGroupMsg', { groupId });
  await told(cat, groupId, 'muteGroup');
  await cat.sendText({ group: groupId }, 'I may');
  await ann.call('enableSendGroupMsg', { groupId });
  await told(cat, groupId, 'rmGroupMute');
  await ann.call('rmUsersFromGroupWhitelist', { groupId, userName: cat.user });
  await told(cat, groupId, 'rmUserFromGroupWhiteList');
  await ann.call('removeAdmin', { groupId, username: ben.user });
  await told(ben, groupId, 'removeAdmin');
  await ann.call('groupBlockSingle', { groupId, username: ben.user });
  await ann.call('groupBlockMulti', { groupId, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getGroupBlacklistNew', { groupId })).data.toSorted(), [ben.user, cat.user].sort());
  await ann.call('removeGroupBlockSingle', { groupId, username: ben.user });
  await ann.call('removeGroupBlockMulti', { groupId, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getGroupBlacklistNew', { groupId })).data, []);
  for (const c of [ben, cat]) await c.call('joinGroup', { groupId, message: '' });
  await ann.call('removeSingleGroupMember', { groupId, username: ben.user });
  await ann.call('removeMultiGroupMember', { groupId, users: [cat.user] });
  await told(cat, groupId, 'removedFromGroup');
});

scenario('3.x: what a group keeps: its notice, its files', async () => {
  const groupId = await makeGroup([ben]);
  await ann.call('updateGroupAnnouncement', { groupId, announcement: 'tea at five' });
  await told(ben, groupId, 'updateAnnouncement');
  assert.equal((await ben.call('fetchGroupAnnouncement', { groupId })).data.announcement, 'tea at five');
  const { file_id: fileId } = await upload(ann, 'uploadGroupSharedFile', { groupId });
  await told(ben, groupId, 'uploadFile');
  assert.equal((await ben.call('fetchGroupSharedFileList', { groupId })).data[0].file_id, fileId);
  await ann.call('deleteGroupSharedFile', { groupId, fileId });
  await told(ben, groupId, 'deleteFile');
});

scenario('3.x: chat rooms are listed, described, changed and left', async () => {
  const roomId = await makeRoom();
  assert.ok((await ben.call('getChatRooms', { pagenum: 1, pagesize: 100 })).data.some((r) => r.id === roomId));
  await ann.call('modifyChatRoom', { chatRoomId: roomId, chatRoomName: 'Renamed', description: 'other', maxusers: 40 });
  const [info] = (await ben.call('getChatRoomDetails', { chatRoomId: roomId })).data;
  assert.deepEqual([info.name, info.description, info.maxusers], ['Renamed', 'other', 40]);
  assert.ok(JSON.stringify((await ben.call('listChatRoomMember', { chatRoomId: roomId, pageNum: 1, pageSize: 20 })).data).includes(`"${cat.user}"`));
  await ann.call('updateChatRoomAnnouncement', { roomId, announcement: 'doors close at ten' });
  await told(ben, roomId, 'updateAnnouncement');
  assert.equal((await ben.call('fetchChatRoomAnnouncement', { roomId })).data.announcement, 'doors close at ten');
  const { file_id: fileId } = await upload(ann, 'uploadChatRoomSharedFile', { roomId });
  assert.equal((await ben.call('fetchChatRoomSharedFileList', { roomId })).data[0].file_id, fileId);
  await ann.call('deleteChatRoomSharedFile', { roomId, fileId });
  await cat.call('quitChatRoom', { roomId });
  await event(ann, 'onPresence', (e) => String(e.gid) === roomId && e.type === 'leaveChatRoom' && e.from === cat.user);
  await ann.call('addUsersToChatRoom', { chatRoomId: roomId, users: [cat.user] });
  await cat.sendText({ room: roomId }, 'back in');
  await ann.call('destroyChatRoom', { chatRoomId: roomId });
  await told(ben, roomId, 'deleteGroupChat');
});

scenario('3.x: what those in a chat room are and may', async () => {
  const chatRoomId = await makeRoom();
  await ann.call('setChatRoomAdmin', { chatRoomId, username: ben.user });
  await told(ben, chatRoomId, 'addAdmin');
  assert.deepEqual((await cat.call('getChatRoomAdmin', { chatRoomId })).data, [ben.user]);
  await ben.call('muteChatRoomMember', { chatRoomId, username: cat.user, muteDuration: 60000 });
  await told(cat, chatRoomId, 'addMute');
  assert.deepEqual(usersOf((await ben.call('getChatRoomMuted', { chatRoomId })).data), [cat.user]);
  await ben.call('removeMuteChatRoomMember', { chatRoomId, username: cat.user });
  await told(cat, chatRoomId, 'removeMute');
  await ann.call('addUsersToChatRoomWhitelist', { chatRoomId, users: [cat.user] });
  await told(cat, chatRoomId, 'addUserToChatRoomWhiteList');
  assert.ok((await ann.call('getChatRoomWhitelist', { chatRoomId })).data.includes(cat.user));
  assert.equal((await cat.call('isChatRoomWhiteUser', { chatRoomId, userName: cat.user })).data.white, true);
  await ann.call('disableSendChatRoomMsg', { chatRoomId });
  await told(cat, chatRoomId, 'muteChatRoom');
  await cat.sendText({ room: chatRoomId }, 'I may');
  await ann.call('enableSendChatRoomMsg', { chatRoomId });
  await told(cat, chatRoomId, 'rmChatRoomMute');
  await ann.call('rmUsersFromChatRoomWhitelist', { chatRoomId, userName: cat.user });
  await ann.call('removeChatRoomAdmin', { chatRoomId, username: ben.user });
  await told(ben, chatRoomId, 'removeAdmin');
  await ann.call('chatRoomBlockSingle', { chatRoomId, username: ben.user });
  await ann.call('chatRoomBlockMulti', { chatRoomId, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getChatRoomBlacklistNew', { chatRoomId })).data.toSorted(), [ben.user, cat.user].sort());
  await ann.call('removeChatRoomBlockSingle', { chatRoomId, username: ben.user });
  await ann.call('removeChatRoomBlockMulti', { chatRoomId, usernames: [cat.user] });
  assert.deepEqual((await ann.call('getChatRoomBlacklistNew', { chatRoomId })).data, []);
  for (const c of [ben, cat]) await c.call('joinChatRoom', { roomId: chatRoomId });
  await ann.call('removeSingleChatRoomMember', { chatRoomId, username: ben.user });
  await told(ben, chatRoomId, 'removedFromGroup');
  await ann.call('removeMultiChatRoomMember', { chatRoomId, users: [cat.user] });
  await told(cat, chatRoomId, 'removedFromGroup');
});

scenario('3.x: what users show of themselves, and where to push', async () => {
  await ann.page.evaluate(() => client.conn.updateOwnUserInfo({ nickname: 'Ann', sign: 'ä & ö' }));
  const shown = await ben.page.evaluate(([user]) => client.conn.fetchUserInfoById([user]).then((r) => r.data[user]), [ann.user]);
  assert.deepEqual([shown.nickname, shown.sign], ['Ann', 'ä & ö']);
  await ann.page.evaluate(() => client.conn.updateCurrentUserNick('Annie'));
  await ann.call('uploadToken', { deviceId: 'd1', deviceToken: 't2', notifierName: 'n1' });
});

scenario('3.x: no page complained of REST', async () => {
  for (const c of [ann, ben, cat]) {
    assert.deepEqual(c.faults, []);
    await c.close();
  }
});
