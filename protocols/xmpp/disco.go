package xmpp

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsDiscoInfo  = "http://jabber.org/protocol/disco#info"
	nsDiscoItems = "http://jabber.org/protocol/disco#items"
	nsData       = "jabber:x:data"
)

func (f *Frontend) discoIQs(t map[iqKey]iqHandler) {
	t[iqKey{toServer, false, nsDiscoInfo, "query"}] = f.serverInfo
	t[iqKey{toServer, false, nsDiscoItems, "query"}] = f.serverItems
	for _, to := range []scope{toAccount, toContact} {
		t[iqKey{to, false, nsDiscoInfo, "query"}] = accountInfo
		t[iqKey{to, false, nsDiscoItems, "query"}] = accountItems
	}
}

// identity is who an entity says it is.
type identity struct{ category, kind, name string }

// info writes an answer to disco#info.
func info(q *request, ids []identity, features []string, forms ...*xmppwire.Element) *xmppwire.Element {
	e := xmppwire.New(nsDiscoInfo, "query").SetIf("node", q.payload.Attr("node"))
	for _, id := range ids {
		e.AddNew("identity").Set("category", id.category).Set("type", id.kind).SetIf("name", id.name)
	}
	for _, f := range features {
		e.AddNew("feature").Set("var", f)
	}
	return e.Add(forms...)
}

func (f *Frontend) serverIdentities() []identity {
	return []identity{{"server", "im", "dragoman"}}
}

func (f *Frontend) serverFeatures() []string {
	return []string{nsDiscoInfo, nsDiscoItems, nsPing, nsVersion, nsTime, nsLast, xmppmap.NSCarbons, nsBlocking, nsRegister, nsCommands}
}

func (f *Frontend) serverInfo(_ context.Context, _ *session, q *request) (*xmppwire.Element, error) {
	if node := q.payload.Attr("node"); node != "" && node != f.caps.node+"#"+f.caps.ver {
		if c := commandInfo(q); c != nil {
			return c, nil
		}
		return nil, noNode()
	}
	return info(q, f.serverIdentities(), f.serverFeatures(), f.contactForm()), nil
}

func (f *Frontend) serverItems(_ context.Context, _ *session, q *request) (*xmppwire.Element, error) {
	e := xmppwire.New(nsDiscoItems, "query").SetIf("node", q.payload.Attr("node"))
	if node := q.payload.Attr("node"); node == nsCommands {
		return commandItems(q), nil
	} else if node != "" {
		return e, nil
	}
	e.AddNew("item").Set("jid", f.m.RoomsHost()).Set("name", "Rooms")
	e.AddNew("item").Set("jid", f.m.GroupsHost()).Set("name", "Groups")
	e.AddNew("item").Set("jid", f.m.UploadHost()).Set("name", "Files")
	return e, nil
}

// accountInfo tells of an account: to its owner, and to who may see its presence; others learn that it is one
// [XEP-0030 §8].
func accountInfo(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Attr("node") != "" {
		return nil, noNode()
	}
	if q.to.User != s.user {
		c, err := s.Store.Contact(ctx, s.user, q.to.User)
		if err != nil {
			return nil, err
		}
		if !c.Sees {
			return nil, notOffered()
		}
	}
	return info(q, []identity{{"account", "registered", ""}, {"pubsub", "pep", ""}}, accountFeatures(q.to.User == s.user)), nil
}

func accountFeatures(own bool) []string {
	features := []string{nsDiscoInfo, nsDiscoItems}
	if own {
		features = append(features, nsMAM, nsMAMExtended, xmppmap.NSStanzaID)
	}
	return append(features, pepFeatures()...)
}

func accountItems(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	list := xmppwire.New(nsDiscoItems, "query").SetIf("node", q.payload.Attr("node"))
	if q.payload.Attr("node") != "" {
		return list, nil
	}
	return list, s.pepNodes(ctx, q.to.User, list)
}

// discoCache holds the hash of what the server offers [XEP-0115].
type discoCache struct{ node, ver string }

func newDiscoCache(f *Frontend) *discoCache {
	return &discoCache{node: "https://" + f.Domain + "/dragoman", ver: capsHash(f.serverIdentities(), f.serverFeatures(), f.contactForm())}
}

// feature is the stream feature that lets clients skip asking.
func (c *discoCache) feature() *xmppwire.Element {
	return xmppwire.New(nsCaps, "c").Set("hash", "sha-1").Set("node", c.node).Set("ver", c.ver)
}

// capsHash is the verification string of identities, features and a form, which may be nil [XEP-0115 §5.1].
func capsHash(ids []identity, features []string, form *xmppwire.Element) string {
	lines := make([]string, 0, len(ids))
	for _, id := range ids {
		lines = append(lines, id.category+"/"+id.kind+"//"+id.name+"<")
	}
	slices.Sort(lines)
	sorted := slices.Sorted(slices.Values(features))
	for _, f := range sorted {
		lines = append(lines, f+"<")
	}
	if form != nil {
		lines = append(lines, formLines(form)...)
	}
	sum := sha1.Sum([]byte(strings.Join(lines, "")))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// formLines is a form as it counts for the verification string: its type, and each field with its values, sorted.
func formLines(form *xmppwire.Element) []string {
	values := formValues(form)
	lines := []string{values["FORM_TYPE"][0] + "<"}
	delete(values, "FORM_TYPE")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		lines = append(lines, name+"<")
		for _, v := range slices.Sorted(slices.Values(values[name])) {
			lines = append(lines, v+"<")
		}
	}
	return lines
}
