package zim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	maxConvPage     = 500
	defaultConvPage = 100
	maxConvsListed  = 1000
	maxSilenced     = 10  // in one call
	maxSilent       = 500 // in all
	maxPinnedAtOnce = 20
	maxMarkInfos    = 100
	maxMarkKeys     = 100
)

// listConvs answers the newest thousand of a user's conversations, the first moved first.
func (c call) listConvs(p zimwire.QueryConvs) (any, error) {
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	limit := int64(defaultConvPage)
	if p.Limit != nil {
		limit = *p.Limit
	}
	if limit < 1 || limit > maxConvPage || p.Next < 0 {
		return nil, zimwire.Deny(zimwire.RetParam, "Limit is from 1 to 500")
	}
	lines, err := c.Store.Conversations(c.ctx, from, store.ConvQuery{Limit: maxConvsListed})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(lines, func(a, b store.Conversation) int { return cmp.Compare(a.Order, b.Order) })
	var all []zimwire.ServerConv
	for _, l := range lines {
		if id, kind, ok := zimmap.NameOf(from, l.Conv); ok {
			all = append(all, zimwire.ServerConv{ConvID: id, ConvType: int64(kind), UpdateTime: l.Updated.UnixMilli()})
		}
	}
	page, next := slice(all, p.Next, int(limit))
	return zimwire.ConvPage{TotalCount: int64(len(all)), Next: next, List: page}, nil
}

// line finds a conversation that is in a user's list.
func (c call) line(u chat.UserID, id string, kind *int64) (chat.Conv, store.Conversation, error) {
	conv, err := c.conv(u, id, kind)
	if err != nil {
		return conv, store.Conversation{}, err
	}
	got, err := c.Store.Conversation(c.ctx, u, conv)
	if err == nil && got.Last == nil && len(got.Settings) == 0 && got.Order == 0 {
		err = zimwire.Deny(zimwire.RetNoConversation, "there is no such conversation")
	}
	return conv, got, err
}

func (c call) clearUnread(p zimwire.ConvRequest) (any, error) {
	from, err := c.user(p.FromUserID, zimwire.RetPeerUnregistered)
	if err != nil {
		return nil, err
	}
	conv, got, err := c.line(from, p.ConvID, p.ConvType)
	if err != nil || got.Unread == 0 {
		return nil, err
	}
	_, err = c.submit(from, chat.Draft{Conv: conv, To: []chat.UserID{from}, Body: chat.Receipt{State: chat.Read}})
	return nil, err
}

func (c call) set(u chat.UserID, conv chat.Conv, key chat.SettingKey, v chat.Value) error {
	_, err := c.submit(u, chat.Draft{Conv: conv, To: []chat.UserID{u}, Body: chat.Setting{Key: key, Value: v}})
	return err
}

func (c call) deleteConv(p zimwire.ConvRequest) (any, error) {
	from, err := c.user(p.FromUserID, zimwire.RetPeerUnregistered)
	if err != nil {
		return nil, err
	}
	conv, got, err := c.line(from, p.ConvID, p.ConvType)
	if err != nil {
		return nil, err
	}
	if got.Unread > 0 {
		if _, err := c.submit(from, chat.Draft{Conv: conv, To: []chat.UserID{from}, Body: chat.Receipt{State: chat.Read}}); err != nil {
			return nil, err
		}
	}
	return nil, c.set(from, conv, chat.SettingDeleted, chat.Bool(true))
}

func convError(id string, kind *int64, err error) zimwire.ConvError {
	refusal := zimmap.Return(err)
	return zimwire.ConvError{ConvID: id, ConvType: kind, SubCode: refusal.Code, SubMessage: refusal.Message}
}

