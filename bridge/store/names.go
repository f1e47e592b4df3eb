package store

import (
	"fmt"
	"sync"

	"dragoman/bridge/chat"
)

// names are the users that the log knows, as the small numbers that its rows hold. 0 stands for nobody.
type names struct {
	mu     sync.RWMutex
	uids   map[chat.UserID]int64
	names  map[int64]chat.UserID
	newest int64
}

func (n *names) load(l *link) error {
	n.uids, n.names = map[chat.UserID]int64{}, map[int64]chat.UserID{}
	var uid int64
	var name string
	return l.scan("SELECT uid, name FROM users", nil, []any{&uid, &name}, func() {
		n.put(uid, chat.UserID(name))
	})
}

func (n *names) put(uid int64, u chat.UserID) {
	n.uids[u], n.names[uid] = uid, u
	n.newest = max(n.newest, uid)
}

// intern is uid, but gives u a number where he has none. The writer alone calls it; forget takes the numbers back that its
// transaction did not keep.
func (n *names) intern(l *link, u chat.UserID) (uid int64, fresh bool, err error) {
	if uid := n.uid(u); uid != 0 || u == "" {
		return uid, false, nil
	}
	uid = n.newest + 1
	if err := l.exec("INSERT INTO users (uid, name) VALUES (?, ?)", uid, string(u)); err != nil {
		return 0, false, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.put(uid, u)
	return uid, true, nil
}

func (n *names) forget(users []chat.UserID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range users {
		delete(n.names, n.uids[u])
		delete(n.uids, u)
	}
}

// uid returns the number of u, or 0 where no event has named him yet.
func (n *names) uid(u chat.UserID) int64 {
	if u == "" {
		return 0
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.uids[u]
}

// user returns who has the number uid. A row may be read before the names of its commit are published: then l tells.
func (n *names) user(l *link, uid int64) (chat.UserID, error) {
	if uid == 0 {
		return "", nil
	}
	n.mu.RLock()
	u, ok := n.names[uid]
	n.mu.RUnlock()
	if ok {
		return u, nil
	}
	var name string
	found, err := l.row("SELECT name FROM users WHERE uid = ?", []any{uid}, &name)
	if err == nil && !found {
		err = fmt.Errorf("user %d is in a row and not in users", uid)
	}
	return chat.UserID(name), err
}

func (n *names) users(l *link, uids []int64) ([]chat.UserID, error) {
	users := make([]chat.UserID, len(uids))
	for i, uid := range uids {
		var err error
		if users[i], err = n.user(l, uid); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// TrunkUsers returns the foreign users of a trunk that any event has named, in no order.
func (s *Store) TrunkUsers(trunk string) []chat.UserID {
	s.names.mu.RLock()
	defer s.names.mu.RUnlock()
	var users []chat.UserID
	for u := range s.names.uids {
		if t, _ := u.Trunk(); t == trunk && t != "" {
			users = append(users, u)
		}
	}
	return users
}
