// Package samples holds one of each body and content of the model, with every field that a kind may carry somewhere among
// them, for golden and completeness tests of the maps. It is used by tests alone.
package samples

import (
	"time"

	"dragoman/bridge/chat"
)

// Sample is one record and what to call its golden file.
type Sample struct {
	Name   string
	Record chat.Record
}

// at is when everything here happens.
var at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // a constant, but for Go's grammar

const (
	// Alice is the author of every sample, Bob who it is to or about, Carol a third.
	Alice chat.UserID = "alice"
	Bob   chat.UserID = "bob"
	Carol chat.UserID = "carol"
	// GroupID and RoomID name the group and the room.
	GroupID = "7140000000001"
	RoomID  = "7140000000002"
)

// All returns every sample, in a stable order. The records are made anew at each call.
func All() []Sample {
	var all []Sample
	for _, c := range contents() {
		for _, conv := range []chat.Conv{chat.Peer(Alice, Bob), chat.Group(GroupID), chat.Room(RoomID)} {
			all = append(all, sample("message-"+c.name+"-"+conv.Kind.String(), conv, chat.Message{Content: c.content}))
		}
	}
	all = append(all, messages()...)
	all = append(all, changes()...)
	for _, conv := range []chat.Conv{chat.Group(GroupID), chat.Room(RoomID)} {
		all = append(all, memberships(conv)...)
		all = append(all, states(conv)...)
	}
	return append(all, personal()...)
}

type named struct {
	name    string
	content chat.Content
}

func contents() []named {
	file := chat.FileRef{ID: "f0e1d2c3-0000-4000-8000-000000000001", Name: "photo.png", Type: "image/png", Length: 12345}
	return []named{
		{"text", chat.Text{Text: "Hello, 世界 👋 <&>\n\"line\" two"}},
		{"image", chat.Media{Kind: chat.MediaImage, File: file, Thumb: chat.FileRef{ID: "f0e1d2c3-0000-4000-8000-000000000002", Type: "image/jpeg", Length: 900},
			Size: chat.Size{Width: 640, Height: 480}, ThumbSize: chat.Size{Width: 64, Height: 48}}},
		{"image-url", chat.Media{Kind: chat.MediaImage, File: chat.FileRef{URL: "https://example.org/a.png", Name: "a.png", Type: "image/png"}}},
		{"audio", chat.Media{Kind: chat.MediaAudio, File: chat.FileRef{ID: "f0e1d2c3-0000-4000-8000-000000000003", Name: "voice.mp3", Type: "audio/mpeg", Length: 5000}, Duration: 7 * time.Second}},
		{"video", chat.Media{Kind: chat.MediaVideo, File: chat.FileRef{ID: "f0e1d2c3-0000-4000-8000-000000000004", Name: "clip.mp4", Type: "video/mp4", Length: 500000}, Duration: 12 * time.Second, Size: chat.Size{Width: 320, Height: 240}}},
		{"file", chat.Media{Kind: chat.MediaFile, File: chat.FileRef{ID: "f0e1d2c3-0000-4000-8000-000000000005", Name: "notes.pdf", Type: "application/pdf", Length: 777}, Caption: "the notes"}},
		{"multi", chat.Multi{Parts: []chat.Content{chat.Text{Text: "look"}, chat.Media{Kind: chat.MediaImage, File: file}}}},
		{"location", chat.Location{Lat: 48.8584, Lon: 2.2945, Name: "Tour Eiffel", Address: "Paris"}},
		{"command", chat.Command{Name: "refresh", Params: map[string]chat.Value{"page": chat.Int32(2)}, Data: []byte("raw")}},
		{"custom", chat.Custom{Type: "gift", Params: map[string]chat.Value{"item": chat.String("rose")}, Data: []byte(`{"n":3}`), Text: "a gift"}},
		{"bundle", chat.Bundle{Title: "Chat history", Preview: "alice: hi\nbob: hello", Text: "two messages", Level: 1, Items: []chat.Forwarded{
			{From: Alice, Name: "Alice", ID: 42, Time: at, Message: chat.Message{Content: chat.Text{Text: "hi"}}},
			{From: Bob, Name: "Bob", Time: at, Message: chat.Message{Content: chat.Text{Text: "hello"}}}}}},
		{"recalled", chat.Recalled{}},
	}
}

func event(conv chat.Conv, body chat.Body) *chat.Event {
	ev := &chat.Event{Draft: chat.Draft{Conv: conv, ClientID: "c-1", Time: at, Body: body}, ID: chat.NewEventID(at, 0, 1),
		Place: chat.Place{Pos: 900}, Seq: 12, From: Alice, Device: "web", Source: chat.Client}
	if ev.Keep() != chat.KeepHistory {
		ev.Seq = 0
	}
	if ev.Keep() == chat.KeepNone {
		ev.Place = chat.Place{}
	}
	return ev
}