func (c call) silence(p zimwire.SilenceConvNotification) (any, error) {
	if p.Enable == nil || len(p.ConvIDs) == 0 || len(p.ConvIDs) > maxSilenced {
		return nil, zimwire.Deny(zimwire.RetParam, "Enable and 1 to 10 ConvIds are needed")
	}
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	result := zimwire.ConvErrors{}
	for _, id := range p.ConvIDs {
		if err := c.silenceOne(from, id, p.ConvType, *p.Enable); err != nil {
			result.ErrorList = append(result.ErrorList, convError(id, nil, err))
		}
	}
	return result, allFailed(len(result.ErrorList) == len(p.ConvIDs), func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

// allFailed is the code of a batch of which nothing succeeded.
func allFailed(all bool, code func() zimwire.ReturnCode) error {
	if !all {
		return nil
	}
	return zimwire.Deny(code(), "every item failed")
}

func (c call) silenceOne(from chat.UserID, id string, kind *int64, on bool) error {
	conv, err := c.conv(from, id, kind)
	if err != nil {
		if subCode(err) == zimwire.RetPeerUnregistered {
			err = zimwire.Deny(zimwire.RetUserUnregistered, "the user is not registered")
		}
		return err
	}
	if conv.Kind == chat.KindGroup {
		if me, err := c.Store.Member(c.ctx, conv, from); err != nil || !me.Role.IsMember() {
			return zimwire.Deny(zimwire.RetNotInGroup, "he is not in this group")
		}
	}
	settings, err := c.Store.Settings(c.ctx, from, conv)
	if err != nil {
		return err
	}
	switch is := settings[chat.SettingMuted].Bits != 0; {
	case is && on:
		return zimwire.Deny(zimwire.RetAlreadySilent, "notifications are silenced already")
	case !is && !on:
		return zimwire.Deny(zimwire.RetAlreadyLoud, "notifications are not silenced")
	case on:
		all, err := c.Store.SettingsOf(c.ctx, from, chat.SettingMuted)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(one store.Setting) bool { return one.Value.Bits == 0 })
		if len(all) >= maxSilent {
			return zimwire.Deny(zimwire.RetSilentListFull, "at most 500 conversations are silenced")
		}
	}
	return c.set(from, conv, chat.SettingMuted, chat.Bool(on))
}

func (c call) pin(p zimwire.ConvPinned) (any, error) {
	if p.PinnedType == nil || *p.PinnedType < 0 || *p.PinnedType > 1 || len(p.ConvList) == 0 || len(p.ConvList) > maxPinnedAtOnce {
		return nil, zimwire.Deny(zimwire.RetParam, "PinnedType and 1 to 20 conversations are needed")
	}
	from, err := c.from(p.FromUserID)
	if err != nil {
		return nil, err
	}
	result := zimwire.ConvErrors{}
	for _, item := range p.ConvList {
		if err := c.pinOne(from, item, *p.PinnedType == 1); err != nil {
			result.ErrorList = append(result.ErrorList, convError(item.ConvID, &item.ConvType, err))
		}
	}
	return result, allFailed(len(result.ErrorList) == len(p.ConvList), func() zimwire.ReturnCode { return result.ErrorList[0].SubCode })
}

func (c call) pinOne(from chat.UserID, item zimwire.ServerConv, on bool) error {
	conv, got, err := c.line(from, item.ConvID, &item.ConvType)
	if err != nil || got.Pinned == on {
		return err
	}
	if on {
		pinned, err := c.Store.Conversations(c.ctx, from, store.ConvQuery{Pinned: true, Limit: maxPins})
		if err != nil {
			return err
		}
		if len(pinned) >= maxPins {
			return zimwire.Deny(zimwire.RetTooManyPins, "at most 100 conversations are pinned")
		}
	}
	return c.set(from, conv, chat.SettingPinned, chat.Bool(on))
}

func (c call) mark(p zimwire.SetConvMark) (any, error) {
	if len(p.ConvMarkInfoList) == 0 || len(p.ConvMarkInfoList) > maxMarkInfos {
		return nil, zimwire.Deny(zimwire.RetParam, "1 to 100 users at a time")
	}
	result := zimwire.ConvMarksFailed{}
	done := 0
	for _, info := range p.ConvMarkInfoList {
		failure, count, err := c.markFor(info)
		if err != nil {
			return nil, err
		}
		done += count
		if failure != nil {
			result.FailList = append(result.FailList, *failure)
		}
	}
	return result, allFailed(done == 0, func() zimwire.ReturnCode { return zimwire.RetAllMarksFailed })
}

// markFor sets the marks in one user's list; done is how many were set.
func (c call) markFor(info zimwire.ConvMarkInfo) (failure *zimwire.ConvMarkFailure, done int, err error) {
	if info.Action == nil || len(info.SetMarkC2C)+len(info.SetMarkGroup) == 0 || len(info.SetMarkC2C) > maxMarkKeys || len(info.SetMarkGroup) > maxMarkKeys {
		return nil, 0, zimwire.Deny(zimwire.RetParam, "Action and 1 to 100 conversations are needed")
	}
	u, err := c.user(info.UserID, zimwire.RetPeerUnregistered)
	if err != nil {
		refusal := zimmap.Return(err)
		return &zimwire.ConvMarkFailure{UserID: info.UserID, SubCode: refusal.Code, SubMessage: refusal.Message}, 0, nil
	}
	failure = &zimwire.ConvMarkFailure{UserID: info.UserID}
	for _, part := range []struct {
		kind  int64
		marks map[string]zimwire.MarkContent
	}{{0, info.SetMarkC2C}, {2, info.SetMarkGroup}} {
		ids := make([]string, 0, len(part.marks))
		for id := range part.marks {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			if err := c.markOne(u, id, part.kind, part.marks[id], *info.Action); err != nil {
				refusal := zimmap.Return(err)
				failure.FailList = append(failure.FailList, zimwire.MarkItemError{Code: refusal.Code, Message: refusal.Message, ConvID: id, ConvType: part.kind})
				continue
			}
			done++
		}
	}
	if failure.FailList == nil {
		return nil, done, nil
	}
	failure.SubCode, failure.SubMessage = failure.FailList[0].Code, failure.FailList[0].Message
	return failure, done, nil
}

func (c call) markOne(u chat.UserID, id string, kind int64, content zimwire.MarkContent, on bool) error {
	mark, err := strconv.ParseInt(strings.Trim(string(content.MarkContent), `"`), 10, 64)
	if err != nil || mark < 1 || mark > maxMarkType {
		return zimwire.Deny(zimwire.RetParam, "MarkContent is from 1 to 30")
	}
	conv, got, err := c.line(u, id, &kind)
	if err != nil {
		return err
	}
	value, changed := withMark(got.Settings, mark, on)
	if !changed {
		return nil
	}
	return c.set(u, conv, chat.SettingMarks, value)
}
