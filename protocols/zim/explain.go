package zim

import (
	"context"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/zimmap"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

// Explain implements protocols.Explainer: the frame that reader's client gets, indented.
func (f *frontend) Explain(d *bridge.Delivery, reader chat.UserID) (protocols.Shown, error) {
	shown := grade(d.Event.Body)
	notices, err := f.mapFor(context.Background(), reader).FromEvent(d.Record, false)
	if err != nil || len(notices) == 0 {
		return shown, err
	}
	cursor := ""
	if !d.Event.Place.IsZero() {
		cursor = string(chat.CursorAt(d.Event.Place))
	}
	frame, err := zimwire.EncodeNotices(cursor, notices...)
	if err != nil {
		return shown, err
	}
	shown.Frame, err = f.ReadFrame(frame)
	return shown, err
}

// ReadFrame returns a frame in a form that a person can read.
func (f *frontend) ReadFrame(frame []byte) (string, error) {
	v := jsontext.Value(frame)
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return "", err
	}
	return string(v), nil
}

// grade looks a kind up in the map's table.
func grade(b chat.Body) protocols.Shown {
	about := reflect.TypeOf(b)
	if m, ok := b.(chat.Message); ok {
		about = reflect.TypeOf(m.Content)
	}
	for _, row := range zimmap.Table() {
		if reflect.TypeOf(row.Value) == about {
			return protocols.Shown{Fidelity: row.Out, Note: row.Note}
		}
	}
	return protocols.Shown{Fidelity: mapping.Absent}
}
