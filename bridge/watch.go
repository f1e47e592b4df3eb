package bridge

import (
	"context"
	"time"

	"dragoman/bridge/chat"
)

// Stage is a part of an event's way through the gateway.
type Stage string

// The stages, in the order in which an event passes them.
const (
	Decoded   Stage = "decode" // from the frame's arrival until the front-end asked; only where WithFrame has told of it
	Decided   Stage = "decide" // from the front-end's asking until it stood in line: checks, rules, gates
	Queued    Stage = "queue"  // until the sequencer took it
	Committed Stage = "commit" // until it was on the disk, with its batch; of an unstored event, until it was handed out
	Handed    Stage = "hand"   // until a session took it; an event has as many of these as readers
	Written   Stage = "write"  // until that session asked for the next one
)

// Step is one event's passing of one stage.
type Step struct {
	Stage      Stage
	Event      *chat.Event
	From       string // protocol of who asked for it; "": the gateway itself, or not known any more, where Begin is zero
	To         string // of Handed and Written: protocol of the reader
	Frame      Frame  // what the event was asked for with; zero for Handed and Written
	Begin, End time.Time
	Live       bool // of Handed: it came as it happened; else it was caught up on, and Begin is zero
}

// Frame is what a client said, for who watches: nothing is decided by it.
type Frame struct {
	At   time.Time     // when it was there, whole; where nobody has told, when the event was asked for
	Data func() []byte // as it came; nil: not known. It may be called on any goroutine, and must return what does not change
}

type frameKey struct{}

// WithFrame tells with what the drafts are asked for that are submitted under the context.
func WithFrame(ctx context.Context, f Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// Watch has step told of every stage that an event passes, and ended of every session that has ended. They are called on
// the goroutines that do it, sometimes with the sequencer waiting: they must not block. Before Run only.
func (r *Router) Watch(step func(Step), ended func(Session)) { r.watch, r.ended = step, ended }

// times is when a draft was where, and what it came in.
type times struct {
	frame               Frame
	asked, lined, taken time.Time
}

// begun starts to watch a draft.
func (r *Router) begun(ctx context.Context) times {
	if r.watch == nil {
		return times{}
	}
	t := times{asked: time.Now()}
	t.frame, _ = ctx.Value(frameKey{}).(Frame)
	return t
}

// watched returns the time, if anybody wants to know.
func (r *Router) watched() (t time.Time) {
	if r.watch != nil {
		t = time.Now()
	}
	return t
}

// tellStages tells how a draft became the event of d.
func (r *Router) tellStages(p *Pending, d *Delivery) {
	if r.watch == nil {
		return
	}
	step := Step{Event: d.Event, From: p.actor.Protocol, Frame: p.times.frame}
	if step.Frame.At.IsZero() {
		step.Frame.At = p.times.asked
	} else {
		step.Stage, step.Begin, step.End = Decoded, step.Frame.At, p.times.asked
		r.watch(step)
	}
	for _, s := range []struct {
		stage      Stage
		begin, end time.Time
	}{{Decided, p.times.asked, p.times.lined}, {Queued, p.times.lined, p.times.taken}, {Committed, p.times.taken, d.born}} {
		step.Stage, step.Begin, step.End = s.stage, s.begin, s.end
		r.watch(step)
	}
}

// tellHanded tells that the reader has taken d, and that it has done with what it took before.
func (f *Feed) tellHanded(d *Delivery) {
	if f.router.watch == nil {
		return
	}
	now := time.Now()
	f.handed, f.handedAt = d, now
	f.router.watch(Step{Stage: Handed, Event: d.Event, From: d.from, To: f.actor.Protocol, Begin: d.born, End: now, Live: !d.born.IsZero()})
}

// tellWritten tells that the reader has done with what it took last.
func (f *Feed) tellWritten() {
	if f.handed == nil {
		return
	}
	d := f.handed
	f.handed = nil
	f.router.watch(Step{Stage: Written, Event: d.Event, From: d.from, To: f.actor.Protocol, Begin: f.handedAt, End: time.Now(), Live: !d.born.IsZero()})
}

// Traffic counts the bytes of a session's connection.
type Traffic interface {
	// Bytes returns how many have come in and gone out so far.
	Bytes() (in, out int64)
}
