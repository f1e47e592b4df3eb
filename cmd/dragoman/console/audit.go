package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// Deed is a line of the audit log: what an operator did, or looked into. It holds ids and never contents.
type Deed struct {
	Time    time.Time `json:"time"`
	Who     string    `json:"who,omitempty"` // empty: nobody who is known
	Action  string    `json:"action"`
	Target  string    `json:"target,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Address string    `json:"address,omitempty"`
	Problem string    `json:"problem,omitempty"` // why it was refused
}

// Audit is the audit log: a file to which lines are added. Its operator rotates it, if at all, while the gateway rests.
type Audit struct {
	path string
	now  func() time.Time
	tell func(Deed)

	mu   sync.Mutex
	file *os.File
}

// openAudit opens the log at path, making it if there is none, readable by its owner alone. tell hears of every new line.
func openAudit(path string, now func() time.Time, tell func(Deed)) (*Audit, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	return &Audit{path: path, now: now, tell: tell, file: f}, nil
}

// note keeps a deed. Where it cannot be kept the deed must not be done.
func (a *Audit) note(d Deed) error {
	d.Time = a.now().UTC().Truncate(time.Millisecond)
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	a.mu.Lock()
	_, err = a.file.Write(append(line, '\n'))
	if err == nil {
		err = a.file.Sync()
	}
	a.mu.Unlock()
	if err != nil {
		return fmt.Errorf("write audit log: %w", err)
	}
	a.tell(d)
	return nil
}

// tailSize is how much of the end of the log is read for the console.
const tailSize = 256 << 10

// last returns the newest n deeds, newest first.
func (a *Audit) last(n int) (deeds []Deed, err error) {
	f, err := os.Open(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	from := max(0, info.Size()-tailSize)
	text, err := io.ReadAll(io.NewSectionReader(f, from, tailSize))
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if from > 0 {
		lines = lines[1:] // cut through
	}
	for _, line := range slices.Backward(lines) {
		var d Deed
		if len(deeds) < n && json.Unmarshal(line, &d) == nil {
			deeds = append(deeds, d)
		}
	}
	return deeds, nil
}

func (a *Audit) close() error { return a.file.Close() }
