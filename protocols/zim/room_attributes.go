package zim

import (
	"context"
	"maps"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

func checkRoomAttributes(attributes map[string]string) error {
	for k, v := range attributes {
		switch {
		case k == "" || len(k) > maxAttrKey:
			return zimwire.Refuse(zimwire.RoomModuleTheLengthOfRoomAttributeKeyExceedsLimit, "a key has 1 to 16 bytes")
		case len(v) > maxAttrValue:
			return zimwire.Refuse(zimwire.RoomModuleTheLengthOfRoomAttributeValueExceedsLimit, "a value has up to 1024 bytes")
		}
	}
	switch {
	case len(attributes) > maxRoomAttrs:
		return zimwire.Refuse(zimwire.RoomModuleTheNumberOfRoomAttributesExceedsLimit, "a room has at most 20 attributes")
	case attributesSize(attributes) > maxRoomAttrTotal:
		return zimwire.Refuse(zimwire.RoomModuleTheTotalLengthOfRoomAttributesValueExceedsLimit, "a room's attributes have 5120 bytes")
	}
	return nil
}

// attributesSize returns how many bytes attributes have, keys and values.
func attributesSize(attributes map[string]string) (size int) {
	for k, v := range attributes {
		size += len(k) + len(v)
	}
	return size
}

// permitted tells keys that the user may change from those that another has set, unless he forces it.
func (s *session) permitted(ctx context.Context, c chat.Conv, keys []string, force bool) (good, bad []string, known map[string]string, err error) {
	all, err := s.Store.Attributes(ctx, c)
	if err != nil {
		return nil, nil, nil, err
	}
	known, owner := map[string]string{}, map[string]chat.UserID{}
	for _, a := range all {
		known[a.Key], owner[a.Key] = a.Value, a.By
	}
	for _, k := range keys {
		if by, ok := owner[k]; ok && by != s.actor.User && !force {
			bad = append(bad, k)
			continue
		}
		good = append(good, k)
	}
	return good, bad, known, nil
}

func (s *session) setRoomAttributes(ctx context.Context, p zimwire.SetRoomAttributesParams) (zimwire.RoomAttributesOperatedResult, error) {
	return s.changeRoomAttributes(ctx, p.RoomID, p.RoomAttributes, nil, p.Config, chat.Native{})
}

func (s *session) deleteRoomAttributes(ctx context.Context, p zimwire.DeleteRoomAttributesParams) (zimwire.RoomAttributesOperatedResult, error) {
	return s.changeRoomAttributes(ctx, p.RoomID, nil, p.Keys, zimwire.RoomAttributesSetConfig{IsForce: p.Config.IsForce}, chat.Native{})
}

// batchParams is what a client gathered between the beginning and the end of a batch.
type batchParams struct {
	RoomID         string                          `json:"roomID"`
	RoomAttributes map[string]string               `json:"roomAttributes"`
	Keys           []string                        `json:"keys"`
	Config         zimwire.RoomAttributesSetConfig `json:"config"`
}

func (s *session) batchRoomAttributes(ctx context.Context, p batchParams) (zimwire.RoomAttributesBatchOperatedResult, error) {
	_, err := s.changeRoomAttributes(ctx, p.RoomID, p.RoomAttributes, p.Keys, p.Config, zimmap.AttributeBatch())
	return zimwire.RoomAttributesBatchOperatedResult{RoomID: p.RoomID}, err
}

func (s *session) changeRoomAttributes(ctx context.Context, id string, set map[string]string, deleted []string, config zimwire.RoomAttributesSetConfig, native chat.Native) (zimwire.RoomAttributesOperatedResult, error) {
	result := zimwire.RoomAttributesOperatedResult{RoomID: id}
	c, _, err := s.peopleSeen(ctx, id)
	if err != nil {
		return result, err
	}
	if len(set)+len(deleted) == 0 {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "no attribute is named")
	}
	keys := slices.Clone(deleted)
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	good, bad, known, err := s.permitted(ctx, c, keys, config.IsForce)
	if err != nil {
		return result, err
	}
	b := chat.Attributes{AutoDelete: config.IsDeleteAfterOwnerLeft, Force: config.IsForce}
	for _, k := range good {
		if v, ok := set[k]; ok {
			if b.Set == nil {
				b.Set = map[string]string{}
			}
			b.Set[k], known[k] = v, v
		} else if _, ok := known[k]; ok {
			b.Deleted = append(b.Deleted, k)
			delete(known, k)
		} else {
			bad = append(bad, k)
		}
	}
	result.ErrorKeys = bad
	if len(b.Set)+len(b.Deleted) == 0 {
		return result, zimwire.Refuse(zimwire.RoomModuleRoomAttributesOperationFailedCompletely, "these attributes belong to others, or are not there")
	}
	if err := checkRoomAttributes(known); err != nil {
		return result, err
	}
	_, err = s.submit(ctx, chat.Draft{Conv: c, Body: b, Native: native})
	return result, err
}

