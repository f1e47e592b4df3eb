package webimwire

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"
)

// ErrMalformed is what a frame that is not a packet of this protocol is refused with.
var ErrMalformed = errors.New("malformed packet")

// Up is a packet from a client: the envelope, and the payload that its command
// calls for. At most one of Sync, Provision and Logout is set; none is for a
// heartbeat (UNREAD) and for commands that this package does not know.
type Up struct {
	Envelope  *MSync
	Sync      *CommSyncUL
	Provision *Provision
	Logout    *Logout
}

// DecodeUp reads one packet as clients send it.
func DecodeUp(frame []byte) (Up, error) {
	up := Up{Envelope: new(MSync)}
	if err := unmarshal(frame, up.Envelope); err != nil {
		return Up{}, fmt.Errorf("decode envelope: %w", err)
	}
	payload := up.Envelope.GetPayload()
	var err error
	switch up.Envelope.GetCommand() {
	case MSync_SYNC:
		up.Sync = new(CommSyncUL)
		err = unmarshal(payload, up.Sync)
	case MSync_PROVISION:
		up.Provision = new(Provision)
		err = unmarshal(payload, up.Provision)
	case MSync_LOGOUT:
		up.Logout = new(Logout)
		err = unmarshal(payload, up.Logout)
	case MSync_UNREAD, MSync_NOTICE:
		// A heartbeat has no payload; a notice never comes from a client.
	}
	if err != nil {
		return Up{}, fmt.Errorf("decode %v payload: %w", up.Envelope.GetCommand(), err)
	}
	return up, nil
}

// Encode writes the packet as a client would; it is for clients in tests and tools.
func (u Up) Encode() ([]byte, error) {
	switch {
	case u.Sync != nil:
		return seal(u.Envelope, u.Sync)
	case u.Provision != nil:
		return seal(u.Envelope, u.Provision)
	case u.Logout != nil:
		return seal(u.Envelope, u.Logout)
	default:
		return marshal(u.Envelope)
	}
}

// Down is a packet from a server. At most one of the payloads is set.
type Down struct {
	Envelope  *MSync
	Sync      *CommSyncDL
	Unread    *CommUnreadDL
	Notice    *CommNotice
	Provision *Provision
	Logout    *Logout
}

// DecodeDown reads one packet as servers send it; it is for clients in tests and tools.
func DecodeDown(frame []byte) (Down, error) {
	down := Down{Envelope: new(MSync)}
	if err := unmarshal(frame, down.Envelope); err != nil {
		return Down{}, fmt.Errorf("decode envelope: %w", err)
	}
	payload := down.Envelope.GetPayload()
	var err error
	switch down.Envelope.GetCommand() {
	case MSync_SYNC:
		down.Sync = new(CommSyncDL)
		err = unmarshal(payload, down.Sync)
	case MSync_UNREAD:
		down.Unread = new(CommUnreadDL)
		err = unmarshal(payload, down.Unread)
	case MSync_NOTICE:
		down.Notice = new(CommNotice)
		err = unmarshal(payload, down.Notice)
	case MSync_PROVISION:
		down.Provision = new(Provision)
		err = unmarshal(payload, down.Provision)
	case MSync_LOGOUT:
		down.Logout = new(Logout)
		err = unmarshal(payload, down.Logout)
	}
	if err != nil {
		return Down{}, fmt.Errorf("decode %v payload: %w", down.Envelope.GetCommand(), err)
	}
	return down, nil
}

// Encode writes the packet. A nil Envelope stands for the one that servers use:
// version and command, nothing else.
func (d Down) Encode() ([]byte, error) {
	switch {
	case d.Sync != nil:
		return seal(d.envelope(MSync_SYNC), d.Sync)
	case d.Unread != nil:
		return seal(d.envelope(MSync_UNREAD), d.Unread)
	case d.Notice != nil:
		return seal(d.envelope(MSync_NOTICE), d.Notice)
	case d.Provision != nil:
		return seal(d.envelope(MSync_PROVISION), d.Provision)
	case d.Logout != nil:
		return seal(d.envelope(MSync_LOGOUT), d.Logout)
	case d.Envelope != nil:
		return marshal(d.Envelope)
	default:
		return nil, errors.New("encode packet: nothing in it")
	}
}

func (d Down) envelope(c MSync_Command) *MSync {
	if d.Envelope != nil {
		return d.Envelope
	}
	return &MSync{Version: MSync_MSYNC_V1.Enum(), Command: c.Enum()}
}

// seal puts the payload into the envelope and writes both.
func seal(envelope *MSync, payload proto.Message) ([]byte, error) {
	b, err := marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("encode payload: %w", err)
	}
	sealed, ok := proto.Clone(envelope).(*MSync)
	if !ok || sealed == nil {
		sealed = new(MSync)
	}
	sealed.Payload = b
	return marshal(sealed)
}

// marshal writes fields in the order of their numbers, so that equal packets are
// equal bytes; what a decoder did not know stands at the end.
func marshal(m proto.Message) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, err
	}
	if b == nil {
		b = []byte{} // an empty payload is present all the same
	}
	return b, nil
}

func unmarshal(b []byte, m proto.Message) error {
	if err := (proto.UnmarshalOptions{RecursionLimit: maxDepth}).Unmarshal(b, m); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}

// maxDepth bounds how deep messages may lie in each other. The schema needs four;
// unknown groups could ask for more.
const maxDepth = 16