func sample(name string, conv chat.Conv, body chat.Body) Sample {
	return Sample{name, chat.Record{Event: event(conv, body), Audience: []chat.UserID{Alice, Bob, Carol}}}
}

// target is an earlier message of Bob's in conv.
func target(conv chat.Conv) (chat.Ref, *chat.Entry) {
	ev := event(conv, chat.Message{Content: chat.Text{Text: "earlier"}})
	ev.ID, ev.Seq, ev.ClientID, ev.From, ev.Place.Pos = chat.NewEventID(at.Add(-time.Minute), 0, 0), 11, "c-0", Bob, 899
	return ev.Ref(), &chat.Entry{Event: *ev}
}

// about is a sample whose body names that message.
func about(name string, conv chat.Conv, body func(chat.Ref) chat.Body, change func(*chat.Entry)) Sample {
	ref, entry := target(conv)
	s := sample(name+"-"+conv.Kind.String(), conv, body(ref))
	if change != nil {
		change(entry)
	}
	s.Record.About = entry
	return s
}

func messages() []Sample {
	conv := chat.Group(GroupID)
	words := chat.Message{Content: chat.Text{Text: "@bob look"}}
	mention, reply, quiet, ext, low, online := words, words, words, words, words, words
	mention.Mentions, mention.MentionAll, mention.WantReceipt = []chat.UserID{Bob}, true, true
	reply.ReplyTo, _ = target(conv)
	quiet.Quiet, quiet.Push = true, &chat.Push{Title: "New", Text: "look", Payload: "{}"}
	ext.Ext = map[string]chat.Value{"s": chat.String("x"), "b": chat.Bool(true), "i": chat.Int32(-3), "l": chat.Int64(1 << 40),
		"d": chat.Float64(0.25), "j": chat.JSON(`{"a":[1,null]}`)}
	low.Priority, online.OnlineOnly = chat.PriorityLow, true
	targeted := sample("message-targeted", conv, words)
	targeted.Record.Event.To = []chat.UserID{Alice, Bob}
	withReply := about("message-reply", conv, func(chat.Ref) chat.Body { return reply }, nil)
	return []Sample{sample("message-mention", conv, mention), withReply, sample("message-quiet", conv, quiet),
		sample("message-ext", chat.Peer(Alice, Bob), ext), sample("message-low", chat.Room(RoomID), low),
		sample("message-online", chat.Peer(Alice, Bob), online), targeted,
		sample("message-all", chat.All(), words), sample("message-thread", chat.Thread("7140000000003"), words)}
}

func changes() []Sample {
	var all []Sample
	for _, conv := range []chat.Conv{chat.Peer(Alice, Bob), chat.Group(GroupID), chat.Room(RoomID)} {
		all = append(all,
			about("edit", conv, func(r chat.Ref) chat.Body {
				return chat.Edit{Target: r, Message: chat.Message{Content: chat.Text{Text: "later"}}}
			}, func(e *chat.Entry) {
				e.From, e.Body, e.Edits = Alice, chat.Message{Content: chat.Text{Text: "later"}}, 1
				e.Edited = event(conv, chat.Edit{})
			}),
			about("recall", conv, func(r chat.Ref) chat.Body { return chat.Recall{Target: r, Reason: "mistake"} }, func(e *chat.Entry) {
				e.Body, e.Recall = chat.Message{Content: chat.Recalled{}}, event(conv, chat.Recall{})
			}),
			about("delivered", conv, func(r chat.Ref) chat.Body {
				return chat.Receipt{State: chat.Delivered, Messages: []chat.Ref{r}}
			}, func(e *chat.Entry) { e.Delivered = chat.Tally{Count: 1, Of: 2} }),
			about("read", conv, func(r chat.Ref) chat.Body {
				return chat.Receipt{State: chat.Read, Messages: []chat.Ref{r}, Note: "seen"}
			}, func(e *chat.Entry) { e.Read = chat.Tally{Count: 1, Of: 2} }),
			about("read-through", conv, func(r chat.Ref) chat.Body { return chat.Receipt{State: chat.Read, Through: r} }, nil),
			about("reaction", conv, func(r chat.Ref) chat.Body {
				return chat.Reaction{Target: r, On: []chat.Emoji{"👍"}, Off: []chat.Emoji{"😢"}}
			}, func(e *chat.Entry) { e.Reactions = []chat.Reacted{{Emoji: "👍", Users: []chat.UserID{Alice}}} }),
			about("pin", conv, func(r chat.Ref) chat.Body { return chat.Pin{Target: r, On: true} }, func(e *chat.Entry) { e.PinnedBy, e.PinnedAt = Alice, at }),
			sample("read-all-"+conv.Kind.String(), conv, chat.Receipt{State: chat.Read}),
			sample("typing-"+conv.Kind.String(), conv, chat.Typing{Active: true}),
			sample("relay-"+conv.Kind.String(), conv, chat.Relay{}))
	}
	return all
}

