package main

import (
	"cmp"

	"go.opentelemetry.io/otel/attribute"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/webimmap"
	"dragoman/mapping/xmppmap"
	"dragoman/mapping/zimmap"
)

// tables is how faithfully each protocol shows each kind of event.
type tables map[string]mapping.Table

func newTables() tables {
	all := tables{}
	for _, t := range []mapping.Table{zimmap.Table(), webimmap.Table(), xmppmap.Table()} {
		all[t.Protocol] = t
	}
	return all
}

// grade says how much of ev a protocol's readers see; "" where the reader is no protocol.
func (all tables) grade(protocol string, ev *chat.Event) string {
	t, ok := all[protocol]
	if !ok {
		return ""
	}
	grade, _ := t.Shown(ev)
	return grade.String()
}

// kindOf names what an event is, as tables do; "other" where it is a matter of one protocol alone.
func kindOf(ev *chat.Event) string {
	kinds := mapping.KindsOf(ev)
	if len(kinds) == 0 {
		return "other"
	}
	return kinds[0]
}

// watch has metrics, traces and the ring of frames see what passes.
func (g *gateway) watch() {
	known := newTables()
	g.router.Watch(func(s bridge.Step) {
		if !s.Begin.IsZero() {
			g.metrics.Passed(string(s.Stage), s.End.Sub(s.Begin))
		}
		if m, ok := s.Event.Body.(chat.Message); ok && !s.Event.Place.IsZero() {
			g.follow(s, m)
		}
		if s.Stage == bridge.Handed {
			from := "log" // caught up on: whence it came is not kept
			if s.Live {
				from = cmp.Or(s.From, "gateway")
			}
			to := cmp.Or(s.To, "outbox")
			g.metrics.Delivered(from, to, kindOf(s.Event), known.grade(to, s.Event))
		}
	}, func(s bridge.Session) {
		if s.Traffic != nil {
			in, out := s.Traffic.Bytes()
			g.metrics.SessionEnded(s.Protocol, in, out)
		}
	})
}

// follow traces a message's passing of a stage.
func (g *gateway) follow(s bridge.Step, m chat.Message) {
	if s.Stage == bridge.Committed && s.Frame.Data != nil {
		g.trace.Note(s.Event.ID, s.From, s.Frame.Data)
	}
	if g.tracer == nil {
		return
	}
	about := []attribute.KeyValue{attribute.String("dragoman.event", s.Event.ID.String()), attribute.String("dragoman.from", s.From)}
	if s.To != "" {
		about = append(about, attribute.String("dragoman.to", s.To))
	}
	begin := s.Begin
	if begin.IsZero() { // caught up on
		begin = s.End
	}
	g.tracer.Stage(s.Event.ID, string(s.Stage), begin, s.End, about...)
	if s.Stage == bridge.Committed {
		g.tracer.Root(s.Event.ID, s.Frame.At, s.End, append(about, attribute.String("dragoman.kind", chat.ContentName(m.Content)))...)
	}
}
