package xmpp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsPubSub       = "http://jabber.org/protocol/pubsub"
	nsPubSubOwner  = "http://jabber.org/protocol/pubsub#owner"
	nsPubSubEvent  = "http://jabber.org/protocol/pubsub#event"
	nsPubSubErrors = "http://jabber.org/protocol/pubsub#errors"
	nsPublishOpts  = "http://jabber.org/protocol/pubsub#publish-options"
	nsNodeConfig   = "http://jabber.org/protocol/pubsub#node_config"
)

// pepFeatures are what an account announces as its own publishing service [XEP-0163].
func pepFeatures() []string {
	features := []string{nsPubSub}
	for _, f := range []string{"access-presence", "access-open", "access-whitelist", "access-roster", "auto-create", "auto-subscribe", "config-node",
		"config-node-max", "create-and-configure", "create-nodes", "delete-items", "delete-nodes", "filtered-notifications", "item-ids",
		"last-published", "multi-items", "owner", "persistent-items", "presence-notifications", "presence-subscribe",
		"publish", "publish-options", "purge-nodes", "retract-items", "retrieve-items"} {
		features = append(features, nsPubSub+"#"+f)
	}
	return append(features, "urn:xmpp:bookmarks:1#compat", "urn:xmpp:bookmarks:1#compat-pep", "urn:xmpp:pep-vcard-conversion:0")
}

func (f *Frontend) pepIQs(t map[iqKey]iqHandler) {
	t[iqKey{toAccount, false, nsPubSub, "pubsub"}] = pepGet
	t[iqKey{toContact, false, nsPubSub, "pubsub"}] = pepGet
	t[iqKey{toAccount, true, nsPubSub, "pubsub"}] = pepSet
	t[iqKey{toContact, true, nsPubSub, "pubsub"}] = pepSetOther
	t[iqKey{toAccount, false, nsPubSubOwner, "pubsub"}] = pepOwnerGet
	t[iqKey{toAccount, true, nsPubSubOwner, "pubsub"}] = pepOwnerSet
}

func pubsubError(t stanza.ErrorType, c stanza.Condition, own string) error {
	return &refused{cond: stanza.Error{Type: t, Condition: c}, extra: xmppwire.New(nsPubSubErrors, own)}
}

// pepGet answers the items of a node [XEP-0060 §6.5].
func pepGet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	want := q.payload.Child(nsPubSub, "items")
	answer := xmppwire.New(nsPubSub, "pubsub")
	if want == nil {
		for _, local := range []string{"subscriptions", "affiliations"} {
			if e := q.payload.Child(nsPubSub, local); e != nil {
				return answer.Add(xmppwire.New(nsPubSub, local)), nil
			}
		}
		return nil, refusal(stanza.Cancel, stanza.FeatureNotImplemented)
	}
	node := want.Attr("node")
	if node == "" {
		return nil, pubsubError(stanza.Modify, stanza.BadRequest, "nodeid-required")
	}
	p, err := s.pepOf(ctx, q.to.User)
	if err != nil {
		return nil, err
	}
	if node == nsStorage && q.to.User == s.user {
		return s.bookmarkItems(ctx, answer)
	}
	if node == nsBookmarks && q.to.User == s.user {
		if p.items[node], err = s.bookmarks(ctx); err != nil {
			return nil, err
		}
		p.nodes[node] = bookmarkConfig()
	}
	config, ok := p.nodes[node]
	if !ok {
		return nil, noNode()
	}
	if err := s.mayRead(ctx, q.to.User, config); err != nil {
		return nil, err
	}
	items := answer.AddNew("items").Set("node", node)
	for _, item := range chosen(p.items[node], want) {
		items.Add(item.elem)
	}
	return answer, nil
}

