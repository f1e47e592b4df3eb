package fidelity

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"dragoman/conformance/raw"
	"dragoman/protocols/xmpp/xmppwire"
)

// patience bounds the wait for what must come; a loaded machine is slow.
const patience = 20 * time.Second

// fields is what was said or heard, in words that all three protocols share.
type fields map[string]string

// mentions reports whether word stands anywhere in f.
func (f fields) mentions(word string) bool {
	for v := range maps.Values(f) {
		if strings.Contains(v, word) {
			return true
		}
	}
	return false
}

// person is one client and all that it has heard.
type person struct {
	world  *world
	proto  string
	user   string
	device string
	token  string // for REST

	webim *raw.WebIM
	zim   *raw.ZIM
	xmpp  *raw.XMPP

	mu     sync.Mutex
	items  []fields
	acks   map[string]chan error
	nextID uint64
	wake   chan struct{}
}

func (p *person) hear(f fields) {
	p.mu.Lock()
	p.items = append(p.items, f)
	close(p.wake)
	p.wake = make(chan struct{})
	p.mu.Unlock()
}

// mark is where the next thing heard will stand.
func (p *person) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.items)
}

// since returns what was heard from a mark on, and what closes when there is more.
func (p *person) since(mark int) ([]fields, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.items[mark:len(p.items):len(p.items)], p.wake
}

// await waits for something heard from a mark on.
func (p *person) await(mark int, limit time.Duration, what func(fields) bool) (fields, bool) {
	late := time.After(limit)
	for {
		items, more := p.since(mark)
		for _, f := range items {
			if what(f) {
				return f, true
			}
		}
		select {
		case <-more:
		case <-late:
			return nil, false
		}
	}
}

// expect makes room for the answer to what is sent under key.
func (p *person) expect(key string) <-chan error {
	answer := make(chan error, 1)
	p.mu.Lock()
	p.acks[key] = answer
	p.mu.Unlock()
	return answer
}

func (p *person) acked(key string, refused error) {
	p.mu.Lock()
	answer := p.acks[key]
	delete(p.acks, key)
	p.mu.Unlock()
	if answer != nil {
		answer <- refused
	}
}

func (p *person) answered(answer <-chan error, what string) error {
	select {
	case err := <-answer:
		return err
	case <-time.After(patience):
		return fmt.Errorf("%s of %s: no answer", what, p.user)
	}
}

// id is a new client id: a number, which all three take.
func (p *person) id() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextID++
	return p.nextID
}

func (p *person) hooks() raw.Hooks {
	return raw.Hooks{
		Acked:  p.acked,
		Meta:   p.hearMeta,
		Notice: p.hearNotice,
		Stanza: func(s xmppwire.Stanza) { p.hearStanza(s) },
	}
}

func (p *person) close() {
	switch p.proto {
	case "webim":
		p.webim.Close()
	case "zim":
		p.zim.Close()
	default:
		p.xmpp.Close()
	}
}

// say sends a text that nothing else is like: it shows that what was said before has gone its way.
func (p *person) say(c *cell, text string) error {
	switch p.proto {
	case "webim":
		return p.webimSay(c, webimText(text), nil)
	case "zim":
		return p.zimSay(c, zimText(text), nil)
	default:
		return p.xmppSay(c, "<body>"+text+"</body>")
	}
}
