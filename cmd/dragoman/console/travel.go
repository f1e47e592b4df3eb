package console

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/internal/trace"
	"dragoman/protocols"
)

// Host is the gateway as this package needs it.
type Host struct {
	Router   *bridge.Router
	Store    *store.Store
	Accounts *account.Book
	Vault    *account.Vault
	Trace    *trace.Ring
	Calls    *callout.Outbox
	// Fronts are the front-ends, in the order in which they are shown.
	Fronts  []Front
	Page    fs.FS
	Version string
	Now     func() time.Time
	Log     zerolog.Logger
}

// Front is a front-end and its name.
type Front struct {
	Name string
	protocols.Frontend
}

// FrameReader is a front-end whose frames are no text, and which can say what is in one.
type FrameReader interface {
	// ReadFrame returns a frame that a client sent in a form that a person can read.
	ReadFrame(frame []byte) (string, error)
}

// traveller finds out how a message travelled.
type traveller struct{ host Host }

// reader is somebody for whom a protocol's form is shown.
type reader struct {
	protocol string
	user     chat.UserID
}

// way is how a message travelled, as a page is told.
type way struct {
	Event    waypoint  `json:"event"`
	Original *original `json:"original,omitempty"`
	Hidden   string    `json:"hidden,omitempty"`
	Shown    []shown   `json:"shown"`
}

type waypoint struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Place    string `json:"place"`
	From     string `json:"from"`
	Source   string `json:"source"`
	Time     string `json:"time"`
	Seq      int64  `json:"seq"`
	Position int64  `json:"position"`
	JSON     string `json:"json"`
}

type original struct {
	Protocol string `json:"protocol"`
	Frame    string `json:"frame"`
	Bytes    int    `json:"bytes"`
	Cut      bool   `json:"cut"`
}

type shown struct {
	Protocol string `json:"protocol"`
	Reader   string `json:"reader"`
	Frame    string `json:"frame"`
	Fidelity string `json:"fidelity"`
	Note     string `json:"note,omitempty"`
}

// find returns the entry of conv with the id event, or with the id that its author's client made up.
func (t traveller) find(ctx context.Context, conv chat.Conv, event, client string, author chat.UserID) (chat.Entry, error) {
	if event != "" {
		id, err := chat.ParseEventID(event)
		if err != nil {
			return chat.Entry{}, err
		}
		return t.host.Store.Entry(ctx, "", conv, chat.Ref{ID: id})
	}
	// A protocol whose clients are not told the event's id keeps theirs under its own name.
	var entry chat.Entry
	err := chat.RefuseFor(chat.NoMessage, "there is no such message")
	for _, front := range t.host.Fronts {
		entry, err = t.host.Store.Entry(ctx, "", conv, chat.Ref{ClientID: front.Name + ":" + client, Author: author})
		if chat.CodeOf(err) != chat.NotFound {
			return entry, err
		}
	}
	return entry, err
}

// way tells how entry travelled, and what each of the readers gets of it.
func (t traveller) way(entry chat.Entry, readers []reader) way {
	ev := entry.Event
	w := way{Event: waypoint{ID: ev.ID.String(), Kind: kindOf(ev), Place: ev.Conv.String(), From: string(ev.From), Source: ev.Source.String(),
		Time: ev.ID.Time().Format(time.RFC3339Nano), Seq: int64(ev.Seq), Position: ev.Place.Pos, JSON: plain(eventJSON(ev))}}
	switch kept, ok := t.host.Trace.Original(ev.ID); {
	case entry.Recall != nil:
		// What was taken back is gone, from here as well.
		w.Hidden = "taken back: nobody sees it any more"
	case ok:
		w.Original = t.original(kept)
	}
	d := bridge.NewDelivery(chat.Record{Event: &ev})
	for _, r := range readers {
		w.Shown = append(w.Shown, t.shown(d, r))
	}
	return w
}

func kindOf(ev chat.Event) string {
	if m, ok := ev.Body.(chat.Message); ok {
		return "message: " + chat.ContentName(m.Content)
	}
	return chat.BodyName(ev.Body)
}