// chosen returns the items that a request names, or its newest.
func chosen(items []pepItem, want *xmppwire.Element) []pepItem {
	var ids []string
	for e := range want.Children() {
		if e.Is(nsPubSub, "item") {
			ids = append(ids, e.Attr("id"))
		}
	}
	if len(ids) > 0 {
		return slices.DeleteFunc(slices.Clone(items), func(i pepItem) bool { return !slices.Contains(ids, i.id) })
	}
	if n, err := strconv.Atoi(want.Attr("max_items")); err == nil && n > 0 && n < len(items) {
		return items[len(items)-n:]
	}
	return items
}

// pepSetOther refuses to publish for another, and takes a subscription for what it is here: following goes by presence.
func pepSetOther(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	sub := q.payload.Child(nsPubSub, "subscribe")
	if sub == nil {
		return nil, refusal(stanza.Auth, stanza.Forbidden)
	}
	if a, err := s.m.Parse(sub.Attr("jid")); err != nil || a.Bare != s.bare {
		return nil, pubsubError(stanza.Modify, stanza.BadRequest, "invalid-jid") // [XEP-0060 §6.1.3.1]
	}
	p, err := s.pepOf(ctx, q.to.User)
	if err != nil {
		return nil, err
	}
	config, ok := p.nodes[sub.Attr("node")]
	if !ok {
		config = defaultPEP()
	}
	if err := s.mayRead(ctx, q.to.User, config); err != nil {
		return nil, err
	}
	if !ok {
		return nil, noNode()
	}
	answer := xmppwire.New(nsPubSub, "pubsub")
	answer.AddNew("subscription").Set("node", sub.Attr("node")).Set("jid", sub.Attr("jid")).Set("subscription", "subscribed")
	return answer, nil
}

func pepSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	switch e := q.payload.First(); {
	case e.Is(nsPubSub, "publish"):
		return s.publish(ctx, q, e)
	case e.Is(nsPubSub, "retract"):
		return nil, s.retract(ctx, e)
	case e.Is(nsPubSub, "create"):
		return s.createNode(ctx, q, e)
	case e.Is(nsPubSub, "subscribe"):
		return pepSetOther(ctx, s, q)
	case e.Is(nsPubSub, "unsubscribe"):
		return nil, nil
	}
	return nil, refusal(stanza.Cancel, stanza.FeatureNotImplemented)
}

// badName reports what can be no node or item id here.
func badName(s string) bool { return s == "" || len(s) > 1023 || strings.ContainsAny(s, "\n\r") }

// publish keeps an item, in a node that begins to exist with its first [XEP-0060 §7.1, XEP-0163 §3].
func (s *session) publish(ctx context.Context, q *request, e *xmppwire.Element) (*xmppwire.Element, error) {
	node := e.Attr("node")
	item := e.Child(nsPubSub, "item")
	switch {
	case node == "":
		return nil, pubsubError(stanza.Modify, stanza.BadRequest, "nodeid-required")
	case badName(node):
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	case item == nil:
		return nil, pubsubError(stanza.Modify, stanza.BadRequest, "item-required")
	case item.First() == nil:
		return nil, pubsubError(stanza.Modify, stanza.BadRequest, "payload-required")
	}
	id := item.Attr("id")
	if id == "" {
		id = rand.Text()
	}
	if badName(id) {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return nil, err
	}
	config, exists := p.nodes[node]
	options := formValues(q.payload.Child(nsPubSub, "publish-options").Child(nsData, "x"))
	set := map[string]string{}
	switch {
	case !exists:
		config = configFor(node)
		if err := config.apply(options); err != nil {
			return nil, err
		}
		if err := putConfig(set, node, config); err != nil {
			return nil, err
		}
	case !config.meets(options):
		return nil, pubsubError(stanza.Cancel, stanza.Conflict, "precondition-not-met")
	}
	kept := xmppwire.New(nsPubSub, "item").Set("id", id).SetIf("publisher", "")
	kept.Nodes = item.Nodes
	set[itemKey(node, id)] = pepValue(s.Now().UnixNano(), kept)
	body := chat.Attributes{Set: set, Deleted: append(surplus(p.items[node], id, config.limit()), remark(node, id)...)}
	if err := s.submitPEP(ctx, config, body); err != nil {
		return nil, err
	}
	s.published(ctx, node, kept)
	answer := xmppwire.New(nsPubSub, "pubsub")
	answer.AddNew("publish").Set("node", node).AddNew("item").Set("id", id)
	return answer, nil
}

