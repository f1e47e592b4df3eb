package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dragoman/mapping"
	"dragoman/mapping/webimmap"
	"dragoman/mapping/xmppmap"
	"dragoman/mapping/zimmap"
)

// The page on what crosses and how is what the tables say. What stands outside of the marks is written by hand.
func TestDocumentedMappingIsWhatTheTablesSay(t *testing.T) {
	const name, end = "../../docs/mapping.md", "<!-- /made -->"
	made, err := mapping.Document([]mapping.Table{webimmap.Table(), zimmap.Table(), xmppmap.Table()})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(page), "edit between the marks -->\n")
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the marks are gone")
	}
	want := head + "edit between the marks -->\n\n" + made + "\n" + end + tail
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("%s is not what the tables say; make documents rewrites it:\n%s", name, diff)
	}
}
