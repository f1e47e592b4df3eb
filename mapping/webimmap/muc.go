package webimmap

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

type operation = webimwire.MUCBody_Operation

// notice is a change of a group, thread or room on its way to one reader.
type notice struct {
	realm   Realm
	ev      *chat.Event
	to      Reader
	details *chat.Details
	metas   []*webimwire.Meta
	err     error
}

func (r Realm) notice(ev *chat.Event, to Reader) *notice {
	return &notice{realm: r, ev: ev, to: to, details: r.Names.Details(ev.Conv)}
}

// add puts one MUC packet in line: from did op, to subject [webim 8].
func (n *notice) add(op operation, from, subject chat.UserID, more func(*webimwire.MUCBody)) {
	if n.err != nil {
		return
	}
	r := n.realm
	body := &webimwire.MUCBody{
		MucId: r.group(n.ev.Conv.ID), Operation: &op, From: r.user(from, n.device(from)), To: []*webimwire.JID{r.user(subject, "")},
		IsChatroom: new(n.ev.Conv.Kind == chat.KindRoom),
		Status:     &webimwire.MUCBody_Status{ErrorCode: webimwire.MUCBody_Status_OK.Enum()},
	}
	if n.details != nil && n.details.Name != "" {
		body.MucName = &n.details.Name
	}
	if n.ev.Conv.Kind == chat.KindThread {
		body.IsThread = new(true)
		if n.details != nil {
			body.MucParentId = r.group(n.details.Parent.ID)
		}
	}
	if more != nil {
		more(body)
	}
	m, err := r.meta(n.ev, webimwire.Meta_MUC, body)
	if err != nil {
		n.err = err
		return
	}
	m.From, m.To = r.group(n.ev.Conv.ID), r.user(n.to.User, "")
	if len(n.metas) > 0 {
		m.Id = new(extraID(n.ev.ID, len(n.metas)))
	}
	n.metas = append(n.metas, m)
}

// device is the device that acted, so that a reader's client knows its own other one.
func (n *notice) device(u chat.UserID) chat.DeviceID {
	if u == n.ev.From && u == n.to.User {
		return n.ev.Device
	}
	return ""
}

func (n *notice) done() ([]*webimwire.Meta, error) { return n.metas, n.err }

func (n *notice) isReader(u chat.UserID) bool { return u == n.to.User }

func reason(s string) func(*webimwire.MUCBody) {
	return func(b *webimwire.MUCBody) {
		if s != "" {
			b.Reason = &s
		}
	}
}

// membership writes who is in, and who may what.
func (r Realm) membership(ev *chat.Event, b chat.Membership, to Reader) ([]*webimwire.Meta, error) {
	if ev.Conv.Kind == chat.KindThread {
		return r.threadMembership(ev, b, to)
	}
	n := r.notice(ev, to)
	mine := slices.Contains(b.Users, to.User)
	switch b.Change {
	case chat.ChangeJoin:
		n.presence(b.Users)
	case chat.ChangeAdd:
		if mine {
			n.add(webimwire.MUCBody_DIRECT_JOINED, ev.From, to.User, nil)
		} else {
			n.presence(b.Users)
		}
	case chat.ChangeLeave:
		n.absence(b.Users)
	case chat.ChangeKick, chat.ChangeBan:
		if mine {
			n.add(webimwire.MUCBody_KICK, ev.From, to.User, reason(b.Reason))
		} else {
			n.absence(b.Users)
		}
	case chat.ChangeNick:
		// Members have no names of their own in this protocol's groups.
	case chat.ChangeApply, chat.ChangeApplyAccept, chat.ChangeApplyDecline, chat.ChangeInvite, chat.ChangeInviteAccept, chat.ChangeInviteDecline:
		n.asking(b, mine)
	default:
		n.standing(b, mine)
	}
	return n.done()
}

// presence tells of who came: 4.x clients of several at once, 3.x of each.
func (n *notice) presence(users []chat.UserID) { n.cameOrWent(webimwire.MUCBody_PRESENCE, users) }

func (n *notice) absence(users []chat.UserID) { n.cameOrWent(webimwire.MUCBody_ABSENCE, users) }

