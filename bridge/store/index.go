package store

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"dragoman/bridge/chat"
)

const (
	// indexChunk is how many events one transaction of the index takes: few enough that a message waits no longer for it than
	// for another batch.
	indexChunk = 256
	// indexBytes is how much of their bodies: texts may be of 32 KB and more.
	indexBytes = 128 << 10
	// indexChunks is how many the index takes a second when nobody searches: a tenth of what the log can take, so that it
	// never is what a busy server does.
	indexChunks = 6
)

// indexAll brings the index level with the log.
func (s *Store) indexAll(ctx context.Context) error {
	for {
		level, err := s.indexSome()
		if err != nil || level {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// indexSome indexes the next few events and reports whether that was all. A transaction of its own keeps the cost of search
// out of the way of messages; how far it came commits with it, so that a crash repeats nothing and leaves nothing out.
func (s *Store) indexSome() (level bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed || s.indexed >= s.lastPos {
		return true, nil
	}
	through := min(s.indexed+indexChunk, s.lastPos)
	err = s.write(func(l *link) error {
		var ids []int64
		var pos, id, size, total int64
		err := l.scan(`SELECT g.pos, g.id, length(e.body) FROM log g JOIN events e ON e.id = g.id
			WHERE g.pos > ? AND g.pos <= ? AND e.kind IN ('message', 'edit') ORDER BY g.pos`, []any{s.indexed, through}, []any{&pos, &id, &size},
			func() {
				if total += size; total > indexBytes && len(ids) > 0 {
					through = min(through, pos-1)
					return
				}
				ids = append(ids, id)
			})
		if err != nil {
			return err
		}
		records, err := s.records(l, ids, asItStands)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if err := s.index(l, rec); err != nil {
				return err
			}
		}
		return l.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('indexed', ?)", through)
	})
	if err != nil {
		return false, err
	}
	s.indexed = through
	return s.indexed >= s.lastPos, nil
}

// index puts in what a message says, or says now. A recall has taken it out on the spot.
func (s *Store) index(l *link, rec chat.Record) error {
	ev := rec.Event
	body, ok := ev.Body.(chat.Message)
	if _, edited := ev.Body.(chat.Edit); edited && rec.About != nil {
		ev = &rec.About.Event
		body, ok = ev.Body.(chat.Message)
	}
	if !ok || ev.Seq == 0 {
		return nil
	}
	v, err := s.conv(l, ev.Conv)
	if err != nil || v == nil {
		return err
	}
	return indexMessage(l, v.cid, int64(ev.ID), body)
}

func indexMessage(l *link, cid, id int64, body chat.Message) error {
	if err := unindex(l, id); err != nil {
		return err
	}
	words := indexWords(chat.Wording(body.Content))
	if words == "" {
		return nil
	}
	return l.exec("INSERT INTO search (rowid, conv, words) VALUES (?, ?, ?)", id, convWord(cid), words)
}

func unindex(l *link, id int64) error { return l.exec("DELETE FROM search WHERE rowid = ?", id) }

func convWord(cid int64) string { return "c" + strconv.FormatInt(cid, 10) }

// piece is a run of letters and digits of one way of writing.
type piece struct {
	letters []rune
	packed  bool // of a script that puts no spaces between words
}

// split takes text apart into runs.
func split(text string) []piece {
	var pieces []piece
	open := false
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			open = false
			continue
		}
		packed := isPacked(r)
		if !open || pieces[len(pieces)-1].packed != packed {
			pieces = append(pieces, piece{packed: packed})
			open = true
		}
		last := &pieces[len(pieces)-1]
		last.letters = append(last.letters, r)
	}
	return pieces
}

func isPacked(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pairs are the pieces of two characters each that a run in such a script is looked up by; of one character, itself.
func (p piece) pairs() []string {
	if len(p.letters) == 1 {
		return []string{string(p.letters)}
	}
	pairs := make([]string, 0, len(p.letters)-1)
	for i := range len(p.letters) - 1 {
		pairs = append(pairs, string(p.letters[i:i+2]))
	}
	return pairs
}

// indexWords is text as the index takes it: words, and pairs of characters where there are no words. The last character of
// each such run stands alone at the end, for who looks for one character.
func indexWords(text string) string {
	var words, last []string
	for _, p := range split(text) {
		if !p.packed {
			words = append(words, string(p.letters))
			continue
		}
		words = append(words, p.pairs()...)
		if n := len(p.letters); n > 1 {
			last = append(last, string(p.letters[n-1:]))
		}
	}
	return strings.Join(append(words, last...), " ")
}

// phrase is how FTS5 is asked for a run. Letters and digits alone are in it, so that it needs no escape.
func (p piece) phrase() string {
	if p.packed && len(p.letters) > 1 {
		return `"` + strings.Join(p.pairs(), " ") + `"`
	}
	return `"` + string(p.letters) + `" *`
}
