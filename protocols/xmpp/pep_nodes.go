package xmpp

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// What a user publishes is kept as attributes of his own: an item under its node and id, a node's configuration under its
// name. The keys hold line feeds, which no node or id may.
const (
	itemPrefix = "xmpp.pep\n"
	nodePrefix = "xmpp.node\n"
)

// pepItem is something published.
type pepItem struct {
	node, id string
	order    int64 // of publishing
	elem     *xmppwire.Element
}

func itemKey(node, id string) string { return itemPrefix + node + "\n" + id }

// pepValue writes an item; its order comes first.
func pepValue(order int64, item *xmppwire.Element) string {
	return strconv.FormatInt(order, 10) + "\n" + item.String()
}

// readItem reads what pepValue wrote under a key.
func readItem(key, value string) (pepItem, bool) {
	rest, ok := strings.CutPrefix(key, itemPrefix)
	node, id, ok2 := strings.Cut(rest, "\n")
	order, text, ok3 := strings.Cut(value, "\n")
	if !ok || !ok2 || !ok3 {
		return pepItem{}, false
	}
	n, err := strconv.ParseInt(order, 10, 64)
	if err != nil {
		return pepItem{}, false
	}
	elem, err := xmppwire.Parse([]byte(text))
	if err != nil {
		return pepItem{}, false
	}
	return pepItem{node: node, id: id, order: n, elem: elem}, true
}

// pepConfig is how a node behaves.
type pepConfig struct {
	Access   string `json:"access_model,omitzero"` // presence, whitelist, open or roster
	MaxItems string `json:"max_items,omitzero"`    // a number or "max"
	Persist  string `json:"persist_items,omitzero"`
	SendLast string `json:"send_last_published_item,omitzero"`
	Publish  string `json:"publish_model,omitzero"`
	Notify   string `json:"notify_retract,omitzero"`
	Payloads string `json:"deliver_payloads,omitzero"`
}

func defaultPEP() pepConfig {
	return pepConfig{Access: "presence", MaxItems: "1", Persist: "1", SendLast: "on_sub_and_presence", Publish: "publishers",
		Notify: "1", Payloads: "1"}
}

// configFor is how a node behaves that nobody has configured: what a user keeps for himself is seen by nobody else, whatever
// his client forgets to ask for [XEP-0402 §4, XEP-0490 §3].
func configFor(node string) pepConfig {
	switch node {
	case nsBookmarks, nsStorage, "urn:xmpp:mds:displayed:0":
		return bookmarkConfig()
	}
	return defaultPEP()
}

// fields are the configuration's names in forms, and where each is kept.
func (c *pepConfig) fields() map[string]*string {
	return map[string]*string{"pubsub#access_model": &c.Access, "pubsub#max_items": &c.MaxItems, "pubsub#persist_items": &c.Persist,
		"pubsub#send_last_published_item": &c.SendLast, "pubsub#publish_model": &c.Publish, "pubsub#notify_retract": &c.Notify,
		"pubsub#deliver_payloads": &c.Payloads}
}

// isPrivate reports whether its owner alone may see the node.
func (c pepConfig) isPrivate() bool { return c.Access == "whitelist" || c.Access == "authorize" }

// maxKept is how many items a node keeps that wants as many as possible.
const maxKept = 1000

func (c pepConfig) limit() int {
	n, err := strconv.Atoi(c.MaxItems)
	if err != nil || n <= 0 || n > maxKept {
		return maxKept
	}
	return n
}

// apply sets what a form says; unknown fields are refused, since they could be preconditions.
func (c *pepConfig) apply(values map[string][]string) error {
	fields := c.fields()
	for name, all := range values {
		if name == "FORM_TYPE" || len(all) == 0 {
			continue
		}
		into := fields[name]
		switch {
		case into != nil:
			*into = normalFlag(all[0])
		case name == "pubsub#title", name == "pubsub#type", name == "pubsub#max_payload_size", name == "pubsub#deliver_notifications",
			name == "pubsub#description", name == "pubsub#notify_delete", name == "pubsub#notify_config", name == "pubsub#item_expire",
			name == "pubsub#presence_based_delivery", name == "pubsub#itemreply",
			name == "pubsub#subscribe", name == "pubsub#purge_offline", name == "pubsub#notification_type":
		default:
			return refusal(stanza.Modify, stanza.NotAcceptable)
		}
	}
	switch c.Access {
	case "presence", "whitelist", "open", "roster", "authorize":
		return nil
	}
	return refusal(stanza.Modify, stanza.NotAcceptable)
}

func normalFlag(s string) string {
	switch s {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return s
}

// meets reports whether the node is as publish-options want it [XEP-0060 §7.1.5].
func (c pepConfig) meets(want map[string][]string) bool {
	for name, into := range c.fields() {
		if all, ok := want[name]; ok && len(all) > 0 && normalFlag(all[0]) != *into {
			return false
		}
	}
	return true
}

// pep is all that one user has published.
type pep struct {
	items map[string][]pepItem // by node, oldest first
	nodes map[string]pepConfig
}

// readPEP sorts attributes into nodes and items.
func readPEP(attributes map[string]string) pep {
	p := pep{items: map[string][]pepItem{}, nodes: map[string]pepConfig{}}
	for key, value := range attributes {
		if node, ok := strings.CutPrefix(key, nodePrefix); ok {
			c := configFor(node)
			if json.Unmarshal([]byte(value), &c) == nil {
				p.nodes[node] = c
			}
			continue
		}
		if item, ok := readItem(key, value); ok {
			p.items[item.node] = append(p.items[item.node], item)
		}
	}
	for node := range p.items {
		slices.SortFunc(p.items[node], func(a, b pepItem) int { return cmp.Compare(a.order, b.order) })
		if _, ok := p.nodes[node]; !ok {
			p.nodes[node] = configFor(node)
		}
	}
	return p
}

func (s *session) pepOf(ctx context.Context, u chat.UserID) (pep, error) {
	attributes, err := s.Store.UserAttributes(ctx, u)
	return readPEP(attributes), err
}

// last returns the newest item of a node.
func (p pep) last(node string) (pepItem, bool) {
	items := p.items[node]
	if len(items) == 0 {
		return pepItem{}, false
	}
	return items[len(items)-1], true
}

// mayRead refuses whoever may not see a node of owner's.
func (s *session) mayRead(ctx context.Context, owner chat.UserID, c pepConfig) error {
	switch {
	case owner == s.user, c.Access == "open":
		return nil
	case c.Access == "whitelist":
		return pubsubError(stanza.Cancel, stanza.NotAllowed, "closed-node") // [XEP-0060 §6.5.9]
	case c.isPrivate():
		return pubsubError(stanza.Auth, stanza.NotAuthorized, "not-subscribed")
	}
	relation, err := s.Store.Contact(ctx, s.user, owner)
	switch {
	case err != nil || relation.Sees:
		return err
	case c.Access == "roster":
		return pubsubError(stanza.Auth, stanza.NotAuthorized, "not-in-roster-group")
	}
	return pubsubError(stanza.Auth, stanza.NotAuthorized, "presence-subscription-required")
}