func (n *notice) cameOrWent(op operation, users []chat.UserID) {
	count := func(b *webimwire.MUCBody) {
		if n.details != nil && n.details.Count > 0 {
			b.MucMemberCount = new(int32(n.details.Count))
		}
	}
	if len(users) > 1 && n.to.Generation >= Gen4 {
		n.add(op, users[0], n.to.User, func(b *webimwire.MUCBody) {
			count(b)
			for _, u := range users {
				b.Members = append(b.Members, n.realm.userName(u))
			}
		})
		return
	}
	for _, u := range users {
		n.add(op, u, n.to.User, count)
	}
}

// asking tells of applications and invitations.
func (n *notice) asking(b chat.Membership, mine bool) {
	from := n.ev.From
	switch b.Change {
	case chat.ChangeApply:
		if !n.isReader(from) {
			n.add(webimwire.MUCBody_APPLY, from, n.to.User, reason(b.Reason))
		}
	case chat.ChangeApplyAccept:
		if mine {
			n.add(webimwire.MUCBody_APPLY_ACCEPT, from, n.to.User, nil)
		} else {
			n.presence(b.Users)
		}
	case chat.ChangeApplyDecline:
		if mine {
			n.add(webimwire.MUCBody_APPLY_DECLINE, from, n.to.User, reason(b.Reason))
		}
	case chat.ChangeInvite:
		if mine {
			n.add(webimwire.MUCBody_INVITE, from, n.to.User, reason(b.Reason))
		}
	case chat.ChangeInviteAccept:
		if mine {
			n.add(webimwire.MUCBody_INVITE_ACCEPT, from, n.to.User, nil)
		}
		n.presence([]chat.UserID{from})
	default: // ChangeInviteDecline
		if mine {
			n.add(webimwire.MUCBody_INVITE_DECLINE, from, n.to.User, reason(b.Reason))
		}
	}
}

// standing tells of mutes, lists and roles: him whom it is about, and the actor's
// other devices.
func (n *notice) standing(b chat.Membership, mine bool) {
	op, more := n.standingOp(b)
	if op < 0 || !(mine || n.isReader(n.ev.From)) {
		return
	}
	if mine {
		n.add(op, n.ev.From, n.to.User, more)
		return
	}
	for _, u := range b.Users {
		n.add(op, n.ev.From, u, more)
	}
}

// standingOp returns the operation of a change; negative: none.
func (n *notice) standingOp(b chat.Membership) (operation, func(*webimwire.MUCBody)) {
	switch b.Change {
	case chat.ChangeUnban:
		return webimwire.MUCBody_ALLOW, reason(b.Reason)
	case chat.ChangeMute:
		return webimwire.MUCBody_ADD_MUTE, func(body *webimwire.MUCBody) {
			until := int64(-1)
			if !b.Until.IsZero() {
				until = b.Until.UnixMilli()
			}
			body.Ext = new(jsonText(map[string]int64{"user_mute_time": until}))
		}
	case chat.ChangeUnmute:
		return webimwire.MUCBody_REMOVE_MUTE, nil
	case chat.ChangeAllow:
		return webimwire.MUCBody_ADD_USER_WHITE_LIST, nil
	case chat.ChangeDisallow:
		return webimwire.MUCBody_REMOVE_USER_WHITE_LIST, nil
	case chat.ChangeOwner:
		return webimwire.MUCBody_ASSIGN_OWNER, nil
	case chat.ChangeRole:
		switch b.Role {
		case chat.RoleAdmin:
			return webimwire.MUCBody_ADD_ADMIN, nil
		case chat.RoleMember:
			return webimwire.MUCBody_REMOVE_ADMIN, nil
		}
	}
	return -1, nil
}

// threadMembership writes changes of who follows a thread: to the other devices of
// who did it, and to who was taken out [webim 8].
func (r Realm) threadMembership(ev *chat.Event, b chat.Membership, to Reader) ([]*webimwire.Meta, error) {
	if to.Generation < Gen4 {
		return nil, nil
	}
	n := r.notice(ev, to)
	switch b.Change {
	case chat.ChangeJoin:
		if n.isReader(ev.From) {
			n.add(webimwire.MUCBody_THREAD_JOIN, ev.From, to.User, nil)
		}
	case chat.ChangeLeave:
		if n.isReader(ev.From) {
			n.add(webimwire.MUCBody_THREAD_LEAVE, ev.From, to.User, nil)
		}
	case chat.ChangeKick, chat.ChangeBan:
		if slices.Contains(b.Users, to.User) {
			n.add(webimwire.MUCBody_THREAD_KICK, ev.From, to.User, nil)
		}
	}
	return n.done()
}

