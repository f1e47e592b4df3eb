package webim

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"dragoman/bridge"
	"dragoman/bridge/account"
	"dragoman/bridge/chat"
	"dragoman/internal/wsconn"
	"dragoman/mapping/webimmap"
	"dragoman/protocols/webim/webimwire"
)

// awaitLogin reads until a PROVISION proves who the client is [webim 4.2]. It is
// false when the connection is to be closed.
func (s *session) awaitLogin(ctx context.Context) bool {
	late := time.AfterFunc(loginTime, func() { s.conn.Close(wsconn.ClosePolicy, "no login") })
	defer late.Stop()
	for {
		packets, err := s.conn.Read(ctx)
		if err != nil {
			return false
		}
		for i, packet := range packets {
			up, err := webimwire.DecodeUp(packet)
			if err != nil {
				return false
			}
			if up.Provision == nil {
				if !s.beforeLogin(up) {
					return false
				}
				continue
			}
			if err := s.login(ctx, up); err != nil {
				s.refuseLogin(up, err)
				return false
			}
			s.early = packets[i+1:]
			return true
		}
	}
}

// beforeLogin answers what a client may send too early: a heartbeat, or a goodbye.
func (s *session) beforeLogin(up webimwire.Up) bool {
	switch up.Envelope.GetCommand() {
	case webimwire.MSync_UNREAD:
		return s.write(webimwire.Down{Unread: &webimwire.CommUnreadDL{
			Status: &webimwire.Status{ErrorCode: webimwire.Status_UNAUTHORIZED.Enum(), Reason: new("not logged in")}, Timestamp: s.millis(),
		}}) == nil
	case webimwire.MSync_SYNC:
		if meta := up.Sync.GetMeta(); meta != nil {
			return s.write(webimwire.Down{Sync: webimmap.Refusal(meta, chat.Refuse(chat.Unauthenticated, "not logged in"), s.Now())}) == nil
		}
		return true
	default:
		return false
	}
}

func (s *session) millis() *uint64 { return new(uint64(s.Now().UnixMilli())) }

func (s *session) refuseLogin(up webimwire.Up, err error) {
	if chat.CodeOf(err) == chat.Internal {
		s.log.Err(err).Msg("login failed")
	} else {
		s.log.Info().Err(err).Msg("login refused")
	}
	status := webimmap.LoginRefusal(err)
	// What cannot be written to is closed next in any case.
	_ = s.write(webimwire.Down{Provision: &webimwire.Provision{Status: status, Resource: up.Provision.Resource, SessionId: up.Provision.SessionId}})
}

// login proves who the client is, opens its feed and answers.
func (s *session) login(ctx context.Context, up webimwire.Up) error {
	owner, expires, err := s.identify(ctx, up)
	if err != nil {
		return err
	}
	device, err := deviceOf(up.Provision)
	if err != nil {
		return err
	}
	s.actor = bridge.Actor{
		User: owner.ID, Device: device, Platform: platform(up.Provision), Source: chat.Client, Protocol: webimmap.Protocol, Address: s.address, Traffic: s.conn,
	}
	s.generation, s.version = webimmap.GenerationOf(up.Provision.GetActionVersion()), up.Provision.GetVersion()
	s.realm = s.frontend.realm(ctx, s.base)
	s.expires = expires
	if s.cfg.Rate > 0 {
		s.limiter = rate.NewLimiter(rate.Limit(s.cfg.Rate), max(int(2*s.cfg.Rate), 1))
	}
	s.makeRoom(up.Provision.GetReason())
	missed, err := s.open(ctx, owner)
	if err != nil {
		return err
	}
	if err := s.welcome(up.Provision); err != nil {
		s.feed.Close()
		return err
	}
	s.cycle.missed = missed
	s.live.add(s)
	s.announce(ctx)
	return nil
}

// identify finds whose token it is. A client that names somebody else is refused.
func (s *session) identify(ctx context.Context, up webimwire.Up) (account.Account, time.Time, error) {
	guid := up.Envelope.GetGuid()
	if key := guid.GetAppKey(); key != "" && key != s.cfg.AppKey {
		return account.Account{}, time.Time{}, chat.Refuse(chat.Unauthenticated, "another app key")
	}
	token := up.Token()
	if token == "" {
		return account.Account{}, time.Time{}, chat.Refuse(chat.Unauthenticated, "no token")
	}
	owner, expires, err := s.Accounts.CheckToken(ctx, token)
	if err != nil {
		return account.Account{}, time.Time{}, err
	}
	if name := guid.GetName(); name != "" && name != string(owner.ID) {
		named, err := s.Accounts.Find(ctx, name)
		if err != nil {
			return account.Account{}, time.Time{}, err
		}
		if named.ID != owner.ID {
			return account.Account{}, time.Time{}, chat.Refuse(chat.Unauthenticated, "the token is another user's")
		}
	}
	return owner, expires, nil
}

