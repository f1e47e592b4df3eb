package webimmap

import (
	"encoding/json"
	"slices"

	"dragoman/bridge/chat"
)

// maxRuling bounds the answer of the app's server, in bytes [webim 18.5].
const maxRuling = 1000

// Ruling is what the app's server decides about a message that a client wants to send [webim 18.5.1].
type Ruling struct {
	Valid   *bool           `json:"valid"`
	Code    json.RawMessage `json:"code"`
	Payload json.RawMessage `json:"payload"`
	Level   string          `json:"chatroom_msg_level"`
}

// ReadRuling reads an answer; chat.Invalid: it is none.
func ReadRuling(text []byte) (Ruling, error) {
	var a Ruling
	if len(text) > maxRuling || json.Unmarshal(text, &a) != nil || a.Valid == nil {
		return a, chat.Refuse(chat.Invalid, "no answer that can be read")
	}
	return a, nil
}

// The words that a sender reads whose message was stopped [webim 18.5.1].
const (
	RulingBroken  = "custom internal error"
	rulingSilent  = "custom logic denied"
	rulingWithout = "Message blocked by external logic"
)

// Reason is what the sender reads, where the message is not valid.
func (a Ruling) Reason() string {
	var code string
	switch {
	case a.Code == nil:
		return rulingSilent
	case json.Unmarshal(a.Code, &code) != nil:
		return RulingBroken
	case code == "":
		return rulingWithout
	}
	return code
}

// BeforeSend writes the question whether a draft may be sent. It is false for what is not asked about: what is none of the
// kinds that are asked about (none: all), and what is said to some of a group alone.
func (r Realm) BeforeSend(author chat.UserID, d chat.Draft, kinds []string) (Callback, bool) {
	said, ok := saidBy(d)
	if !ok || d.Conv.Kind != chat.KindPeer && len(d.To) > 0 {
		return Callback{}, false
	}
	d.Body = said
	ev := &chat.Event{Draft: d, From: author}
	payload, ok := r.PayloadOf(ev)
	if !ok || len(kinds) > 0 && !slices.Contains(kinds, kindOf(payload)) {
		return Callback{}, false
	}
	c := r.callback(ev, convType(d.Conv), payload)
	c.EventType = ""
	return c, true
}

// kindOf is the vendor's word for what a message holds.
func kindOf(p Payload) string {
	if p.Bodies[0]["subType"] == "sub_combine" {
		return "combine"
	}
	kind, _ := p.Bodies[0]["type"].(string)
	return kind
}

// MessageKinds returns the vendor's words for all that a message may hold.
func MessageKinds() []string {
	return []string{"txt", "img", "audio", "video", "file", "loc", "cmd", "custom", "combine"}
}

// saidBy is the message that a draft sends, or makes of another.
func saidBy(d chat.Draft) (chat.Message, bool) {
	switch b := d.Body.(type) {
	case chat.Message:
		return b, true
	case chat.Edit:
		return b.Message, true
	}
	return chat.Message{}, false
}

// Revised returns a draft with what the app's server has put into the place of its content, ext fields or priority. It
// refuses with chat.Invalid what is no message of the same kind; a command is never changed.
func (r Realm) Revised(d chat.Draft, a Ruling) (chat.Draft, error) {
	said, ok := saidBy(d)
	if !ok {
		return d, nil
	}
	switch a.Level {
	case "high":
		said.Priority = chat.PriorityHigh
	case "normal":
		said.Priority = chat.PriorityNormal
	case "low":
		said.Priority = chat.PriorityLow
	}
	if len(a.Payload) > 0 && string(a.Payload) != "null" && string(a.Payload) != "{}" {
		if err := r.replace(&said, a.Payload); err != nil {
			return d, err
		}
	}
	switch b := d.Body.(type) {
	case chat.Message:
		d.Body = said
	case chat.Edit:
		b.Message = said
		d.Body = b
	}
	return d, nil
}

// replace reads a payload in either of the vendor's forms: with bodies, or the body itself.
func (r Realm) replace(said *chat.Message, payload json.RawMessage) error {
	var p struct {
		Bodies []json.RawMessage `json:"bodies"`
		Ext    json.RawMessage   `json:"ext"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return chat.Refuse(chat.Invalid, "the payload cannot be read")
	}
	body := payload
	if len(p.Bodies) > 0 {
		body = p.Bodies[0]
	}
	kind := bodyTypes[r.fromContent(said.Content).GetType()]
	var named struct {
		Type string `json:"type"`
	}
	switch err := json.Unmarshal(body, &named); {
	case err != nil:
		return chat.Refuse(chat.Invalid, "the payload cannot be read")
	case kind == "cmd", named.Type != "" && named.Type != kind:
		return chat.Refuse(chat.Invalid, "the payload is of another kind")
	}
	now, err := r.FromPayload(kind, body, p.Ext)
	if err != nil {
		return err
	}
	said.Content = now.Content
	if len(p.Ext) > 0 {
		said.Ext, said.Mentions, said.MentionAll, said.ReplyTo = now.Ext, now.Mentions, now.MentionAll, now.ReplyTo
	}
	return nil
}
