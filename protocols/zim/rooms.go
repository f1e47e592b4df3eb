package zim

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// What ZIM allows of a room, in bytes unless said otherwise [zim rooms].
const (
	maxRoomID        = 128
	maxRoomName      = 64
	maxRooms         = 5 // that one user is in
	maxLinger        = 10800 * time.Second
	maxRoomAttrs     = 20
	maxRoomAttrTotal = 5120
	maxRoomPage      = 500 // members in a page
	maxRoomAsked     = 10  // users in one question
	maxMemberKey     = 8
	maxMemberValue   = 64
	maxMemberPairs   = 30
	maxMemberTotal   = 144
	maxMembersSet    = 500 // users in one call
)

func newRoomID(id string) error {
	if id == "" || len(id) > maxRoomID || !allowed(id) || strings.Contains(id, "/") {
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a roomID has 1 to 128 letters, digits and signs")
	}
	return nil
}

func roomInfo(d chat.Details) zimwire.RoomFullInfo {
	return zimwire.RoomFullInfo{BaseInfo: zimwire.RoomInfo{RoomID: d.Conv.ID, RoomName: d.Name}}
}

// makeRoomDraft returns the draft of a new room.
func makeRoomDraft(info zimwire.RoomInfo, config zimwire.RoomAdvancedConfig) (chat.Draft, error) {
	if err := newRoomID(info.RoomID); err != nil {
		return chat.Draft{}, err
	}
	linger := time.Duration(config.RoomDestroyDelayTime) * time.Second
	if len(info.RoomName) > maxRoomName || linger < 0 || linger > maxLinger {
		return chat.Draft{}, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a roomName has up to 64 bytes, an empty room stays up to 10800 seconds")
	}
	if err := checkRoomAttributes(config.RoomAttributes); err != nil {
		return chat.Draft{}, err
	}
	// A room of ZIM's goes when the last has left; one that lingers for no time at all would be one that stays for ever.
	linger = max(linger, time.Millisecond)
	return chat.Draft{Conv: chat.Room(info.RoomID), Body: chat.Lifecycle{Created: true, Profile: chat.Profile{Name: &info.RoomName},
		Linger: linger, Attributes: config.RoomAttributes}}, nil
}

func (s *session) createRoom(ctx context.Context, p zimwire.CreateRoomParams) (zimwire.RoomCreatedResult, error) {
	draft, err := makeRoomDraft(p.RoomInfo, p.Config)
	if err != nil {
		return zimwire.RoomCreatedResult{}, err
	}
	if err := s.mayEnter(draft.Conv); err != nil {
		return zimwire.RoomCreatedResult{}, err
	}
	if _, err := s.submit(ctx, draft); err != nil {
		return zimwire.RoomCreatedResult{}, err
	}
	info, err := s.enter(ctx, draft.Conv)
	return zimwire.RoomCreatedResult{RoomInfo: info}, err
}

// mayEnter refuses one room too many.
func (s *session) mayEnter(c chat.Conv) error {
	in := s.Router.Entered(s.actor.User)
	if len(in) >= maxRooms && !slices.Contains(in, c) {
		return zimwire.Refuse(zimwire.RoomModuleTheNumberOfJoinedRoomsHasReachedLimit, "a user is in at most 5 rooms")
	}
	return nil
}

// enter puts this session into a room and gives the client its attributes.
func (s *session) enter(ctx context.Context, c chat.Conv) (zimwire.RoomFullInfo, error) {
	if err := s.mayEnter(c); err != nil {
		return zimwire.RoomFullInfo{}, err
	}
	scene, err := s.Router.Enter(ctx, s.feed, c, string(s.actor.User))
	if err != nil {
		return zimwire.RoomFullInfo{}, err
	}
	if attributes := scene.Details.Attributes; len(attributes) > 0 {
		data := zimwire.EventOfRoomAttributesUpdatedResult{RoomID: c.ID, Infos: []zimwire.RoomAttributesUpdateInfo{
			{Action: zimwire.RoomAttributesUpdateActionSet, RoomAttributes: attributes}}}
		if err := s.tellNow("roomAttributesUpdated", data); err != nil {
			return zimwire.RoomFullInfo{}, err
		}
	}
	scene.Details.Conv = c
	return roomInfo(scene.Details), nil
}

