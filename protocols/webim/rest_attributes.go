package webim

import (
	"maps"
	"net/http"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// attributeRoutes are named texts of rooms and of members of groups [webim 12.4].
func attributeRoutes() map[string]route {
	table := map[string]route{
		"POST /metadata/chatroom/{id}":                    {signedIn, (*call).roomAttributes},
		"PUT /metadata/chatroom/{id}/user/{me}":           {own, (*call).setRoomAttributes},
		"PUT /metadata/chatroom/{id}/user/{me}/forced":    {own, (*call).forceRoomAttributes},
		"DELETE /metadata/chatroom/{id}/user/{me}":        {own, (*call).removeRoomAttributes},
		"DELETE /metadata/chatroom/{id}/user/{me}/forced": {own, (*call).forceRemoveRoomAttributes},
	}
	for _, prefix := range []string{"", "/sdk"} {
		table["PUT "+prefix+"/metadata/chatgroup/{id}/user/{u}"] = route{signedIn, (*call).setMemberAttributes}
		table["PUT "+prefix+"/metadata/chatgroup/{id}/users/batch"] = route{signedIn, (*call).setMembersAttributes}
		table["GET "+prefix+"/metadata/chatgroup/{id}/user/{u}"] = route{signedIn, (*call).memberAttributes}
		table["POST "+prefix+"/metadata/chatgroup/{id}/get"] = route{signedIn, (*call).membersAttributes}
	}
	return table
}

// The vendor's limits [webim 18.4.2].
const (
	maxAttributes    = 100
	maxAttributeKeys = 10
	maxAttributeKey  = 128
	maxAttribute     = 4096
)

// The vendor's limits of what a group knows of a member, in bytes: of a key, of a value, and of all together [webim 18.4.1].
const (
	maxMemberKey    = 16
	maxMemberValue  = 512
	maxMemberValues = 4 << 10
)

func (c *call) room() (chat.Conv, error) {
	conv, err := c.realm.Names.Conv(c.named["id"])
	if err == nil && conv.Kind != chat.KindRoom {
		err = chat.RefuseFor(chat.NoGroup, "there is no such room")
	}
	return conv, err
}

func (c *call) roomAttributes() (reply, error) {
	var b struct {
		Keys []string `json:"keys"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.room()
	if err == nil {
		err = c.inside(conv)
	}
	if err != nil {
		return reply{}, err
	}
	list, err := c.Store.Attributes(c.ctx, conv, b.Keys...)
	values := map[string]string{}
	for _, a := range list {
		values[a.Key] = a.Value
	}
	return reply{Data: values}, err
}

// attributeRequest sets or removes; what cannot be is told key by key.
type attributeRequest struct {
	Set        map[string]string `json:"metaData"`
	Keys       []string          `json:"keys"`
	AutoDelete string            `json:"autoDelete"`
}

func (c *call) setRoomAttributes() (reply, error) { return c.changeRoomAttributes(false) }

func (c *call) forceRoomAttributes() (reply, error) { return c.changeRoomAttributes(true) }

func (c *call) removeRoomAttributes() (reply, error) { return c.changeRoomAttributes(false) }

func (c *call) forceRemoveRoomAttributes() (reply, error) { return c.changeRoomAttributes(true) }

func (c *call) changeRoomAttributes(force bool) (reply, error) {
	var b attributeRequest
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, err := c.room()
	if err != nil {
		return reply{}, err
	}
	if len(b.Set)+len(b.Keys) == 0 || len(b.Set)+len(b.Keys) > maxAttributeKeys {
		return reply{}, chat.Refuse(chat.Invalid, "one to %d keys at a time", maxAttributeKeys)
	}
	all, err := c.Store.Attributes(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	known := map[string]store.Attribute{}
	for _, a := range all {
		known[a.Key] = a
	}
	change := chat.Attributes{Set: map[string]string{}, AutoDelete: b.AutoDelete != "NO_DELETE", Force: force}
	failed := map[string]string{}
	for key, value := range b.Set {
		if why := c.cannotSet(known, key, value, force); why != "" {
			failed[key] = why
		} else {
			change.Set[key] = value
		}
	}
	for _, key := range b.Keys {
		switch a, there := known[key]; {
		case !there:
			failed[key] = "the key does not exist"
		case a.By != c.me && !force:
			failed[key] = "the key belongs to another user"
		default:
			change.Deleted = append(change.Deleted, key)
		}
	}
	done := append([]string{}, change.Deleted...)
	for key := range change.Set {
		done = append(done, key)
	}
	slices.Sort(done)
	if len(done) > 0 {
		if err := c.submit(conv, change); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: map[string]any{"successKeys": done, "errorKeys": failed}}, nil
}

// cannotSet says why a key cannot be set; "": it can.
func (c *call) cannotSet(known map[string]store.Attribute, key, value string, force bool) string {
	a, there := known[key]
	switch {
	case key == "" || len(key) > maxAttributeKey:
		return "the key is empty or too long"
	case len(value) > maxAttribute:
		return "the value is too long"
	case there && a.By != c.me && !force:
		return "the key belongs to another user"
	case !there && len(known) >= maxAttributes:
		return "the room has too many keys"
	}
	return ""
}

// groupMember is the member whose attributes the path names.
func (c *call) groupMember() (chat.Conv, chat.UserID, error) {
	conv, err := c.realm.Names.Conv(c.named["id"])
	if err != nil {
		return conv, "", err
	}
	if conv.Kind != chat.KindGroup {
		return conv, "", chat.RefuseFor(chat.NoGroup, "there is no such group")
	}
	if err := c.inParent(conv); err != nil {
		return conv, "", err
	}
	if c.named["u"] == "" {
		return conv, "", nil
	}
	u, err := c.user(c.named["u"])
	return conv, u, err
}

// setMemberAttributes sets; an empty text takes a key away.
func (c *call) setMemberAttributes() (reply, error) {
	var b attributeRequest
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	conv, u, err := c.groupMember()
	if err != nil {
		return reply{}, err
	}
	return reply{Data: b.Set}, c.describeMember(conv, u, b.Set)
}

func (c *call) describeMember(group chat.Conv, u chat.UserID, values map[string]string) error {
	m, err := c.Store.Member(c.ctx, group, u)
	if err != nil {
		return err
	}
	if !m.Role.IsMember() {
		return &restError{status: http.StatusNotFound, word: "MetadataException", text: "user not in group"}
	}
	change := chat.Attributes{User: u, Set: map[string]string{}, Force: true}
	for key, value := range values {
		switch {
		case len(key) > maxMemberKey || len(value) > maxMemberValue:
			return chat.Refuse(chat.Invalid, "a key has up to %d bytes, a value up to %d", maxMemberKey, maxMemberValue)
		case value == "":
			change.Deleted = append(change.Deleted, key)
		default:
			change.Set[key] = value
		}
	}
	slices.Sort(change.Deleted)
	after := map[string]string{}
	maps.Copy(after, m.Attributes)
	maps.Copy(after, values)
	total := 0
	for key, value := range after {
		if value != "" {
			total += len(key) + len(value)
		}
	}
	if total > maxMemberValues {
		return chat.Refuse(chat.Invalid, "the attributes of a member have up to %d bytes together", maxMemberValues)
	}
	return c.submit(group, change)
}

// setMembersAttributes is setMemberAttributes for up to 20; those that cannot be set are named.
func (c *call) setMembersAttributes() (reply, error) {
	type member struct {
		Name   string            `json:"username"`
		Values map[string]string `json:"metadata"`
	}
	var members []member
	if err := c.body(&members); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(members), 20); err != nil {
		return reply{}, err
	}
	conv, _, err := c.groupMember()
	if err != nil {
		return reply{}, err
	}
	set, failed := []member{}, []string{}
	for _, m := range members {
		u, err := c.user(m.Name)
		if err == nil {
			err = c.describeMember(conv, u, m.Values)
		}
		switch {
		case err == nil:
			set = append(set, m)
		case c.refusal(err).status >= http.StatusInternalServerError:
			return reply{}, err
		default:
			failed = append(failed, m.Name)
		}
	}
	return reply{Data: map[string]any{"updateMetadataSucceeded:": set, "updateMetadataFailed:": failed}}, nil // the colons are the vendor's
}

func (c *call) memberAttributes() (reply, error) {
	conv, u, err := c.groupMember()
	if err != nil {
		return reply{}, err
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	if m.Attributes == nil {
		m.Attributes = map[string]string{}
	}
	return reply{Data: m.Attributes}, err
}

func (c *call) membersAttributes() (reply, error) {
	var b struct {
		Targets    []string `json:"targets"`
		Properties []string `json:"properties"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if err := tooMany(len(b.Targets), 10); err != nil {
		return reply{}, err
	}
	conv, _, err := c.groupMember()
	if err != nil {
		return reply{}, err
	}
	users, err := c.users(b.Targets)
	if err != nil {
		return reply{}, err
	}
	all := map[string]map[string]string{}
	for _, u := range users {
		m, err := c.Store.Member(c.ctx, conv, u)
		if err != nil {
			return reply{}, err
		}
		values := map[string]string{}
		for k, v := range m.Attributes {
			if len(b.Properties) == 0 || slices.Contains(b.Properties, k) {
				values[k] = v
			}
		}
		all[c.name(u)] = values
	}
	return reply{Data: all}, nil
}
