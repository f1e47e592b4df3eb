package zim

import (
	"bytes"
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols"
	"dragoman/protocols/zim/zimwire"
)

// Explain implements protocols.Explainer: the frame that reader's client gets, indented.
func (f *frontend) Explain(d *bridge.Delivery, reader chat.UserID) (protocols.Shown, error) {
	shown := grade(d.Event)
	notices, err := f.mapFor(context.Background(), reader).FromEvent(d.Record, false)
	if err != nil || len(notices) == 0 {
		return shown, err
	}
	frame, err := zimwire.EncodeNotices(markOf(d.Event), notices...)
	if err != nil {
		return shown, err
	}
	shown.Frame, err = f.ReadFrame(frame)
	return shown, err
}

// ReadFrame returns a frame in a form that a person can read.
func (f *frontend) ReadFrame(frame []byte) (string, error) {
	v := jsontext.Value(bytes.Clone(frame)) // it is written over in place
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return "", err
	}
	return string(v), nil
}

// grade looks an event up in the map's table.
func grade(ev *chat.Event) protocols.Shown {
	fidelity, note := zimmap.Table().Shown(ev)
	return protocols.Shown{Fidelity: fidelity, Note: note}
}