func (s *session) joinRoom(ctx context.Context, p zimwire.JoinRoomParams) (zimwire.RoomJoinedResult, error) {
	c, err := s.room(p.RoomID)
	if err != nil {
		return zimwire.RoomJoinedResult{}, err
	}
	info, err := s.enter(ctx, c)
	return zimwire.RoomJoinedResult{RoomInfo: info}, err
}

func (s *session) enterRoom(ctx context.Context, p zimwire.EnterRoomParams) (zimwire.RoomEnteredResult, error) {
	info, err := s.createOrEnter(ctx, p.RoomInfo, p.Config)
	return zimwire.RoomEnteredResult{RoomInfo: info}, err
}

func (s *session) createOrEnter(ctx context.Context, room zimwire.RoomInfo, config zimwire.RoomAdvancedConfig) (zimwire.RoomFullInfo, error) {
	draft, err := makeRoomDraft(room, config)
	if err != nil {
		return zimwire.RoomFullInfo{}, err
	}
	if err := s.mayEnter(draft.Conv); err != nil {
		return zimwire.RoomFullInfo{}, err
	}
	if _, err := s.submit(ctx, draft); err != nil && chat.ReasonOf(err) != chat.AlreadyExists {
		return zimwire.RoomFullInfo{}, err
	}
	return s.enter(ctx, draft.Conv)
}

func (s *session) switchRoom(ctx context.Context, p zimwire.SwitchRoomParams) (zimwire.RoomSwitchedResult, error) {
	from, err := s.room(p.FromRoomID)
	if err != nil {
		return zimwire.RoomSwitchedResult{}, err
	}
	to, err := s.room(p.ToRoomInfo.RoomID)
	if err != nil {
		return zimwire.RoomSwitchedResult{}, err
	}
	if !s.isIn(from) {
		return zimwire.RoomSwitchedResult{}, chat.RefuseFor(chat.NotMember, "you are not in the room that you would leave")
	}
	if _, err := s.Store.Details(ctx, to); err != nil && !p.IsCreateWhenRoomNotExisted {
		return zimwire.RoomSwitchedResult{}, err
	}
	// He leaves first: he may be in as many rooms as he may.
	s.leaveOne(ctx, from)
	var info zimwire.RoomFullInfo
	if p.IsCreateWhenRoomNotExisted {
		info, err = s.createOrEnter(ctx, p.ToRoomInfo, p.Config)
	} else {
		info, err = s.enter(ctx, to)
	}
	if err != nil {
		// A switch that fails leaves him where he was, unless that room is gone.
		if _, back := s.Router.Enter(ctx, s.feed, from, string(s.actor.User)); back != nil {
			s.log.Debug().Err(back).Msg("cannot go back to a room")
		}
	}
	return zimwire.RoomSwitchedResult{RoomInfo: info}, err
}

// isIn reports whether this device of the user's is in a room.
func (s *session) isIn(c chat.Conv) bool {
	return slices.ContainsFunc(s.Router.Occupants(c), func(o bridge.Occupant) bool {
		return o.User == s.actor.User && o.Device == s.actor.Device
	})
}

// leaveOne takes this device out of a room; what was to go with its user goes when it was his last one there.
func (s *session) leaveOne(ctx context.Context, c chat.Conv) bool {
	if !s.Router.Leave(ctx, s.feed, c) {
		return false
	}
	s.tidyRoom(ctx, c)
	return true
}

// tidyRoom deletes the attributes that go with a user who is no longer in a room [zim rooms].
func (s *session) tidyRoom(ctx context.Context, c chat.Conv) {
	if slices.Contains(s.people(c), s.actor.User) {
		return
	}
	keys, err := s.Store.AutoDeleted(ctx, c, s.actor.User)
	if err == nil && len(keys) > 0 {
		_, err = s.Router.Submit(ctx, bridge.System(s.actor.User), chat.Draft{Conv: c, Body: chat.Attributes{Deleted: keys, Force: true}})
	}
	if code := chat.CodeOf(err); err != nil && code != chat.NotFound && code != chat.Unavailable {
		s.log.Warn().Err(err).Stringer("conv", c).Msg("cannot delete what goes with who left")
	}
}

