package bridge

import (
	"sync"
	"time"

	"dragoman/bridge/chat"
)

// Delivery is one event on its way to many sessions. It is shared: nobody changes it.
type Delivery struct {
	chat.Record

	from string    // protocol of who asked for the event
	born time.Time // when it was handed out, where somebody watches; zero: it was caught up on

	mu    sync.Mutex
	forms map[string]*form
}

// form is one way to put the event into bytes, rendered at most once.
type form struct {
	once  sync.Once
	value any
	err   error
}

// NewDelivery returns a delivery of r that nobody shares yet: for answers and tests.
func NewDelivery(r chat.Record) *Delivery { return &Delivery{Record: r} }

// Once returns the delivery in the named form, rendered at most once by whoever asks first; the others wait for him. The
// name must determine T and every input of render but the delivery itself.
func Once[T any](d *Delivery, name string, render func(*Delivery) (T, error)) (T, error) {
	d.mu.Lock()
	f := d.forms[name]
	if f == nil {
		if d.forms == nil {
			d.forms = make(map[string]*form, 2)
		}
		f = new(form)
		d.forms[name] = f
	}
	d.mu.Unlock()
	f.once.Do(func() { f.value, f.err = render(d) })
	value, _ := f.value.(T) // a failed render leaves the zero value beside its error
	return value, f.err
}

// isLive reports whether d is told to who is there and not caught up on: it has no place, or is said to all of a room.
func (d *Delivery) isLive() bool {
	return d.Event.Place.IsZero() || (d.Event.Conv.Kind == chat.KindRoom && d.Event.To == nil)
}
