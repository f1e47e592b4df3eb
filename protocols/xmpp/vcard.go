package xmpp

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsVCard        = "vcard-temp"
	nsNick         = "http://jabber.org/protocol/nick"
	nsAvatarData   = "urn:xmpp:avatar:data"
	nsAvatarMeta   = "urn:xmpp:avatar:metadata"
	vcardKey       = "xmpp.vcard"
	avatarKey      = "xmpp.avatar" // the SHA-1 of the picture, in hex; "": none
	maxAvatarBytes = 1 << 20
)

func (f *Frontend) vcardIQs(t map[iqKey]iqHandler) {
	for _, to := range []scope{toAccount, toContact} {
		t[iqKey{to, false, nsVCard, "vCard"}] = vcardGet
	}
	t[iqKey{toAccount, true, nsVCard, "vCard"}] = vcardSet
	t[iqKey{toConv, false, nsVCard, "vCard"}] = convCard
	t[iqKey{toConv, true, nsVCard, "vCard"}] = convCardSet
	t[iqKey{toOccupant, false, nsVCard, "vCard"}] = occupantCard
	t[iqKey{toServer, false, nsVCard, "vCard"}] = func(context.Context, *session, *request) (*xmppwire.Element, error) {
		return xmppwire.New(nsVCard, "vCard").Add(xmppwire.TextElement(nsVCard, "FN", "dragoman")), nil
	}
}

// vcardGet answers a card: the one that an XMPP client has put down, else what the user shows of himself elsewhere
// [XEP-0054].
func vcardGet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	return s.cardOf(ctx, q.to.User)
}

func (s *session) cardOf(ctx context.Context, u chat.UserID) (*xmppwire.Element, error) {
	kept, err := s.Store.UserAttributes(ctx, u, append(detailKeys(), vcardKey)...)
	if err != nil {
		return nil, err
	}
	profile, err := s.Store.Profile(ctx, u)
	if err != nil {
		return nil, err
	}
	card := xmppwire.New(nsVCard, "vCard")
	if text := kept[vcardKey]; text != "" {
		if card, err = xmppwire.Parse([]byte(text)); err != nil {
			return nil, err
		}
	} else if standing, err := s.Accounts.Standing(ctx, u); err != nil || standing == chat.Unknown {
		return nil, noNode()
	}
	addText := func(name, value string) {
		if value != "" && card.Child(nsVCard, name) == nil {
			card.Add(xmppwire.TextElement(nsVCard, name, value))
		}
	}
	addText("FN", profile.Name)
	addText("NICKNAME", profile.Name)
	addText("DESC", profile.Description)
	putDetails(card, kept, profile.Extra)
	if isWebAddress(profile.Avatar) && card.Child(nsVCard, "PHOTO") == nil {
		card.AddNew("PHOTO").AddNew("EXTVAL").AddText(profile.Avatar)
	}
	if len(card.Nodes) == 0 && u != s.user {
		return nil, noNode()
	}
	return card, nil
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

func occupantCard(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if s.occupantOf(q.to.Conv) == nil {
		return nil, errNotOccupant
	}
	who, err := s.byNick(ctx, q.to.Conv, q.to.Resource)
	if err != nil {
		return nil, err
	}
	return s.cardOf(ctx, who.user)
}

// vcardSet keeps a card. Name and picture show in the other protocols, and the picture in the newer form too [XEP-0398].
func vcardSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	card := q.payload
	set := map[string]string{vcardKey: card.String()}
	photo, kind, err := cardPhoto(card)
	if err != nil {
		return nil, err
	}
	hash := ""
	if len(photo) > 0 {
		hash = pictureHash(photo)
	}
	set[avatarKey] = hash
	if err := s.shareDetails(ctx, card); err != nil {
		return nil, err
	}
	if _, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), To: []chat.UserID{s.user}, Body: chat.Attributes{Set: set}}); err != nil {
		return nil, err
	}
	profile := chat.Profile{}
	if name := cardName(card); name != "" {
		profile.Name = &name
	}
	if desc := card.ChildText(nsVCard, "DESC"); desc != "" {
		profile.Description = &desc
	}
	if note := card.ChildText(nsVCard, "NOTE"); note != "" {
		profile.Extra = &note
	}
	if err := s.setProfile(ctx, profile, photo, kind); err != nil {
		return nil, err
	}
	if len(photo) > 0 {
		if err := s.publishPicture(ctx, photo, kind, hash); err != nil {
			return nil, err
		}
	}
	s.showPicture(ctx, hash)
	return nil, nil
}

