package webim

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// restRow is one request to a running front-end and what must come of it.
type restRow struct {
	as, method, path, body string
	want                   string // in the answer, which is a success unless status says otherwise
	status                 int    // 0: 200
	keep                   string // name=data.path: of the answer, for {name} in later rows
}

// restRows are all the REST rows of [webim 12] and [webim 18] but for files, in an order in which each has something to
// find. alice owns the group and the room, bob is in both, carol in neither, dave comes and goes.
var restRows = []restRow{
	// Accounts and what they show.
	{"app", "POST", "/users", `[{"username":"erin","password":"p","nickname":"E"},{"username":"frank","password":"p"}]`, `"nickname":"E"`, 0, ""},
	{"", "POST", "/token", `{"grant_type":"password","username":"erin","password":"p"}`, `"access_token"`, 0, ""},
	{"app", "GET", "/users?limit=2", "", `"cursor"`, 0, ""},
	{"alice", "GET", "/users/alice", "", `"username":"alice"`, 0, ""},
	{"app", "PUT", "/users/erin/password", `{"newpassword":"q"}`, ``, 0, ""},
	{"", "POST", "/token", `{"grant_type":"password","username":"erin","password":"p"}`, "invalid password", 400, ""},
	{"app", "POST", "/users/erin/deactivate", "", `"activated":false`, 0, ""},
	{"app", "POST", "/users/erin/activate", "", `"activated":true`, 0, ""},
	{"alice", "GET", "/sdk/users/alice/token/expires", "", `"expire_timestamp"`, 0, ""},
	{"alice", "PUT", "/users/alice", `{"nickname":"Al","device_id":"d","device_token":"t","notifier_name":"n"}`, `"nickname":"Al"`, 0, ""},
	{"alice", "PUT", "/metadata/user/alice", `nickname=Ally&ext=x&sign=hi`, `"sign":"hi"`, 0, ""},
	{"bob", "GET", "/metadata/user/alice", "", `"nickname":"Ally"`, 0, ""},
	{"bob", "POST", "/metadata/user/get", `{"targets":["alice"],"properties":["sign"]}`, `{"alice":{"sign":"hi"}}`, 0, ""},
	{"app", "GET", "/metadata/user/capacity", "", `"data":`, 0, ""},
	{"app", "DELETE", "/metadata/user/alice", "", `"data":true`, 0, ""},
	{"alice", "GET", "/users/alice/resources", "", `"res":"web1"`, 0, ""},
	{"app", "GET", "/users/alice/status", "", `{"alice":"online"}`, 0, ""},
	{"app", "POST", "/users/batch/status", `{"usernames":["alice","carol"]}`, `[{"alice":"online"},{"carol":"offline"}]`, 0, ""},
	{"alice", "GET", "/users/alice/token/rtc", "", "service not open!", 403, ""},
	{"alice", "POST", "/rtc_mapper/batch/get", `{}`, "service not open!", 403, ""},
	{"alice", "POST", "/sdk/users/alice/client/logs", `{}`, "service not open!", 403, ""},
	{"alice", "GET", "/users/alice/translate/support/language", "", "service not open!", 403, ""},
	{"alice", "POST", "/users/alice/translate", `{"text":"x","to":["en"]}`, "service not open!", 403, ""},
	{"alice", "POST", "/user/alice/moderation/report/message/1", `{}`, "service not open!", 403, ""},

	// Presence.
	{"alice", "POST", "/users/alice/presence/web1/1", `{"ext":"busy"}`, `"result":"ok"`, 0, ""},
	{"bob", "POST", "/users/bob/presence/600", `{"usernames":["alice"]}`, `"ext":"busy"`, 0, ""},
	{"bob", "GET", "/users/bob/presence/sublist?pageNum=1&pageSize=10", "", `"uid":"alice"`, 0, ""},
	{"bob", "POST", "/users/bob/presence", `{"usernames":["alice"]}`, `"web1":"1"`, 0, ""},
	{"bob", "DELETE", "/users/bob/presence", `["alice"]`, `"result":"ok"`, 0, ""},

	// Contacts and blocks.
	{"alice", "POST", "/users/alice/contacts/apply", `{"usernames":["bob"],"reason":"hi"}`, `["bob"]`, 0, ""},
	{"bob", "POST", "/users/bob/contacts/accept/users/alice", "", `ok`, 0, ""},
	{"alice", "GET", "/users/alice/contacts/users", "", `"data":["bob"]`, 0, ""},
	{"alice", "PUT", "/users/alice/contacts/users/bob", `{"remark":"Bobby"}`, ``, 0, ""},
	{"alice", "PUT", "/user/alice/contacts/users/bob", `{"remark":"Bo"}`, ``, 0, ""},
	{"alice", "GET", "/users/alice/contacts?needReturnRemark=true&limit=10&cursor=", "", `"remark":"Bo"`, 0, ""},
	{"app", "GET", "/user/alice/contacts?limit=10", "", `"username":"bob"`, 0, ""},
	{"carol", "POST", "/users/carol/contacts/apply", `{"usernames":["bob"]}`, ``, 0, ""},
	{"bob", "POST", "/users/bob/contacts/decline/users/carol", "", ``, 0, ""},
	{"app", "POST", "/users/carol/contacts/users/alice", "", `"alice"`, 0, ""},
	{"app", "POST", "/users/carol/contacts/import", `{"usernames":["bob","nobody"]}`, `"NotExistFailed":["nobody"]`, 0, ""},
	{"carol", "DELETE", "/users/carol/contacts/users/alice", "", ``, 0, ""},
	{"alice", "POST", "/users/alice/blocks/users", `{"usernames":["dave"]}`, `["dave"]`, 0, ""},
	{"alice", "GET", "/users/alice/blocks/users?pageSize=5", "", `["dave"]`, 0, ""},
	{"alice", "DELETE", "/users/alice/blocks/users/dave", "", ``, 0, ""},
	{"alice", "POST", "/sdk/user/alice/blocks", `{"usernames":["dave"]}`, `["dave"]`, 0, ""},
	{"alice", "DELETE", "/sdk/user/alice/blocks", `{"usernames":["dave"]}`, ``, 0, ""},

	// Groups.
	{"alice", "POST", "/chatgroups", `{"owner":"alice","groupname":"G","desc":"d","members":["bob"],"public":true,"approval":true,"allowinvites":true,"invite_need_confirm":false}`, `"groupid"`, 0, "g=data.groupid"},
	{"app", "GET", "/chatgroups?limit=10", "", `"groupid":"{g}"`, 0, ""},
	{"carol", "GET", "/publicchatgroups?limit=10", "", `"groupid":"{g}"`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}", "", `"permission":"member"`, 0, ""},
	{"alice", "PUT", "/chatgroups/{g}", `{"groupname":"G2","maxusers":50}`, `"groupname":true`, 0, ""},
	{"bob", "GET", "/users/bob/joined_chatgroups?pagenum=0&pagesize=10", "", `"groupname":"G2"`, 0, ""},
	{"bob", "GET", "/chatgroups/user/bob?pagenum=0&pagesize=10", "", `"groupId":"{g}"`, 0, ""},
	{"bob", "GET", "/chatgroups/user/bob/joined_count", "", `"data":1`, 0, ""},
	{"app", "GET", "/chatgroups/{g}/user/bob/is_joined", "", `"data":true`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/invite", `{"usernames":["dave"]}`, `"result":true`, 0, ""},
	{"dave", "DELETE", "/chatgroups/{g}/quit", "", `"user":"dave"`, 0, ""},
	{"carol", "POST", "/chatgroups/{g}/apply", `{"message":"please"}`, `"result":true`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/apply_verify", `{"applicant":"carol","verifyResult":true}`, `"user":"carol"`, 0, ""},
	{"alice", "PUT", "/chatgroups/{g}", `{"invite_need_confirm":true}`, ``, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/invite", `{"usernames":["dave"]}`, `"result":true`, 0, ""},
	{"dave", "POST", "/chatgroups/{g}/invite_verify", `{"invitee":"dave","verifyResult":true}`, `"user":"dave"`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}/users?pagenum=1&pagesize=10", "", `"owner":"alice"`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/users/carol,dave", "", `"user":"carol"`, 0, ""},
	{"app", "POST", "/chatgroups/{g}/users", `{"usernames":["carol"]}`, `"newmembers":["carol"]`, 0, ""},
	{"app", "POST", "/chatgroups/{g}/users/dave", "", `"user":"dave"`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/admin", `{"newadmin":"carol"}`, `"newadmin":"carol"`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}/admin", "", `["carol"]`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/admin/carol", "", `"oldadmin":"carol"`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/mute", `{"usernames":["carol"],"mute_duration":60000}`, `"expire"`, 0, ""},
	{"alice", "GET", "/chatgroups/{g}/mute?pagenum=1&pagesize=10", "", `"user":"carol"`, 0, ""},
	{"carol", "GET", "/sdk/chatgroups/{g}/mute/carol", "", `"data":true`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/mute/carol", "", `"user":"carol"`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/ban", "", `"mute":true`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/white/users", `{"usernames":["bob"]}`, `add_user_whitelist`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/white/users/carol", "", `add_user_whitelist`, 0, ""},
	{"alice", "GET", "/chatgroups/{g}/white/users", "", `"bob"`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}/white/users/bob", "", `"white":true`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/white/users/carol", "", `remove_user_whitelist`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/ban", "", `"mute":false`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/blocks/users", `{"usernames":["carol"]}`, `add_blocks`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/blocks/users/dave", "", `add_blocks`, 0, ""},
	{"alice", "GET", "/chatgroups/{g}/blocks/users", "", `"carol"`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}/blocks/users/carol,dave?version=v3", "", `remove_blocks`, 0, ""},
	{"alice", "POST", "/chatgroups/{g}/announcement", `{"announcement":"news"}`, `"result":true`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}/announcement", "", `"announcement":"news"`, 0, ""},
	{"bob", "POST", "/chatgroups/{g}/shield", "", ``, 0, ""},
	{"bob", "DELETE", "/chatgroups/{g}/shield", "", ``, 0, ""},
	{"app", "POST", "/chatgroups/{g}/disable", "", `true`, 0, ""},
	{"bob", "GET", "/chatgroups/{g}", "", `"disabled":true`, 0, ""},
	{"app", "POST", "/chatgroups/{g}/enable", "", `false`, 0, ""},
	{"bob", "PUT", "/metadata/chatgroup/{g}/user/bob", `{"metaData":{"k":"v"}}`, `"k":"v"`, 0, ""},
	{"alice", "PUT", "/sdk/metadata/chatgroup/{g}/user/alice", `{"metaData":{"k":"w"}}`, `"k":"w"`, 0, ""},
	{"bob", "GET", "/metadata/chatgroup/{g}/user/bob", "", `{"k":"v"}`, 0, ""},
	{"bob", "GET", "/sdk/metadata/chatgroup/{g}/user/alice", "", `{"k":"w"}`, 0, ""},
	{"bob", "POST", "/metadata/chatgroup/{g}/get", `{"targets":["alice","bob"],"properties":["k"]}`, `"bob":{"k":"v"}`, 0, ""},
	{"bob", "POST", "/sdk/metadata/chatgroup/{g}/get", `{"targets":["alice"]}`, `"alice":{"k":"w"}`, 0, ""},
	{"app", "PUT", "/metadata/chatgroup/{g}/users/batch", `[{"username":"bob","metadata":{"b":"1"}},{"username":"alice","metadata":{"b":"2"}},{"username":"nobody","metadata":{"b":"3"}}]`, `"updateMetadataFailed:":["nobody"],"updateMetadataSucceeded:":[{"username":"bob","metadata":{"b":"1"}},{"username":"alice","metadata":{"b":"2"}}]`, 0, ""},
	{"bob", "PUT", "/sdk/metadata/chatgroup/{g}/users/batch", `[{"username":"bob","metadata":{"b":""}}]`, `"username":"bob"`, 0, ""},
	{"bob", "POST", "/metadata/chatgroup/{g}/get", `{"targets":["alice","bob"],"properties":["b"]}`, `{"alice":{"b":"2"},"bob":{}}`, 0, ""},

	// Messages, by the app's server.
	{"app", "POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"one"}}`, `"bob":"`, 0, "m=data.bob"},
	{"app", "POST", "/messages/chatgroups", `{"from":"alice","to":["{g}"],"type":"txt","body":{"msg":"two"},"need_group_ack":true}`, `"{g}":"`, 0, "gm=data.{g}"},
	{"app", "POST", "/messages/chatgroups/users", `{"from":"alice","to":["{g}"],"users":["bob"],"type":"txt","body":{"msg":"aside"}}`, `"{g}":"`, 0, ""},
	{"app", "POST", "/messages/users/broadcast", `{"msg":{"type":"txt","msg":"all who are there"}}`, `"id"`, 0, ""},
	{"app", "POST", "/messages/broadcast", `{"msg":{"type":"txt","msg":"all"}}`, `"id"`, 0, ""},
	{"app", "POST", "/messages/users/import", `{"from":"alice","target":"bob","type":"txt","body":{"msg":"of old"},"msg_timestamp":1600000000000,"is_ack_read":true}`, `"msg_id"`, 0, "old=data.msg_id"},
	{"app", "POST", "/messages/chatgroups/import", `{"from":"alice","target":"{g}","type":"txt","body":{"msg":"of old"}}`, `"msg_id"`, 0, ""},
	{"app", "PUT", "/messages/rewrite/{m}", `{"user":"alice","new_msg":{"type":"txt","msg":"uno"}}`, `"success"`, 0, ""},
	{"bob", "POST", "/users/bob/messageroaming", `{"queue":"alice@easemob.com","start":-1,"end":-1}`, `"is_last":true`, 0, ""},
	{"alice", "GET", "/chatgroups/{g}/acks/{gm}?limit=500&key=undefined", "", `"total"`, 0, ""},
	{"app", "GET", "/users/bob/offline_msg_count", "", `"bob":`, 0, ""},
	{"app", "GET", "/users/bob/offline_msg_status/{m}", "", `"undelivered"`, 0, ""},
	{"app", "GET", "/users/bob/offline_msg_status/{old}", "", `delivered"`, 0, ""},

	// Reactions.
	{"bob", "POST", "/reaction/user/bob", `{"msgId":"{m}","message":"heart"}`, `true`, 0, ""},
	{"alice", "GET", "/reaction/user/alice?msgIdList={m}&msgType=chat&groupId=null", "", `"reaction":"heart"`, 0, ""},
	{"alice", "GET", "/reaction/user/alice/detail?msgId={m}&message=heart&currentPage=0&pageSize=10", "", `"userList":["bob"]`, 0, ""},
	{"bob", "DELETE", "/reaction/user/bob?msgId={m}&message=heart", "", ``, 0, ""},

	// Conversations.
	{"bob", "GET", "/users/bob/user_channels", "", `"channel_id":"dragoman#chat_alice@easemob.com"`, 0, ""},
	{"bob", "GET", "/users/bob/user_channels/page?pageNum=1&pageSize=20", "", `"unread_num"`, 0, ""},
	{"bob", "GET", "/sdk/user/bob/user_channels/list?limit=20&cursor=&need_mark=true", "", `"session_to":"alice"`, 0, ""},
	{"bob", "POST", "/sdk/user/bob/user_channel/top", `{"type":"chat","to":"alice"}`, `"is_top":true`, 0, ""},
	{"bob", "DELETE", "/sdk/user/bob/user_channel/top?type=chat&to=alice", "", `"is_top":false`, 0, ""},
	{"bob", "POST", "/sdk/user/bob/user_channels/mark", `{"mark":"mark_3","targets":[{"to":"alice","type":"chat"}]}`, `"ignore":[]`, 0, ""},
	{"bob", "GET", "/sdk/user/bob/user_channels/mark/search?mark=mark_3&limit=10&cursor=", "", `"mark_3"`, 0, ""},
	{"bob", "DELETE", "/sdk/user/bob/user_channels/mark", `{"mark":"mark_3","targets":[{"to":"alice","type":"chat"}]}`, `"ignore":[]`, 0, ""},
	{"bob", "POST", "/sdk/user/bob/user_channel/pin", `{"to":"alice","type":"chat","pin_msg_id":"{m}"}`, `ok`, 0, ""},
	{"bob", "GET", "/sdk/user/bob/user_channel/pin?to=alice&type=chat&limit=10", "", `"pin_operator":"bob"`, 0, ""},
	{"bob", "DELETE", "/sdk/user/bob/user_channel/pin?to=alice&type=chat&pin_msg_id={m}", "", `ok`, 0, ""},

	// Threads.
	{"bob", "POST", "/thread", `{"name":"T","msg_id":"{gm}","group_id":"{g}","owner":"bob"}`, `"thread_id"`, 0, "t=data.thread_id"},
	{"alice", "POST", "/thread/{t}/user/alice/join", "", `"name":"T"`, 0, ""},
	{"alice", "GET", "/thread/{t}", "", `"affiliations_count":2`, 0, ""},
	{"bob", "PUT", "/thread/{t}", `{"name":"T2"}`, `"T2"`, 0, ""},
	{"alice", "GET", "/thread/{t}/users?limit=10", "", `"alice"`, 0, ""},
	{"alice", "GET", "/threads/user/alice?limit=10", "", `"id":"{t}"`, 0, ""},
	{"alice", "GET", "/threads/chatgroups/{g}?limit=10", "", `"id":"{t}"`, 0, ""},
	{"alice", "GET", "/threads/chatgroups/{g}/user/alice?limit=10", "", `"id":"{t}"`, 0, ""},
	{"alice", "POST", "/thread/message", `{"threadIds":["{t}"]}`, `"thread_id":"{t}"`, 0, ""},
	{"alice", "DELETE", "/thread/{t}/user/alice/quit", "", `ok`, 0, ""},
	{"alice", "POST", "/thread/{t}/user/alice/join", "", `"name":"T2"`, 0, ""},
	{"bob", "DELETE", "/thread/{t}/users/alice", "", `"user":"alice"`, 0, ""},
	{"bob", "DELETE", "/thread/{t}", "", `ok`, 0, ""},

	// What one hides from oneself.
	{"bob", "DELETE", "/sdk/message/roaming/chat/user/bob?userId=alice&msgIdList={m}", "", `ok`, 0, ""},
	{"bob", "DELETE", "/sdk/message/roaming/chat/user/bob/time?userId=alice&delTime={now}", "", `ok`, 0, ""},
	{"bob", "DELETE", "/rest/message/roaming/group/user/bob?groupId={g}&msgIdList={gm}", "", `ok`, 0, ""},
	{"bob", "DELETE", "/rest/message/roaming/group/user/bob/time?groupId={g}&delTime={now}", "", `ok`, 0, ""},
	{"bob", "POST", "/sdk/message/roaming/user/bob/delete/all", "", `ok`, 0, ""},
	{"app", "POST", "/rest/message/roaming/user/bob/delete/all", "", `ok`, 0, ""},
	{"bob", "DELETE", "/user/bob/user_channel", `{"channel":"alice","type":"chat","delete_roam":true}`, `ok`, 0, ""},
	{"app", "DELETE", "/users/bob/user_channel", `{"channel":"{g}","type":"groupchat","delete_roam":false}`, `ok`, 0, ""},
	{"app", "POST", "/messages/msg_recall", `{"msg_id":"{m}","to":"bob","chat_type":"chat","from":"alice","force":true}`, `"recalled":"yes"`, 0, ""},
	{"app", "POST", "/messages/batch_recall", `{"msgs":[{"msg_id":"{m}","to":"bob","chat_type":"chat"},{"msg_id":"12","to":"bob","chat_type":"chat"}]}`, `"recalled":"no"`, 0, ""},
	{"app", "POST", "/messages/recall", `{"msg_id":"{gm}","to":"{g}","chat_type":"groupchat"}`, `"recalled":"yes"`, 0, ""},

	// Silent mode.
	{"bob", "PUT", "/users/bob/notification/user/alice", `{"type":"NONE"}`, `"type":"NONE"`, 0, ""},
	{"bob", "GET", "/users/bob/notification/user/alice", "", `"type":"NONE"`, 0, ""},
	{"bob", "PUT", "/users/bob/notification/chatgroup/{g}", `{"type":"AT","ignoreDuration":60000}`, `"AT"`, 0, ""},
	{"bob", "GET", "/users/bob/notification?user=alice&group={g}", "", `"alice":{"type":"NONE"}`, 0, ""},
	{"bob", "GET", "/users/bob/notification/mute/type?limit=10", "", `"data":[`, 0, ""},
	{"bob", "PUT", "/users/bob/notification/language", `{"translationLanguage":"de"}`, `"de"`, 0, ""},
	{"bob", "GET", "/users/bob/notification/language", "", `"de"`, 0, ""},

	// Chat rooms.
	{"alice", "POST", "/chatrooms", `{"name":"R","description":"d","maxusers":100,"owner":"alice","members":[]}`, `"id"`, 0, "r=data.id"},
	{"app", "GET", "/chatrooms?limit=10", "", `"id":"{r}"`, 0, ""},
	{"bob", "GET", "/chatrooms?pagenum=1&pagesize=10", "", `"id":"{r}"`, 0, ""},
	{"bob", "GET", "/chatrooms/{r}", "", `"name":"R"`, 0, ""},
	{"alice", "PUT", "/chatrooms/{r}", `{"name":"R2","description":"e","maxusers":90}`, `"name":true`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/apply?resource=web1", `{}`, `"result":true`, 0, ""},
	{"bob", "POST", "/chatrooms/{r}/apply?resource=web1", `{}`, `"result":true`, 0, ""},
	{"bob", "GET", "/users/bob/joined_chatrooms?pagenum=1&pagesize=10&detail=true", "", `"title":"R2"`, 0, ""},
	{"bob", "GET", "/chatrooms/{r}/users?pagenum=1&pagesize=10", "", `"member":"bob"`, 0, ""},
	{"app", "POST", "/messages/chatrooms", `{"from":"alice","to":["{r}"],"type":"txt","body":{"msg":"three"},"chatroom_msg_level":"high"}`, `"{r}":"`, 0, ""},
	{"app", "POST", "/messages/chatrooms/users", `{"from":"alice","to":["{r}"],"users":["bob"],"type":"txt","body":{"msg":"aside"}}`, `"{r}":"`, 0, ""},
	{"app", "POST", "/messages/chatrooms/broadcast", `{"from":"alice","msg":{"type":"txt","msg":"everywhere"}}`, `"id"`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/admin", `{"newadmin":"bob"}`, `"newadmin":"bob"`, 0, ""},
	{"bob", "GET", "/chatrooms/{r}/admin", "", `["bob"]`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/admin/bob", "", `"oldadmin":"bob"`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/mute", `{"usernames":["bob"],"mute_duration":60000}`, `"expire"`, 0, ""},
	{"alice", "GET", "/chatrooms/{r}/mute?pagenum=1&pagesize=10", "", `"user":"bob"`, 0, ""},
	{"bob", "GET", "/sdk/chatrooms/{r}/mute/bob", "", `"data":true`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/mute/bob", "", `"user":"bob"`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/ban", "", `"mute":true`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/ban", "", `"mute":false`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/white/users", `{"usernames":["bob"]}`, `add_user_whitelist`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/white/users/bob", "", `add_user_whitelist`, 0, ""},
	{"alice", "GET", "/chatrooms/{r}/white/users", "", `"bob"`, 0, ""},
	{"bob", "GET", "/chatrooms/{r}/white/users/bob", "", `"white":true`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/white/users/bob", "", `remove_user_whitelist`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/announcement", `{"announcement":"news"}`, `"result":true`, 0, ""},
	{"bob", "GET", "/chatrooms/{r}/announcement", "", `"announcement":"news"`, 0, ""},
	{"bob", "PUT", "/metadata/chatroom/{r}/user/bob", `{"metaData":{"k":"v"},"autoDelete":"NO_DELETE"}`, `"successKeys":["k"]`, 0, ""},
	{"alice", "PUT", "/metadata/chatroom/{r}/user/alice", `{"metaData":{"k":"w"}}`, `"errorKeys":{"k":`, 0, ""},
	{"alice", "PUT", "/metadata/chatroom/{r}/user/alice/forced", `{"metaData":{"k":"w"}}`, `"successKeys":["k"]`, 0, ""},
	{"bob", "POST", "/metadata/chatroom/{r}", `{"keys":["k"]}`, `{"k":"w"}`, 0, ""},
	{"bob", "DELETE", "/metadata/chatroom/{r}/user/bob", `{"keys":["k"]}`, `"errorKeys":{"k":`, 0, ""},
	{"bob", "DELETE", "/metadata/chatroom/{r}/user/bob/forced", `{"keys":["k"]}`, `"successKeys":["k"]`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/users/bob", "", `"user":"bob"`, 0, ""},
	{"app", "POST", "/chatrooms/{r}/users/bob", "", `"user":"bob"`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/blocks/users", `{"usernames":["bob"]}`, `add_blocks`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/blocks/users/dave", "", `add_blocks`, 0, ""},
	{"alice", "GET", "/chatrooms/{r}/blocks/users", "", `"bob"`, 0, ""},
	{"alice", "DELETE", "/chatrooms/{r}/blocks/users/bob,dave?version=v3", "", `remove_blocks`, 0, ""},
	{"alice", "POST", "/chatrooms/{r}/users", `{"usernames":["bob"]}`, `"user":"bob"`, 0, ""},
	{"bob", "DELETE", "/chatrooms/{r}/quit?resource=web1", "", `"user":"bob"`, 0, ""},

	// Orders of the app's server, and the end.
	{"app", "POST", "/mutes", `{"username":"carol","chat":60}`, `ok`, 0, ""},
	{"app", "GET", "/mutes?pageNum=1&pageSize=10", "", `"username":"carol"`, 0, ""},
	{"app", "GET", "/mutes/carol", "", `"groupchat":0`, 0, ""},
	{"app", "POST", "/chatrooms/super_admin", `{"superadmin":"carol"}`, `"newSuperAdmin":"carol"`, 0, ""},
	{"app", "GET", "/chatrooms/super_admin", "", `["carol"]`, 0, ""},
	{"app", "DELETE", "/chatrooms/super_admin/carol", "", `"oldSuperAdmin":"carol"`, 0, ""},
	{"app", "GET", "/callbacks/storage/info", "", `"data":[]`, 0, ""},
	{"app", "POST", "/callbacks/storage/retry", `{"date":"202001010000"}`, "put aside", 404, ""},
	{"app", "GET", "/chatmessages/2020", "", "illegal_argument", 400, ""},
	{"app", "GET", "/chatmessages/1990010100", "", "storage_object_not_found", 404, ""},
	{"", "GET", "/chatmessages/2020010100/file?Expires=9999999999&Signature=00", "", "forbidden_op", 403, ""},
	{"alice", "DELETE", "/chatrooms/{r}", "", `"success":true`, 0, ""},
	{"alice", "DELETE", "/chatgroups/{g}", "", `"success":true`, 0, ""},
	{"app", "DELETE", "/users/bob/disconnect/web1", "", `true`, 0, ""},
	{"app", "GET", "/users/alice/disconnect", "", `true`, 0, ""},
	{"app", "DELETE", "/users/frank", "", `"frank"`, 0, ""},
	{"app", "DELETE", "/users?limit=100", "", `"alice"`, 0, ""},
}

// filePatterns are the rows that other tests drive: they take or give files.
var filePatterns = []string{
	"POST /chatfiles", "GET /chatfiles/{uuid}", "POST /chatgroups/{id}/share_files", "GET /chatgroups/{id}/share_files",
	"GET /chatgroups/{id}/share_files/{file}", "DELETE /chatgroups/{id}/share_files/{file}", "POST /chatrooms/{id}/share_files",
	"GET /chatrooms/{id}/share_files", "GET /chatrooms/{id}/share_files/{file}", "DELETE /chatrooms/{id}/share_files/{file}",
}

// Every row of the tables is asked of a running front-end, with the token that it wants, and does what it says.
func TestEveryRESTRow(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{"app": app, "": ""}
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		tokens[name] = g.user(name)
	}
	g.dial("alice", "web1")
	g.dial("bob", "web1", lazy)
	known := map[string]string{"now": fmt.Sprint(time.Now().Add(time.Minute).UnixMilli())}
	fill := func(s string) string {
		for name, v := range known {
			s = strings.ReplaceAll(s, "{"+name+"}", v)
		}
		return s
	}
	driven := map[string]bool{}
	for i, row := range restRows {
		path := fill(row.path)
		answer, text := g.ask(row.method, path, tokens[row.as], fill(row.body))
		status := row.status
		if status == 0 {
			status = http.StatusOK
		}
		if answer.StatusCode != status || !strings.Contains(text, fill(row.want)) || !json.Valid([]byte(text)) {
			t.Fatalf("row %d, %s %s %s: %d %s, want %s", i, row.as, row.method, path, answer.StatusCode, text, fill(row.want))
		}
		if name, at, ok := strings.Cut(row.keep, "="); ok {
			known[name] = dig(t, text, strings.Split(fill(at), "."))
		}
		driven[g.front.patternOf(row.method, path)] = true
	}
	for _, table := range g.front.tables() {
		for pattern := range table {
			if !driven[pattern] && !slices.Contains(filePatterns, pattern) {
				t.Errorf("no row drives %s", pattern)
			}
		}
	}
}

// ask is do with the answer read. A body that is no JSON is a form.
func (g *gateway) ask(method, path, token, body string) (*http.Response, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.server.URL+"/dragoman/chat"+path, reader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	if body != "" && !json.Valid([]byte(body)) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer, string(b)
}

// dig returns the text at a path of a JSON object.
func dig(t *testing.T, text string, path []string) string {
	t.Helper()
	var at any
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		t.Fatal(err)
	}
	for _, key := range path {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	found, ok := at.(string)
	if !ok {
		t.Fatalf("nothing at %v in %s", path, text)
	}
	return found
}

// patternOf is the pattern of the route that serves a path: of those that fit, the one with the most written out.
func (f *frontend) patternOf(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	best, most := "", -1
	for _, table := range f.tables() {
		for pattern := range table {
			m, p, _ := strings.Cut(pattern, " ")
			want, got := strings.Split(p, "/"), strings.Split(path, "/")
			if m != method || len(want) != len(got) {
				continue
			}
			literal := 0
			for i, segment := range want {
				if strings.HasPrefix(segment, "{") {
					continue
				}
				if segment != got[i] {
					literal = -1
					break
				}
				literal++
			}
			if literal > most {
				best, most = pattern, literal
			}
		}
	}
	return best
}

// The file of an hour holds what was said in it, once, as rows that the vendor's consumers read.
func TestHistoryFileHoldsTheHour(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	g.user("alice")
	g.user("bob")
	hour := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	for i, at := range []time.Duration{-time.Second, 0, 30 * time.Minute, time.Hour - time.Millisecond, time.Hour} {
		_, err := g.router.Submit(t.Context(), bridge.Actor{User: "alice", Source: chat.Import}, chat.Draft{
			Conv: chat.Peer("alice", "bob"), Time: hour.Add(at), Body: chat.Message{Content: chat.Text{Text: fmt.Sprint(i)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := g.rest("GET", "/chatmessages/2024050110", app, "").([]any)
	link := rows[0].(map[string]any)["url"].(string)
	r, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	packed, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatalf("%d %q: %v", r.StatusCode, packed, err)
	}
	var texts []string
	for lines := json.NewDecoder(unpacked); ; {
		var row exported
		if err := lines.Decode(&row); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if row.Direction != "outgoing" || row.ChatType != "chat" || row.Payload.From != "alice" || row.Payload.To != "bob" {
			t.Errorf("row %+v", row)
		}
		texts = append(texts, fmt.Sprint(row.Payload.Bodies[0]["msg"]))
	}
	if !slices.Equal(texts, []string{"1", "2", "3"}) {
		t.Errorf("the hour holds %q", texts)
	}
	g.ahead.Store(int64(exportLife + 2*time.Second))
	late, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = late.Body.Close() }()
	if late.StatusCode != http.StatusForbidden {
		t.Errorf("too late: %d", late.StatusCode)
	}
}

// A word to every room reaches those inside, marked as what it is.
func TestBroadcastReachesRooms(t *testing.T) {
	g := newGateway(t, "")
	app, _, err := g.book.IssueAppToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	room := g.room("alice")
	bob := g.dial("bob", "web1")
	bob.ok(bob.send(roomRequest(webimwire.MUCBody_JOIN, room)))
	g.rest("POST", "/messages/chatrooms/broadcast", app, `{"msg":{"type":"txt","msg":"fire drill"}}`)
	if texts := bob.untilTexts(1); texts[0] != "fire drill" {
		t.Errorf("heard %q", texts)
	}
	bob.mu.Lock()
	defer bob.mu.Unlock()
	for _, m := range bob.heard {
		if m.GetNs() == webimwire.Meta_CHAT && !slices.ContainsFunc(m.GetExt(), func(kv *webimwire.KeyValue) bool { return kv.GetKey() == "is_broadcast" }) {
			t.Errorf("not marked: %v", m)
		}
	}
}

// The proof that stands in the link of a foreign file opens nothing else, whatever its sender called the file.
func TestForeignLinkOpensNoHistory(t *testing.T) {
	g := newGateway(t, "")
	const hour = "2024050110"
	until := strconv.FormatInt(g.now().Add(time.Hour).Unix(), 10)
	for _, link := range []string{"export " + hour + " " + until, hour + " " + until, "export\x00" + hour + " " + until} {
		segment := strings.TrimPrefix(g.front.detour(link), detourMark)
		sum, err := base64.RawURLEncoding.DecodeString(segment[:detourSumLen])
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.Get(g.server.URL + "/dragoman/chat/chatmessages/" + hour + "/file?Expires=" + until + "&Signature=" + hex.EncodeToString(sum))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusForbidden {
			t.Errorf("by the link %q: %d", link, r.StatusCode)
		}
	}
}
