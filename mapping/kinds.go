package mapping

import (
	"slices"

	"dragoman/bridge/chat"
)

// Place is where a thing is said.
type Place uint8

// The places. Own is between the devices of one user, or between a user and who may see him.
const (
	Peer Place = iota
	Group
	Room
	Own
)

var placeNames = [...]string{"one to one", "group", "room", "oneself"}

// String returns the place's name.
func (p Place) String() string {
	if int(p) < len(placeNames) {
		return placeNames[p]
	}
	return "place"
}

// Kind is one kind of thing that people say or do: what a team asks for by name. A body of the model has several where
// they do not fare alike.
type Kind struct {
	Name    string
	Section string
	Value   any // a chat.Body or chat.Content that is of this kind, or carries it
	Places  []Place
}

// The sections of the page.
const (
	Said    = "What is said"
	With    = "What goes with it"
	After   = "What becomes of it"
	Members = "Who is in a group or room"
	States  = "What a group or room is"
	People  = "People"
	InStep  = "One user's conversations, on all of his devices"
)

// Kinds returns every kind, in the order of the page.
func Kinds() []Kind {
	var all []Kind
	add := func(section string, value any, places []Place, names ...string) {
		for _, name := range names {
			all = append(all, Kind{name, section, value, places})
		}
	}
	talk, many, own := []Place{Peer, Group, Room}, []Place{Group, Room}, []Place{Own}
	add(Said, chat.Text{}, talk, "text")
	add(Said, chat.Media{}, talk, "picture", "voice", "video", "file", "file with a caption", "link to a file elsewhere")
	add(Said, chat.Multi{}, talk, "several parts")
	add(Said, chat.Location{}, talk, "location")
	add(Said, chat.Command{}, talk, "command")
	add(Said, chat.Custom{}, talk, "custom")
	add(Said, chat.Bundle{}, talk, "bundle")

	add(With, chat.Message{}, talk, "reply", "mention")
	add(With, chat.Message{}, many, "mention of all")
	add(With, chat.Message{}, talk, "own fields")
	add(With, chat.Message{}, []Place{Group}, "to some members")
	add(With, chat.Message{}, []Place{Room}, "priority")
	add(With, chat.Message{}, talk, "for who is online")
	add(With, chat.Message{}, []Place{Peer, Group}, "not counted", "push wishes", "receipt wanted")

	add(After, chat.Edit{}, talk, "edit")
	add(After, chat.Recall{}, talk, "recall")
	add(After, chat.Recall{}, many, "recall by a manager")
	add(After, chat.Recalled{}, talk, "recalled, in history")
	add(After, chat.Receipt{}, []Place{Peer}, "delivered")
	add(After, chat.Receipt{}, []Place{Peer, Group}, "read", "read up to here")
	add(After, chat.Reaction{}, talk, "reaction", "reaction taken back")
	add(After, chat.Pin{}, talk, "pin", "unpin")
	add(After, chat.Typing{}, talk, "typing", "typing ended")
	add(After, chat.Relay{}, talk, "signalling")

	for _, c := range chat.Changes() {
		places := many
		switch c {
		case chat.ChangeAdd, chat.ChangeApply, chat.ChangeApplyAccept, chat.ChangeApplyDecline, chat.ChangeInvite, chat.ChangeInviteAccept,
			chat.ChangeInviteDecline:
			places = []Place{Group} // into a room one goes oneself
		}
		add(Members, chat.Membership{Change: c}, places, c.String())
	}
	add(States, chat.Lifecycle{}, []Place{Group}, "created")
	add(States, chat.Lifecycle{}, many, "dissolved")
	add(States, chat.Lifecycle{}, []Place{Group}, "thread")
	add(States, chat.Profile{}, many, "name", "notice", "picture of it", "description")
	add(States, chat.Rules{}, many, "who may enter and invite", "all silenced")
	add(States, chat.Attributes{}, many, "attributes", "attributes of a member")

	add(People, chat.Presence{}, own, "online and offline", "away and busy", "status text")
	add(People, chat.Profile{}, own, "name and picture")
	add(People, chat.Attributes{}, own, "further details")
	add(People, chat.Contact{}, own, "contact asked", "contact accepted", "contact declined", "contact removed", "alias and groups of a contact")
	add(People, chat.Block{}, own, "block")
	add(People, chat.Watch{}, own, "following a presence")
	add(People, chat.CallState{}, own, "call")

	add(InStep, chat.Setting{}, own, "pinned", "do not disturb", "marks", "draft", "own name for it", "deleted")
	add(InStep, chat.Hide{}, own, "messages deleted for oneself", "history cleared for oneself")
	return all
}

// placeOf returns the place of a conversation.
func placeOf(c chat.Conv) Place {
	switch c.Kind {
	case chat.KindPeer:
		return Peer
	case chat.KindGroup, chat.KindThread:
		return Group
	case chat.KindRoom:
		return Room
	}
	return Own
}

