package webimmap

import (
	"encoding/json"
	"maps"
	"slices"

	"dragoman/bridge/chat"
)

// bodyState is what has become of a message, as MessageBody.meta says it [webim 6.5].
type bodyState struct {
	Reactions      []reactionState `json:"reaction,omitempty"`
	Edit           *editState      `json:"edit_msg,omitempty"`
	Thread         *threadState    `json:"thread,omitempty"`
	ThreadOverview *threadOverview `json:"thread_overview,omitempty"`
	Read           bool            `json:"isRead,omitempty"`
	Delivered      bool            `json:"isDelivered,omitempty"`
}

type reactionState struct {
	Reaction string       `json:"reaction"`
	Count    int          `json:"count"`
	Users    []string     `json:"userList"`
	Mine     bool         `json:"state"`
	Ops      []reactionOp `json:"op,omitempty"`
}

type reactionOp struct {
	Operator string `json:"operator"`
	Type     string `json:"reactionType"`
}

type editState struct {
	Count    int    `json:"count"`
	Operator string `json:"operator"`
	Time     int64  `json:"edit_time"`
	Sender   string `json:"sender"`
	Sent     int64  `json:"send_time"`
	ChatType string `json:"chat_type"`
}

type threadState struct {
	MessageID string `json:"msg_parent_id"`
	ParentID  string `json:"muc_parent_id"`
	Name      string `json:"thread_name"`
}

type threadOverview struct {
	ID       string `json:"id"`
	ParentID string `json:"muc_parent_id"`
	Name     string `json:"name"`
	Created  int64  `json:"create_timestamp"`
	Updated  int64  `json:"update_timestamp"`
	Messages int    `json:"message_count"`
}

// state collects what has become of the message ev, as reader sees it. about is
// the entry, where it is known.
func (r Realm) state(ev *chat.Event, about *chat.Entry, reader chat.UserID) bodyState {
	var s bodyState
	if ev.Conv.Kind == chat.KindThread {
		if d := r.Names.Details(ev.Conv); d != nil {
			s.Thread = &threadState{MessageID: decimal(d.Root.ID), ParentID: r.groupName(d.Parent.ID), Name: d.Name}
		}
	}
	if about == nil || about.ID != ev.ID {
		return s
	}
	s.Reactions = r.reactions(about.Reactions, reader)
	if about.Edited != nil {
		s.Edit = r.editState(about.Edited, about)
	}
	if !about.Thread.IsZero() {
		if d := r.Names.Details(about.Thread); d != nil && !d.Dissolved {
			s.ThreadOverview = &threadOverview{
				ID: r.groupName(about.Thread.ID), ParentID: r.groupName(d.Parent.ID), Name: d.Name,
				Created: d.Created.UnixMilli(), Updated: d.Changed.UnixMilli(), Messages: d.Said,
			}
		}
	}
	if reader == ev.From && ev.Conv.Kind == chat.KindPeer {
		s.Read = about.Read.Count > 0
		s.Delivered = s.Read || about.Delivered.Count > 0
	}
	return s
}

func (r Realm) reactions(all []chat.Reacted, reader chat.UserID) []reactionState {
	var states []reactionState
	for _, reacted := range all {
		s := reactionState{Reaction: string(reacted.Emoji), Count: len(reacted.Users), Users: []string{}, Mine: slices.Contains(reacted.Users, reader)}
		for _, u := range reacted.Users[:min(len(reacted.Users), maxReactors)] {
			s.Users = append(s.Users, r.userName(u))
		}
		states = append(states, s)
	}
	return states
}

// maxReactors is how many names stand beside a reaction; its count is of all.
const maxReactors = 3

// editState says how a message was edited; edit is the last edit's event.
func (r Realm) editState(edit *chat.Event, about *chat.Entry) *editState {
	s := &editState{Count: 1, Operator: r.userName(edit.From), Time: edit.Time.UnixMilli(), Sender: r.userName(edit.From), ChatType: editType(edit.Conv)}
	if about != nil {
		s.Count = max(about.Edits, 1)
		s.Sender = r.userName(about.From)
		s.Sent = about.Time.UnixMilli()
	}
	return s
}

func editType(c chat.Conv) string {
	switch c.Kind {
	case chat.KindPeer:
		return "chat:user"
	case chat.KindRoom:
		return "chat:room"
	default:
		return "chat:group"
	}
}

// merge adds s to what the author's client wrote in the same place; s wins. nil:
// there is nothing to say.
func (s bodyState) merge(written *string) *string {
	ours := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(jsonText(s)), &ours); err != nil {
		return written
	}
	all := map[string]json.RawMessage{}
	if written != nil {
		if json.Unmarshal([]byte(*written), &all) != nil {
			all = map[string]json.RawMessage{} // the SDKs parse it without a net
		}
		// These are for the server to say.
		for _, key := range []string{"reaction", "edit_msg", "thread_overview", "isRead", "isDelivered"} {
			delete(all, key)
		}
		if len(ours) == 0 && len(all) > 0 {
			return new(jsonText(all))
		}
	}
	maps.Copy(all, ours)
	if len(all) == 0 {
		return nil
	}
	return new(jsonText(all))
}
