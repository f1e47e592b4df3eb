package zim

import (
	"context"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// call answers a request whose answer needs no waiting for a commit of many.
func (s *session) call(ctx context.Context, r zimwire.Request) (any, error) {
	m, known := s.methods[r.Method]
	switch {
	case s.feed == nil && r.Method != "login" && r.Method != zimwire.MethodHeartbeat:
		return nil, zimwire.Refuse(zimwire.NetworkModuleUserIsNotLogged, "log in first")
	case known:
		return m.answer(s, ctx, r)
	case zimwire.IsLater(r.Method):
		return nil, zimwire.Refuse(zimwire.CommonModuleUnsupportedRequest, r.Method+" is not offered by this server yet")
	}
	return nil, zimwire.Refuse(zimwire.MethodNotFound, "there is no method of that name")
}

func (s *session) heartbeat(context.Context, none) (zimwire.HeartbeatResult, error) {
	return zimwire.HeartbeatResult{ServerTime: s.Now().UnixMilli()}, nil
}

// me returns the Map of this session's user, for one packet.
func (s *session) me(ctx context.Context) zimmap.Map { return s.mapFor(ctx, s.actor.User) }

// submit asks the router in the user's name.
func (s *session) submit(ctx context.Context, d chat.Draft) (chat.Event, error) {
	return s.Router.Submit(ctx, s.actor, d)
}

// conv returns the conversation that the client names, with at least something in its name.
func (s *session) conv(id string, kind zimwire.ConversationType) (chat.Conv, error) {
	if strings.TrimSpace(id) == "" {
		return chat.Conv{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "the conversation has no id")
	}
	return zimmap.ConvOf(s.actor.User, id, kind)
}

// group is conv for a group.
func (s *session) group(id string) (chat.Conv, error) {
	return s.conv(id, zimwire.ConversationTypeGroup)
}

// room is conv for a room.
func (s *session) room(id string) (chat.Conv, error) {
	return s.conv(id, zimwire.ConversationTypeRoom)
}
