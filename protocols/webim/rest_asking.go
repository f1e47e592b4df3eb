package webim

import (
	"dragoman/bridge/chat"
)

// apply asks to join; where nobody has to agree that is all. The 3.x SDKs enter
// rooms with it too.
func (c *call) apply() (reply, error) {
	var b usernames
	conv, err := c.asked(&b)
	if err != nil {
		return reply{}, err
	}
	done := map[string]any{"action": "apply", "result": true, "id": c.named["id"], "user": c.name(c.me)}
	if c.isRooms() {
		return reply{Data: done}, c.enter(conv, c.me)
	}
	d, err := c.Store.Details(c.ctx, conv)
	if err != nil {
		return reply{}, err
	}
	change := chat.ChangeJoin
	if d.Join == chat.ModeAsk {
		change = chat.ChangeApply
	}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: []chat.UserID{c.me}, Change: change, Reason: b.Message})
}

// verdict is what somebody decided about an application or an invitation.
type verdict struct {
	Applicant string `json:"applicant"`
	Invitee   string `json:"invitee"`
	Result    flag   `json:"verifyResult"`
	Reason    string `json:"reason"`
}

func (c *call) decideApplication() (reply, error) {
	var b verdict
	conv, err := c.asked(&b)
	if err != nil {
		return reply{}, err
	}
	u, err := c.user(b.Applicant)
	if err != nil {
		return reply{}, err
	}
	change := chat.ChangeApplyDecline
	if b.Result {
		change = chat.ChangeApplyAccept
	}
	done := map[string]any{"action": "apply_verify", "result": bool(b.Result), "groupid": c.named["id"], "user": c.name(u)}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: []chat.UserID{u}, Change: change, Reason: b.Reason})
}

func (c *call) decideInvitation() (reply, error) {
	var b verdict
	conv, err := c.asked(&b)
	if err != nil {
		return reply{}, err
	}
	var inviters []chat.UserID
	all, err := c.Store.InvitationsFor(c.ctx, c.me)
	if err != nil {
		return reply{}, err
	}
	for _, invitation := range all {
		if invitation.Conv == conv {
			inviters = append(inviters, invitation.By)
		}
	}
	if len(inviters) == 0 {
		return reply{}, chat.Refuse(chat.NotFound, "you have no invitation")
	}
	change := chat.ChangeInviteDecline
	if b.Result {
		change = chat.ChangeInviteAccept
	}
	done := map[string]any{"action": "invite_verify", "result": bool(b.Result), "groupid": c.named["id"], "user": c.name(c.me)}
	return reply{Data: done}, c.submit(conv, chat.Membership{Users: inviters, Change: change, Reason: b.Reason})
}
