package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dragoman/bridge/chat"
)

// Run is the sequencer, the only writer: take what is waiting, stamp it, commit it, dispatch it in order, wake the
// callers. It returns when ctx ends and what had been taken is committed, or when the log cannot be read at the start.
func (r *Router) Run(ctx context.Context) error {
	defer func() {
		close(r.done)
		r.refuseLeft()
	}()
	newest, err := r.begins(ctx)
	if err != nil {
		close(r.closed)
		return fmt.Errorf("start of the sequencer: %w", err)
	}
	// The newest's millisecond is spent: the clock may have gone back since.
	r.stamp = stamp{millis: newest.Time().UnixMilli(), n: chat.IDsPerMilli - 1}
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	// Commits are not interrupted: a caller that waits must get a true answer.
	commit := context.WithoutCancel(ctx)
	var batch []*Pending
	for {
		batch = batch[:0]
		select {
		case p := <-r.queue:
			batch = append(batch, p)
		case <-tick.C:
			r.saveCursors(commit)
			r.endEmpty()
			continue
		case <-ctx.Done():
			r.drain(commit)
			return nil
		}
		r.commit(commit, r.fill(batch))
	}
}

// begins reads what the sequencer must know of earlier runs; newest is the last id given.
func (r *Router) begins(ctx context.Context) (newest chat.EventID, err error) {
	place, newest, err := r.log.Last(ctx)
	if err != nil {
		return 0, err
	}
	r.hub.begin(place)
	return newest, r.noteLingering(ctx)
}

// fill adds to batch what else is waiting.
func (r *Router) fill(batch []*Pending) []*Pending {
	for len(batch) < maxBatch {
		select {
		case p := <-r.queue:
			batch = append(batch, p)
		default:
			return batch
		}
	}
	return batch
}

// drain commits what had been taken in, refuses what comes after, and saves the cursors.
func (r *Router) drain(ctx context.Context) {
	close(r.closed)
	for {
		batch := r.fill(nil)
		if len(batch) == 0 {
			break
		}
		r.commit(ctx, batch)
	}
	r.saveCursors(ctx)
}

// commit stores a batch, hands out what came of it and answers its callers.
func (r *Router) commit(ctx context.Context, batch []*Pending) {
	deliveries := make([]*Delivery, len(batch))
	taken := r.watched()
	for i, p := range batch {
		p.times.taken = taken
		deliveries[i] = &Delivery{Record: chat.Record{Event: r.event(p)}, from: p.actor.Protocol}
	}
	r.counts.add(r.store(ctx, batch, deliveries))
	born := r.watched()
	for i, d := range deliveries {
		if d != nil {
			batch[i].event, d.born = *d.Event, born
			r.tellStages(batch[i], d)
			r.dispatch(ctx, d)
		}
		close(batch[i].result)
	}
}

// store appends what of a batch is kept. Of what was refused, or had been stored before, it takes the delivery away and
// leaves the answer.
func (r *Router) store(ctx context.Context, batch []*Pending, deliveries []*Delivery) (done Counts) {
	stored := make([]chat.Record, 0, len(batch))
	at := make([]int, 0, len(batch))
	for i, d := range deliveries {
		if d.Event.Keep() != chat.KeepNone {
			stored = append(stored, d.Record)
			at = append(at, i)
		}
	}
	done.Live = uint64(len(batch) - len(stored))
	if len(stored) == 0 {
		return done
	}
	fates, err := r.log.Append(ctx, stored)
	if err != nil {
		r.logger.Err(err).Int("events", len(stored)).Msg("cannot commit")
		for _, i := range at {
			deliveries[i] = nil
			batch[i].err = &chat.Error{Code: chat.Unavailable, Public: "the message could not be stored", Err: err}
			r.counts.refuse(batch[i].err)
		}
		return done
	}
	done.Batches = 1
	for k, i := range at {
		switch {
		case fates[k] == nil:
			deliveries[i].Record = stored[k]
			done.Committed++
			continue
		case errors.Is(fates[k], chat.ErrDuplicate):
			batch[i].event = *stored[k].Event
			done.Duplicates++
		default:
			batch[i].err = fates[k]
			r.counts.refuse(fates[k])
		}
		deliveries[i] = nil
	}
	return done
}