func cardName(card *xmppwire.Element) string {
	for _, name := range []string{"NICKNAME", "FN"} {
		if v := strings.TrimSpace(card.ChildText(nsVCard, name)); v != "" {
			return v
		}
	}
	return ""
}

func cardPhoto(card *xmppwire.Element) (picture []byte, kind string, err error) {
	photo := card.Child(nsVCard, "PHOTO")
	text := strings.Join(strings.Fields(photo.ChildText(nsVCard, "BINVAL")), "")
	if text == "" {
		return nil, "", nil
	}
	picture, err = base64.StdEncoding.DecodeString(text)
	if err != nil || len(picture) > maxAvatarBytes {
		return nil, "", refusal(stanza.Modify, stanza.NotAcceptable)
	}
	return picture, photo.ChildText(nsVCard, "TYPE"), nil
}

func pictureHash(picture []byte) string {
	sum := sha1.Sum(picture)
	return hex.EncodeToString(sum[:])
}

// keepPicture makes a picture a file of ours, and returns its address.
func (s *session) keepPicture(ctx context.Context, picture []byte, kind string) (string, error) {
	file, err := s.Media.Put(ctx, s.user, "avatar", kind, bytes.NewReader(picture))
	return links{s.Frontend}.URL(file.Ref()), err
}

// setProfile shows name and picture to the other protocols.
func (s *session) setProfile(ctx context.Context, p chat.Profile, picture []byte, kind string) error {
	if len(picture) > 0 {
		address, err := s.keepPicture(ctx, picture, kind)
		if err != nil {
			return err
		}
		p.Avatar = &address
	}
	if p == (chat.Profile{}) {
		return nil
	}
	_, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), Body: p})
	return err
}

// publishPicture publishes a picture that came in a card [XEP-0084].
func (s *session) publishPicture(ctx context.Context, picture []byte, kind, hash string) error {
	data := xmppwire.New(nsPubSub, "item").Set("id", hash).
		Add(xmppwire.TextElement(nsAvatarData, "data", base64.StdEncoding.EncodeToString(picture)))
	meta := xmppwire.New(nsAvatarMeta, "metadata")
	meta.AddNew("info").Set("id", hash).Set("bytes", strconv.Itoa(len(picture))).SetIf("type", kind)
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return err
	}
	now := s.Now().UnixNano()
	quiet := defaultPEP()
	quiet.Access = "whitelist"
	body := chat.Attributes{Set: map[string]string{itemKey(nsAvatarData, hash): pepValue(now, data)}, Deleted: surplus(p.items[nsAvatarData], hash, 1)}
	if err := s.submitPEP(ctx, quiet, body); err != nil {
		return err
	}
	item := xmppwire.New(nsPubSub, "item").Set("id", hash).Add(meta)
	body = chat.Attributes{Set: map[string]string{itemKey(nsAvatarMeta, hash): pepValue(now, item)}, Deleted: surplus(p.items[nsAvatarMeta], hash, 1)}
	return s.submitPEP(ctx, defaultPEP(), body)
}

