package webimmap

import (
	"bytes"
	"net/url"
	"strings"

	"google.golang.org/protobuf/proto"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// Protocol is the name of this protocol in Native and in the aliases.
const Protocol = "webim"

// native keeps of a Meta what the canonical message m does not say: nothing, if
// writing m gives the same packet but for the order of fields and the host of
// links; else all of it but ids and addresses.
func (r Realm) native(meta *webimwire.Meta, body *webimwire.MessageBody, m chat.Message) (chat.Native, error) {
	kept, ok := proto.Clone(body).(*webimwire.MessageBody)
	if !ok {
		return chat.Native{}, nil
	}
	kept.From, kept.To, kept.EditMessageId, kept.EditScope = nil, nil, nil, nil
	if body.GetType() == webimwire.MessageBody_EDIT {
		kept.Type = nil
	}
	written := r.messageBody(m)
	written.Type = kept.Type
	same, err := r.equal(kept, written)
	if err != nil {
		return chat.Native{}, err
	}
	if same && len(meta.GetMeta()) == 0 && len(otherExt(meta)) == 0 && len(meta.ProtoReflect().GetUnknown()) == 0 {
		return chat.Native{}, nil
	}
	payload, err := webimwire.Pack(kept)
	if err != nil {
		return chat.Native{}, err
	}
	data, err := webimwire.EncodeMeta(&webimwire.Meta{Payload: payload, Ext: otherExt(meta), Meta: meta.GetMeta()})
	if err != nil {
		return chat.Native{}, err
	}
	return chat.Native{Protocol: Protocol, Data: data}, nil
}

// BroadcastNative marks a message as one that is said in every room, which the 4.x SDKs tell their application.
func (r Realm) BroadcastNative(m chat.Message) (chat.Native, error) {
	body := r.messageBody(m)
	body.Type = webimwire.MessageBody_CHATROOM.Enum()
	payload, err := webimwire.Pack(body)
	if err != nil {
		return chat.Native{}, err
	}
	data, err := webimwire.EncodeMeta(&webimwire.Meta{Payload: payload, Ext: []*webimwire.KeyValue{webimwire.BoolValue(broadcast, true)}})
	return chat.Native{Protocol: Protocol, Data: data}, err
}

// otherExt is Meta.ext without what the canonical message says itself, and what only the app's server may say.
func otherExt(meta *webimwire.Meta) []*webimwire.KeyValue {
	var other []*webimwire.KeyValue
	for _, kv := range meta.GetExt() {
		if kv.GetKey() != extPriority && kv.GetKey() != broadcast {
			other = append(other, kv)
		}
	}
	return other
}

// equal compares two bodies but for the order of ext and the host that links of ours name.
func (r Realm) equal(a, b *webimwire.MessageBody) (bool, error) {
	var packed [2][]byte
	for i, body := range []*webimwire.MessageBody{a, b} {
		plain, ok := proto.Clone(body).(*webimwire.MessageBody)
		if !ok {
			return false, nil
		}
		sortValues(plain.Ext)
		for _, c := range plain.Contents {
			sortValues(c.CustomExts)
			sortValues(c.Params)
			c.RemotePath = r.ownPath(c.RemotePath)
			c.ThumbnailRemotePath = r.ownPath(c.ThumbnailRemotePath)
		}
		b, err := webimwire.Pack(plain)
		if err != nil {
			return false, err
		}
		packed[i] = b
	}
	return bytes.Equal(packed[0], packed[1]), nil
}

// ownPath takes scheme and host from a link to a file of ours.
func (r Realm) ownPath(link *string) *string {
	if link == nil {
		return nil
	}
	u, err := url.Parse(*link)
	if err != nil || !strings.HasPrefix(u.Path, r.filesPath()) {
		return link
	}
	u.Scheme, u.Host = "", ""
	return new(u.String())
}

// fromNative returns the body and the outer fields that its author's client wrote,
// if it was one of this protocol and what it wrote still says m: a gate may have
// changed the message since, or it was edited. nil otherwise.
func (r Realm) fromNative(n chat.Native, m chat.Message) (*webimwire.MessageBody, *webimwire.Meta) {
	if n.Protocol != Protocol || len(n.Data) == 0 {
		return nil, nil
	}
	outer, err := webimwire.DecodeMeta(n.Data)
	if err != nil {
		return nil, nil
	}
	outer.Ns = webimwire.Meta_CHAT.Enum()
	decoded, err := webimwire.Body(outer)
	body, ok := decoded.(*webimwire.MessageBody)
	if err != nil || !ok {
		return nil, nil
	}
	said, err := r.message(body)
	if err != nil {
		return nil, nil
	}
	// Priority and routing stand outside the body.
	said.Priority, said.OnlineOnly = m.Priority, m.OnlineOnly
	same, err := r.equal(r.messageBody(said), r.messageBody(m))
	if err != nil || !same {
		return nil, nil
	}
	r.rebase(body)
	return body, outer
}

// rebase lets links to files of ours name this realm's host.
func (r Realm) rebase(body *webimwire.MessageBody) {
	for _, c := range body.GetContents() {
		for _, link := range []*string{c.RemotePath, c.ThumbnailRemotePath} {
			if link == nil {
				continue
			}
			if own := r.ownPath(link); own != link && strings.HasPrefix(*own, "/") {
				*link = r.Base + *own
			}
		}
	}
}