// deviceOf is the resource that the client asks for; one that names none gets one.
func deviceOf(p *webimwire.Provision) (chat.DeviceID, error) {
	for _, name := range []string{p.GetResource(), p.GetDeviceUuid()} {
		if name == "" {
			continue
		}
		if _, err := chat.NewUserID(name); err != nil { // the same rules keep a resource writable everywhere
			return "", chat.Refuse(chat.Invalid, "the resource cannot be written")
		}
		return chat.DeviceID(name), nil
	}
	return chat.DeviceID("webim_" + rand.Text()), nil
}

// platform is the kind of device, by which limits may count.
func platform(p *webimwire.Provision) string {
	switch p.GetOsType() {
	case webimwire.Provision_OS_IOS:
		return "ios"
	case webimwire.Provision_OS_ANDROID:
		return "android"
	case webimwire.Provision_OS_OTHER:
		return "web"
	default:
		return "desktop"
	}
}

// makeRoom ends the oldest devices of the user where the newcomer would be one too
// many. note is what the newcomer has to say to them.
func (s *session) makeRoom(note string) {
	if s.cfg.MaxDevices == 0 {
		return
	}
	var own []bridge.Session
	for _, other := range s.Router.Sessions(s.actor.User) {
		if other.Protocol == webimmap.Protocol && other.Device != s.actor.Device {
			own = append(own, other)
		}
	}
	for len(own) >= s.cfg.MaxDevices {
		s.Router.End(s.actor.User, own[0].Device, bridge.Cause{Kind: bridge.Displaced, Note: note})
		own = own[1:]
	}
}

// open gets the feed: the one that waits for this device, or a new one. missed is
// what was said in rooms while it waited. What has voided the owner's token until
// now could end no session of his.
func (s *session) open(ctx context.Context, owner account.Account) (missed []*bridge.Delivery, err error) {
	s.live.replace(s.actor.User, s.actor.Device)
	s.feed, missed = s.rooms.Take(chat.Reader{User: s.actor.User, Device: s.actor.Device})
	if s.feed == nil {
		if s.feed, err = s.Router.Open(ctx, s.actor, bridge.FromCursor()); err != nil {
			return nil, err
		}
	}
	queues, err := s.feed.Queues(ctx)
	if err == nil {
		err = s.Accounts.Holds(ctx, owner)
	}
	if err != nil {
		s.feed.Close()
		return nil, err
	}
	s.cycle = newCycle(s, queues)
	return missed, nil
}

// welcome answers the login. What follows may be compressed.
func (s *session) welcome(p *webimwire.Provision) error {
	reply := &webimwire.Provision{
		CompressType: []webimwire.Provision_CompressType{webimwire.Provision_COMPRESS_NONE},
		EncryptType:  []webimwire.EncryptType{webimwire.EncryptType_ENCRYPT_NONE},
		Status:       &webimwire.Status{ErrorCode: webimwire.Status_OK.Enum()},
		Resource:     new(string(s.actor.Device)),
	}
	if s.generation >= webimmap.Gen4 {
		text, err := json.Marshal(map[string]int64{"expires_in": s.expires.UnixMilli()})
		if err != nil {
			return err
		}
		reply.AuthToken, reply.SessionId = new(string(text)), p.SessionId
	}
	compress := s.cfg.LZ4 && offersLZ4(p)
	if compress {
		reply.ProtocolCompressType = []webimwire.Provision_CompressType{webimwire.Provision_COMPRESS_LZ4}
		reply.ProtocolCompressDirection = webimwire.Provision_BI.Enum()
	}
	if err := s.write(webimwire.Down{Provision: reply}); err != nil {
		return err
	}
	if compress {
		s.conn.Compress()
	}
	return nil
}

func offersLZ4(p *webimwire.Provision) bool {
	for _, c := range p.GetProtocolCompressType() {
		if c == webimwire.Provision_COMPRESS_LZ4 {
			return true
		}
	}
	return false
}

// announce tells who follows the user that this device is there.
func (s *session) announce(ctx context.Context) {
	_, err := s.Router.Submit(ctx, s.actor, chat.Draft{Conv: chat.Self(s.actor.User), Body: chat.Presence{Show: chat.ShowOnline}})
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Err(err).Msg("cannot announce a device")
	}
}
