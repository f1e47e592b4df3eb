package webimwire

import (
	"fmt"

	"google.golang.org/protobuf/proto"
)

// Body decodes what a Meta carries: a *MessageBody, *MUCBody, *RosterBody,
// *StatisticsBody or *ConferenceBody by its namespace. It is nil, without an
// error, for the namespaces whose payload is JSON text (NOTIFY, QUERY) and for
// unknown ones. A Meta without a namespace is STATISTIC, as the schema says.
func Body(m *Meta) (proto.Message, error) {
	var body proto.Message
	switch m.GetNs() {
	case Meta_CHAT:
		body = new(MessageBody)
	case Meta_MUC:
		body = new(MUCBody)
	case Meta_ROSTER:
		body = new(RosterBody)
	case Meta_STATISTIC:
		body = new(StatisticsBody)
	case Meta_CONFERENCE:
		body = new(ConferenceBody)
	default:
		return nil, nil
	}
	if err := unmarshal(m.GetPayload(), body); err != nil {
		return nil, fmt.Errorf("decode %v body: %w", m.GetNs(), err)
	}
	return body, nil
}

// Pack encodes a body as the payload of a Meta.
func Pack(body proto.Message) ([]byte, error) {
	b, err := marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return b, nil
}

// EncodeMeta writes a Meta alone, as it stands in Batch, in combine files and in
// history rows.
func EncodeMeta(m *Meta) ([]byte, error) {
	b, err := marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode meta: %w", err)
	}
	return b, nil
}

// DecodeMeta reads a Meta alone.
func DecodeMeta(b []byte) (*Meta, error) {
	m := new(Meta)
	if err := unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("decode meta: %w", err)
	}
	return m, nil
}
