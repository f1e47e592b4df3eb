package xmpp

import (
	"context"
	"encoding/base64"
	"io"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// convCard shows a group's or room's name, description and picture: a file of ours as it is, one elsewhere by its address
// [XEP-0486].
func convCard(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	d, me, err := s.here(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	if isHidden(&d, me.member) {
		return nil, noNode()
	}
	card := xmppwire.New(nsVCard, "vCard")
	if d.Name != "" {
		card.AddNew("FN").AddText(d.Name)
	}
	if d.Description != "" {
		card.AddNew("DESC").AddText(d.Description)
	}
	switch kind, picture := s.ownPicture(ctx, d.Avatar); {
	case len(picture) > 0:
		photo := card.AddNew("PHOTO")
		photo.AddNew("TYPE").AddText(kind)
		photo.AddNew("BINVAL").AddText(base64.StdEncoding.EncodeToString(picture))
	case isWebAddress(d.Avatar):
		card.AddNew("PHOTO").AddNew("EXTVAL").AddText(d.Avatar)
	}
	if len(card.Nodes) == 0 {
		return nil, noNode()
	}
	return card, nil
}

// ownPicture returns the picture that an address stands for, if that is a file of ours and no larger than a client shows.
func (f *Frontend) ownPicture(ctx context.Context, address string) (kind string, picture []byte) {
	ref, ok := links{f}.File(address)
	if !ok {
		return "", nil
	}
	file, content, err := f.Media.Open(ctx, ref.ID)
	if err != nil {
		return "", nil // the address remains
	}
	defer func() { _ = content.Close() }() // read only: nothing can be lost
	if file.Size > maxAvatarBytes {
		return "", nil
	}
	if picture, err = io.ReadAll(content); err != nil {
		f.log.Err(err).Msg("cannot read a picture")
		return "", nil
	}
	return file.Type, picture
}

// convCardSet gives a group or room the picture of a card, or takes it off: all else of it is configured [XEP-0486 §3.2].
func convCardSet(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	switch _, me, err := s.here(ctx, q.to.Conv); {
	case err != nil:
		return nil, err
	case !me.isAdmin():
		return nil, forbidden()
	}
	picture, kind, err := cardPhoto(q.payload)
	if err != nil {
		return nil, err
	}
	address := q.payload.Child(nsVCard, "PHOTO").ChildText(nsVCard, "EXTVAL")
	if address != "" && !isWebAddress(address) {
		return nil, refusal(stanza.Modify, stanza.NotAcceptable)
	}
	if len(picture) > 0 {
		if address, err = s.keepPicture(ctx, picture, kind); err != nil {
			return nil, err
		}
	}
	if _, err = s.command(ctx, chat.Draft{Conv: q.to.Conv, Body: chat.Profile{Avatar: &address}}); err != nil {
		return nil, err
	}
	return doneBehind(ctx, s, q)
}