func memberships(conv chat.Conv) []Sample {
	var all []Sample
	for _, change := range chat.Changes() {
		b := chat.Membership{Users: []chat.UserID{Bob}, Change: change, Reason: "because"}
		switch change {
		case chat.ChangeJoin, chat.ChangeLeave, chat.ChangeApply:
			b.Users = []chat.UserID{Alice}
		case chat.ChangeMute:
			b.Until = at.Add(time.Hour)
		case chat.ChangeRole:
			b.Role = chat.RoleAdmin
		case chat.ChangeNick:
			b.Users, b.Nick = []chat.UserID{Alice}, "Al"
		}
		all = append(all, sample("membership-"+change.String()+"-"+conv.Kind.String(), conv, b))
	}
	return all
}

func states(conv chat.Conv) []Sample {
	kind := "-" + conv.Kind.String()
	name, notice, avatar, text := "The group", "Be kind", "https://example.org/g.png", "about us"
	ask, open, limit, public := chat.ModeAsk, chat.ModeOpen, 200, true
	silent, until := []chat.Role{chat.RoleMember}, at.Add(time.Hour)
	profile := chat.Profile{Name: &name, Notice: &notice, Avatar: &avatar, Description: &text}
	rules := chat.Rules{Join: &ask, Invite: &open, Consent: &open, Max: &limit, Public: &public}
	return []Sample{
		sample("profile"+kind, conv, profile),
		sample("profile-name"+kind, conv, chat.Profile{Name: &name}),
		sample("profile-notice"+kind, conv, chat.Profile{Notice: &notice}),
		sample("rules"+kind, conv, rules),
		sample("rules-silent"+kind, conv, chat.Rules{Silent: &silent, SilentUntil: &until}),
		sample("rules-speak"+kind, conv, chat.Rules{Silent: &[]chat.Role{}}),
		sample("created"+kind, conv, chat.Lifecycle{Created: true, Members: []chat.UserID{Bob, Carol}, Profile: profile, Rules: rules}),
		sample("dissolved"+kind, conv, chat.Lifecycle{}),
		sample("attributes"+kind, conv, chat.Attributes{Set: map[string]string{"k": "v"}, Deleted: []string{"old"}}),
		sample("attributes-member"+kind, conv, chat.Attributes{Set: map[string]string{"k": "v"}, User: Bob, AutoDelete: true}),
	}
}

// personal is what concerns one person, or two.
func personal() []Sample {
	peer, self := chat.Peer(Alice, Bob), chat.Self(Alice)
	name, avatar := "Alice A.", "https://example.org/alice.png"
	ref, _ := target(peer)
	mine := func(s Sample) Sample {
		s.Record.Event.To, s.Record.Audience = []chat.UserID{Alice}, []chat.UserID{Alice}
		return s
	}
	all := []Sample{
		sample("presence", self, chat.Presence{Show: chat.ShowAway, Status: "lunch", Priority: 5}),
		sample("presence-offline", self, chat.Presence{Show: chat.ShowOffline}),
		sample("profile-self", self, chat.Profile{Name: &name, Avatar: &avatar}),
		sample("attributes-self", self, chat.Attributes{Set: map[string]string{"mail": "a@example.org"}}),
		mine(sample("block", peer, chat.Block{On: true})),
		mine(sample("unblock", peer, chat.Block{})),
		mine(sample("watch", peer, chat.Watch{Until: at.Add(time.Hour)})),
		mine(sample("setting-pinned", peer, chat.Setting{Key: chat.SettingPinned, Value: chat.Bool(true)})),
		mine(sample("setting-muted", peer, chat.Setting{Key: chat.SettingMuted, Value: chat.Bool(true)})),
		mine(sample("setting-marks", peer, chat.Setting{Key: chat.SettingMarks, Value: chat.JSON("[1,3]")})),
		mine(sample("setting-draft", peer, chat.Setting{Key: chat.SettingDraft, Value: chat.String("hal")})),
		mine(sample("setting-deleted", peer, chat.Setting{Key: chat.SettingDeleted, Value: chat.Bool(true)})),
		mine(sample("hide", peer, chat.Hide{Messages: []chat.Ref{ref}})),
		mine(sample("hide-through", peer, chat.Hide{Through: ref})),
		sample("call-invite", chat.Call("7140000000009"), chat.CallState{Users: []chat.UserID{Bob}, Step: chat.CallInvite, Timeout: 90 * time.Second, Extended: "x"}),
	}
	for change, word := range []string{"put", "ask", "accept", "decline", "revoke", "drop", "remove", "add"} {
		all = append(all, sample("contact-"+word, peer, chat.Contact{Change: chat.ContactChange(change), Alias: "Bobby", Note: "hi", Groups: []string{"Friends"}}))
	}
	return all
}
