package webimmap

import (
	"encoding/json"
	"strconv"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// Payload is a message as rows of conversations, pins and history files show it,
// and as the app's server writes it [webim 12.2].
type Payload struct {
	Bodies []map[string]any           `json:"bodies"`
	Ext    map[string]json.RawMessage `json:"ext"` // never nil: readers look into it
	From   string                     `json:"from"`
	To     string                     `json:"to"`
	Type   string                     `json:"type"`
}

// PayloadOf writes a message for rows. It is false for an event that is none.
func (r Realm) PayloadOf(ev *chat.Event) (Payload, bool) {
	m, ok := ev.Body.(chat.Message)
	if !ok {
		return Payload{}, false
	}
	p := Payload{
		Ext: map[string]json.RawMessage{}, From: r.userName(ev.From), To: r.addressee(ev).GetName(), Type: convType(ev.Conv),
		Bodies: []map[string]any{r.bodyJSON(m.Content)},
	}
	for _, kv := range r.ext(m) {
		if v, err := kv.Go(); err == nil {
			p.Ext[kv.GetKey()] = json.RawMessage(jsonText(v))
		}
	}
	return p, true
}

// Text returns the payload as JSON text.
func (p Payload) Text() string { return jsonText(p) }

// bodyJSON writes what a message says as an object.
func (r Realm) bodyJSON(said chat.Content) map[string]any {
	if _, gone := said.(chat.Recalled); gone {
		return map[string]any{"type": "txt", "msg": ""}
	}
	c := r.fromContent(said)
	m := map[string]any{"type": bodyTypes[c.GetType()]}
	put := func(key string, v any, present bool) {
		if present {
			m[key] = v
		}
	}
	switch c.GetType() {
	case webimwire.MessageBody_Content_TEXT:
		m["msg"] = c.GetText()
		if c.SubType != nil {
			m["subType"], m["title"], m["summary"], m["combineLevel"] = "sub_combine", c.GetTitle(), c.GetSummary(), c.GetCombineLevel()
			m["url"], m["secret"], m["filename"], m["file_length"] = c.GetRemotePath(), c.GetSecretKey(), c.GetDisplayName(), c.GetFileLength()
		}
	case webimwire.MessageBody_Content_LOCATION:
		m["lat"], m["lng"], m["addr"] = c.GetLatitude(), c.GetLongitude(), c.GetAddress()
		put("buildingName", c.GetBuildingName(), c.BuildingName != nil)
	case webimwire.MessageBody_Content_COMMAND:
		m["action"] = c.GetAction()
	case webimwire.MessageBody_Content_CUSTOM:
		m["customEvent"] = c.GetCustomEvent()
		exts := []map[string]any{}
		for _, kv := range c.GetCustomExts() {
			if v, err := kv.Go(); err == nil {
				exts = append(exts, map[string]any{kv.GetKey(): v})
			}
		}
		m["customExts"] = exts
	default: // a file of some kind
		m["url"], m["secret"], m["filename"], m["file_length"] = c.GetRemotePath(), c.GetSecretKey(), c.GetDisplayName(), c.GetFileLength()
		put("length", c.GetDuration(), c.Duration != nil)
		put("size", map[string]any{"width": c.GetSize().GetWidth(), "height": c.GetSize().GetHeight()}, c.Size != nil)
		put("thumb", c.GetThumbnailRemotePath(), c.ThumbnailRemotePath != nil)
		put("thumb_secret", c.GetThumbnailSecretKey(), c.ThumbnailSecretKey != nil)
		put("subType", "sub_gif", c.GetSubType() == webimwire.MessageBody_Content_SUB_GIF)
	}
	return m
}

var bodyTypes = map[webimwire.MessageBody_Content_Type]string{
	webimwire.MessageBody_Content_TEXT: "txt", webimwire.MessageBody_Content_IMAGE: "img", webimwire.MessageBody_Content_VIDEO: "video",
	webimwire.MessageBody_Content_LOCATION: "loc", webimwire.MessageBody_Content_VOICE: "audio", webimwire.MessageBody_Content_FILE: "file",
	webimwire.MessageBody_Content_COMMAND: "cmd", webimwire.MessageBody_Content_CUSTOM: "custom",
}

// FromPayload reads what the app's server asks to be said: a body by its type, and
// the ext fields. It refuses with chat.Invalid.
func (r Realm) FromPayload(kind string, body, ext json.RawMessage) (chat.Message, error) {
	c, err := contentFromJSON(kind, body)
	if err != nil {
		return chat.Message{}, err
	}
	kvs, err := extFromJSON(ext)
	if err != nil {
		return chat.Message{}, err
	}
	return r.message(&webimwire.MessageBody{Contents: []*content{c}, Ext: kvs})
}

// jsonBody is the union of what bodies hold. Numbers may come as texts.
type jsonBody struct {
	Msg         *string         `json:"msg"`
	URL         string          `json:"url"`
	Secret      string          `json:"secret"`
	Filename    string          `json:"filename"`
	FileLength  lenient         `json:"file_length"`
	Length      lenient         `json:"length"`
	Size        *jsonSize       `json:"size"`
	Thumb       string          `json:"thumb"`
	ThumbSecret string          `json:"thumb_secret"`
	Lat         lenient         `json:"lat"`
	Lng         lenient         `json:"lng"`
	Addr        string          `json:"addr"`
	Building    string          `json:"buildingName"`
	Action      *string         `json:"action"`
	Event       string          `json:"customEvent"`
	Exts        json.RawMessage `json:"customExts"`
}

type jsonSize struct {
	Width  lenient `json:"width"`
	Height lenient `json:"height"`
}

// lenient is a number that may be written as a text.
type lenient float64

// UnmarshalJSON reads 3 and "3" alike; an empty text is 0.
func (n *lenient) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	*n = lenient(f)
	return err
}

