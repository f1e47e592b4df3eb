package webim

import (
	"context"
	"strings"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// handle answers one packet. Its error ends the session; a refusal is an answer.
func (s *session) handle(ctx context.Context, up webimwire.Up) error {
	switch up.Envelope.GetCommand() {
	case webimwire.MSync_SYNC:
		return s.handleSync(ctx, up.Sync)
	case webimwire.MSync_UNREAD:
		return s.handleUnread(ctx)
	case webimwire.MSync_LOGOUT:
		s.loggedOut = true
		return errLogout
	case webimwire.MSync_PROVISION:
		// A second login on one connection is answered as the first: the client is logged in.
		return s.welcome(up.Provision)
	default:
		return nil // NOTICE is the server's word; newer commands are none that we offered
	}
}

func (s *session) handleUnread(ctx context.Context) error {
	select {
	case s.cycle.heartbeats <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *session) handleSync(ctx context.Context, sync *webimwire.CommSyncUL) error {
	if meta := sync.GetMeta(); meta != nil {
		return s.handleMeta(ctx, meta)
	}
	if sync.GetQueue() == nil {
		return nil // neither a message nor a pull
	}
	select {
	case s.cycle.pulls <- pullRequest{sync.GetQueue(), sync.GetKey()}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// handleMeta answers every Meta but statistics: a 4.x client that hears nothing for
// 15 s drops the connection [webim 4.5].
func (s *session) handleMeta(ctx context.Context, meta *webimwire.Meta) error {
	switch meta.GetNs() {
	case webimwire.Meta_CHAT, webimwire.Meta_ROSTER, webimwire.Meta_CONFERENCE:
		return s.handleSend(ctx, meta)
	case webimwire.Meta_MUC:
		return s.handleRoom(ctx, meta)
	case webimwire.Meta_STATISTIC:
		return nil
	default:
		return s.refuse(meta, chat.Refuse(chat.Unsupported, "not offered here"))
	}
}

// handleSend takes a message, a receipt, a recall, an edit, a change of contacts.
func (s *session) handleSend(ctx context.Context, meta *webimwire.Meta) error {
	if len(meta.GetPayload()) > s.cfg.MaxMessage {
		return s.refuse(meta, chat.Refuse(chat.TooLarge, "the message is too large"))
	}
	if s.limiter != nil && !s.limiter.Allow() {
		return s.refuse(meta, chat.RefuseFor(chat.RateLimit, "too many messages"))
	}
	draft, err := s.realm.ToDraft(s.actor.User, meta)
	if err != nil {
		return s.refuse(meta, err)
	}
	if err := s.complete(ctx, meta, &draft); err != nil {
		return s.refuse(meta, err)
	}
	pending, err := s.Router.Begin(ctx, s.actor, draft)
	if err != nil {
		return s.refuseDraft(meta, draft, err)
	}
	if _, ok := draft.Body.(chat.Edit); ok {
		<-pending.Done() // the next edit counts this one
	}
	select {
	case s.flight <- inFlight{meta, draft, pending}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inFlight is a draft on its way to the disk, and what it came in.
type inFlight struct {
	meta    *webimwire.Meta
	draft   chat.Draft
	pending *bridge.Pending
}

// settle answers in order what was begun, so that the reader need not wait for each commit.
func (s *session) settle(ctx context.Context) error {
	for {
		select {
		case x := <-s.flight:
			ev, err := x.pending.Wait()
			if err != nil {
				err = s.refuseDraft(x.meta, x.draft, err)
			} else {
				err = s.acknowledge(ctx, x.meta, x.draft, ev)
				s.tellThread(ctx, &ev)
			}
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// refuseDraft answers what was not done, unless there was nothing to do.
func (s *session) refuseDraft(meta *webimwire.Meta, draft chat.Draft, err error) error {
	if isIdle(draft.Body, err) {
		return s.write(webimwire.Down{Sync: webimmap.AckNone(meta, s.nextID(), s.Now())})
	}
	return s.refuse(meta, err)
}

// complete fills in what a packet leaves to the server.
func (s *session) complete(ctx context.Context, meta *webimwire.Meta, draft *chat.Draft) error {
	switch b := draft.Body.(type) {
	case chat.Edit:
		entry, err := s.Store.Entry(ctx, s.actor.User, draft.Conv, b.Target)
		if err != nil {
			return err
		}
		if err := s.mayEdit(entry); err != nil {
			return err
		}
		if now, ok := entry.Body.(chat.Message); ok && webimmap.KeepsExt(meta) {
			now.Content = b.Message.Content
			b.Message = now
			draft.Body = b
		}
	case chat.Contact:
		return s.completeContact(ctx, s.actor, draft, b)
	}
	return nil
}

// mayEdit refuses one edit more than a message may have [webim 18.6].
func (f *frontend) mayEdit(e chat.Entry) error {
	if f.cfg.MaxEdits > 0 && e.Edits >= f.cfg.MaxEdits {
		return chat.Refuse(chat.TooMany, "a message is edited %d times at most", f.cfg.MaxEdits)
	}
	return nil
}

// completeContact makes a request about a contact what this protocol means by it:
// contacts are mutual, so who asks agrees, and who accepts is a contact too.
func (f *frontend) completeContact(ctx context.Context, a bridge.Actor, draft *chat.Draft, b chat.Contact) error {
	switch b.Change {
	case chat.ContactAsk:
		_, err := f.Router.Submit(ctx, a, chat.Draft{Conv: draft.Conv, To: []chat.UserID{a.User}, Body: chat.Contact{Change: chat.ContactAccept}})
		return err
	case chat.ContactAccept:
		relation, err := f.Store.Contact(ctx, a.User, draft.Conv.Other(a.User))
		if err != nil {
			return err
		}
		if !relation.Asked && !relation.Mutual() {
			return chat.Refuse(chat.NotFound, "there is no invitation of that user")
		}
		draft.Body, draft.Native = chat.Contact{Change: chat.ContactAdd}, webimmap.AcceptNative()
	}
	return nil
}

// isIdle reports whether a refusal means only that there was nothing to do: a
// receipt for what is no longer there, or never was kept. The client sends those by
// itself for whatever it gets, and must not be troubled.
func isIdle(b chat.Body, err error) bool {
	if _, ok := b.(chat.Receipt); !ok {
		return false
	}
	switch chat.CodeOf(err) {
	case chat.NotFound, chat.Conflict, chat.Forbidden:
		return true
	}
	return false
}

// nextID is an id for an answer that no event stands behind.
func (s *session) nextID() chat.EventID {
	return chat.NewEventID(s.Now(), chat.ImportShard-1, 0)
}

func (s *session) acknowledge(ctx context.Context, meta *webimwire.Meta, draft chat.Draft, ev chat.Event) error {
	edit, ok := draft.Body.(chat.Edit)
	if !ok {
		return s.write(webimwire.Down{Sync: webimmap.Ack(meta, ev)})
	}
	var about *chat.Entry
	if entry, err := s.Store.Entry(ctx, s.actor.User, draft.Conv, edit.Target); err == nil {
		about = &entry
	}
	return s.write(webimwire.Down{Sync: s.realm.AckEdit(meta, ev, about)})
}

// refuse answers a Meta with the words that the SDKs know.
func (s *session) refuse(meta *webimwire.Meta, err error) error {
	if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Object("actor", s.actor).Msg("request failed")
	}
	return s.write(webimwire.Down{Sync: webimmap.Refusal(meta, err, s.Now())})
}

// handleRoom takes a client into a chat room or out of it [webim 8].
func (s *session) handleRoom(ctx context.Context, meta *webimwire.Meta) error {
	body, err := webimwire.Body(meta)
	muc, ok := body.(*webimwire.MUCBody)
	if err != nil || !ok {
		return s.refuse(meta, chat.Refuse(chat.Invalid, "the request cannot be read"))
	}
	room, err := s.realm.Names.Conv(muc.GetMucId().GetName())
	if err == nil && room.Kind != chat.KindRoom {
		err = chat.RefuseFor(chat.NoGroup, "there is no such room")
	}
	if err != nil {
		return s.refuseRoom(meta, muc, err)
	}
	switch muc.GetOperation() {
	case webimwire.MUCBody_JOIN:
		return s.joinRoom(ctx, meta, muc, room)
	case webimwire.MUCBody_LEAVE:
		s.Router.Leave(ctx, s.feed, room)
		return s.write(webimwire.Down{Sync: webimmap.AckNone(meta, s.nextID(), s.Now())})
	default:
		return s.refuse(meta, chat.Refuse(chat.Unsupported, "not offered here"))
	}
}

func (s *session) joinRoom(ctx context.Context, meta *webimwire.Meta, muc *webimwire.MUCBody, room chat.Conv) error {
	if muc.GetLeaveOtherRooms() {
		for _, other := range s.Router.Entered(s.actor.User) {
			if other != room {
				s.Router.Leave(ctx, s.feed, other)
			}
		}
	}
	scene, err := s.Router.Enter(ctx, s.feed, room, "")
	if err != nil {
		return s.refuseRoom(meta, muc, err)
	}
	inside := map[chat.UserID]bool{}
	for _, o := range scene.Occupants {
		inside[o.User] = true
	}
	dl, err := s.realm.RoomJoined(meta, s.actor.User, scene.Details, scene.Me, len(inside), s.nextID(), s.Now())
	if err != nil {
		return err
	}
	return s.write(webimwire.Down{Sync: dl})
}

// refuseRoom says which room it was: the SDKs look for whole sentences.
func (s *session) refuseRoom(meta *webimwire.Meta, muc *webimwire.MUCBody, err error) error {
	if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Object("actor", s.actor).Msg("room not entered")
	}
	dl := webimmap.Refusal(meta, err, s.Now())
	if id := muc.GetMucId().GetName(); len(id) <= 255 {
		reason := dl.GetStatus().GetReason()
		reason = strings.Replace(reason, "grpID does", "grpID "+id+" does", 1)
		reason = strings.Replace(reason, "join this group,", "join this group "+id+",", 1)
		dl.Status.Reason = &reason
	}
	return s.write(webimwire.Down{Sync: dl})
}