func (s *session) queryRoomAllAttributes(ctx context.Context, p zimwire.QueryRoomAllAttributesParams) (zimwire.RoomAttributesQueriedResult, error) {
	result := zimwire.RoomAttributesQueriedResult{RoomID: p.RoomID}
	c, _, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	d, err := s.Store.Details(ctx, c)
	result.RoomAttributes = d.Attributes
	return result, err
}

func checkMemberAttributes(set, all map[string]string) error {
	for k, v := range set {
		switch {
		case k == "" || len(k) > maxMemberKey:
			return zimwire.Refuse(zimwire.RoomModuleTheLengthOfRoomMemberAttributesKeyExceedsLimit, "a key has 1 to 8 bytes")
		case len(v) > maxMemberValue:
			return zimwire.Refuse(zimwire.RoomModuleTheLengthOfRoomMemberAttributesValueExceedsLimit, "a value has up to 64 bytes")
		}
	}
	total := 0
	for k, v := range all {
		total += len(k) + len(v)
	}
	if len(all) > maxMemberPairs || total > maxMemberTotal {
		return zimwire.Refuse(zimwire.RoomModuleTheTotalLengthOfRoomMemberAttributesExceedsLimit, "a member's attributes have 144 bytes")
	}
	return nil
}

func (s *session) setRoomMembersAttributes(ctx context.Context, p zimwire.SetRoomMembersAttributesParams) (zimwire.RoomMembersAttributesOperatedResult, error) {
	result := zimwire.RoomMembersAttributesOperatedResult{RoomID: p.RoomID}
	c, list, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	if len(p.UserIDs) == 0 || len(p.Attributes) == 0 {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "users and attributes are wanted")
	}
	if len(p.UserIDs) > maxMembersSet {
		return result, zimwire.Refuse(zimwire.RoomModuleTheMemberNumberOfRoomMemberAttributesExceedsLimit, "at most 500 members have attributes")
	}
	for _, name := range p.UserIDs {
		u := chat.UserID(name)
		if !slices.Contains(list, u) {
			result.ErrorUserList = append(result.ErrorUserList, name)
			continue
		}
		member, err := s.Store.Member(ctx, c, u)
		if err != nil {
			return result, err
		}
		all := map[string]string{}
		maps.Copy(all, member.Attributes)
		maps.Copy(all, p.Attributes)
		if err := checkMemberAttributes(p.Attributes, all); err != nil {
			return result, err
		}
		b := chat.Attributes{User: u, Set: p.Attributes, AutoDelete: p.Config.IsDeleteAfterOwnerLeft, Force: true}
		// In ZIM any member of a room may note things on any other.
		if _, err := s.Router.Submit(ctx, s.trusted(), chat.Draft{Conv: c, Body: b}); err != nil {
			return result, err
		}
		result.Infos = append(result.Infos, zimwire.RoomMemberAttributesOperatedInfo{AttributesInfo: zimwire.RoomMemberAttributesInfo{UserID: name, Attributes: p.Attributes}})
	}
	if len(result.Infos) == 0 {
		return result, chat.RefuseFor(chat.NotMember, "none of them is in this room")
	}
	return result, nil
}

func (s *session) queryRoomMembersAttributes(ctx context.Context, p zimwire.QueryRoomMembersAttributesParams) (zimwire.RoomMembersAttributesQueriedResult, error) {
	result := zimwire.RoomMembersAttributesQueriedResult{RoomID: p.RoomID}
	c, _, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	if len(p.UserIDs) == 0 || len(p.UserIDs) > maxPage {
		return result, zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "1 to 100 users are asked for at a time")
	}
	for _, name := range p.UserIDs {
		info, err := s.memberAttributes(ctx, c, chat.UserID(name))
		if err != nil {
			return result, err
		}
		result.Infos = append(result.Infos, info)
	}
	return result, nil
}

func (s *session) memberAttributes(ctx context.Context, c chat.Conv, u chat.UserID) (zimwire.RoomMemberAttributesInfo, error) {
	member, err := s.Store.Member(ctx, c, u)
	return zimwire.RoomMemberAttributesInfo{UserID: string(u), Attributes: member.Attributes}, err
}

func (s *session) queryRoomMemberAttributesList(ctx context.Context, p zimwire.QueryRoomMemberAttributesListParams) (zimwire.RoomMemberAttributesListQueriedResult, error) {
	result := zimwire.RoomMemberAttributesListQueriedResult{RoomID: p.RoomID}
	c, list, err := s.peopleSeen(ctx, p.RoomID)
	if err != nil {
		return result, err
	}
	from, err := parseFlag(p.Config.NextFlag)
	if err != nil {
		return result, err
	}
	page, next := slice(list, from, pageOf(p.Config.Count))
	for _, u := range page {
		info, err := s.memberAttributes(ctx, c, u)
		if err != nil {
			return result, err
		}
		result.Infos = append(result.Infos, info)
	}
	result.NextFlag = formatFlag(next)
	return result, nil
}
