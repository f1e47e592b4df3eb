package chat

import (
	"encoding/json"
	"fmt"
)

// The stored form of bodies and contents: JSON, tagged with the kind's name. It is a promise to old log files: fields are
// added, never renamed or reused, and what an older version does not know it leaves out.

// BodyName returns the stored name of b's kind; "" for nil. It is a good label for logs and counters too.
func BodyName(b Body) string {
	switch b.(type) {
	case Message:
		return "message"
	case Edit:
		return "edit"
	case Recall:
		return "recall"
	case Receipt:
		return "receipt"
	case Reaction:
		return "reaction"
	case Pin:
		return "pin"
	case Typing:
		return "typing"
	case Membership:
		return "membership"
	case Profile:
		return "profile"
	case Rules:
		return "rules"
	case Lifecycle:
		return "lifecycle"
	case Attributes:
		return "attributes"
	case Presence:
		return "presence"
	case Contact:
		return "contact"
	case Block:
		return "block"
	case Watch:
		return "watch"
	case Setting:
		return "setting"
	case Hide:
		return "hide"
	case CallState:
		return "call"
	case Relay:
		return "relay"
	}
	return ""
}

// MarshalBody returns the kind's name and the stored form of b.
func MarshalBody(b Body) (kind string, data []byte, err error) {
	kind = BodyName(b)
	if kind == "" {
		return "", nil, fmt.Errorf("chat: no stored form for %T", b)
	}
	data, err = json.Marshal(b)
	if err != nil {
		return "", nil, fmt.Errorf("chat: marshal %s: %w", kind, err)
	}
	return kind, data, nil
}

// UnmarshalBody reads what MarshalBody wrote.
func UnmarshalBody(kind string, data []byte) (Body, error) {
	switch kind {
	case "message":
		return decodeBody[Message](kind, data)
	case "edit":
		return decodeBody[Edit](kind, data)
	case "recall":
		return decodeBody[Recall](kind, data)
	case "receipt":
		return decodeBody[Receipt](kind, data)
	case "reaction":
		return decodeBody[Reaction](kind, data)
	case "pin":
		return decodeBody[Pin](kind, data)
	case "typing":
		return decodeBody[Typing](kind, data)
	case "membership":
		return decodeBody[Membership](kind, data)
	case "profile":
		return decodeBody[Profile](kind, data)
	case "rules":
		return decodeBody[Rules](kind, data)
	case "lifecycle":
		return decodeBody[Lifecycle](kind, data)
	case "attributes":
		return decodeBody[Attributes](kind, data)
	case "presence":
		return decodeBody[Presence](kind, data)
	case "contact":
		return decodeBody[Contact](kind, data)
	case "block":
		return decodeBody[Block](kind, data)
	case "watch":
		return decodeBody[Watch](kind, data)
	case "setting":
		return decodeBody[Setting](kind, data)
	case "hide":
		return decodeBody[Hide](kind, data)
	case "call":
		return decodeBody[CallState](kind, data)
	case "relay":
		return decodeBody[Relay](kind, data)
	}
	return nil, fmt.Errorf("chat: unknown stored body %q", kind)
}

func decodeBody[B Body](kind string, data []byte) (Body, error) {
	var b B
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("chat: unmarshal %s: %w", kind, err)
	}
	return b, nil
}

// ContentName returns the stored name of c's kind; "" for nil.
func ContentName(c Content) string {
	switch c.(type) {
	case Text:
		return "text"
	case Media:
		return "media"
	case Multi:
		return "multi"
	case Location:
		return "location"
	case Command:
		return "command"
	case Custom:
		return "custom"
	case Bundle:
		return "bundle"
	case Recalled:
		return "recalled"
	}
	return ""
}

// storedContent is a content with its tag.
type storedContent struct {
	Kind string          `json:"k"`
	Data json.RawMessage `json:"v,omitzero"`
}

func packContent(c Content) (storedContent, error) {
	kind := ContentName(c)
	if kind == "" {
		return storedContent{}, fmt.Errorf("chat: no stored form for content %T", c)
	}
	if _, recalled := c.(Recalled); recalled {
		return storedContent{Kind: kind}, nil
	}
	data, err := json.Marshal(c)
	return storedContent{kind, data}, err
}

func (s storedContent) unpack() (Content, error) {
	switch s.Kind {
	case "text":
		return decodeContent[Text](s)
	case "media":
		return decodeContent[Media](s)
	case "multi":
		return decodeContent[Multi](s)
	case "location":
		return decodeContent[Location](s)
	case "command":
		return decodeContent[Command](s)
	case "custom":
		return decodeContent[Custom](s)
	case "bundle":
		return decodeContent[Bundle](s)
	case "recalled":
		return Recalled{}, nil
	}
	return nil, fmt.Errorf("chat: unknown stored content %q", s.Kind)
}

func decodeContent[C Content](s storedContent) (Content, error) {
	var c C
	if err := json.Unmarshal(s.Data, &c); err != nil {
		return nil, fmt.Errorf("chat: unmarshal %s: %w", s.Kind, err)
	}
	return c, nil
}

// storedMessage is a Message as JSON can hold it.
type storedMessage struct {
	Content     storedContent
	ReplyTo     Ref              `json:",omitzero"`
	Mentions    []UserID         `json:",omitzero"`
	MentionAll  bool             `json:",omitzero"`
	WantReceipt bool             `json:",omitzero"`
	OnlineOnly  bool             `json:",omitzero"`
	Quiet       bool             `json:",omitzero"`
	Priority    Priority         `json:",omitzero"`
	Push        *Push            `json:",omitzero"`
	Ext         map[string]Value `json:",omitzero"`
}

// MarshalJSON returns the stored form.
func (b Message) MarshalJSON() ([]byte, error) {
	content, err := packContent(b.Content)
	if err != nil {
		return nil, err
	}
	return json.Marshal(storedMessage{content, b.ReplyTo, b.Mentions, b.MentionAll, b.WantReceipt, b.OnlineOnly, b.Quiet,
		b.Priority, b.Push, b.Ext})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Message) UnmarshalJSON(data []byte) error {
	var s storedMessage
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	content, err := s.Content.unpack()
	if err != nil {
		return err
	}
	*b = Message{content, s.ReplyTo, s.Mentions, s.MentionAll, s.WantReceipt, s.OnlineOnly, s.Quiet, s.Priority, s.Push, s.Ext}
	return nil
}

// MarshalJSON returns the stored form.
func (c Multi) MarshalJSON() ([]byte, error) {
	parts := make([]storedContent, len(c.Parts))
	for i, part := range c.Parts {
		packed, err := packContent(part)
		if err != nil {
			return nil, err
		}
		parts[i] = packed
	}
	return json.Marshal(parts)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Multi) UnmarshalJSON(data []byte) error {
	var parts []storedContent
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	c.Parts = make([]Content, len(parts))
	for i, packed := range parts {
		part, err := packed.unpack()
		if err != nil {
			return err
		}
		c.Parts[i] = part
	}
	return nil
}
