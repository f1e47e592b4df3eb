package zim

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dragoman/protocols/zim/zimwire"
)

// rates holds the server API's documented limits [zim rates]. They are the vendor's: callers are written to live with them.
type rates struct {
	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

// maxLimiters bounds what the limits of single groups and rooms cost; over it, the idle ones are dropped.
const maxLimiters = 4096

func newRates() *rates { return &rates{limiters: map[string]*rate.Limiter{}} }

const perDay = 100.0 / (24 * 60 * 60) // of SendMessageToAllUsers

// actionRate is how many calls a second an action takes from an app.
func actionRate(action string) int {
	switch action {
	case "SendGroupMessage", "SendRoomMessage":
		return 10
	case "SendMessageToAllUsers", "QueryAppGroupList", "QueryAppCommunityList":
		return 1
	}
	return 20
}

// placeRate is how many calls a second an action takes for one group or room; 0: no limit of its own.
func placeRate(action string) int {
	switch action {
	case "QueryRoomMembers":
		return 5
	case "InviteUsersIntoGroup", "TransferGroupOwner", "SetGroupMembersNickname", "DismissGroup":
		return 1
	}
	return 0
}

// rateCode is what a caller is told who is too fast.
func rateCode(action string) zimwire.ReturnCode {
	switch action {
	case "SendMessageToAllUsers":
		return zimwire.RetBroadcastRate
	case "QueryGroupMemberList":
		return zimwire.RetMemberRate
	case "KickoutGroupUser":
		return zimwire.RetKickRate
	case "QueryAppGroupList":
		return zimwire.RetGroupListRate
	case "CreateGroup":
		return zimwire.RetCreateRate
	case "UserRegister", "RobotRegister":
		return zimwire.RetRegisterRate
	}
	return zimwire.RetAppRate
}

// allow counts a call; QueryMessagesByMsgSeq is counted by its messages, in messages.
func (r *rates) allow(action string, now time.Time) *zimwire.Refusal {
	if action == "QueryMessagesByMsgSeq" {
		return nil
	}
	n := actionRate(action)
	ok := r.take(action, rate.Limit(n), n, 1, now)
	if ok && action == "SendMessageToAllUsers" {
		ok = r.take(action+"/day", rate.Limit(perDay), 100, 1, now)
	}
	if !ok {
		return zimwire.Deny(rateCode(action), "too many calls of this action")
	}
	return nil
}

// allowIn counts a call for one group or room.
func (r *rates) allowIn(action, place string, now time.Time) *zimwire.Refusal {
	n := placeRate(action)
	if n == 0 || r.take(action+" "+place, rate.Limit(n), n, 1, now) {
		return nil
	}
	return zimwire.Deny(zimwire.RetConvRate, "too many calls of this action for one group or room")
}

// messages counts the messages that are asked for by their numbers.
func (r *rates) messages(n int, now time.Time) *zimwire.Refusal {
	if r.take("messages", 20, 20, n, now) {
		return nil
	}
	return zimwire.Deny(zimwire.RetAppRate, "too many messages are asked for")
}

func (r *rates) take(key string, limit rate.Limit, burst, n int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.limiters[key]
	if l == nil {
		if len(r.limiters) >= maxLimiters {
			r.drop(now)
		}
		l = rate.NewLimiter(limit, burst)
		r.limiters[key] = l
	}
	return l.AllowN(now, n)
}

// drop forgets limiters that would allow all that they can.
func (r *rates) drop(now time.Time) {
	for key, l := range r.limiters {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(r.limiters, key)
		}
	}
}

// nonces remembers which nonces were used while their time stamps are good.
type nonces struct {
	mu   sync.Mutex
	used map[string]time.Time
	next time.Time
}

func newNonces() *nonces { return &nonces{used: map[string]time.Time{}} }

// use reports whether the nonce is fresh, and remembers it.
func (n *nonces) use(nonce string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.After(n.next) {
		n.next = now.Add(zimwire.SignatureSkew)
		for old, at := range n.used {
			if now.Sub(at) > 2*zimwire.SignatureSkew {
				delete(n.used, old)
			}
		}
	}
	if _, known := n.used[nonce]; known {
		return false
	}
	n.used[nonce] = now
	return true
}
