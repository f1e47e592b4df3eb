package xmppmap

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
)

// classicBody is the JSON in a body. The clients evaluate it as JavaScript: encoding/json escapes what would end a string
// there.
type classicBody struct {
	From   string                     `json:"from"`
	To     string                     `json:"to"`
	Bodies []classicPart              `json:"bodies"`
	Ext    map[string]json.RawMessage `json:"ext"`
}

// classicPart is what a message says; which fields count, Type tells.
type classicPart struct {
	Type string `json:"type"`

	Msg *string `json:"msg,omitempty"` // txt

	URL         string       `json:"url,omitempty"` // img, audio, video, file
	Secret      string       `json:"secret,omitempty"`
	Filename    string       `json:"filename,omitempty"`
	Thumb       string       `json:"thumb,omitempty"`
	ThumbSecret string       `json:"thumb_secret,omitempty"`
	Size        *classicSize `json:"size,omitempty"`
	Length      loose        `json:"length,omitempty"` // seconds
	FileLength  loose        `json:"file_length,omitempty"`
	FileType    string       `json:"filetype,omitempty"`

	Addr *string `json:"addr,omitempty"` // loc
	Lat  *loose  `json:"lat,omitempty"`
	Lng  *loose  `json:"lng,omitempty"`

	Action *string         `json:"action,omitempty"` // cmd
	Param  json.RawMessage `json:"param,omitempty"`

	CustomEvent string          `json:"customEvent,omitempty"` // custom, of pages that write it themselves
	CustomExts  json.RawMessage `json:"customExts,omitempty"`
}

type classicSize struct {
	Width  loose `json:"width"`
	Height loose `json:"height"`
}

// loose is a number that pages also write as text, or as nothing.
type loose float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *loose) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		f = 0
	}
	*n = loose(f)
	return nil
}

// whole returns n between 0 and most.
func (n loose) whole(most float64) int64 { return int64(min(max(float64(n), 0), most)) }

// read reads the JSON of a message.
func (c Classic) read(text string) (chat.Message, error) {
	var body classicBody
	if err := json.Unmarshal([]byte(text), &body); err != nil || len(body.Bodies) == 0 {
		return chat.Message{}, chat.Refuse(chat.Invalid, "the message cannot be read")
	}
	var parts []chat.Content
	for i := range body.Bodies {
		part, err := c.content(&body.Bodies[i])
		if err != nil {
			return chat.Message{}, err
		}
		parts = append(parts, part)
	}
	m := chat.Message{Content: parts[0], Ext: classicValues(body.Ext)}
	if len(parts) > 1 {
		m.Content = chat.Multi{Parts: parts}
	}
	return m, nil
}

func (c Classic) content(p *classicPart) (chat.Content, error) {
	switch p.Type {
	case "txt":
		return chat.Text{Text: deref(p.Msg)}, nil
	case "img":
		return c.readMedia(chat.MediaImage, p), nil
	case "audio":
		return c.readMedia(chat.MediaAudio, p), nil
	case "video":
		return c.readMedia(chat.MediaVideo, p), nil
	case "file":
		return c.readMedia(chat.MediaFile, p), nil
	case "loc":
		if p.Lat == nil || p.Lng == nil {
			return nil, chat.Refuse(chat.Invalid, "a location without latitude or longitude")
		}
		return chat.Location{Lat: float64(*p.Lat), Lon: float64(*p.Lng), Address: deref(p.Addr)}, nil
	case "cmd":
		return chat.Command{Name: deref(p.Action), Params: classicParams(p.Param)}, nil
	case "custom":
		return chat.Custom{Type: p.CustomEvent, Params: classicParams(p.CustomExts), Text: deref(p.Msg)}, nil
	}
	return nil, chat.Refuse(chat.Invalid, "unknown kind of message")
}

// maxSide is more pixels than a side of a picture has.
const maxSide = 1 << 20

func (c Classic) readMedia(kind chat.MediaKind, p *classicPart) chat.Media {
	m := chat.Media{Kind: kind, File: c.file(p.URL, p.Secret), Duration: time.Duration(p.Length.whole(1e6)) * time.Second}
	m.File.Name, m.File.Length, m.File.Type = p.Filename, p.FileLength.whole(1<<50), p.FileType
	if p.Size != nil {
		m.Size = chat.Size{Width: int(p.Size.Width.whole(maxSide)), Height: int(p.Size.Height.whole(maxSide))}
	}
	if p.Thumb != "" && p.Thumb != p.URL {
		m.Thumb = c.file(p.Thumb, p.ThumbSecret)
	}
	return m
}

// filesPath is where the REST of the same SDKs serves files.
func (c Classic) filesPath() string {
	return "/" + strings.Replace(c.Realm, "#", "/", 1) + "/chatfiles/"
}

