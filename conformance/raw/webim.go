package raw

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/gorilla/websocket"
	"google.golang.org/protobuf/proto"

	"dragoman/protocols/webim/webimwire"
)

// WebIM is a Client that can also send any packet.
type WebIM struct {
	*socket
	user, appKey string
	Hooks
}

// DialWebIM logs in over /websocket with an access token.
func (a Addresses) DialWebIM(ctx context.Context, user, resource, token string, hooks Hooks) (*WebIM, error) {
	s, err := dial(ctx, "ws://"+a.HTTP+"/websocket", websocket.BinaryMessage)
	if err != nil {
		return nil, fmt.Errorf("webim: %w", err)
	}
	c := &WebIM{socket: s, user: user, appKey: cmp.Or(a.AppKey, "dragoman#chat"), Hooks: hooks}
	if err := c.provision(resource, token); err != nil {
		_ = s.conn.Close()
		return nil, fmt.Errorf("webim: login of %s: %w", user, err)
	}
	go c.listen()
	// What SDKs do next: ask which queues have something.
	return c, c.put(webimwire.Up{Envelope: &webimwire.MSync{Command: webimwire.MSync_UNREAD.Enum()}})
}

func (c *WebIM) provision(resource, token string) error {
	auth := "$t$" + token
	err := c.put(webimwire.Up{
		Envelope: &webimwire.MSync{Version: webimwire.MSync_MSYNC_V1.Enum(), Command: webimwire.MSync_PROVISION.Enum(),
			Guid: webimwire.UserJID(c.appKey, c.user, resource), Auth: proto.String(auth)},
		Provision: &webimwire.Provision{Auth: proto.String(auth), Version: proto.String("4.21.1"), Resource: proto.String(resource),
			DeviceUuid: proto.String(resource), DeviceName: proto.String("raw"), ActionVersion: proto.String("v5.2"),
			OsType: webimwire.Provision_OS_OTHER.Enum()},
	})
	if err != nil {
		return err
	}
	b, err := c.read()
	if err != nil {
		return err
	}
	down, err := webimwire.DecodeDown(b)
	if err != nil {
		return err
	}
	if status := down.Provision.GetStatus(); status == nil || status.GetErrorCode() != webimwire.Status_OK {
		return fmt.Errorf("refused: %v", status)
	}
	return nil
}

func (c *WebIM) put(up webimwire.Up) error {
	b, err := up.Encode()
	if err != nil {
		return err
	}
	return c.write(b)
}

func (c *WebIM) sync(ul *webimwire.CommSyncUL) error {
	return c.put(webimwire.Up{Envelope: &webimwire.MSync{Version: webimwire.MSync_MSYNC_V1.Enum(),
		Command: webimwire.MSync_SYNC.Enum()}, Sync: ul})
}

func (c *WebIM) listen() {
	defer close(c.done)
	for {
		b, err := c.read()
		if err == nil {
			err = c.hear(b)
		}
		if err != nil {
			c.ended(err)
			return
		}
	}
}

func (c *WebIM) hear(b []byte) error {
	down, err := webimwire.DecodeDown(b)
	if err != nil {
		return err
	}
	switch {
	case down.Notice != nil:
		return c.sync(&webimwire.CommSyncUL{Queue: down.Notice.GetQueue()})
	case down.Unread != nil:
		for _, q := range down.Unread.GetUnread() {
			if err := c.sync(&webimwire.CommSyncUL{Queue: q.GetQueue()}); err != nil {
				return err
			}
		}
	case down.Sync != nil:
		return c.page(down.Sync)
	}
	return nil
}

// page takes an acknowledgement, or a page of a queue, which it acknowledges as the SDKs do.
func (c *WebIM) page(dl *webimwire.CommSyncDL) error {
	if id := dl.GetMetaId(); id != 0 {
		var refused error
		if s := dl.GetStatus(); s.GetErrorCode() != webimwire.Status_OK {
			refused = fmt.Errorf("%v %s", s.GetErrorCode(), s.GetReason())
		}
		c.acked(strconv.FormatUint(id, 10), refused)
	}
	for _, m := range dl.GetMetas() {
		if c.Meta != nil {
			c.Meta(m)
		}
		if m.GetNs() != webimwire.Meta_CHAT {
			continue
		}
		body := new(webimwire.MessageBody)
		if err := proto.Unmarshal(m.GetPayload(), body); err != nil {
			return err
		}
		t := Text{From: body.GetFrom().GetName(), ID: strconv.FormatUint(m.GetId(), 10)}
		if body.GetType() == webimwire.MessageBody_GROUPCHAT {
			t.Group = m.GetTo().GetName()
		}
		for _, content := range body.GetContents() {
			t.Text += content.GetText()
		}
		c.heard(t)
	}
	if len(dl.GetMetas()) > 0 && dl.GetNextKey() != 0 && !dl.GetIsLast() {
		return c.sync(&webimwire.CommSyncUL{Queue: dl.GetQueue(), Key: dl.NextKey})
	}
	return nil
}

// Send takes as key the decimal text of a number.
func (c *WebIM) Send(key string, to Place, text string) error {
	id, err := strconv.ParseUint(key, 10, 64)
	if err != nil {
		return err
	}
	kind, name, jid := webimwire.MessageBody_CHAT, to.Peer, webimwire.UserJID(c.appKey, to.Peer, "")
	if to.Group != "" {
		kind, name, jid = webimwire.MessageBody_GROUPCHAT, to.Group, webimwire.GroupJID(c.appKey, to.Group)
	}
	payload, err := webimwire.Pack(&webimwire.MessageBody{
		Type: kind.Enum(), From: &webimwire.JID{Name: proto.String(c.user)}, To: &webimwire.JID{Name: proto.String(name)},
		Contents: []*webimwire.MessageBody_Content{{Type: webimwire.MessageBody_Content_TEXT.Enum(), Text: proto.String(text)}},
	})
	if err != nil {
		return err
	}
	return c.sync(&webimwire.CommSyncUL{Meta: &webimwire.Meta{Id: proto.Uint64(id), To: jid,
		Ns: webimwire.Meta_CHAT.Enum(), Payload: payload}})
}

// Put sends any packet; its acknowledgement is told under the decimal text of its id.
func (c *WebIM) Put(m *webimwire.Meta) error { return c.sync(&webimwire.CommSyncUL{Meta: m}) }

// Close breaks the connection off.
func (c *WebIM) Close() { c.close() }
