package store

import (
	"context"
	"database/sql"
	"os"
	"strings"

	"dragoman/bridge/chat"
)

// Stats are counters for the console.
type Stats struct {
	Users, Peers, Groups, Threads, Rooms int
	Events                               int64 // kept, of all kinds
	Last                                 chat.Place
	Bytes                                int64 // of the database file and its journal
	Batches, Appended, Refused           int64 // since the start
}

// Stats counts.
func (s *Store) Stats(ctx context.Context) (st Stats, err error) {
	st.Batches, st.Appended, st.Refused = s.counts.batches.Load(), s.counts.appended.Load(), s.counts.refused.Load()
	err = s.read(ctx, func(l *link) error {
		var kind chat.ConvKind
		var n int
		err := l.scan(`SELECT c.kind, count(*) FROM convs c LEFT JOIN groups g ON g.cid = c.cid
			WHERE coalesce(g.dissolved, 0) = 0 GROUP BY c.kind`, nil, []any{&kind, &n}, func() {
			switch kind {
			case chat.KindPeer:
				st.Peers = n
			case chat.KindGroup:
				st.Groups = n
			case chat.KindThread:
				st.Threads = n
			case chat.KindRoom:
				st.Rooms = n
			}
		})
		if err != nil {
			return err
		}
		_, err = l.row("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM events), (SELECT coalesce(max(pos), 0) FROM log)", nil,
			&st.Users, &st.Events, &st.Last.Pos)
		return err
	})
	for _, name := range []string{s.path, s.path + "-wal"} {
		if info, failed := os.Stat(name); failed == nil {
			st.Bytes += info.Size()
		}
	}
	return st, err
}

// FilesInUse returns those of the media files named that a message still refers to, that a group or room shares (a hidden
// attribute, chat.HiddenKey("file/"+id), says so), or that are the picture of a user, a group or a room.
func (s *Store) FilesInUse(ctx context.Context, files []string) (map[string]bool, error) {
	used := map[string]bool{}
	err := s.read(ctx, func(l *link) error {
		for _, file := range files {
			var one int
			found, err := l.row("SELECT 1 FROM files WHERE file = ? LIMIT 1", []any{file}, &one)
			if err == nil && !found {
				found, err = l.row("SELECT 1 FROM attributes WHERE key = ? LIMIT 1", []any{chat.HiddenKey("file/" + file)}, &one)
			}
			if err != nil {
				return err
			}
			if found {
				used[file] = true
			}
		}
		if len(used) == len(files) {
			return nil
		}
		return l.shownFiles(files, used)
	})
	return used, err
}

// shownFiles adds to used those of the files that somebody shows as his picture, by an address with the file's id between
// its signs.
func (l *link) shownFiles(files []string, used map[string]bool) error {
	asked := make(map[string]bool, len(files))
	for _, file := range files {
		asked[file] = true
	}
	query := "SELECT avatar FROM profiles WHERE avatar <> '' UNION ALL SELECT avatar FROM groups WHERE avatar <> ''"
	return l.each(query, nil, func(rows *sql.Rows) (bool, error) {
		var address string
		if err := rows.Scan(&address); err != nil {
			return false, err
		}
		for part := range strings.FieldsFuncSeq(address, func(r rune) bool { return strings.ContainsRune("/?&=#", r) }) {
			if asked[part] {
				used[part] = true
			}
		}
		return true, nil
	})
}
