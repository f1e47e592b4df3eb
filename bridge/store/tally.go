package store

import "dragoman/bridge/chat"

// reach is how far one reader's receipts of all-up-to go within one membership of his: from lo to hi, both included, by
// state. Who has read has been delivered to.
type reach struct {
	uid, lo int64
	hi      [2]int64
}

func (r *reach) covers(m *row, state chat.ReceiptState) bool {
	return r.lo <= m.at && m.id <= r.hi[state] && r.uid != m.uid
}

// single is a receipt of one message.
type single struct {
	uid   int64
	state chat.ReceiptState
}

// tallies counts receipts of messages.
type tallies struct {
	reaches map[int64][]reach  // by cid
	singles map[int64][]single // by message
}

// loadTallies reads what it takes to count the receipts of those of rows that are messages of history.
func loadTallies(l *link, rows []*row) (tallies, error) {
	t := tallies{map[int64][]reach{}, map[int64][]single{}}
	var ids, cids []int64
	for _, r := range rows {
		if !r.hasTally() {
			continue
		}
		ids = append(ids, r.id)
		if _, ok := t.reaches[r.cid]; !ok {
			t.reaches[r.cid] = nil
			cids = append(cids, r.cid)
		}
	}
	if len(ids) == 0 {
		return t, nil
	}
	var cid, uid, lo, hi, id int64
	var state chat.ReceiptState
	err := l.scan(`SELECT cid, state, uid, lo, hi FROM marks WHERE cid IN (SELECT value FROM json_each(?)) ORDER BY cid, uid, lo`,
		[]any{listOf(cids)}, []any{&cid, &state, &uid, &lo, &hi}, func() {
			all := t.reaches[cid]
			if n := len(all); n == 0 || all[n-1].uid != uid || all[n-1].lo != lo {
				all = append(all, reach{uid: uid, lo: lo})
			}
			last := &all[len(all)-1]
			for s := range state + 1 {
				last.hi[s] = max(last.hi[s], hi)
			}
			t.reaches[cid] = all
		})
	if err != nil {
		return t, err
	}
	err = l.scan("SELECT id, state, uid FROM receipts WHERE id IN (SELECT value FROM json_each(?))", []any{listOf(ids)},
		[]any{&id, &state, &uid}, func() { t.singles[id] = append(t.singles[id], single{uid, state}) })
	return t, err
}

// hasTally reports whether receipts of r are counted: of messages in history that reached somebody.
func (r *row) hasTally() bool { return r.kind == "message" && r.seq > 0 && r.readers > 0 }

// of counts m's receipts of a state.
func (t tallies) of(m *row, state chat.ReceiptState) chat.Tally {
	if !m.hasTally() {
		return chat.Tally{}
	}
	covered := map[int64]bool{}
	for i := range t.reaches[m.cid] {
		if r := &t.reaches[m.cid][i]; r.covers(m, state) {
			covered[r.uid] = true
		}
	}
	for _, one := range t.singles[m.id] {
		if one.state >= state && one.uid != m.uid {
			covered[one.uid] = true
		}
	}
	return chat.Tally{Count: min(len(covered), int(m.readers)), Of: int(m.readers)}
}
