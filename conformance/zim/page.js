// In the page: the whole of sdk/zim, driven by name. Bytes, files and callbacks are written as plain objects on the way.
import * as sdk from '/sdk/zim.mjs';

const { ZIM, ZIMErrorCode } = sdk;
let zim;

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const text = (array) => btoa(String.fromCharCode(...array));

/** take makes of a plain argument what the SDK is given. */
function take(v) {
  if (v === null || typeof v !== 'object') return v;
  if (Array.isArray(v)) return v.map(take);
  if ('$bytes' in v) return bytes(v.$bytes);
  if ('$file' in v) return new File([bytes(v.$file)], v.name, { type: v.type });
  if ('$undefined' in v) return undefined;
  if ('$tell' in v) {
    return {
      onMessageAttached: (message) => report({ kind: 'attached', tag: v.$tell, message: give(message) }),
      onMediaUploadingProgress: (message, done, total) => report({ kind: 'progress', tag: v.$tell, done, total }),
      onMultipleMediaUploadingProgress: (message, done, total, index) =>
        report({ kind: 'progress', tag: v.$tell, done, total, index }),
    };
  }
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, take(x)]));
}

/** give makes of what the SDK answers what can be carried out of the page. */
function give(v) {
  if (v === undefined || v === null || typeof v !== 'object') return v ?? null;
  if (v instanceof Uint8Array) return { $bytes: text(v) };
  if (v instanceof File) return { $undefined: true };
  if (Array.isArray(v)) return v.map(give);
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, give(x)]));
}

const events = [
  'error', 'experimentalEventReceived', 'tokenWillExpire', 'connectionStateChanged', 'userInfoUpdated', 'userRuleUpdated',
  'userStatusUpdated', 'conversationChanged', 'conversationTotalUnreadMessageCountUpdated',
  'conversationMessageReceiptChanged', 'conversationsAllDeleted', 'conversationSyncStateChanged', 'receivePeerMessage',
  'receiveRoomMessage', 'receiveGroupMessage', 'peerMessageReceived', 'roomMessageReceived', 'groupMessageReceived',
  'broadcastMessageReceived', 'messageSentStatusChanged', 'messageReceiptChanged', 'messageRevokeReceived',
  'messageReactionsChanged', 'messageDeleted', 'messageRepliedInfoChanged', 'messageRepliedCountChanged', 'messageEdited',
  'messagePinStatusChanged', 'roomStateChanged', 'roomMemberJoined', 'roomMemberLeft', 'roomAttributesUpdated',
  'roomAttributesBatchUpdated', 'roomMemberAttributesUpdated', 'groupStateChanged', 'groupNameUpdated',
  'groupAvatarUrlUpdated', 'groupNoticeUpdated', 'groupAliasUpdated', 'groupAttributesUpdated', 'groupMutedInfoUpdated',
  'groupVerifyInfoUpdated', 'groupMemberStateChanged', 'groupMemberInfoUpdated', 'groupApplicationListChanged',
  'groupApplicationUpdated', 'callInvitationCreated', 'callInvitationReceived', 'callInvitationCancelled',
  'callInvitationEnded', 'callInvitationRejected', 'callInvitationAccepted', 'callInvitationTimeout',
  'callInviteesAnsweredTimeout', 'callUserStateChanged', 'friendListChanged', 'friendInfoUpdated',
  'friendApplicationListChanged', 'friendApplicationUpdated', 'blacklistChanged',
];

const failure = (e) => ({ error: { code: e?.code ?? -1, message: String(e?.message ?? e), known: ZIMErrorCode[e?.code] !== undefined } });

window.client = {
  create(config, advanced) {
    for (const [k, v] of Object.entries(advanced ?? {})) ZIM.setAdvancedConfig(k, v);
    zim = ZIM.create(config);
    for (const name of events) zim?.on(name, (instance, data) => report({ kind: 'event', name, data: give(data), same: instance === zim }));
    return zim !== null;
  },
  /** call resolves to {result} or {error}: a call that throws is neither. */
  async call(method, args) {
    try {
      return { result: give(await zim[method](...args.map(take))) };
    } catch (e) {
      return failure(e);
    }
  },
  /** now calls a method without waiting for its promise. */
  now(method, args) {
    return give(zim[method](...args.map(take)));
  },
  statics(method, args) {
    const out = ZIM[method](...args.map(take));
    return out !== null && typeof out === 'object' ? out === zim : out ?? null;
  },
  off(name) {
    zim.off(name);
  },
  /** fetchLength loads what a message links to. */
  async fetchLength(url) {
    const answer = await fetch(url);
    return { status: answer.status, type: answer.headers.get('content-type'), length: (await answer.arrayBuffer()).byteLength };
  },
};
