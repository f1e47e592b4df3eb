package webimwire

import "google.golang.org/protobuf/encoding/protowire"

// Batch is a downlink SYNC whose Metas are encoded already, so that one rendering
// serves many sessions: only what stands around them differs per reader.
type Batch struct {
	Queue   []byte   // an encoded JID; must not be nil with Metas or IsLast [webim 3.5]
	Metas   [][]byte // encoded Metas, in the order of delivery
	NextKey uint64   // what the client shall acknowledge; 0: nothing
	IsLast  bool     // the cycle ends here
	Time    uint64   // server clock, ms
}

// Encode writes the batch as a whole packet, with status OK.
func (b Batch) Encode() []byte {
	size := 32 + len(b.Queue)
	for _, m := range b.Metas {
		size += len(m) + 8
	}
	payload := make([]byte, 0, size)
	payload = appendBytes(payload, syncStatus, statusOK)
	for _, m := range b.Metas {
		payload = appendBytes(payload, syncMetas, m)
	}
	if b.NextKey != 0 {
		payload = appendVarint(payload, syncNextKey, b.NextKey)
	}
	if b.Queue != nil {
		payload = appendBytes(payload, syncQueue, b.Queue)
	}
	if b.IsLast {
		payload = appendVarint(payload, syncIsLast, 1)
	}
	if b.Time != 0 {
		payload = appendVarint(payload, syncTimestamp, b.Time)
	}
	packet := make([]byte, 0, len(payload)+16)
	packet = appendVarint(packet, msyncVersion, uint64(MSync_MSYNC_V1))
	packet = appendVarint(packet, msyncCommand, uint64(MSync_SYNC))
	return appendBytes(packet, msyncPayload, payload)
}

// Field numbers of the schema that Batch writes by hand; a test compares the
// result with the generated code's.
const (
	msyncVersion, msyncCommand, msyncPayload = 1, 8, 9
	syncStatus, syncMetas, syncNextKey       = 1, 4, 5
	syncQueue, syncIsLast, syncTimestamp     = 6, 7, 8
)

// statusOK is an encoded Status{error_code OK}.
const statusOK = "\x08\x00"

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	b = protowire.AppendTag(b, field, protowire.VarintType)
	return protowire.AppendVarint(b, v)
}

func appendBytes[T []byte | string](b []byte, field protowire.Number, v T) []byte {
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(v)))
	return append(b, v...)
}