// profiled writes a changed name, description or announcement.
func (r Realm) profiled(ev *chat.Event, b chat.Profile, to Reader) ([]*webimwire.Meta, error) {
	switch ev.Conv.Kind {
	case chat.KindGroup, chat.KindRoom:
	case chat.KindThread:
		if to.User == ev.From {
			return r.threadOwn(ev, webimwire.MUCBody_THREAD_UPDATE, to)
		}
		return r.threadNotice(ev, "update", r.Names.Details(ev.Conv), to)
	default:
		return nil, nil // who shows what of himself is asked for by REST
	}
	n := r.notice(ev, to)
	changed := profileChanges(b)
	if len(changed) > 0 && !isPart(ev.Native) {
		n.update(changed)
	}
	if b.Notice != nil {
		if *b.Notice == "" {
			n.add(webimwire.MUCBody_DELETE_ANNOUNCEMENT, ev.From, to.User, nil)
		} else {
			n.add(webimwire.MUCBody_UPDATE_ANNOUNCEMENT, ev.From, to.User, reason(*b.Notice))
		}
	}
	return n.done()
}

func profileChanges(b chat.Profile) map[string]string {
	changed := map[string]string{}
	for key, v := range map[string]*string{"name": b.Name, "description": b.Description, "avatar": b.Avatar, "custom": b.Extra} {
		if v != nil {
			changed[key] = *v
		}
	}
	return changed
}

// part opens the native data of two events that one request became: clients are told of both by the second alone.
const part = "part:"

// Parts marks a change of a profile and the change of rules that follows it as one: this protocol has one notice for both.
func Parts(b chat.Profile) (first, second chat.Native) {
	return chat.Native{Protocol: Protocol, Data: []byte(part)}, chat.Native{Protocol: Protocol, Data: []byte(part + jsonText(profileChanges(b)))}
}

func isPart(n chat.Native) bool {
	return n.Protocol == Protocol && strings.HasPrefix(string(n.Data), part)
}

// partOf is what the event before has changed.
func partOf(n chat.Native) map[string]string {
	var changed map[string]string
	if text, ok := cutPrefix(n.Data, part); ok && isPart(n) && json.Unmarshal([]byte(text), &changed) != nil {
		return nil
	}
	return changed
}

// update tells of changed settings, all as texts [webim 8].
func (n *notice) update(changed map[string]string) {
	changed["last_modified"] = decimal(n.ev.Time.UnixMilli())
	n.add(webimwire.MUCBody_UPDATE, n.ev.From, n.to.User, func(b *webimwire.MUCBody) {
		b.EventInfo = &webimwire.MUCBody_EventInfo{Ext: new(jsonText(changed))}
	})
}

// ruled writes changed rules.
func (r Realm) ruled(ev *chat.Event, b chat.Rules, to Reader) ([]*webimwire.Meta, error) {
	n := r.notice(ev, to)
	changed := map[string]string{}
	truth := func(key string, known, v bool) {
		if known {
			changed[key] = "false"
			if v {
				changed[key] = "true"
			}
		}
	}
	truth("members_only", b.Join != nil, b.Join != nil && *b.Join != chat.ModeOpen)
	truth("allow_user_invites", b.Invite != nil, b.Invite != nil && *b.Invite == chat.ModeOpen)
	truth("invite_need_confirm", b.Consent != nil, b.Consent != nil && *b.Consent != chat.ModeOpen)
	truth("public", b.Public != nil, b.Public != nil && *b.Public)
	if b.Max != nil {
		changed["max_users"] = decimal(*b.Max)
	}
	if len(changed) > 0 {
		maps.Copy(changed, partOf(ev.Native))
		n.update(changed)
	}
	if b.Silent != nil {
		op := webimwire.MUCBody_REMOVE_BAN_GROUP
		if slices.Contains(*b.Silent, chat.RoleMember) {
			op = webimwire.MUCBody_BAN_GROUP
		}
		n.add(op, ev.From, to.User, nil)
	}
	return n.done()
}