func (t traveller) original(kept trace.Original) *original {
	o := &original{Protocol: kept.Protocol, Bytes: kept.Length, Cut: kept.Length > len(kept.Frame)}
	for _, front := range t.host.Fronts {
		if r, ok := front.Frontend.(FrameReader); ok && front.Name == kept.Protocol {
			if text, err := r.ReadFrame(kept.Frame); err == nil {
				o.Frame = plain(text)
				return o
			}
		}
	}
	o.Frame = plain(readable(kept.Frame))
	return o
}

// readable shows a frame that nobody can explain.
func readable(frame []byte) string {
	var v any
	if json.Unmarshal(frame, &v) == nil {
		return indent(v)
	}
	if utf8.Valid(frame) {
		return string(frame)
	}
	return hex.Dump(frame)
}

// shown asks a front-end what its clients get.
func (t traveller) shown(d *bridge.Delivery, r reader) shown {
	s := shown{Protocol: r.protocol, Reader: string(r.user)}
	for _, front := range t.host.Fronts {
		if front.Name != r.protocol {
			continue
		}
		explainer, ok := front.Frontend.(protocols.Explainer)
		if !ok {
			break
		}
		got, err := explainer.Explain(d, r.user)
		if err != nil {
			t.host.Log.Err(err).Str("protocol", r.protocol).Msg("cannot explain an event")
			s.Fidelity, s.Note = "refused", "it cannot be put into this protocol"
			return s
		}
		s.Frame, s.Fidelity, s.Note = plain(got.Frame), got.Fidelity.String(), got.Note
		return s
	}
	s.Fidelity, s.Note = "absent", "this front-end does not explain itself yet"
	return s
}

// escape is an escape sequence of JSON.
var escape = regexp.MustCompile(`(?s)\\(?:u003[ce]|u0026|.)`)

// plain takes out of JSON the escapes that are for its standing in HTML, where ours never stands.
func plain(text string) string {
	if strings.HasPrefix(text, "<") {
		return text // XML
	}
	return escape.ReplaceAllStringFunc(text, func(sequence string) string {
		switch sequence {
		case `\u003c`:
			return "<"
		case `\u003e`:
			return ">"
		case `\u0026`:
			return "&"
		}
		return sequence
	})
}

// eventJSON is a canonical event as a person reads it.
func eventJSON(ev chat.Event) string {
	type readableEvent struct {
		ID       string          `json:"id"`
		Time     string          `json:"time"`
		Conv     string          `json:"conv"`
		From     string          `json:"from"`
		Device   string          `json:"device,omitempty"`
		Source   string          `json:"source"`
		Place    int64           `json:"place"`
		Seq      int64           `json:"seq,omitempty"`
		ClientID string          `json:"clientID,omitempty"`
		To       []chat.UserID   `json:"to,omitempty"`
		Body     json.RawMessage `json:"body"`
		Native   string          `json:"native,omitempty"`
	}
	kind, body, err := chat.MarshalBody(ev.Body)
	if err != nil {
		return fmt.Sprintf("%q", err)
	}
	var fields any
	if err := json.Unmarshal(body, &fields); err != nil {
		return fmt.Sprintf("%q", err)
	}
	named, err := json.Marshal(map[string]any{kind: unpack(fields)})
	if err != nil {
		return fmt.Sprintf("%q", err)
	}
	native := ""
	if len(ev.Native.Data) > 0 {
		native = fmt.Sprintf("%s, %d bytes that only %s clients get", ev.Native.Protocol, len(ev.Native.Data), ev.Native.Protocol)
	}
	text, err := json.Marshal(readableEvent{ev.ID.String(), ev.ID.Time().Format(time.RFC3339Nano), ev.Conv.String(), string(ev.From), string(ev.Device),
		ev.Source.String(), ev.Place.Pos, int64(ev.Seq), ev.ClientID, ev.To, named, native})
	if err != nil {
		return fmt.Sprintf("%q", err)
	}
	var v json.RawMessage = text
	return indent(v)
}

// unpack names a content by its kind where the stored form says {"k": kind, "v": content}.
func unpack(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kind, tagged := v["k"].(string)
		if tagged && len(v) <= 2 {
			return map[string]any{kind: unpack(v["v"])}
		}
		for name, field := range v {
			v[name] = unpack(field)
		}
	case []any:
		for i, item := range v {
			v[i] = unpack(item)
		}
	}
	return v
}

func indent(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Sprintf("%q", err)
	}
	return string(text)
}
