package store

import (
	"context"
	"fmt"
	"time"
)

const (
	// tidyEvery is how often the store does what nobody waits for.
	tidyEvery = time.Second
	// forgetEvery is how often it looks for devices that do not come back, and forgetAfter when it gives one up. One that
	// comes all the same begins where its user's furthest device is.
	forgetEvery = time.Hour
	forgetAfter = 90 * 24 * time.Hour
)

// tidy does what nobody waits for, until the store is closed: it keeps the index near the end of the log, writes down where
// new devices began, moves the journal into the file, and forgets devices and what has been kept for long enough.
func (s *Store) tidy() {
	defer close(s.tidied)
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	var forgot time.Time
	for {
		select {
		case <-s.closing:
			return
		case <-tick.C:
		}
		if err := s.tidyOnce(); err != nil {
			s.opts.Log.Err(err).Msg("cannot tidy the store")
		}
		if now := s.opts.Now(); now.Sub(forgot) > forgetEvery {
			forgot = now
			if err := s.forgetDevices(); err != nil {
				s.opts.Log.Err(err).Msg("cannot forget devices")
			}
			if s.opts.Keep > 0 {
				if err := s.prune(); err != nil {
					s.opts.Log.Err(err).Msg("cannot prune the history")
				}
			}
		}
	}
}

func (s *Store) tidyOnce() error {
	if err := s.SaveCursors(context.Background(), nil); err != nil {
		return err
	}
	for range indexChunks {
		if level, err := s.indexSome(); err != nil || level {
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
			break
		}
	}
	return s.checkpoint()
}

// checkpoint moves what it can of the journal into the file beside the writer, so that the writer seldom must.
func (s *Store) checkpoint() error {
	appended := s.counts.appended.Load()
	if appended == s.moved {
		return nil
	}
	var busy, pages, moved int
	if _, err := s.tidier.row("PRAGMA wal_checkpoint(PASSIVE)", nil, &busy, &pages, &moved); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	s.moved = appended
	return nil
}

// forgetDevices lets go of devices that have not come for long, of users who have come with another since.
func (s *Store) forgetDevices() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.write(func(l *link) error {
		since := millis(s.opts.Now().Add(-forgetAfter))
		return l.exec(`DELETE FROM readers WHERE uid > 0 AND seen < ?1
			AND NOT EXISTS (SELECT 1 FROM readers d WHERE d.uid = readers.uid AND d.device = readers.device AND d.seen >= ?1)
			AND EXISTS (SELECT 1 FROM readers o WHERE o.uid = readers.uid AND o.seen >= ?1)`, since)
	})
}

// Backup writes a copy of the store, as of one moment and while it is in use, to a file that must not be there yet.
func (s *Store) Backup(ctx context.Context, path string) error {
	l, err := openLink(ctx, s.db)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = l.exec("VACUUM INTO ?", path)
	if closed := l.close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
