package console

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

// demoKey is the secret from which the demo accounts' passwords are made. Its being in a data folder says that the folder
// has had demo accounts.
const demoKey = "demo-key"

// Person is one of the people on the page.
type Person struct {
	ID       chat.UserID
	Name     string
	Protocol string
}

// people are who is on the page: one for each protocol.
func people() []Person {
	return []Person{
		{"demo-alice", "Alice", "webim"},
		{"demo-bob", "Bob", "zim"},
		{"demo-carol", "Carol", "xmpp"},
	}
}

// Entrance is how a person gets in by his protocol.
type Entrance struct {
	AppKey string
	AppID  uint32
	Domain string
	// Secret returns what the person logs in with; password is the account's.
	Secret func(ctx context.Context, p Person, password string) (string, error)
}

// Demo is the demo accounts, and what they talk in.
type Demo struct {
	host     Host
	entrance Entrance
	traveller

	mu    sync.Mutex
	group chat.Conv // made at the first visit
	room  chat.Conv
}

// NewDemo returns the demo. No account is made before the first visit; the secret is, so that the folder says at the next
// start that it has a demo.
func NewDemo(h Host, e Entrance) (*Demo, error) {
	if _, err := h.Vault.Secret(demoKey, 32); err != nil {
		return nil, err
	}
	return &Demo{host: h, entrance: e, traveller: traveller{h}}, nil
}

// HasDemo reports whether the vault's folder has had demo accounts.
func HasDemo(v *account.Vault) (bool, error) {
	switch _, err := os.Stat(v.Path(demoKey)); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for demo accounts: %w", err)
	}
	return true, nil
}

// EndDemo disables the demo accounts of a folder that has had them, for a gateway that runs without.
func EndDemo(ctx context.Context, v *account.Vault, b *account.Book) error {
	had, err := HasDemo(v)
	if err != nil || !had {
		return err
	}
	for _, p := range people() {
		password, err := demoPassword(v, p.ID)
		if err != nil {
			return err
		}
		switch _, err := b.VerifyPassword(ctx, p.ID, password); chat.CodeOf(err) {
		case chat.NotFound, chat.Unauthenticated, chat.Forbidden: // not there, not ours, or disabled already
			continue
		}
		if err := b.SetDisabled(ctx, p.ID, true); err != nil {
			return fmt.Errorf("disable %s: %w", p.ID, err)
		}
	}
	return nil
}

// demoPassword is random to everybody who does not have the folder's secret, and the same after a restart.
func demoPassword(v *account.Vault, id chat.UserID) (string, error) {
	key, err := v.Secret(demoKey, 32)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// guarded lets this machine's own page in, and nobody else.
func (d *Demo) guarded(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(sameMachine(r), sameOrigin(r)); err != nil {
			refuse(w, http.StatusForbidden, strings.Split(err.Error(), "\n")[0])
			return
		}
		h(w, r)
	}
}

// access is one person's way in, as the page is told.
type access struct {
	ID       chat.UserID `json:"id"`
	Name     string      `json:"name"`
	Protocol string      `json:"protocol"`
	Secret   string      `json:"secret"`
	Domain   string      `json:"domain"`
	AppKey   string      `json:"appKey"`
	AppID    uint32      `json:"appID"`
	Groups   []string    `json:"groups"`
	Rooms    []string    `json:"rooms"`
}

type placeNamed struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type opened struct {
	Version string     `json:"version"`
	People  []access   `json:"people"`
	Group   placeNamed `json:"group"`
	Room    placeNamed `json:"room"`
}

const (
	groupName = "Three of us"
	roomName  = "The room"
)

func (d *Demo) open(w http.ResponseWriter, r *http.Request) {
	all, err := d.enter(r.Context())
	if err != nil {
		d.host.Log.Err(err).Msg("cannot open the demo")
	}
	answer(w, all, err)
}

