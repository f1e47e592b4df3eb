package xmpp

import (
	"context"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

func moderationFeatures() []string { return []string{xmppmap.NSModerate, xmppmap.NSModerate0} }

func (f *Frontend) moderationIQs(t map[iqKey]iqHandler) {
	t[iqKey{toConv, true, xmppmap.NSModerate, "moderate"}] = moderate
	t[iqKey{toConv, true, xmppmap.NSFasten, "apply-to"}] = moderate
}

// moderate takes back another's message [XEP-0425], in the present form and in the one before.
func moderate(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	order := q.payload
	if order.Space == xmppmap.NSFasten {
		order = order.Child(xmppmap.NSModerate0, "moderate")
	}
	id, err := chat.ParseEventID(q.payload.Attr("id"))
	if err != nil || order.Child(xmppmap.NSRetract, "retract") == nil && order.Child(xmppmap.NSRetract0, "retract") == nil {
		return nil, refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	d, me, err := s.here(ctx, q.to.Conv)
	if err != nil {
		return nil, err
	}
	if !me.moderator {
		return nil, forbidden()
	}
	body := chat.Recall{Target: chat.Ref{ID: id}, Reason: order.ChildText(order.Space, "reason")}
	draft := chat.Draft{Conv: q.to.Conv, Body: body}
	if me.member.Role.IsManager() {
		_, err = s.submit(ctx, draft)
		return nil, adminError(err)
	}
	// A moderator for the time of his stay takes back what those say whom he could put out.
	said, err := s.Store.Entry(ctx, s.user, q.to.Conv, body.Target)
	if err != nil {
		return nil, adminError(err)
	}
	author, err := s.standingOf(ctx, &d, said.From)
	if err == nil && author.rank() > me.rank() {
		err = forbidden()
	}
	if err == nil {
		_, err = s.command(ctx, draft)
	}
	return nil, adminError(err)
}
