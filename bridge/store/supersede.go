package store

import (
	"strconv"
)

// keyOf names what a KeepLatest event is about, within its conversation.
func keyOf(kind string, uid int64, about ...int64) string {
	key := kind + " " + strconv.FormatInt(uid, 10)
	for _, id := range about {
		key += " " + strconv.FormatInt(id, 10)
	}
	return key
}

// supersede takes the predecessor of the same key out of the log: for everyone, or, where both went to a few, for those few
// of its addressees who get the new one instead. It goes altogether when nobody is left whom it would tell anything.
func (b *batch) supersede(st *step) error {
	if err := b.flush(); err != nil {
		return err
	}
	id := int64(st.ev.ID)
	key := int64(fnv(fnv(fnvOffset, st.key), strconv.FormatInt(st.w.cid, 10)))
	if st.ev.To == nil {
		old, err := b.replace(-st.w.cid, key, id)
		if err != nil || old == 0 {
			return err
		}
		return b.forget(old)
	}
	uids, err := b.uids(st.ev.To)
	if err != nil {
		return err
	}
	gone := map[int64]struct{}{}
	for _, uid := range uids {
		old, err := b.replace(uid, key, id)
		if err != nil {
			return err
		}
		if old == 0 {
			continue
		}
		if err := b.l.exec("DELETE FROM inbox WHERE uid = ? AND id = ?", uid, old); err != nil {
			return err
		}
		gone[old] = struct{}{}
	}
	for old := range gone {
		left, err := b.isWanted(old)
		if err != nil {
			return err
		}
		if left {
			continue
		}
		if err := b.forget(old); err != nil {
			return err
		}
	}
	return nil
}

// replace makes id the newest of key for owner and returns which was; 0 for none.
func (b *batch) replace(owner, key, id int64) (old int64, err error) {
	if _, err := b.l.row("SELECT id FROM latest WHERE owner = ? AND key = ?", []any{owner, key}, &old); err != nil {
		return 0, err
	}
	return old, b.l.exec(`INSERT INTO latest (owner, key, id) VALUES (?, ?, ?)
		ON CONFLICT (owner, key) DO UPDATE SET id = excluded.id`, owner, key, id)
}

// isWanted reports whether an event with To still is in somebody's inbox.
func (b *batch) isWanted(id int64) (bool, error) {
	var recipients []byte
	if found, err := b.l.row("SELECT recipients FROM events WHERE id = ?", []any{id}, &recipients); err != nil || !found {
		return false, err
	}
	for _, uid := range uidsOf(recipients) {
		var one int
		if found, err := b.l.row("SELECT 1 FROM inbox WHERE uid = ? AND id = ?", []any{uid, id}, &one); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// forget takes an event out of the log. Its number is not given again.
func (b *batch) forget(id int64) error {
	var cid, pos, uid int64
	var client string
	found, err := b.l.row("SELECT cid, pos, uid, client FROM events WHERE id = ?", []any{id}, &cid, &pos, &uid, &client)
	if err != nil || !found {
		return err
	}
	if client != "" {
		if err := b.l.exec("DELETE FROM claims WHERE cid = ? AND hash = ? AND id = ?", cid, claimHash(uid, client), id); err != nil {
			return err
		}
	}
	if err := b.l.exec("DELETE FROM timeline WHERE cid = ? AND id = ?", cid, id); err != nil {
		return err
	}
	if err := b.l.exec("DELETE FROM log WHERE pos = ?", pos); err != nil {
		return err
	}
	return b.l.exec("DELETE FROM events WHERE id = ?", id)
}
