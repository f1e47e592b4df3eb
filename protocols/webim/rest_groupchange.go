package webim

import (
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// change is what a PUT may say of a group or room; nil: not at all.
type change struct {
	GroupName   *string `json:"groupname"`
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Desc        *string `json:"desc"`
	Custom      *string `json:"custom"`
	Avatar      *string `json:"avatar"`
	Max         *count  `json:"maxusers"`
	Public      *flag   `json:"public"`
	MembersOnly *flag   `json:"membersonly"`
	Invites     *flag   `json:"allowinvites"`
	Confirm     *flag   `json:"invite_need_confirm"`
	NewOwner    *string `json:"newowner"`
}

// changeGroup changes settings, or passes it on to another owner.
func (c *call) changeGroup() (reply, error) {
	var b change
	conv, err := c.asked(&b)
	if err != nil {
		return reply{}, err
	}
	if b.NewOwner != nil {
		u, err := c.user(*b.NewOwner)
		if err != nil {
			return reply{}, err
		}
		return reply{Data: map[string]any{"newowner": true}}, c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: chat.ChangeOwner})
	}
	profile, done := b.profile()
	rules := b.rules(done)
	if len(done) == 0 {
		return reply{}, chat.Refuse(chat.Invalid, "nothing to change")
	}
	first, second := chat.Draft{Conv: conv, Body: profile}, chat.Draft{Conv: conv, Body: rules}
	shown, ruled := profile != (chat.Profile{}), rules.Join != nil || rules.Invite != nil || rules.Consent != nil || rules.Max != nil || rules.Public != nil
	if shown && ruled {
		first.Native, second.Native = webimmap.Parts(profile)
	}
	if shown {
		if err := c.submitDraft(first); err != nil {
			return reply{}, err
		}
	}
	if ruled {
		if err := c.submitDraft(second); err != nil {
			return reply{}, err
		}
	}
	return reply{Data: done}, nil
}

func (b change) profile() (chat.Profile, map[string]any) {
	done := map[string]any{}
	var p chat.Profile
	for _, f := range []struct {
		key   string
		value *string
		to    **string
	}{
		{"groupname", b.GroupName, &p.Name}, {"name", b.Name, &p.Name}, {"description", b.Description, &p.Description},
		{"desc", b.Desc, &p.Description}, {"custom", b.Custom, &p.Extra}, {"avatar", b.Avatar, &p.Avatar},
	} {
		if f.value != nil {
			*f.to = f.value
			done[f.key] = true
		}
	}
	return p, done
}

func (b change) rules(done map[string]any) chat.Rules {
	var r chat.Rules
	if b.Max != nil && *b.Max > 0 {
		r.Max = new(int(*b.Max))
		done["maxusers"] = true
	}
	if b.Public != nil {
		r.Public = new(bool(*b.Public))
		done["public"] = true
		if !*b.Public {
			r.Join = new(chat.ModeClosed)
		}
	}
	mode := func(key string, v *flag, on, off chat.Mode, to **chat.Mode) {
		if v != nil {
			*to = new(off)
			if *v {
				*to = new(on)
			}
			done[key] = true
		}
	}
	mode("membersonly", b.MembersOnly, chat.ModeAsk, chat.ModeOpen, &r.Join)
	mode("allowinvites", b.Invites, chat.ModeOpen, chat.ModeClosed, &r.Invite)
	mode("invite_need_confirm", b.Confirm, chat.ModeAsk, chat.ModeOpen, &r.Consent)
	return r
}