// surplus names the items that are too many once another is there.
func surplus(items []pepItem, coming string, limit int) []string {
	var old []pepItem
	for _, i := range items {
		if i.id != coming {
			old = append(old, i)
		}
	}
	var keys []string
	for len(old)+1 > limit && len(old) > 0 {
		keys = append(keys, itemKey(old[0].node, old[0].id))
		old = old[1:]
	}
	return keys
}

func putConfig(set map[string]string, node string, c pepConfig) error {
	b, err := json.Marshal(c)
	set[nodePrefix+node] = string(b)
	return err
}

// submitPEP changes what is published. Of a private node nobody else hears.
func (s *session) submitPEP(ctx context.Context, c pepConfig, body chat.Attributes) error {
	d := chat.Draft{Conv: chat.Self(s.user), Body: body}
	if c.isPrivate() || quietNode(body) {
		d.To = []chat.UserID{s.user}
	}
	_, err := s.submit(ctx, d)
	return err
}

// quietNode reports whether a change is of the pictures themselves, which nobody wants sent to him: their metadata tells.
func quietNode(body chat.Attributes) bool {
	for key := range body.Set {
		if strings.HasPrefix(key, itemPrefix+nsAvatarData+"\n") {
			return true
		}
	}
	return false
}

func (s *session) retract(ctx context.Context, e *xmppwire.Element) error {
	node, id := e.Attr("node"), e.Child(nsPubSub, "item").Attr("id")
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return err
	}
	if id == "" {
		return pubsubError(stanza.Modify, stanza.BadRequest, "item-required")
	}
	if node == nsBookmarks {
		if marked, err := s.isMarked(ctx, id); err != nil || marked {
			if err == nil {
				err = s.unmark(ctx, id)
			}
			return err
		}
	}
	if !slices.ContainsFunc(p.items[node], func(i pepItem) bool { return i.id == id }) {
		return noNode()
	}
	return s.submitPEP(ctx, p.nodes[node], chat.Attributes{Deleted: []string{itemKey(node, id)}})
}

func (s *session) createNode(ctx context.Context, q *request, e *xmppwire.Element) (*xmppwire.Element, error) {
	node := e.Attr("node")
	if node == "" {
		node = rand.Text()
	}
	if badName(node) {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return nil, err
	}
	if _, exists := p.nodes[node]; exists {
		return nil, refusal(stanza.Cancel, stanza.Conflict)
	}
	config := configFor(node)
	if err := config.apply(formValues(q.payload.Child(nsPubSub, "configure").Child(nsData, "x"))); err != nil {
		return nil, err
	}
	set := map[string]string{}
	if err := putConfig(set, node, config); err != nil {
		return nil, err
	}
	answer := xmppwire.New(nsPubSub, "pubsub")
	answer.AddNew("create").Set("node", node)
	config.Access = "whitelist" // an empty node is nobody's news
	return answer, s.submitPEP(ctx, config, chat.Attributes{Set: set})
}

// pepOwnerGet answers the configuration form of a node [XEP-0060 §8.2].
func pepOwnerGet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	e := q.payload.First()
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return nil, err
	}
	answer := xmppwire.New(nsPubSubOwner, "pubsub")
	if e.Is(nsPubSubOwner, "default") {
		c := defaultPEP()
		answer.AddNew("default").Add(c.form("form"))
		return answer, nil
	}
	config, ok := p.nodes[e.Attr("node")]
	if !ok {
		return nil, noNode()
	}
	if !e.Is(nsPubSubOwner, "configure") {
		return answer.Add(xmppwire.New(nsPubSubOwner, e.Local).Set("node", e.Attr("node"))), nil
	}
	answer.AddNew("configure").Set("node", e.Attr("node")).Add(config.form("form"))
	return answer, nil
}