// published does what follows from some nodes: a picture shows in the card, old bookmarks become new ones.
func (s *session) published(ctx context.Context, node string, item *xmppwire.Element) {
	var err error
	switch node {
	case nsAvatarMeta:
		err = s.pictureFromPEP(ctx, item)
	case nsStorage:
		if storage := item.Child(nsStorage, "storage"); storage != nil {
			err = s.takeStorage(ctx, storage)
		}
	case nsNick:
		if name := item.Child(node, "nick").Text(); name != "" {
			err = s.setProfile(ctx, chat.Profile{Name: &name}, nil, "")
		}
	}
	if err != nil {
		s.log.Err(err).Str("node", node).Msg("cannot follow up on what was published")
	}
}

// pictureFromPEP puts a published picture into the card [XEP-0398 §3].
func (s *session) pictureFromPEP(ctx context.Context, item *xmppwire.Element) error {
	inf := item.Child(nsAvatarMeta, "metadata").Child(nsAvatarMeta, "info")
	p, err := s.pepOf(ctx, s.user)
	if err != nil {
		return err
	}
	all, err := s.Store.UserAttributes(ctx, s.user, vcardKey)
	if err != nil {
		return err
	}
	card := xmppwire.New(nsVCard, "vCard")
	if all[vcardKey] != "" {
		if card, err = xmppwire.Parse([]byte(all[vcardKey])); err != nil {
			return err
		}
	}
	kept := card.Nodes[:0:0]
	for _, n := range card.Nodes {
		if n.Elem == nil || n.Elem.Local != "PHOTO" {
			kept = append(kept, n)
		}
	}
	card.Nodes = kept
	hash := inf.Attr("id")
	var picture []byte
	if hash != "" {
		for _, i := range p.items[nsAvatarData] {
			if i.id == hash {
				picture, _ = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(i.elem.ChildText(nsAvatarData, "data")), ""))
			}
		}
		if len(picture) == 0 {
			return nil // the picture may lie elsewhere
		}
		photo := card.AddNew("PHOTO")
		photo.AddNew("TYPE").AddText(inf.Attr("type"))
		photo.AddNew("BINVAL").AddText(base64.StdEncoding.EncodeToString(picture))
	}
	set := map[string]string{vcardKey: card.String(), avatarKey: hash}
	if _, err := s.submit(ctx, chat.Draft{Conv: chat.Self(s.user), To: []chat.UserID{s.user}, Body: chat.Attributes{Set: set}}); err != nil {
		return err
	}
	if err := s.setProfile(ctx, chat.Profile{}, picture, inf.Attr("type")); err != nil {
		return err
	}
	s.showPicture(ctx, hash)
	return nil
}

// showPicture tells those who follow the user, by all his presences, that he has a new picture [XEP-0153 §3].
func (s *session) showPicture(ctx context.Context, hash string) {
	for _, own := range s.hub.of(s.user) {
		own.mu.Lock()
		p := own.presence
		own.picture = &hash
		own.mu.Unlock()
		if p == nil {
			continue
		}
		own.tellPresence(ctx, *p)
	}
}

// pictured is a presence with the hash of the user's picture, whatever the client thinks it is [XEP-0398 §4].
func (s *session) pictured(ctx context.Context, st xmppwire.Stanza) xmppwire.Stanza {
	if s.trunk != nil {
		return st // his own server's business
	}
	s.mu.Lock()
	hash := s.picture
	s.mu.Unlock()
	if hash == nil {
		all, err := s.Store.UserAttributes(ctx, s.user, avatarKey)
		if err != nil {
			s.log.Err(err).Msg("cannot tell the user's picture")
			return st
		}
		text := all[avatarKey]
		hash = &text
		s.mu.Lock()
		s.picture = hash
		s.mu.Unlock()
	}
	st = st.Without(func(e *xmppwire.Element) bool { return e.Is(xmppmap.NSVCardUpdate, "x") })
	x := xmppwire.New(xmppmap.NSVCardUpdate, "x")
	photo := x.AddNew("photo") // empty: there is none
	if *hash != "" {
		photo.AddText(*hash)
	}
	return *st.Add(x)
}