// event stamps time, id and author.
func (r *Router) event(p *Pending) *chat.Event {
	ev := &chat.Event{Draft: p.draft, From: p.actor.User, Device: p.actor.Device, Source: p.actor.Source}
	if p.actor.Source == chat.Import && !ev.Time.IsZero() {
		ev.ID = chat.NewEventID(ev.Time, chat.ImportShard, 0)
		return ev
	}
	ev.ID = r.stamp.next(r.now())
	ev.Time = ev.ID.Time()
	return ev
}

// stamp makes ids that never go backwards, whatever the clock does.
type stamp struct {
	millis int64
	n      int
}

func (s *stamp) next(now time.Time) chat.EventID {
	if ms := now.UnixMilli(); ms > s.millis {
		s.millis, s.n = ms, 0
	} else if s.n++; s.n == chat.IDsPerMilli {
		s.millis, s.n = s.millis+1, 0
	}
	return chat.NewEventID(time.UnixMilli(s.millis), 0, s.n)
}

// dispatch hands d to whom it is for, and keeps the hub in step with what it says.
func (r *Router) dispatch(ctx context.Context, d *Delivery) {
	if d.Event.Source == chat.Import && d.Event.Place.IsZero() {
		return // history, not news
	}
	if r.isStale(d.Event) || r.isGhost(d.Event) {
		return
	}
	d.Audience = r.audience(ctx, d)
	r.hub.offer(d, d.Audience)
	if d.Event.Conv.Kind == chat.KindRoom {
		r.keepRoom(ctx, d.Event)
	}
}

// keepRoom keeps who is in a room in step with what has happened there.
func (r *Router) keepRoom(ctx context.Context, ev *chat.Event) {
	switch b := ev.Body.(type) {
	case chat.Membership:
		if b.Change == chat.ChangeKick || b.Change == chat.ChangeBan {
			r.hub.expel(ev.Conv, b.Users)
			r.noteEmpty(ctx, ev.Conv)
		}
	case chat.Lifecycle:
		switch {
		case b.Created && b.Linger > 0:
			r.empty.note(ev.Conv, r.now().Add(max(b.Linger, firstEntry)))
		case !b.Created:
			r.hub.expel(ev.Conv, nil)
			r.empty.forget(ev.Conv)
		}
	}
}

// audience is who is told of d, beside those who have entered its room.
func (r *Router) audience(ctx context.Context, d *Delivery) []chat.UserID {
	ev := d.Event
	switch {
	case ev.To != nil:
		return ev.To
	case ev.Conv.Kind == chat.KindAll:
		return nil
	case ev.Conv.Kind == chat.KindRoom:
		switch b := ev.Body.(type) {
		case chat.Membership:
			return b.Users // a ban reaches who is not there now
		case chat.Lifecycle:
			return []chat.UserID{ev.From}
		}
		return nil
	case !ev.Place.IsZero():
		return d.Audience
	}
	users, err := r.log.Audience(ctx, ev.Conv)
	if err != nil {
		r.logger.Err(err).Stringer("conv", ev.Conv).Msg("cannot tell who is to hear an unstored event")
	}
	return users
}

// isGhost reports whether ev says of a device what is no longer so: that it is there, when its session has ended, or that
// it has gone, when a newer session of it has said otherwise. What holds is kept with the session, for those who ask later.
func (r *Router) isGhost(ev *chat.Event) bool {
	b, ok := ev.Body.(chat.Presence)
	if !ok {
		return false
	}
	for _, f := range r.hub.feedsOf(ev.From) {
		if f.reader.Device == ev.Device {
			if open, gone := f.say(b, ev.Source); open {
				return gone
			}
		}
	}
	return ev.Source == chat.Client && b.Show != chat.ShowOffline
}
