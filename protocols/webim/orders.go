package webim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// keeper is in whose name the orders are kept: nobody whom a client could be.
const keeper = chat.UserID(webimmap.Protocol + "/app-server")

// The orders are settings of the keeper's; what they are about follows.
const (
	orderSilence chat.SettingKey = "webim.silence/" // a user: where he may not speak
	orderRest    chat.SettingKey = "webim.rest/"    // a group: nobody may speak or change it
	orderFounder chat.SettingKey = "webim.founder/" // a user: he makes rooms where that is not for all
)

// silence is until when, in Unix ms, a user may not speak in each kind of conversation; 0: he may, -1: for ever.
type silence struct {
	Chat      int64 `json:"chat"`
	GroupChat int64 `json:"groupchat"`
	ChatRoom  int64 `json:"chatroom"`
}

// orders are what the app's server has ordered to hold until it orders otherwise. They are in the log, and here for the
// gate, which needs them at every message.
type orders struct {
	*frontend
	giving   sync.Mutex   // held while an order is given: what the log holds last is what holds
	mu       sync.RWMutex // guards the maps
	silenced map[chat.UserID]silence
	resting  map[string]bool // by group id
	founders map[chat.UserID]bool
}

// loadOrders reads the orders that stand.
func loadOrders(ctx context.Context, f *frontend) (*orders, error) {
	o := &orders{frontend: f, silenced: map[chat.UserID]silence{}, resting: map[string]bool{}, founders: map[chat.UserID]bool{}}
	kept, err := f.Store.Settings(ctx, keeper, chat.Self(keeper))
	if err != nil {
		return nil, fmt.Errorf("read standing orders: %w", err)
	}
	for key, v := range kept {
		if err := o.heed(key, v); err != nil {
			return nil, fmt.Errorf("standing order %s: %w", key, err)
		}
	}
	return o, nil
}

// heed makes an order hold.
func (o *orders) heed(key chat.SettingKey, v chat.Value) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if u, ok := strings.CutPrefix(string(key), string(orderSilence)); ok {
		var s silence
		if err := json.Unmarshal([]byte(v.Text), &s); err != nil {
			return err
		}
		put(o.silenced, chat.UserID(u), s)
	}
	if id, ok := strings.CutPrefix(string(key), string(orderRest)); ok {
		put(o.resting, id, v.Bits != 0)
	}
	if u, ok := strings.CutPrefix(string(key), string(orderFounder)); ok {
		put(o.founders, chat.UserID(u), v.Bits != 0)
	}
	return nil
}

// put keeps what is not zero.
func put[K, V comparable](m map[K]V, key K, v V) {
	if m[key] = v; v == *new(V) {
		delete(m, key)
	}
}

// give keeps an order in the log and makes it hold.
func (o *orders) give(ctx context.Context, key chat.SettingKey, v chat.Value) error {
	o.giving.Lock()
	defer o.giving.Unlock()
	return o.keep(ctx, key, v)
}

// silence changes where u may not speak.
func (o *orders) silence(ctx context.Context, u chat.UserID, change func(*silence) error) error {
	o.giving.Lock()
	defer o.giving.Unlock()
	s := o.silenceOf(u)
	if err := change(&s); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return o.keep(ctx, orderSilence+chat.SettingKey(u), chat.JSON(string(text)))
}

// keep is give, with o.giving held.
func (o *orders) keep(ctx context.Context, key chat.SettingKey, v chat.Value) error {
	a := bridge.Actor{User: keeper, Source: chat.Server, Protocol: webimmap.Protocol}
	if _, err := o.Router.Submit(ctx, a, chat.Draft{Conv: chat.Self(keeper), Body: chat.Setting{Key: key, Value: v}}); err != nil {
		return err
	}
	return o.heed(key, v)
}

func (o *orders) silenceOf(u chat.UserID) silence {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.silenced[u]
}

// allSilenced returns whoever may not speak somewhere, in order of name.
func (o *orders) allSilenced() []chat.UserID {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return slices.Sorted(maps.Keys(o.silenced))
}

func (o *orders) allFounders() []chat.UserID {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return slices.Sorted(maps.Keys(o.founders))
}

func (o *orders) isFounder(u chat.UserID) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.founders[u]
}

func (o *orders) rests(c chat.Conv) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return c.Kind == chat.KindGroup && o.resting[c.ID]
}

// errResting refuses what is asked of a group that the app's server has disabled. The SDKs look for these words.
func errResting() error { return chat.Refuse(chat.Forbidden, "group is disabled") }

// gate holds clients to the orders.
func (o *orders) gate(_ context.Context, a bridge.Actor, d chat.Draft) (chat.Draft, error) {
	if o.rests(d.Conv) {
		return d, errResting()
	}
	s := o.silenceOf(a.User)
	until := s.Chat
	switch d.Conv.Kind {
	case chat.KindGroup, chat.KindThread:
		until = s.GroupChat
	case chat.KindRoom:
		until = s.ChatRoom
	}
	if until == forever || until > o.Now().UnixMilli() {
		return d, chat.RefuseFor(chat.Silenced, "the app does not let you speak")
	}
	return d, nil
}

// until is the end of a mute that lasts so many seconds; -1 is for ever, 0 ends it [webim 18.3].
func until(now time.Time, seconds int64) (int64, error) {
	switch {
	case seconds == forever || seconds == 0:
		return seconds, nil
	case seconds < 0 || seconds > int64(longest/time.Second):
		return 0, errors.New("no number of seconds")
	}
	return now.Add(time.Duration(seconds) * time.Second).UnixMilli(), nil
}
