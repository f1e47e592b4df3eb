package zim

import (
	"context"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// handleSend takes a message and answers it once it is kept. Messages are put in line in the order of their requests;
// only the waiting is done aside. Its error ends the session.
func (s *session) handleSend(ctx context.Context, r zimwire.Request) error {
	draft, err := s.sendDraft(ctx, r)
	if err != nil {
		return s.refuse(r.ID, s.refusal(r.Method, err))
	}
	pending, err := s.Router.Begin(ctx, s.actor, draft)
	if err != nil {
		return s.refuse(r.ID, s.notSent(draft, err))
	}
	select {
	case s.underWay <- struct{}{}:
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
	s.start(func() error {
		defer func() { <-s.underWay }()
		ev, err := pending.Wait()
		if err != nil {
			return s.refuse(r.ID, s.notSent(draft, err))
		}
		return s.answer(r.ID, s.sent(ev))
	})
	return nil
}

// notSent says why a message was not taken: of a room in the words of rooms. The app's server is told, too.
func (s *session) notSent(d chat.Draft, err error) *zimwire.Error {
	s.callbacks.failed(s.ctx, s.actor, d, err)
	if reason := chat.ReasonOf(err); d.Conv.Kind == chat.KindRoom && (reason == chat.NotMember || reason == chat.NoGroup || reason == chat.Dissolved) {
		return zimmap.Refusal(zimmap.RoomModule, err)
	}
	return s.refusal("sendMessage", err)
}

// sent is the answer to a message that was kept.
func (s *session) sent(ev chat.Event) zimwire.MessageSentResult {
	w, _ := s.me(s.ctx).FromEntry(chat.Entry{Event: ev})
	return zimwire.MessageSentResult{Message: w}
}

func (s *session) sendDraft(ctx context.Context, r zimwire.Request) (chat.Draft, error) {
	if r.Method == "replyMessage" {
		return s.replyDraft(ctx, r)
	}
	var p zimwire.SendMessageParams
	if err := r.Bind(&p); err != nil {
		return chat.Draft{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "not a message to send")
	}
	c, err := s.conv(p.ToConversationID, p.ConversationType)
	if err != nil {
		return chat.Draft{}, err
	}
	if err := s.openCombinations(ctx, &p.Message); err != nil {
		return chat.Draft{}, err
	}
	return s.me(ctx).Send(p.Message, c, p.Config, chat.Ref{})
}

func (s *session) replyDraft(ctx context.Context, r zimwire.Request) (chat.Draft, error) {
	var p zimwire.ReplyMessageParams
	if err := r.Bind(&p); err != nil {
		return chat.Draft{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "not a reply")
	}
	original, err := s.named(ctx, p.ToOriginalMessage)
	if err != nil {
		return chat.Draft{}, err
	}
	if err := s.openCombinations(ctx, &p.Message); err != nil {
		return chat.Draft{}, err
	}
	return s.me(ctx).Send(p.Message, original.Conv, p.Config, original.Ref())
}

// named returns the message that a client's copy of it names, if he may see it.
func (s *session) named(ctx context.Context, w zimwire.Message) (chat.Entry, error) {
	c, err := s.conv(w.ConversationID, w.ConversationType)
	if err != nil {
		return chat.Entry{}, err
	}
	ref := zimmap.RefOf(w)
	if ref.IsZero() {
		return chat.Entry{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the message has no id")
	}
	if err := s.Router.MayRead(ctx, s.actor, c); err != nil {
		return chat.Entry{}, err
	}
	return s.Store.Entry(ctx, s.actor.User, c, ref)
}

const (
	// maxNested is how deep combinations may stand in each other.
	maxNested = 10
	// maxOpened bounds what one message can have us read: a combination is named in a few bytes and may hold much.
	maxOpened = 50
)

// openCombinations puts the items of combinations that the client has received, and was given no items of, into their
// place: what is forwarded is what he may read.
func (s *session) openCombinations(ctx context.Context, w *zimwire.Message) error {
	left := maxOpened
	return s.openCombination(ctx, w, 0, &left)
}

func (s *session) openCombination(ctx context.Context, w *zimwire.Message, depth int, left *int) error {
	if w.Type != zimwire.MessageTypeCombine || depth > maxNested {
		return nil
	}
	if len(w.MessageList) == 0 && w.CombineID != "" {
		if *left--; *left < 0 {
			return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "too many combinations in one message")
		}
		whole, err := s.combination(ctx, w.CombineID)
		if err != nil {
			return err
		}
		w.MessageList = whole.MessageList
	}
	for i := range w.MessageList {
		if err := s.openCombination(ctx, &w.MessageList[i], depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) combination(ctx context.Context, id string) (zimwire.Message, error) {
	event, path, err := zimmap.ParseCombineID(id)
	if err != nil {
		return zimwire.Message{}, err
	}
	e, err := s.Store.EntryByID(ctx, s.actor.User, event)
	if err == nil {
		err = s.Router.MayRead(ctx, s.actor, e.Conv)
	}
	if err != nil {
		return zimwire.Message{}, err
	}
	return s.me(ctx).Quoted(e, path)
}

func (s *session) queryCombineMessageDetail(ctx context.Context, p zimwire.QueryCombineMessageDetailParams) (zimwire.CombineMessageDetailQueriedResult, error) {
	id := p.Message.CombineID
	if id == "" {
		id = p.Message.MessageID
	}
	whole, err := s.combination(ctx, id)
	if err != nil {
		return zimwire.CombineMessageDetailQueriedResult{}, err
	}
	inside := whole.MessageList
	event, _, err := zimmap.ParseCombineID(id)
	if err != nil {
		return zimwire.CombineMessageDetailQueriedResult{}, err
	}
	e, err := s.Store.EntryByID(ctx, s.actor.User, event)
	if err != nil {
		return zimwire.CombineMessageDetailQueriedResult{}, err
	}
	if w, ok := s.me(ctx).FromEntry(e); ok && id == e.ID.String() {
		whole = w
	}
	whole.CombineID, whole.MessageList = id, inside
	return zimwire.CombineMessageDetailQueriedResult{Message: whole}, nil
}

func (s *session) editMessage(ctx context.Context, p zimwire.EditMessageParams) (zimwire.MessageEditedResult, error) {
	before, err := s.named(ctx, p.Message)
	if err != nil {
		return zimwire.MessageEditedResult{}, err
	}
	m := s.me(ctx)
	draft, err := m.Edit(p.Message, before)
	if err != nil {
		return zimwire.MessageEditedResult{}, err
	}
	if _, err := s.submit(ctx, draft); err != nil {
		if chat.ReasonOf(err) == chat.WindowClosed {
			return zimwire.MessageEditedResult{}, zimwire.Refuse(zimwire.MessageModuleMessageExceedsEditTime, "it is too late to edit")
		}
		return zimwire.MessageEditedResult{}, err
	}
	after, err := s.Store.Entry(ctx, s.actor.User, before.Conv, before.Ref())
	if err != nil {
		return zimwire.MessageEditedResult{}, err
	}
	w, _ := m.FromEntry(after)
	return zimwire.MessageEditedResult{Message: w}, nil
}

func (s *session) revokeMessage(ctx context.Context, p zimwire.RevokeMessageParams) (zimwire.MessageRevokedResult, error) {
	before, err := s.named(ctx, p.Message)
	if err != nil {
		return zimwire.MessageRevokedResult{}, err
	}
	if before.Conv.Kind == chat.KindRoom {
		return zimwire.MessageRevokedResult{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "messages in rooms cannot be revoked")
	}
	m := s.me(ctx)
	role := chat.RoleNone
	if before.Conv.Kind != chat.KindPeer {
		role = m.Dir.Member(before.Conv, s.actor.User).Role
	}
	draft, err := m.Recall(before, p.Config, role, false)
	if err != nil {
		return zimwire.MessageRevokedResult{}, err
	}
	if _, err := s.submit(ctx, draft); err != nil {
		return zimwire.MessageRevokedResult{}, recallRefusal(before.Conv, err)
	}
	after, err := s.Store.Entry(ctx, s.actor.User, before.Conv, before.Ref())
	if err != nil {
		return zimwire.MessageRevokedResult{}, err
	}
	w, _ := m.FromEntry(after)
	return zimwire.MessageRevokedResult{Message: w}, nil
}

// recallRefusal tells who may not recall that it is his role that forbids it: the module's own word is about editing.
func recallRefusal(c chat.Conv, err error) error {
	if chat.ReasonOf(err) != chat.NoRight {
		return err
	}
	if c.Kind == chat.KindPeer {
		return zimwire.Refuse(zimwire.MessageModuleCommonError, chat.PublicOf(err))
	}
	return zimwire.Refuse(zimwire.GroupModuleGroupNoCorrespondingOperationAuthority, chat.PublicOf(err))
}
