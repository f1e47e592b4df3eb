// Who is who, and who is there.
import assert from 'node:assert/strict';
import { Person, fresh, pair, refuses, scenario } from './people.mjs';

scenario('users say who they are', async () => {
  const [a, b] = await pair('user');
  const second = await new Person(a.user).login();
  await a.zim.updateUserName('Ann É.');
  await a.zim.updateUserAvatarUrl('https://example.org/a.png');
  await a.zim.updateUserExtendedData('{"a":1}');
  await second.event('userInfoUpdated', (d) => d.info.extendedData === '{"a":1}' && d.info.baseInfo.userName === 'Ann É.');
  const asked = await b.zim.queryUsersInfo([a.user, 'nobody-there'], { isQueryFromServer: true });
  assert.deepEqual([asked.userList[0].baseInfo.userName, asked.userList[0].userAvatarUrl, asked.userList[0].extendedData],
    ['Ann É.', 'https://example.org/a.png', '{"a":1}']);
  assert.deepEqual(asked.errorUserList.map((u) => [u.userID, u.reason]), [['nobody-there', 6000011]]);
  await refuses(6000001, b.zim.queryUsersInfo(Array.from({ length: 11 }, (_, i) => `u${i}`), { isQueryFromServer: true }));
  await refuses(6000001, a.zim.updateUserName('x'.repeat(257)));
  const rule = { onlinePlatforms: [1], notToReceiveOfflinePushPlatforms: [3] };
  await a.zim.updateUserOfflinePushRule(rule);
  await second.event('userRuleUpdated', (d) => d.userRule.offlinePushRule.onlinePlatforms[0] === 1);
  await a.zim.updateUserBadge(4);
  const { selfUserInfo } = await second.zim.querySelfUserInfo();
  assert.deepEqual([selfUserInfo.userFullInfo.baseInfo.userID, selfUserInfo.userRule.offlinePushRule], [a.user, rule]);
});

scenario('presence is followed', async () => {
  const [a, b] = await pair('status');
  assert.deepEqual((await a.zim.subscribeUsersStatus([b.user, 'nobody-there'], { subscriptionDuration: 10 })).errorUserList.map((u) => u.userID), ['nobody-there']);
  await a.event('userStatusUpdated', (d) => d.userStatusList[0].userID === b.user && d.userStatusList[0].onlineStatus === 0);
  await b.zim.updateUserCustomStatus('at lunch', { duration: 60 });
  await a.event('userStatusUpdated', (d) => d.userStatusList[0].customStatus === 'at lunch');
  const { userStatusList } = await a.zim.queryUsersStatus([b.user]);
  assert.deepEqual([userStatusList[0].onlineStatus, userStatusList[0].onlinePlatforms, userStatusList[0].customStatus], [0, [6], 'at lunch']);
  assert.deepEqual((await a.zim.querySubscribedUserStatusList({ userIDs: [] })).userStatusSubscriptionList.map((x) => x.userStatus.userID), [b.user]);
  await b.zim.logout();
  await a.event('userStatusUpdated', (d) => d.userStatusList[0].userID === b.user && d.userStatusList[0].onlineStatus === 2);
  await a.zim.unsubscribeUsersStatus([b.user]);
  assert.deepEqual((await a.zim.querySubscribedUserStatusList({ userIDs: [] })).userStatusSubscriptionList, []);
});
