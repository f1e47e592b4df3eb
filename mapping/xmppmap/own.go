package xmppmap

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// fieldText writes a value so that fieldValue reads the same one.
func fieldText(v chat.Value) string {
	switch v.Kind {
	case chat.ValueString, chat.ValueJSON:
		return v.Text
	case chat.ValueBool:
		return strconv.FormatBool(v.Bits != 0)
	case chat.ValueFloat32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case chat.ValueFloat64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return strconv.FormatInt(v.Bits, 10)
}

// fieldValue reads a field; what is malformed is taken as text.
func fieldValue(kind, text string) chat.Value {
	switch k := chat.ValueKind(slices.Index(fieldKinds[:], kind)); k {
	case chat.ValueBool:
		return chat.Bool(text == "true")
	case chat.ValueInt32, chat.ValueUint32, chat.ValueInt64:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return chat.Value{Kind: k, Bits: n}
		}
	case chat.ValueFloat32:
		if f, err := strconv.ParseFloat(text, 32); err == nil {
			return chat.Float32(float32(f))
		}
	case chat.ValueFloat64:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return chat.Float64(f)
		}
	case chat.ValueJSON:
		return chat.JSON(text)
	}
	return chat.String(text)
}

// dataElement carries bytes: as text where they are text that XML can hold, else in base64.
func dataElement(data []byte) *xmppwire.Element {
	if text := string(data); isXMLText(text) {
		return xmppwire.TextElement(NSOwn, "data", text)
	}
	return xmppwire.TextElement(NSOwn, "data", base64.StdEncoding.EncodeToString(data)).Set("encoding", "base64")
}

func isXMLText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF
	})
}

// foreign reads what ownElement wrote, nil if there is nothing of the kind.
func (m Map) foreign(s *xmppwire.Stanza) chat.Content {
	e := s.Child(NSOwn, "command")
	if e == nil {
		e = s.Child(NSOwn, "custom")
	}
	if e == nil {
		return nil
	}
	params := readFields(e)
	var data []byte
	if d := e.Child(NSOwn, "data"); d != nil {
		data = []byte(d.Text())
		if d.Attr("encoding") == "base64" {
			data, _ = base64.StdEncoding.DecodeString(d.Text())
		}
	}
	switch e.Local {
	case "command":
		return chat.Command{Name: e.Attr("name"), Params: params, Data: data}
	case "custom":
		text, _ := s.Body()
		return chat.Custom{Type: e.Attr("name"), Params: params, Data: data, Text: text}
	}
	return nil
}

// readFields reads the named values that ownElement wrote, nil for none.
func readFields(e *xmppwire.Element) map[string]chat.Value {
	var fields map[string]chat.Value
	for c := range e.Children() {
		if !c.Is(NSOwn, "field") {
			continue
		}
		if fields == nil {
			fields = map[string]chat.Value{}
		}
		fields[c.Attr("name")] = fieldValue(c.Attr("kind"), c.Text())
	}
	return fields
}