// lived writes a group's or room's beginning and end.
func (r Realm) lived(ev *chat.Event, b chat.Lifecycle, to Reader) ([]*webimwire.Meta, error) {
	if ev.Conv.Kind == chat.KindThread {
		return r.threadLife(ev, b, to)
	}
	n := r.notice(ev, to)
	if n.details == nil {
		n.details = &chat.Details{}
		if b.Profile.Name != nil {
			n.details.Name = *b.Profile.Name
		}
	}
	switch {
	case !b.Created:
		n.add(webimwire.MUCBody_DESTROY, ev.From, to.User, nil)
	case n.isReader(ev.From):
		n.add(webimwire.MUCBody_CREATE, ev.From, to.User, nil)
	default:
		n.add(webimwire.MUCBody_DIRECT_JOINED, ev.From, to.User, nil)
	}
	return n.done()
}

func (r Realm) threadLife(ev *chat.Event, b chat.Lifecycle, to Reader) ([]*webimwire.Meta, error) {
	op, word := webimwire.MUCBody_THREAD_CREATE, "create"
	if !b.Created {
		op, word = webimwire.MUCBody_THREAD_DESTROY, "delete"
	}
	if to.User == ev.From {
		return r.threadOwn(ev, op, to)
	}
	return r.threadNotice(ev, word, r.Names.Details(ev.Conv), to)
}

// threadOwn tells the other devices of who changed a thread.
func (r Realm) threadOwn(ev *chat.Event, op operation, to Reader) ([]*webimwire.Meta, error) {
	n := r.notice(ev, to)
	if to.Generation >= Gen4 {
		n.add(op, ev.From, to.User, nil)
	}
	return n.done()
}

// SharedFiles opens the names of hidden attributes that stand for shared files.
const SharedFiles = "file/"

// SharedKey is the attribute of a group or room that says that a file is shared there.
func SharedKey(file string) string { return chat.HiddenKey(SharedFiles + file) }

// shared tells of files that are shared now, or no longer.
func (n *notice) shared(b chat.Attributes) {
	for key := range b.Set {
		if strings.HasPrefix(key, SharedKey("")) {
			n.add(webimwire.MUCBody_UPLOAD_FILE, n.ev.From, n.to.User, nil)
		}
	}
	for _, key := range b.Deleted {
		if strings.HasPrefix(key, SharedKey("")) {
			n.add(webimwire.MUCBody_DELETE_FILE, n.ev.From, n.to.User, nil)
		}
	}
}

// attributed writes changed attributes of a room or of a group's member. A group
// has none of its own here.
func (r Realm) attributed(ev *chat.Event, b chat.Attributes, to Reader) ([]*webimwire.Meta, error) {
	n := r.notice(ev, to)
	n.shared(b)
	b, _ = b.Shown()
	info := func(v any) func(*webimwire.MUCBody) {
		return func(body *webimwire.MUCBody) { body.EventInfo = &webimwire.MUCBody_EventInfo{Ext: new(jsonText(v))} }
	}
	type result struct {
		Success []string          `json:"successKeys"`
		Errors  map[string]string `json:"errorKeys"`
	}
	switch {
	case to.Generation < Gen4:
	case ev.Conv.Kind == chat.KindGroup && b.User != "":
		properties := map[string]string{}
		for k, v := range b.Set {
			properties[k] = v
		}
		for _, k := range b.Deleted {
			properties[k] = ""
		}
		n.add(webimwire.MUCBody_GROUP_MEMBER_METADATA_UPDATE, ev.From, to.User,
			info(map[string]any{"username": r.userName(b.User), "properties": properties}))
	case ev.Conv.Kind == chat.KindRoom && b.User == "":
		if len(b.Set) > 0 {
			n.add(webimwire.MUCBody_SET_METADATA, ev.From, to.User,
				info(map[string]any{"result": result{sortedKeys(b.Set), map[string]string{}}, "properties": b.Set}))
		}
		if len(b.Deleted) > 0 {
			n.add(webimwire.MUCBody_DELETE_METADATA, ev.From, to.User, info(map[string]any{"result": result{b.Deleted, map[string]string{}}}))
		}
	}
	return n.done()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