func (s *session) leaveRoom(ctx context.Context, p zimwire.LeaveRoomParams) (zimwire.RoomLeftResult, error) {
	c, err := s.room(p.RoomID)
	if err != nil {
		return zimwire.RoomLeftResult{}, err
	}
	if !s.leaveOne(ctx, c) {
		return zimwire.RoomLeftResult{}, chat.RefuseFor(chat.NotMember, "you are not in this room")
	}
	return zimwire.RoomLeftResult(p), nil
}

func (s *session) leaveAllRoom(ctx context.Context, _ none) (zimwire.RoomAllLeftResult, error) {
	result := zimwire.RoomAllLeftResult{}
	for _, c := range s.Router.Entered(s.actor.User) {
		if s.leaveOne(ctx, c) {
			result.RoomIDs = append(result.RoomIDs, c.ID)
		}
	}
	return result, nil
}

// people returns who is in a room, each once, in order of entry.
func (f *frontend) people(c chat.Conv) []chat.UserID {
	var list []chat.UserID
	seen := map[chat.UserID]bool{}
	for _, o := range f.Router.Occupants(c) {
		if !seen[o.User] {
			seen[o.User] = true
			list = append(list, o.User)
		}
	}
	return list
}

// peopleSeen is people for a client that is in the room itself.
func (s *session) peopleSeen(ctx context.Context, id string) (chat.Conv, []chat.UserID, error) {
	c, err := s.room(id)
	if err != nil {
		return c, nil, err
	}
	if _, err := s.Store.Details(ctx, c); err != nil {
		return c, nil, err
	}
	list := s.people(c)
	if !slices.Contains(list, s.actor.User) {
		return c, nil, chat.RefuseFor(chat.NotMember, "you are not in this room")
	}
	return c, list, nil
}

// parseFlag reads a paging flag of ours.
func parseFlag(flag string) (int64, error) {
	if flag == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(flag, 10, 64)
	if err != nil || n < 0 {
		return 0, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "not a flag of this server")
	}
	return n, nil
}

func formatFlag(next int64) string {
	if next == 0 {
		return ""
	}
	return strconv.FormatInt(next, 10)
}

func (s *session) queryRoomMemberList(ctx context.Context, p zimwire.QueryRoomMemberListParams) (zimwire.RoomMemberQueriedResult, error) {
	result := zimwire.RoomMemberQueriedResult{RoomID: p.RoomID}
	_, list, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	from, err := parseFlag(p.Config.NextFlag)
	if err != nil {
		return result, err
	}
	page, next := slice(list, from, int(max(1, min(p.Config.Count, maxRoomPage))))
	m := s.me(ctx)
	for _, u := range page {
		result.MemberList = append(result.MemberList, m.Dir.Profile(u))
	}
	result.NextFlag = formatFlag(next)
	return result, nil
}

func (s *session) queryRoomMembers(ctx context.Context, p zimwire.QueryRoomMembersParams) (zimwire.RoomMembersQueriedResult, error) {
	result := zimwire.RoomMembersQueriedResult{RoomID: p.RoomID}
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxRoomAsked {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 10 users are asked for at a time")
	}
	_, list, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	m := s.me(ctx)
	for _, name := range p.UserIDs {
		if !slices.Contains(list, chat.UserID(name)) {
			result.ErrorUserList = append(result.ErrorUserList, zimwire.ErrorUserInfo{UserID: name, Reason: int64(zimwire.RoomModuleUserIsNotInTheRoom)})
			continue
		}
		result.MemberList = append(result.MemberList, zimwire.RoomMemberInfo(m.Dir.Profile(chat.UserID(name))))
	}
	if len(result.MemberList) == 0 {
		return result, zimwire.Refuse(zimwire.RoomModuleTheRoomMembersQueryFailedCompletely, "none of them is in this room")
	}
	return result, nil
}

func (s *session) queryRoomOnlineMemberCount(ctx context.Context, p zimwire.QueryRoomOnlineMemberCountParams) (zimwire.RoomOnlineMemberCountQueriedResult, error) {
	result := zimwire.RoomOnlineMemberCountQueriedResult{RoomID: p.RoomID}
	_, list, err := s.peopleSeen(ctx, p.RoomID)
	result.Count = int64(len(list))
	return result, err
}
