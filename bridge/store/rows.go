package store

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"dragoman/bridge/chat"
)

// errNoRow means that one row names another that is not there: the file is damaged.
var errNoRow = errors.New("a row is missing")

// eventColumns and entryColumns are what event reads; of tables events e and, left joined to it, entries x.
const (
	eventColumns = `e.id, e.cid, e.pos, e.seq, e.uid, e.device, e.source, e.kind, e.content, e.client, e.time, e.body,
		e.native, e.native_data, e.recipients, e.to_device, e.counts, e.counted, e.readers, e.at`
	entryColumns = `x.edit_id, x.edits, x.recall_id, x.replies, x.thread, x.pinned_by, x.pinned_at, x.reacted`
	fromEvents   = ` FROM events e LEFT JOIN entries x ON x.id = e.id `
)

// row is an event as its row has it, and what became of it.
type row struct {
	id, cid, pos, seq, uid    int64
	device                    string
	source                    chat.Source
	kind, content, client     string
	time                      sql.NullInt64
	body                      []byte
	native                    string
	nativeData, recipients    []byte
	toDevice                  string
	counts                    bool
	counted, readers, at      int64
	editID, edits, recallID   sql.NullInt64
	replies, thread           sql.NullInt64
	pinnedBy, pinnedAt, react sql.NullInt64
}

// dest is where Scan puts eventColumns and then entryColumns. The body is valid until the next row.
func (r *row) dest() []any {
	return []any{&r.id, &r.cid, &r.pos, &r.seq, &r.uid, &r.device, &r.source, &r.kind, &r.content, &r.client, &r.time, &r.body,
		&r.native, &r.nativeData, &r.recipients, &r.toDevice, &r.counts, &r.counted, &r.readers, &r.at,
		&r.editID, &r.edits, &r.recallID, &r.replies, &r.thread, &r.pinnedBy, &r.pinnedAt, &r.react}
}

// within reports whether the event lies in a membership. An import lies behind the newest live event of its time: who went
// with that one was gone.
func (r *row) within(from, to int64) bool {
	if chat.EventID(r.id).Shard() >= chat.ImportShard {
		return from <= r.at && r.at < to
	}
	return from <= r.at && r.at <= to
}

// event returns the event that the row holds, as it happened; a recalled message has its tombstone for a body.
func (s *Store) event(l *link, r *row) (*chat.Event, error) {
	body, err := chat.UnmarshalBody(r.kind, r.body)
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", r.id, err)
	}
	ev := &chat.Event{ID: chat.EventID(r.id), Place: chat.Place{Pos: r.pos}, Seq: chat.Seq(r.seq), Device: chat.DeviceID(r.device), Source: r.source}
	ev.ClientID, ev.Body, ev.ToDevice = r.client, body, chat.DeviceID(r.toDevice)
	ev.Native = chat.Native{Protocol: r.native, Data: r.nativeData}
	ev.Time = ev.ID.Time()
	if r.time.Valid {
		ev.Time = time.Unix(0, r.time.Int64).UTC()
	}
	if ev.Conv, err = s.convName(l, r.cid); err != nil {
		return nil, fmt.Errorf("conversation of event %d: %w", r.id, err)
	}
	if ev.From, err = s.names.user(l, r.uid); err != nil {
		return nil, err
	}
	if r.recipients != nil {
		if ev.To, err = s.names.users(l, uidsOf(r.recipients)); err != nil {
			return nil, err
		}
	}
	return ev, nil
}

// rowsByID reads the rows of those ids that there are.
func (s *Store) rowsByID(l *link, ids []int64) (map[int64]*row, error) {
	rows := make(map[int64]*row, len(ids))
	if len(ids) == 0 {
		return rows, nil
	}
	return rows, s.eachRow(l, "SELECT "+eventColumns+", "+entryColumns+fromEvents+
		"WHERE e.id IN (SELECT value FROM json_each(?))", []any{listOf(ids)}, func(r *row) (bool, error) {
		rows[r.id] = r
		return true, nil
	})
}

func (s *Store) rowByID(l *link, id int64) (*row, error) {
	r := &row{}
	found, err := l.row("SELECT "+eventColumns+", "+entryColumns+fromEvents+"WHERE e.id = ?", []any{id}, r.dest()...)
	if err != nil || !found {
		return nil, err
	}
	return r, nil
}

func (s *Store) eachRow(l *link, query string, args []any, take func(*row) (bool, error)) error {
	return l.each(query, args, func(rows *sql.Rows) (bool, error) {
		r := &row{}
		if err := rows.Scan(r.dest()...); err != nil {
			return false, err
		}
		return take(r)
	})
}

// listOf is ids as one argument of a statement, for json_each.
func listOf(ids []int64) string {
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// packUIDs and uidsOf are how rows hold a list of users.
func packUIDs(uids []int64) []byte {
	b := make([]byte, 0, 3*len(uids))
	for _, uid := range uids {
		b = binary.AppendUvarint(b, uint64(uid))
	}
	return b
}

func uidsOf(b []byte) []int64 {
	uids := make([]int64, 0, len(b)/2)
	for len(b) > 0 {
		uid, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		uids, b = append(uids, int64(uid)), b[n:]
	}
	return uids
}
