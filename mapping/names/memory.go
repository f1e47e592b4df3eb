package names

import (
	"context"
	"strings"
	"sync"

	"dragoman/bridge/chat"
)

// Memory is Aliases in memory, for tests of maps and front-ends. Its zero value
// is empty and ready.
type Memory struct {
	mu       sync.Mutex
	ids      map[[2]string]chat.UserID
	natives  map[[2]string]string
	accounts map[chat.UserID]bool
}

// AddAccount makes Lookup find id.
func (m *Memory) AddAccount(id chat.UserID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts == nil {
		m.accounts = make(map[chat.UserID]bool)
	}
	m.accounts[id] = true
}

// Alias implements Aliases.
func (m *Memory) Alias(_ context.Context, protocol, native string) (chat.UserID, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.ids[[2]string{protocol, native}]
	return id, ok, nil
}

// AliasOf implements Aliases.
func (m *Memory) AliasOf(_ context.Context, protocol string, id chat.UserID) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	native, ok := m.natives[[2]string{protocol, string(id)}]
	return native, ok, nil
}

// SetAlias implements Aliases.
func (m *Memory) SetAlias(_ context.Context, protocol, native string, id chat.UserID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.ids[[2]string{protocol, native}]; taken {
		return chat.Refuse(chat.Conflict, "alias is taken")
	}
	if _, has := m.natives[[2]string{protocol, string(id)}]; has {
		return chat.Refuse(chat.Conflict, "there is an alias already")
	}
	if m.ids == nil {
		m.ids, m.natives = make(map[[2]string]chat.UserID), make(map[[2]string]string)
	}
	m.ids[[2]string{protocol, native}] = id
	m.natives[[2]string{protocol, string(id)}] = native
	return nil
}

// Lookup implements Aliases.
func (m *Memory) Lookup(_ context.Context, name string) (chat.UserID, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[chat.UserID(name)] {
		return chat.UserID(name), true, nil
	}
	var found []chat.UserID
	for id := range m.accounts {
		if strings.EqualFold(string(id), name) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", false, nil
	}
	return found[0], true, nil
}