// KindsOf returns the names of the kinds that ev is of: of a message its content and all that goes with it.
func KindsOf(ev *chat.Event) []string {
	switch b := ev.Body.(type) {
	case chat.Message:
		return kindsOfMessage(ev, b)
	case chat.Edit:
		return []string{"edit"}
	case chat.Recall:
		if b.Target.Author != "" && b.Target.Author != ev.From {
			return []string{"recall by a manager"}
		}
		return []string{"recall"}
	case chat.Receipt:
		return []string{choose(b.State == chat.Delivered, "delivered", choose(len(b.Messages) > 0, "read", "read up to here"))}
	case chat.Reaction:
		return []string{choose(len(b.On) == 0, "reaction taken back", "reaction")}
	case chat.Pin:
		return []string{choose(b.On, "pin", "unpin")}
	case chat.Typing:
		return []string{choose(b.Active, "typing", "typing ended")}
	case chat.Relay:
		return []string{"signalling"}
	case chat.Membership:
		return []string{b.Change.String()}
	case chat.CallState:
		return []string{"call"}
	}
	if placeOf(ev.Conv) == Own || ev.Conv.Kind == chat.KindPeer {
		return kindsOfPerson(ev.Body)
	}
	return kindsOfState(ev)
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func kindsOfMessage(ev *chat.Event, m chat.Message) []string {
	kinds := []string{kindOfContent(m.Content)}
	for name, has := range map[string]bool{
		"reply": !m.ReplyTo.IsZero(), "mention": len(m.Mentions) > 0, "mention of all": m.MentionAll, "own fields": len(m.Ext) > 0,
		"to some members": ev.To != nil && ev.Conv.Kind == chat.KindGroup, "for who is online": m.OnlineOnly, "not counted": m.Quiet,
		"priority": m.Priority != chat.PriorityNormal && ev.Conv.Kind == chat.KindRoom, "push wishes": m.Push != nil,
		"receipt wanted": m.WantReceipt,
	} {
		if has {
			kinds = append(kinds, name)
		}
	}
	slices.Sort(kinds[1:])
	return kinds
}

func kindOfContent(c chat.Content) string {
	switch c := c.(type) {
	case chat.Media:
		switch {
		case c.Caption != "":
			return "file with a caption"
		case c.File.URL != "":
			return "link to a file elsewhere"
		}
		return [...]string{chat.MediaFile: "file", chat.MediaImage: "picture", chat.MediaAudio: "voice", chat.MediaVideo: "video"}[c.Kind]
	case chat.Multi:
		return "several parts"
	case chat.Location:
		return "location"
	case chat.Command:
		return "command"
	case chat.Custom:
		return "custom"
	case chat.Bundle:
		return "bundle"
	case chat.Recalled:
		return "recalled, in history"
	}
	return "text"
}

func kindsOfPerson(b chat.Body) []string {
	switch b := b.(type) {
	case chat.Presence:
		switch {
		case b.Status != "":
			return []string{"status text"}
		case b.Show == chat.ShowOnline || b.Show == chat.ShowOffline:
			return []string{"online and offline"}
		}
		return []string{"away and busy"}
	case chat.Profile:
		return []string{"name and picture"}
	case chat.Attributes:
		return []string{"further details"}
	case chat.Contact:
		switch b.Change {
		case chat.ContactAsk:
			return []string{"contact asked"}
		case chat.ContactAccept, chat.ContactAdd:
			return []string{"contact accepted"}
		case chat.ContactDecline:
			return []string{"contact declined"}
		case chat.ContactPut:
			return []string{"alias and groups of a contact"}
		}
		return []string{"contact removed"}
	case chat.Block:
		return []string{"block"}
	case chat.Watch:
		return []string{"following a presence"}
	case chat.Hide:
		return []string{choose(len(b.Messages) > 0, "messages deleted for oneself", "history cleared for oneself")}
	}
	return kindsOfSetting(b)
}

func kindsOfSetting(b chat.Body) []string {
	s, ok := b.(chat.Setting)
	if !ok {
		return nil
	}
	name, known := map[chat.SettingKey]string{
		chat.SettingPinned: "pinned", chat.SettingMuted: "do not disturb", chat.SettingMarks: "marks", chat.SettingDraft: "draft",
		chat.SettingAlias: "own name for it", chat.SettingDeleted: "deleted",
	}[s.Key]
	if !known {
		return nil // what one protocol alone knows
	}
	return []string{name}
}

func kindsOfState(ev *chat.Event) []string {
	switch b := ev.Body.(type) {
	case chat.Lifecycle:
		if ev.Conv.Kind == chat.KindThread {
			return []string{"thread"}
		}
		return []string{choose(b.Created, "created", "dissolved")}
	case chat.Profile:
		var kinds []string
		for _, f := range []struct {
			name string
			set  *string
		}{{"name", b.Name}, {"notice", b.Notice}, {"picture of it", b.Avatar}, {"description", b.Description}} {
			if f.set != nil {
				kinds = append(kinds, f.name)
			}
		}
		return kinds
	case chat.Rules:
		return []string{choose(b.Silent != nil, "all silenced", "who may enter and invite")}
	case chat.Attributes:
		return []string{choose(b.User != "", "attributes of a member", "attributes")}
	}
	return kindsOfPerson(ev.Body)
}
