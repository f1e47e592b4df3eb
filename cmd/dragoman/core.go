package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/callout"
	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/bridge/store"
	"dragoman/configs"
	"dragoman/mapping/names"
)

// core is all of the gateway that knows no protocol: what a data folder holds, and
// the router over it.
type core struct {
	cfg    *configs.Config
	log    zerolog.Logger
	now    func() time.Time
	folder *folder
	vault  *account.Vault
	book   *account.Book
	store  *store.Store
	media  *media.Shelf
	calls  *callout.Outbox
	names  *names.Resolver
	router *bridge.Router
	words  *bridge.WordList
}

// openCore opens everything in the folder; the router does not run yet. Close
// releases it.
func openCore(ctx context.Context, f *folder, cfg *configs.Config, log zerolog.Logger) (_ *core, err error) {
	c := &core{cfg: cfg, log: log, now: time.Now, folder: f}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	c.vault = account.OpenVault(f.path("secrets"), func(path string) {
		log.Info().Str("path", path).Msg("made a secret")
	})
	if c.book, err = account.Open(ctx, f.path("accounts.db"), c.vault, c.now); err != nil {
		return nil, err
	}
	if c.store, err = store.Open(ctx, f.path("dragoman.db"), store.Options{Now: c.now, Keep: cfg.History.Keep, Log: part(log, "store")}); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	if err = c.openMedia(ctx, f.path("media")); err != nil {
		return nil, err
	}
	if c.calls, err = callout.Open(ctx, f.path("callouts.db"), c.now); err != nil {
		return nil, err
	}
	c.names = names.New(c.book)
	c.router = bridge.New(c.store, c.book, policy(cfg.Bridge), c.now, part(log, "bridge"))
	c.words = bridge.Words(cfg.Bridge.Words)
	c.router.Guard(c.words.Gate)
	c.book.Watch(c.accountChanged)
	return c, nil
}

func (c *core) openMedia(ctx context.Context, dir string) error {
	key, err := c.vault.Secret("media-links", 32)
	if err != nil {
		return err
	}
	c.media, err = media.Open(ctx, media.Options{Dir: dir, Key: key, Now: c.now})
	return err
}

// part names who writes a line of the log.
func part(log zerolog.Logger, name string) zerolog.Logger {
	return log.With().Str("part", name).Logger()
}

// policy puts the configured rules in the router's words.
func policy(b configs.Bridge) bridge.Policy {
	return bridge.Policy{RecallWindow: b.RecallWindow, EditWindow: b.EditWindow, ContactsOnly: b.ContactsOnly,
		ClosedRooms: b.ClosedRooms, MaxText: b.MaxText, MaxMembers: b.MaxMembers}
}

func (c *core) close() error {
	var wrong []error
	if c.calls != nil {
		wrong = append(wrong, c.calls.Close())
	}
	if c.media != nil {
		wrong = append(wrong, c.media.Close())
	}
	if c.store != nil {
		wrong = append(wrong, c.store.Close())
	}
	if c.book != nil {
		wrong = append(wrong, c.book.Close())
	}
	return errors.Join(wrong...)
}

// farewellTime bounds how long the end of an account may take to be told to all of
// its groups and contacts. What is left over is told at the next start.
const farewellTime = 30 * time.Second

// accountChanged makes a change of an account hold for its sessions, groups and
// contacts, before whoever made the change has an answer.
func (c *core) accountChanged(change account.Change) {
	switch change.Kind {
	case account.Disabled:
		c.router.End(change.ID, "", bridge.Cause{Kind: bridge.AccountDisabled})
	case account.PasswordChanged:
		c.router.End(change.ID, "", bridge.Cause{Kind: bridge.PasswordChanged})
	case account.Deleted:
		c.router.End(change.ID, "", bridge.Cause{Kind: bridge.AccountDeleted})
		ctx, cancel := context.WithTimeout(context.Background(), farewellTime)
		defer cancel()
		c.farewell(ctx, change.ID)
	}
}

// farewells finishes what a crash left undone.
func (c *core) farewells(ctx context.Context) {
	leaving, err := c.book.Leaving(ctx)
	if err != nil {
		c.log.Err(err).Msg("cannot find accounts that are leaving")
		return
	}
	for _, u := range leaving {
		c.farewell(ctx, u)
	}
}

// farewell takes a deleted account out of its groups and off contact lists. Its
// messages stay.
func (c *core) farewell(ctx context.Context, u chat.UserID) {
	err := errors.Join(c.leaveGroups(ctx, u), c.leaveContacts(ctx, u))
	if err == nil {
		err = c.book.Left(ctx, u)
	}
	if err != nil {
		c.log.Err(err).Str("user", string(u)).Msg("a deleted account could not leave everywhere")
	}
}

func (c *core) leaveGroups(ctx context.Context, u chat.UserID) error {
	var wrong []error
	for _, kind := range []chat.ConvKind{chat.KindThread, chat.KindGroup, chat.KindRoom} {
		joined, err := c.store.Joined(ctx, u, kind, 0, "")
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s list: %w", kind, err))
			continue
		}
		for _, j := range joined {
			if err := c.leave(ctx, u, j); err != nil {
				wrong = append(wrong, fmt.Errorf("leave %v: %w", j.Conv, err))
			}
		}
	}
	return errors.Join(wrong...)
}

// leave takes u out of one group, thread or room. An owner's passes to who has
// been in it longest, admins first; without anybody else it is dissolved.
func (c *core) leave(ctx context.Context, u chat.UserID, j store.Joined) error {
	if j.Me.Role == chat.RoleOwner {
		heir, err := c.heir(ctx, u, j.Conv)
		if err != nil {
			return err
		}
		if heir == "" {
			return c.tell(ctx, u, j.Conv, chat.Lifecycle{Created: false})
		}
		if err := c.tell(ctx, u, j.Conv, chat.Membership{Users: []chat.UserID{heir}, Change: chat.ChangeOwner}); err != nil {
			return err
		}
	}
	return c.tell(ctx, u, j.Conv, chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeLeave})
}

func (c *core) heir(ctx context.Context, u chat.UserID, conv chat.Conv) (chat.UserID, error) {
	for _, roles := range [][]chat.Role{{chat.RoleAdmin}, nil} {
		members, _, err := c.store.Members(ctx, conv, store.MemberQuery{Roles: roles, Limit: 2})
		if err != nil {
			return "", err
		}
		for _, m := range members {
			if m.User != u {
				return m.User, nil
			}
		}
	}
	return "", nil
}

func (c *core) leaveContacts(ctx context.Context, u chat.UserID) error {
	contacts, _, err := c.store.Contacts(ctx, u)
	if err != nil {
		return fmt.Errorf("contact list: %w", err)
	}
	var wrong []error
	for _, other := range contacts {
		if err := c.tell(ctx, u, chat.Peer(u, other.User), chat.Contact{Change: chat.ContactRemove}); err != nil {
			wrong = append(wrong, fmt.Errorf("contact: %w", err))
		}
	}
	return errors.Join(wrong...)
}

// tell submits what the gateway does in u's name. That it was done before, or that
// there is nothing left to do it to, is what was wanted.
func (c *core) tell(ctx context.Context, u chat.UserID, conv chat.Conv, body chat.Body) error {
	_, err := c.router.Submit(ctx, bridge.System(u), chat.Draft{Conv: conv, Body: body})
	switch chat.CodeOf(err) {
	case chat.NotFound, chat.Conflict:
		return nil
	}
	return err
}
