package protocols

import (
	"context"
	"errors"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
)

// Teller tells the app's server of what happens, in a front-end's words. What the log holds is told once and in its order,
// across crashes: the outbox keeps each call in one step with the place of its event.
type Teller struct {
	Deps
	// Caller makes the calls. Its name is also that of the Teller as a reader of the log, and never changes.
	Caller *callout.Caller
	// Calls says what is told of one event, mostly nothing. An error is logged, and nothing is told.
	Calls func(ctx context.Context, d *bridge.Delivery) ([]callout.Call, error)
}

// pauseAfterFailure is how long calls rest when their file or the log fails. Clients are served all the same.
const pauseAfterFailure = 10 * time.Second

// Run tells until ctx ends, whatever fails.
func (t *Teller) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := t.run(ctx); err != nil {
			t.Log.Err(err).Str("caller", t.Caller.Name).Msg("callbacks rest")
		}
		select {
		case <-time.After(pauseAfterFailure):
		case <-ctx.Done():
		}
	}
}

// run puts what the log tells into the outbox, and has the outbox make its calls.
func (t *Teller) run(ctx context.Context) error {
	done := make(chan error, 1)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		done <- t.Callouts.Run(inner, t.Caller)
		cancel()
	}()
	err := t.pump(inner)
	cancel()
	if err = errors.Join(err, <-done); ctx.Err() != nil {
		return nil
	}
	return err
}

// pump reads on from where the outbox is.
func (t *Teller) pump(ctx context.Context) error {
	if err := t.start(ctx); err != nil {
		return err
	}
	feed, err := t.Router.OpenOutbox(ctx, t.Caller.Name)
	if err != nil {
		return err
	}
	defer feed.Close()
	for {
		d, err := feed.Next(ctx)
		if err != nil {
			return err
		}
		if err := t.keep(ctx, d); err != nil {
			return err
		}
		if !d.Event.Place.IsZero() {
			feed.Ack(chat.Conv{}, d.Event.Place)
		}
	}
}

// start begins a first reading at the end of the log: the app's server is told of what happens from now on, not of all
// that ever has.
func (t *Teller) start(ctx context.Context) error {
	started, err := t.Callouts.Started(ctx, t.Caller.Name)
	if err != nil || started {
		return err
	}
	last, _, err := t.Store.Last(ctx)
	if err != nil {
		return err
	}
	reader := chat.Reader{Outbox: t.Caller.Name}
	if err := t.Store.SaveCursors(ctx, map[chat.Reader]chat.Cursor{reader: chat.CursorAt(last)}); err != nil {
		return err
	}
	return t.Callouts.Put(ctx, t.Caller.Name, last.Pos)
}

// keep puts what is told of one event into the outbox, in one step with its place.
func (t *Teller) keep(ctx context.Context, d *bridge.Delivery) error {
	calls, err := t.Calls(ctx, d)
	if err != nil {
		t.Log.Err(err).Int64("event", int64(d.Event.ID)).Msg("cannot write a callback")
		return nil
	}
	if d.Event.Place.IsZero() {
		return t.put(ctx, "", 0, calls)
	}
	return t.put(ctx, t.Caller.Name, d.Event.Place.Pos, calls)
}

// Tell puts calls about what no log holds into the outbox. A failure is logged.
func (t *Teller) Tell(ctx context.Context, calls ...callout.Call) {
	if err := t.put(ctx, "", 0, calls); err != nil {
		t.Log.Err(err).Str("caller", t.Caller.Name).Msg("cannot keep a callback")
	}
}

func (t *Teller) put(ctx context.Context, log string, at int64, calls []callout.Call) error {
	if len(calls) == 0 {
		return nil
	}
	for i := range calls {
		calls[i].Owner = t.Caller.Name
	}
	return t.Callouts.Put(ctx, log, at, calls...)
}