func contentFromJSON(kind string, raw json.RawMessage) (*content, error) {
	var b jsonBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, chat.Refuse(chat.Invalid, "the message body cannot be read")
	}
	missing := func(what string) error { return chat.Refuse(chat.Invalid, "the message body has no %s", what) }
	switch kind {
	case "txt":
		if b.Msg == nil {
			return nil, missing("msg")
		}
		return text(*b.Msg), nil
	case "img", "audio", "video", "file":
		if b.URL == "" {
			return nil, missing("url")
		}
		return fileFromJSON(kind, b), nil
	case "loc":
		return &content{
			Type: new(webimwire.MessageBody_Content_LOCATION), Latitude: new(float64(b.Lat)), Longitude: new(float64(b.Lng)),
			Address: &b.Addr, BuildingName: optional(b.Building),
		}, nil
	case "cmd":
		if b.Action == nil {
			return nil, missing("action")
		}
		return &content{Type: new(webimwire.MessageBody_Content_COMMAND), Action: b.Action}, nil
	case "custom":
		exts, err := customFromJSON(b.Exts)
		if err != nil {
			return nil, err
		}
		return &content{Type: new(webimwire.MessageBody_Content_CUSTOM), CustomEvent: &b.Event, CustomExts: exts}, nil
	default:
		return nil, chat.Refuse(chat.Invalid, "unknown message type %q", kind)
	}
}

func fileFromJSON(kind string, b jsonBody) *content {
	c := &content{RemotePath: &b.URL, DisplayName: optional(b.Filename), SecretKey: optional(b.Secret)}
	if b.FileLength > 0 {
		c.FileLength = new(int32(min(b.FileLength, 1<<31-1)))
	}
	switch kind {
	case "img":
		c.Type = new(webimwire.MessageBody_Content_IMAGE)
	case "audio":
		c.Type = new(webimwire.MessageBody_Content_VOICE)
	case "video":
		c.Type = new(webimwire.MessageBody_Content_VIDEO)
	default:
		c.Type = new(webimwire.MessageBody_Content_FILE)
	}
	if b.Length > 0 {
		c.Duration = new(int32(min(b.Length, 1<<31-1)))
	}
	if b.Size != nil {
		c.Size = &webimwire.MessageBody_Content_Size{Width: new(float64(b.Size.Width)), Height: new(float64(b.Size.Height))}
	}
	c.ThumbnailRemotePath, c.ThumbnailSecretKey = optional(b.Thumb), optional(b.ThumbSecret)
	return c
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// customFromJSON reads named fields: one object, or a list of objects.
func customFromJSON(raw json.RawMessage) ([]*webimwire.KeyValue, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if raw[0] != '[' {
		return extFromJSON(raw)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, chat.Refuse(chat.Invalid, "customExts cannot be read")
	}
	var all []*webimwire.KeyValue
	for _, item := range list {
		kvs, err := extFromJSON(item)
		if err != nil {
			return nil, err
		}
		all = append(all, kvs...)
	}
	return all, nil
}

// extFromJSON types the fields of an object as the SDKs do [webim 6.2].
func extFromJSON(raw json.RawMessage) ([]*webimwire.KeyValue, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, chat.Refuse(chat.Invalid, "ext is not an object")
	}
	kvs := make([]*webimwire.KeyValue, 0, len(fields))
	for k, v := range fields {
		kvs = append(kvs, fieldFromJSON(k, v))
	}
	sortValues(kvs)
	return kvs, nil
}

func fieldFromJSON(k string, raw json.RawMessage) *webimwire.KeyValue {
	var s string
	if json.Unmarshal(raw, &s) == nil && raw[0] == '"' {
		return webimwire.StringValue(k, s)
	}
	text := string(raw)
	if text == "true" || text == "false" {
		return webimwire.BoolValue(k, text == "true")
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return webimwire.IntValue(k, webimwire.KeyValue_INT, n)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return webimwire.DoubleValue(k, f)
	}
	return webimwire.JSONValue(k, text)
}
