package xmpp

import (
	"strings"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols"
	"dragoman/protocols/xmpp/xmppwire"
)

// Explain implements protocols.Explainer: the stanzas that a client gets, an element a line.
func (f *Frontend) Explain(d *bridge.Delivery, reader chat.UserID) (protocols.Shown, error) {
	shown := grade(d.Event)
	ev := d.Event
	view := xmppmap.View{From: f.m.DeviceJID(ev.From, ev.Device), By: f.m.UserJID(reader)}
	if ev.Conv.Kind != chat.KindPeer {
		view = f.viewIn(f.life(), f.m.ConvJID(ev.Conv), ev, false)
	}
	stanzas, err := f.m.FromEvent(d.Record, view)
	if err != nil {
		return shown, err
	}
	frames := make([]string, len(stanzas))
	for i := range stanzas {
		stanzas[i].To = f.m.UserJID(reader)
		frames[i] = indent(stanzas[i].Element())
	}
	shown.Frame = strings.Join(frames, "\n")
	return shown, nil
}

// ReadFrame returns a stanza that a client sent, an element a line.
func (f *Frontend) ReadFrame(frame []byte) (string, error) {
	e, err := xmppwire.Parse(frame)
	if err != nil {
		return "", err
	}
	return indent(e), nil
}

// grade looks an event up in the map's table.
func grade(ev *chat.Event) protocols.Shown {
	fidelity, note := xmppmap.Table().Shown(ev)
	return protocols.Shown{Fidelity: fidelity, Note: note}
}

// indent writes an element for people. What mixes text and elements stays on one line.
func indent(e *xmppwire.Element) string {
	var b strings.Builder
	indentTo(&b, e, "", "")
	return b.String()
}

func indentTo(b *strings.Builder, e *xmppwire.Element, outer, space string) {
	mixed := len(e.Nodes) == 0
	for _, n := range e.Nodes {
		mixed = mixed || n.Elem == nil
	}
	b.WriteString(space)
	if mixed {
		b.Write(e.AppendTo(nil, outer))
		b.WriteByte('\n')
		return
	}
	bare := &xmppwire.Element{Name: e.Name, Attrs: e.Attrs}
	open := string(bare.AppendTo(nil, outer))
	b.WriteString(strings.TrimSuffix(open, "/>") + ">\n")
	for c := range e.Children() {
		indentTo(b, c, e.Space, space+"  ")
	}
	b.WriteString(space + "</" + e.Local + ">\n")
}