// enter makes what is not there yet and returns everybody's way in.
func (d *Demo) enter(ctx context.Context) (opened, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := opened{Version: d.host.Version}
	for _, p := range people() {
		secret, err := d.account(ctx, p)
		if err != nil {
			return opened{}, err
		}
		all.People = append(all.People, access{ID: p.ID, Name: p.Name, Protocol: p.Protocol, Secret: secret,
			Domain: d.entrance.Domain, AppKey: d.entrance.AppKey, AppID: d.entrance.AppID})
	}
	var err error
	if d.group, err = d.place(ctx, chat.KindGroup, groupName); err != nil {
		return opened{}, err
	}
	if d.room, err = d.place(ctx, chat.KindRoom, roomName); err != nil {
		return opened{}, err
	}
	all.Group, all.Room = placeNamed{d.group.ID, groupName}, placeNamed{d.room.ID, roomName}
	for i := range all.People {
		all.People[i].Groups, all.People[i].Rooms = []string{d.group.ID}, []string{d.room.ID}
	}
	return all, nil
}

// account sees to it that a person has an account of ours that may log in, and returns what he logs in with.
func (d *Demo) account(ctx context.Context, p Person) (string, error) {
	password, err := demoPassword(d.host.Vault, p.ID)
	if err != nil {
		return "", err
	}
	switch _, err = d.host.Accounts.VerifyPassword(ctx, p.ID, password); chat.CodeOf(err) {
	case chat.NotFound:
		_, err = d.host.Accounts.Create(ctx, p.ID, password)
	case chat.Forbidden:
		err = d.host.Accounts.SetDisabled(ctx, p.ID, false)
	case chat.Unauthenticated:
		err = &chat.Error{Code: chat.Conflict, Public: "somebody else has the account " + string(p.ID), Err: err}
	}
	if err != nil {
		return "", fmt.Errorf("demo account %s: %w", p.ID, err)
	}
	return d.entrance.Secret(ctx, p, password)
}

// place finds the group or the room that the demo made earlier, or makes it.
func (d *Demo) place(ctx context.Context, kind chat.ConvKind, name string) (chat.Conv, error) {
	owner, others := people()[0].ID, []chat.UserID{people()[1].ID, people()[2].ID}
	joined, err := d.host.Store.Joined(ctx, owner, kind, 0, "")
	if err != nil {
		return chat.Conv{}, fmt.Errorf("demo %s: %w", kind, err)
	}
	i := slices.IndexFunc(joined, func(j store.Joined) bool { return j.Name == name && j.Owner == owner })
	if i >= 0 {
		return joined[i].Conv, nil
	}
	conv := chat.Conv{Kind: kind, ID: d.host.Router.NewID()}
	made := chat.Lifecycle{Created: true, Profile: chat.Profile{Name: &name}}
	if kind == chat.KindGroup {
		made.Members = others
	}
	actor := bridge.Actor{User: owner, Source: chat.Server, Protocol: "demo"}
	if _, err := d.host.Router.Submit(ctx, actor, chat.Draft{Conv: conv, Body: made}); err != nil {
		return chat.Conv{}, fmt.Errorf("make demo %s: %w", kind, err)
	}
	return conv, nil
}

// travel tells how a message of the demo travelled.
func (d *Demo) travel(w http.ResponseWriter, r *http.Request) {
	q, err := question[struct{ Place, Event, Client, Author string }](w, r)
	if err != nil {
		answer(w, nil, err)
		return
	}
	conv, readers, err := d.conv(q.Place)
	if err != nil {
		answer(w, nil, err)
		return
	}
	entry, err := d.find(r.Context(), conv, q.Event, q.Client, chat.UserID(q.Author))
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, d.way(entry, readers), nil)
}

// conv reads a place, which must be one of the demo's own, and who of the people is there.
func (d *Demo) conv(place string) (chat.Conv, []reader, error) {
	d.mu.Lock()
	group, room := d.group, d.room
	d.mu.Unlock()
	var all []reader
	for _, p := range people() {
		all = append(all, reader{p.Protocol, p.ID})
	}
	switch place {
	case group.String():
		return group, all, nil
	case room.String():
		return room, all, nil
	}
	_, pair, _ := strings.Cut(place, ":")
	a, b, _ := strings.Cut(pair, ":")
	both := slices.DeleteFunc(all, func(r reader) bool { return string(r.user) != a && string(r.user) != b })
	if !strings.HasPrefix(place, "peer:") || len(both) != 2 {
		return chat.Conv{}, nil, chat.Refuse(chat.Forbidden, "not one of the demo's conversations")
	}
	return chat.Peer(chat.UserID(a), chat.UserID(b)), both, nil
}