func (c *pepConfig) form(kind string) *xmppwire.Element {
	x := xmppwire.New(nsData, "x").Set("type", kind).Add(formField("FORM_TYPE", "hidden", nsNodeConfig))
	fields := c.fields()
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		x.Add(formField(name, "text-single", *fields[name]))
	}
	return x
}

func pepOwnerSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	e := q.payload.First()
	node := e.Attr("node")
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return nil, err
	}
	config, ok := p.nodes[node]
	if !ok {
		return nil, noNode()
	}
	body := chat.Attributes{}
	for _, i := range p.items[node] {
		body.Deleted = append(body.Deleted, itemKey(node, i.id))
	}
	switch {
	case e.Is(nsPubSubOwner, "configure"):
		if err := config.apply(formValues(e.Child(nsData, "x"))); err != nil {
			return nil, err
		}
		body = chat.Attributes{Set: map[string]string{}}
		if err := putConfig(body.Set, node, config); err != nil {
			return nil, err
		}
		config.Access = "whitelist"
	case e.Is(nsPubSubOwner, "delete"):
		body.Deleted = append([]string{nodePrefix + node}, body.Deleted...)
	case e.Is(nsPubSubOwner, "purge"):
		if len(body.Deleted) == 0 {
			return nil, nil
		}
	default:
		return nil, refusal(stanza.Cancel, stanza.FeatureNotImplemented)
	}
	return nil, s.submitPEP(ctx, config, body)
}

// pepNodes lists the nodes that a reader may see, for disco#items.
func (s *session) pepNodes(ctx context.Context, owner chat.UserID, list *xmppwire.Element) error {
	p, err := s.pepOf(ctx, owner)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(p.nodes))
	for name, config := range p.nodes {
		if s.mayRead(ctx, owner, config) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		list.AddNew("item").Set("jid", s.m.UserJID(owner)).Set("node", name)
	}
	return nil
}

// pushAttributes tells a client of what somebody has published or taken back, if it wants to hear of that node.
func (s *session) pushAttributes(ev *chat.Event, b chat.Attributes) {
	if !s.mayHear() || s.isLate(ev) {
		return
	}
	removed := map[string]bool{}
	for _, key := range b.Deleted {
		if node, ok := strings.CutPrefix(key, nodePrefix); ok && s.wants(node) {
			removed[node] = true
			s.notify(ev.From, xmppwire.New(nsPubSubEvent, "delete").Set("node", node), nil)
		}
	}
	for _, key := range b.Deleted {
		node, id, ok := strings.Cut(strings.TrimPrefix(key, itemPrefix), "\n")
		if !ok || !strings.HasPrefix(key, itemPrefix) || removed[node] || !s.wants(node) || len(b.Set) > 0 {
			continue
		}
		items := xmppwire.New(nsPubSubEvent, "items").Set("node", node)
		items.AddNew("retract").Set("id", id)
		s.notify(ev.From, items, nil)
	}
	for key, value := range b.Set {
		if item, ok := readItem(key, value); ok && s.wants(item.node) {
			s.notifyItem(ev.From, item, false)
		}
	}
}

// notifyItem sends an item as an event [XEP-0060 §7.1.2.1]. late: it was published before the client came.
func (s *session) notifyItem(owner chat.UserID, item pepItem, late bool) {
	sent := xmppwire.New(nsPubSubEvent, "item").Set("id", item.id)
	sent.Nodes = item.elem.Nodes
	var delay *xmppwire.Element
	if late {
		delay = xmppmap.Delay(s.m.UserJID(owner), unixNano(item.order))
	}
	s.notify(owner, xmppwire.New(nsPubSubEvent, "items").Set("node", item.node).Add(sent), delay)
}

func (s *session) notify(owner chat.UserID, what, delay *xmppwire.Element) {
	m := xmppwire.Message("headline", xmppwire.New(nsPubSubEvent, "event").Add(what), delay)
	m.From, m.To, m.ID = s.m.UserJID(owner), s.full, "pep-"+s.nextID()
	s.sendQuiet(m)
}
