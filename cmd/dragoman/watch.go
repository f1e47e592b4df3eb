package main

import (
	"cmp"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping"
	"dragoman/mapping/webimmap"
	"dragoman/mapping/xmppmap"
	"dragoman/mapping/zimmap"
)

// grades is how faithfully each protocol shows each kind of event, as its table says.
type grades map[string]map[string]mapping.Fidelity

func newGrades() grades {
	all := grades{}
	for protocol, table := range map[string][]mapping.Row{
		zimmap.Protocol: zimmap.Table(), webimmap.Protocol: webimmap.Table(), xmppmap.Protocol: xmppmap.Table(),
	} {
		all[protocol] = map[string]mapping.Fidelity{}
		for _, row := range table {
			if kind := row.Kind(); kind != "" {
				// Several native forms of one kind: the least faithful counts.
				all[protocol][kind] = max(all[protocol][kind], row.Out)
			}
		}
	}
	return all
}

// of returns the grade's name; "" where the reader is no protocol.
func (g grades) of(protocol, kind string) string {
	if grade, ok := g[protocol][kind]; ok {
		return grade.String()
	}
	return ""
}

// kindOf names what an event is, as tables do.
func kindOf(ev *chat.Event) string {
	if m, ok := ev.Body.(chat.Message); ok {
		return mapping.Row{Value: m.Content}.Kind()
	}
	return chat.BodyName(ev.Body)
}

// watch has metrics and traces see what passes.
func (g *gateway) watch() {
	known := newGrades()
	g.router.Watch(func(s bridge.Step) {
		if !s.Begin.IsZero() {
			g.metrics.Passed(string(s.Stage), s.End.Sub(s.Begin))
		}
		if s.Stage == bridge.Handed {
			from := "log" // caught up on: whence it came is not kept
			if s.Live {
				from = cmp.Or(s.From, "gateway")
			}
			kind, to := kindOf(s.Event), cmp.Or(s.To, "outbox")
			g.metrics.Delivered(from, to, kind, known.of(to, kind))
		}
	}, func(s bridge.Session) {
		if s.Traffic != nil {
			in, out := s.Traffic.Bytes()
			g.metrics.SessionEnded(s.Protocol, in, out)
		}
	})
}