// file reads a link. It is a file of ours if it lies under our path and the sender shows its secret: only who was given a
// file may pass it on.
func (c Classic) file(link, secret string) chat.FileRef {
	u, err := url.Parse(link)
	if link == "" || err != nil {
		return chat.FileRef{}
	}
	if dir, segment := path.Split(u.Path); strings.EqualFold(dir, c.filesPath()) {
		id, shown, _ := strings.Cut(segment, ".")
		if shown == "" {
			shown = secret
		}
		if id != "" && subtle.ConstantTimeCompare([]byte(shown), []byte(c.Secret(id))) == 1 {
			return chat.FileRef{ID: id}
		}
	}
	if c.Links != nil {
		if own, ok := c.Links.File(link); ok {
			return own
		}
	}
	return chat.FileRef{URL: link, Secret: secret}
}

// link writes where the reader finds a file. The secret stands in it too, for an <img> can show none.
func (c Classic) link(f chat.FileRef) (link, secret string) {
	if f.ID == "" {
		return f.URL, f.Secret
	}
	secret = c.Secret(f.ID)
	return c.Base + c.filesPath() + f.ID + "." + secret, secret
}

func (c Classic) part(content chat.Content) classicPart {
	switch content := content.(type) {
	case chat.Media:
		return c.writeMedia(content)
	case chat.Location:
		address := content.Address
		if address == "" {
			address = content.Name
		}
		lat, lng := loose(content.Lat), loose(content.Lon)
		return classicPart{Type: "loc", Addr: &address, Lat: &lat, Lng: &lng}
	case chat.Command:
		return classicPart{Type: "cmd", Action: &content.Name, Param: writeParams(content.Params), Msg: new(string)}
	case chat.Text:
		return classicPart{Type: "txt", Msg: &content.Text}
	case chat.Multi:
		lines := make([]string, len(content.Parts))
		for i, part := range content.Parts {
			lines[i] = part.Summary()
			if media, ok := part.(chat.Media); ok {
				link, _ := c.link(media.File)
				lines[i] += " " + link
			}
		}
		text := strings.Join(lines, "\n")
		return classicPart{Type: "txt", Msg: &text}
	}
	text := content.Summary()
	return classicPart{Type: "txt", Msg: &text}
}

func (c Classic) writeMedia(m chat.Media) classicPart {
	p := classicPart{Type: "file", Filename: m.File.Name, FileLength: loose(m.File.Length), FileType: m.File.Type}
	p.URL, p.Secret = c.link(m.File)
	switch m.Kind {
	case chat.MediaImage:
		p.Type, p.Size = "img", &classicSize{loose(m.Size.Width), loose(m.Size.Height)}
	case chat.MediaAudio:
		p.Type = "audio"
	case chat.MediaVideo:
		p.Type = "video"
	}
	if m.Duration > 0 {
		p.Length = loose(max(math.Round(m.Duration.Seconds()), 1))
	}
	if !m.Thumb.IsZero() {
		p.Thumb, p.ThumbSecret = c.link(m.Thumb)
	}
	return p
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// classicParams reads the parameters of a command: an object, or a list of objects.
func classicParams(raw json.RawMessage) map[string]chat.Value {
	var one map[string]json.RawMessage
	if json.Unmarshal(raw, &one) == nil {
		return classicValues(one)
	}
	var many []map[string]json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		return nil
	}
	all := map[string]json.RawMessage{}
	for _, m := range many {
		maps.Copy(all, m)
	}
	return classicValues(all)
}

func writeParams(params map[string]chat.Value) json.RawMessage {
	if len(params) == 0 {
		return nil
	}
	raw, err := json.Marshal([]map[string]json.RawMessage{writeValues(params)})
	if err != nil {
		return nil // a value that is no JSON, which no Draft has
	}
	return raw
}

func classicValues(fields map[string]json.RawMessage) map[string]chat.Value {
	if len(fields) == 0 {
		return nil
	}
	values := make(map[string]chat.Value, len(fields))
	for name, raw := range fields {
		values[name] = classicValue(bytes.TrimSpace(raw))
	}
	return values
}

func classicValue(raw json.RawMessage) chat.Value {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return chat.JSON("null")
	}
	switch v := v.(type) {
	case string:
		return chat.String(v)
	case bool:
		return chat.Bool(v)
	case json.Number:
		n, err := v.Int64()
		switch {
		case err == nil && n == int64(int32(n)):
			return chat.Int32(int32(n))
		case err == nil:
			return chat.Int64(n)
		}
		if f, err := v.Float64(); err == nil {
			return chat.Float64(f)
		}
	}
	return chat.JSON(string(raw))
}

func writeValues(values map[string]chat.Value) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(values))
	for name, v := range values {
		out[name] = v.AppendJSON(nil)
	}
	return out
}
