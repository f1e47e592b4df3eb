package store

import (
	"testing"

	"dragoman/bridge/chat"
)

func TestHiddenAttributesAreShownToNobodyAndKeepTheirFiles(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	w.do("alice", g, chat.Attributes{Set: map[string]string{"color": "red", chat.HiddenKey("file/f1"): "{}", chat.HiddenKey("other"): "x"}, Force: true})
	w.reopen()
	d, err := w.Details(t.Context(), g)
	if err != nil || len(d.Attributes) != 1 || d.Attributes["color"] != "red" {
		t.Errorf("details show %v, %v", d.Attributes, err)
	}
	for _, keys := range [][]string{nil, {"color", chat.HiddenKey("other")}} {
		if all, err := w.Attributes(t.Context(), g, keys...); err != nil || len(all) != 1 || all[0].Key != "color" {
			t.Errorf("attributes %v: %v, %v", keys, all, err)
		}
	}
	hidden, err := w.HiddenAttributes(t.Context(), g, "file/")
	if err != nil || len(hidden) != 1 || hidden[0].Key != chat.HiddenKey("file/f1") || hidden[0].By != "alice" {
		t.Errorf("hidden %v, %v", hidden, err)
	}
	if used, err := w.FilesInUse(t.Context(), []string{"f1", "f2"}); err != nil || !used["f1"] || used["f2"] {
		t.Errorf("in use %v, %v", used, err)
	}
	w.do("alice", g, chat.Attributes{Deleted: []string{chat.HiddenKey("file/f1")}, Force: true})
	if used, err := w.FilesInUse(t.Context(), []string{"f1"}); err != nil || used["f1"] {
		t.Errorf("still in use: %v, %v", used, err)
	}
}

func TestPicturesOfUsersAndGroupsKeepTheirFiles(t *testing.T) {
	w := newWorld(t)
	g := w.group("g", "alice", "bob")
	mine, ours, asked := "https://a.example/xmpp-files/f1/secret/avatar", "https://a.example/dragoman/chat/chatfiles/f2?em-redirect=true", []string{"f1", "f2", "f3"}
	w.do("alice", chat.Self("alice"), chat.Profile{Avatar: &mine})
	w.do("alice", g, chat.Profile{Avatar: &ours})
	if used, err := w.FilesInUse(t.Context(), asked); err != nil || !used["f1"] || !used["f2"] || used["f3"] {
		t.Errorf("in use: %v, %v", used, err)
	}
	none := ""
	w.do("alice", chat.Self("alice"), chat.Profile{Avatar: &none})
	if used, err := w.FilesInUse(t.Context(), asked); err != nil || used["f1"] || !used["f2"] {
		t.Errorf("in use once he shows none: %v, %v", used, err)
	}
}
