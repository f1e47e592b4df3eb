package names

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"dragoman/bridge/chat"
)

// The protocols whose names a Resolver knows. Any other writes canonical ids as
// they are.
const (
	ZIM   = "zim"
	WebIM = "webim"
	XMPP  = "xmpp"
)

// Aliases is what a Resolver needs to find names that no rule can make, and to
// see which names are taken. account.Book is one; Memory is one for tests.
type Aliases interface {
	// Alias returns the id that native stands for in the protocol.
	Alias(ctx context.Context, protocol, native string) (chat.UserID, bool, error)
	// AliasOf returns the name under which the protocol knows id.
	AliasOf(ctx context.Context, protocol string, id chat.UserID) (string, bool, error)
	// SetAlias keeps the pair. chat.Conflict: one of the two has an alias already.
	SetAlias(ctx context.Context, protocol, native string, id chat.UserID) error
	// Lookup returns the account of that name: the exact one, else the only one
	// that is equal without regard to case.
	Lookup(ctx context.Context, name string) (chat.UserID, bool, error)
}

// Reader answers for one protocol. Maps take a Reader, so that they need neither
// a context nor a Resolver.
type Reader interface {
	// User returns who is meant by a name that a client wrote. chat.Invalid: no
	// user can have that name. It does not say that there is such a user.
	User(native string) (chat.UserID, error)
	// UserName returns how the protocol writes u.
	UserName(u chat.UserID) (string, error)
	// Group returns the id of the group, thread or room that a client named.
	Group(native string) (string, error)
	// GroupName returns how the protocol writes the group, thread or room id.
	GroupName(id string) (string, error)
}

// Resolver translates names for all protocols.
type Resolver struct{ aliases Aliases }

// New returns a Resolver that keeps its aliases in a.
func New(a Aliases) *Resolver { return &Resolver{aliases: a} }

// For returns the Reader of one protocol. It asks with ctx, and lives as long.
func (r *Resolver) For(ctx context.Context, protocol string) Reader {
	switch protocol {
	case XMPP:
		return localparts{}
	case WebIM:
		return words{ctx: ctx, aliases: r.aliases}
	}
	return plain{}
}

// Canonical is For(ctx, protocol).User(native).
func (r *Resolver) Canonical(ctx context.Context, protocol, native string) (chat.UserID, error) {
	return r.For(ctx, protocol).User(native)
}

// Native is For(ctx, protocol).UserName(u).
func (r *Resolver) Native(ctx context.Context, protocol string, u chat.UserID) (string, error) {
	return r.For(ctx, protocol).UserName(u)
}

// plain is a protocol that writes canonical ids.
type plain struct{}

func (plain) User(native string) (chat.UserID, error) { return chat.ParseUserID(native) }
func (plain) UserName(u chat.UserID) (string, error)  { return string(u), nil }
func (plain) Group(native string) (string, error)     { return groupID(native) }
func (plain) GroupName(id string) (string, error)     { return id, nil }

// localparts is XMPP.
type localparts struct{}

func (localparts) User(native string) (chat.UserID, error) {
	id, err := FromLocalpart(native)
	if err != nil {
		return "", err
	}
	return chat.NewUserID(id)
}

func (localparts) UserName(u chat.UserID) (string, error) { return Localpart(string(u)), nil }

func (localparts) Group(native string) (string, error) {
	id, err := FromLocalpart(native)
	if err != nil {
		return "", err
	}
	return groupID(id)
}

func (localparts) GroupName(id string) (string, error) { return Localpart(id), nil }

// words is WebIM, whose addresses and paths carry plain words.
type words struct {
	ctx     context.Context // of For; a Reader lives no longer than what it was made for
	aliases Aliases
}

const (
	// userScope and groupScope keep aliases of users and of groups apart.
	userScope  = WebIM
	groupScope = WebIM + "/group"
	// aliasDigits is longer than any id that the server makes: those are below
	// 2^63, of nineteen digits.
	aliasDigits = 20
	// aliasTries bounds the search for a free alias. Two equal ones in a row have
	// never been seen with so many digits.
	aliasTries = 8
)

func (w words) User(native string) (chat.UserID, error) {
	if id, ok, err := w.aliases.Alias(w.ctx, userScope, native); err != nil || ok {
		return id, wrap(err, "find user", native)
	}
	id, ok, err := w.aliases.Lookup(w.ctx, native)
	if err != nil {
		return "", wrap(err, "find user", native)
	}
	if ok {
		return id, nil
	}
	return chat.ParseUserID(native)
}

// UserName differs from the id only for a user whom a trunk speaks for: the '/' in his id would end a path segment.
func (w words) UserName(u chat.UserID) (string, error) {
	if trunk, _ := u.Trunk(); trunk == "" {
		return string(u), nil
	}
	return w.alias(userScope, string(u))
}

func (w words) Group(native string) (string, error) {
	id, ok, err := w.aliases.Alias(w.ctx, groupScope, native)
	if err != nil {
		return "", wrap(err, "find group", native)
	}
	if ok {
		return string(id), nil
	}
	return groupID(native)
}

func (w words) GroupName(id string) (string, error) {
	native, ok, err := w.aliases.AliasOf(w.ctx, groupScope, chat.UserID(id))
	if err != nil || ok {
		return native, wrap(err, "name group", id)
	}
	free, err := w.isFree(id)
	if err != nil {
		return "", wrap(err, "name group", id)
	}
	if free {
		return id, nil
	}
	return w.alias(groupScope, id)
}

// isFree reports whether a group may go by its own id: a word that a path carries
// and that means nothing else.
func (w words) isFree(id string) (bool, error) {
	if !isWord(id) {
		return false, nil
	}
	if _, taken, err := w.aliases.Alias(w.ctx, groupScope, id); err != nil || taken {
		return false, err
	}
	owner, found, err := w.aliases.Lookup(w.ctx, id)
	return !found || string(owner) != id, err
}

// alias returns the alias of id, making one if there is none.
func (w words) alias(scope, id string) (string, error) {
	for range aliasTries {
		native, ok, err := w.aliases.AliasOf(w.ctx, scope, chat.UserID(id))
		if err != nil || ok {
			return native, wrap(err, "name", id)
		}
		native, err = newAlias()
		if err != nil {
			return "", err
		}
		if err := w.aliases.SetAlias(w.ctx, scope, native, chat.UserID(id)); err != nil && chat.CodeOf(err) != chat.Conflict {
			return "", wrap(err, "name", id)
		}
	}
	return "", fmt.Errorf("name %q: no free alias", id)
}

// newAlias returns twenty random decimal digits, the first of them not zero.
func newAlias() (string, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(aliasDigits-1), nil))
	if err != nil {
		return "", fmt.Errorf("make alias: %w", err)
	}
	return fmt.Sprintf("9%0*d", aliasDigits-1, n), nil
}

// isWord reports whether a WebIM path and address carry id as it is. Clients
// write the literal words undefined and null for what they do not have.
func isWord(id string) bool {
	if id == "" || strings.Trim(id, ".") == "" || id == "undefined" || id == "null" {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// groupID refuses what the router would refuse, so that a map need not carry it.
func groupID(native string) (string, error) {
	c := chat.Group(native)
	if err := (chat.Draft{Conv: c, Body: chat.Typing{}}).Check(); err != nil {
		return "", err
	}
	return native, nil
}

func wrap(err error, doing, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", doing, what, err)
}
