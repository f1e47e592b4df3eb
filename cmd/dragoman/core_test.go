package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/configs"
)

// newCore opens a core in a folder of its own, with the sequencer running.
func newCore(t *testing.T, dir string) *core {
	t.Helper()
	cfg, err := configs.Load(configs.Source{Parts: parts()})
	if err != nil {
		t.Fatal(err)
	}
	f, err := hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := openCore(t.Context(), f, cfg, zerolog.New(zerolog.NewTestWriter(t)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.router.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) { // stopped before it had begun
			t.Error(err)
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
		f.release()
	})
	return c
}

func (c *core) must(t *testing.T, o order) answer {
	t.Helper()
	a, err := c.obey(t.Context(), o)
	if err != nil {
		t.Fatalf("%s %s: %v", o.Do, o.Name, err)
	}
	return a
}

func (c *core) submit(t *testing.T, who chat.UserID, conv chat.Conv, body chat.Body) {
	t.Helper()
	if _, err := c.router.Submit(t.Context(), bridge.Actor{User: who, Source: chat.Server}, chat.Draft{Conv: conv, Body: body}); err != nil {
		t.Fatalf("%s: %T in %v: %v", who, body, conv, err)
	}
}

// roles is who is what in a group.
func (c *core) roles(t *testing.T, conv chat.Conv) map[chat.UserID]chat.Role {
	t.Helper()
	members, _, err := c.store.Members(t.Context(), conv, store.MemberQuery{})
	if err != nil {
		t.Fatal(err)
	}
	roles := map[chat.UserID]chat.Role{}
	for _, m := range members {
		roles[m.User] = m.Role
	}
	return roles
}

func TestDeletedAccountLeavesGroupsAndContacts(t *testing.T) {
	c := newCore(t, t.TempDir())
	for _, name := range []string{"alice", "bob", "carol"} {
		c.must(t, order{Do: "user add", Name: name, Password: "secret"})
	}
	led, joined, alone := chat.Group("led"), chat.Group("joined"), chat.Group("alone")
	c.submit(t, "alice", led, chat.Lifecycle{Created: true, Members: []chat.UserID{"bob", "carol"}})
	c.submit(t, "alice", led, chat.Membership{Users: []chat.UserID{"carol"}, Change: chat.ChangeRole, Role: chat.RoleAdmin})
	c.submit(t, "bob", joined, chat.Lifecycle{Created: true, Members: []chat.UserID{"alice"}})
	c.submit(t, "alice", alone, chat.Lifecycle{Created: true})
	c.submit(t, "alice", chat.Peer("alice", "bob"), chat.Contact{Change: chat.ContactAdd})

	c.must(t, order{Do: "user delete", Name: "alice"})

	if got := c.roles(t, led); len(got) != 2 || got["carol"] != chat.RoleOwner || got["bob"] == chat.RoleOwner {
		t.Errorf("the group that alice led: %v", got)
	}
	if got := c.roles(t, joined); len(got) != 1 || got["bob"] != chat.RoleOwner {
		t.Errorf("the group that alice was in: %v", got)
	}
	if _, err := c.store.Details(t.Context(), alone); chat.CodeOf(err) != chat.NotFound {
		t.Errorf("the group that nobody is in: %v", err)
	}
	contact, err := c.store.Contact(t.Context(), "bob", "alice")
	if err != nil && chat.CodeOf(err) != chat.NotFound || contact.Mutual() {
		t.Errorf("bob's contact: %+v %v", contact, err)
	}
	if leaving, err := c.book.Leaving(t.Context()); err != nil || len(leaving) != 0 {
		t.Errorf("leaving: %v %v", leaving, err)
	}
}

// A process that ends between the deletion and the farewell finishes at its next start.
func TestFarewellIsFinishedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	group := chat.Group("g")
	t.Run("before the crash", func(t *testing.T) {
		c := newCore(t, dir)
		for _, name := range []string{"alice", "bob"} {
			c.must(t, order{Do: "user add", Name: name, Password: "secret"})
		}
		c.submit(t, "bob", group, chat.Lifecycle{Created: true, Members: []chat.UserID{"alice"}})
		if err := c.book.Close(); err != nil {
			t.Fatal(err)
		}
		// A book that nobody watches: the account ends and no one hears of it.
		book, err := account.Open(t.Context(), filepath.Join(dir, "accounts.db"), c.vault, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.Delete(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		c.book = book
		if got := c.roles(t, group); len(got) != 2 {
			t.Fatalf("members %v", got)
		}
	})
	t.Run("after it", func(t *testing.T) {
		c := newCore(t, dir)
		c.farewells(t.Context())
		if got := c.roles(t, group); len(got) != 1 {
			t.Errorf("members %v", got)
		}
		if leaving, err := c.book.Leaving(t.Context()); err != nil || len(leaving) != 0 {
			t.Errorf("leaving: %v %v", leaving, err)
		}
	})
}

func TestSessionsEndWithTheirAccount(t *testing.T) {
	for _, c := range []struct {
		do   string
		want bridge.CauseKind
	}{
		{"user disable", bridge.AccountDisabled}, {"user delete", bridge.AccountDeleted}, {"user passwd", bridge.PasswordChanged},
	} {
		t.Run(c.do, func(t *testing.T) {
			core := newCore(t, t.TempDir())
			core.must(t, order{Do: "user add", Name: "alice", Password: "secret"})
			feed, err := core.router.Open(t.Context(), bridge.Actor{User: "alice", Device: "d", Protocol: "test"}, bridge.FromNow())
			if err != nil {
				t.Fatal(err)
			}
			defer feed.Close()
			core.must(t, order{Do: c.do, Name: "alice", Password: "new"})
			_, err = feed.Next(t.Context())
			cause, ok := err.(*bridge.Cause)
			if !ok || cause.Kind != c.want {
				t.Errorf("the session ended with %v, want %v", err, c.want)
			}
		})
	}
}

func TestOrdersAreRefusedInWords(t *testing.T) {
	c := newCore(t, t.TempDir())
	for _, o := range []order{{Do: "nonsense", Name: "alice"}, {Do: "user add", Name: "a\x00"}, {Do: "user add", Name: "alice"}, {Do: "token webim", Name: "alice"}} {
		if _, err := c.obey(t.Context(), o); err == nil || chat.CodeOf(err) == chat.Internal {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestListingHasNoEnd(t *testing.T) {
	c := newCore(t, t.TempDir())
	const accounts = listPage + 2
	for i := range accounts {
		if _, _, err := c.book.Ensure(t.Context(), chat.UserID(fmt.Sprint("user", i))); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	o := order{Do: "user list"}
	for {
		page := c.must(t, o).Lines
		names = append(names, page...)
		if len(page) < listPage {
			break
		}
		o.After = page[len(page)-1]
	}
	if len(names) != accounts || !slices.IsSorted(names) {
		t.Errorf("%d names", len(names))
	}
}
