package dialog

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestDialogues plays every script against dragoman, and those for any server against Prosody too.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("scripts/*.dialog")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	var scripts []*Script
	for _, file := range files {
		s, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	dragoman, stop, err := StartDragoman(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	prosody, stopProsody, err := StartProsody(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stopProsody(); err != nil {
			t.Error(err)
		}
	})
	for _, server := range []Server{dragoman, prosody} {
		for n, s := range scripts {
			if s.Servers == "dragoman" && server.Name != "dragoman" {
				continue
			}
			name := strings.TrimSuffix(filepath.Base(s.File), ".dialog")
			t.Run(server.Name+"/"+name, func(t *testing.T) {
				if err := Run(server, s, fmt.Sprintf("-%d", n)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
