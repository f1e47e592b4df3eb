package fidelity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dragoman/protocols/zim/zimwire"
)

// What is recalled stays gone, edited and answered as it was: each protocol's history shows its own tombstone, or nothing, and
// the words nowhere, not beside the answer either, which stays. What was edited twice is in every history as it stands, and each XMPP correction names the first version.
func TestHistoriesOfWhatWasEditedAndRecalled(t *testing.T) {
	w := newWorld(t)
	said := acts()
	for n, proto := range protos {
		speaker, group := w.speakers[proto], w.groups[proto]
		xmpp := w.hearers["xmpp"]
		begin := func(text string) (*cell, fields) {
			c := &cell{kind: "text", by: speaker.user, conv: group, token: text}
			mark := xmpp.mark()
			if err := speaker.say(c, text); err != nil {
				t.Fatal(err)
			}
			heard, ok := xmpp.await(mark, patience, func(f fields) bool { return f["text"] == text })
			if !ok {
				t.Fatalf("%s: %q did not come", proto, text)
			}
			c.base = heard["id"]
			return c, heard
		}

		edited, first := begin("first words of " + proto)
		stanza := edited.sent
		for _, text := range []string{"second words of " + proto, "third words of " + proto} {
			mark := xmpp.mark()
			edited.token, edited.sent = text, stanza
			if err := said[proto]["edit"](speaker, edited); err != nil {
				t.Fatal(err)
			}
			f, ok := xmpp.await(mark, patience, func(f fields) bool { return f["what"] == "edit" && f["text"] == text })
			if !ok || f["stanza"] != first["stanza"] {
				t.Errorf("%s: the correction names %q, the first version is %q", proto, f["stanza"], first["stanza"])
			}
		}

		recalled, _ := begin("secret of " + proto)
		original, mark := recalled.sent, xmpp.mark()
		recalled.token = "secret of " + proto + ", mended"
		if err := said[proto]["edit"](speaker, recalled); err != nil {
			t.Fatal(err)
		}
		recalled.sent = original
		if _, ok := xmpp.await(mark, patience, func(f fields) bool { return f["text"] == recalled.token }); !ok {
			t.Fatalf("%s: the edit did not come", proto)
		}
		other := protos[(n+1)%len(protos)]
		answer := &cell{kind: "reply", by: w.speakers[other].user, byProto: other, conv: group, token: other + " answers " + proto, base: recalled.base}
		mark = xmpp.mark()
		if err := said[other]["reply"](w.speakers[other], answer); err != nil {
			t.Fatal(err)
		}
		if _, ok := xmpp.await(mark, patience, func(f fields) bool { return f["text"] == answer.token }); !ok {
			t.Fatalf("%s: the answer did not come", other)
		}
		mark = xmpp.mark()
		if err := said[proto]["recall"](speaker, recalled); err != nil {
			t.Fatal(err)
		}
		if _, ok := xmpp.await(mark, patience, func(f fields) bool { return f["what"] == "recall" && f["id"] == recalled.base }); !ok {
			t.Fatalf("%s: the recall did not come", proto)
		}
		for _, name := range protos {
			history, err := w.hearers[name].history(&cell{conv: group})
			if err != nil {
				t.Fatal(err)
			}
			w.checkHistory(t, proto+" read by "+name, name, history, edited, recalled)
			if !slices.ContainsFunc(history, func(f fields) bool { return strings.HasSuffix(f["text"], answer.token) }) { // behind a quotation
				t.Errorf("%s read by %s: the answer to what was recalled is gone", proto, name)
			}
		}
	}
}

// checkHistory looks for what was edited and what was recalled.
func (w *world) checkHistory(t *testing.T, who, proto string, history []fields, edited, recalled *cell) {
	t.Helper()
	for _, f := range history {
		if f.mentions("secret of") {
			t.Errorf("%s: the words of what was recalled: %v", who, f)
		}
	}
	find := func(id string) fields {
		i := slices.IndexFunc(history, func(f fields) bool { return f["id"] == id && f["what"] != "edit" })
		if i < 0 {
			return nil
		}
		return history[i]
	}
	gone := find(recalled.base)
	if stands := gone != nil; stands != (proto != "webim") {
		t.Errorf("%s: what was recalled stands in history as %v", who, gone)
	}
	if gone != nil && gone["gone"] != "yes" {
		t.Errorf("%s: no tombstone: %v", who, gone)
	}
	if !slices.ContainsFunc(history, func(f fields) bool { return strings.HasPrefix(f["text"], "third words") }) {
		t.Errorf("%s: what was edited does not stand as it was left: %v", who, find(edited.base))
	}
}

// history reads the newest messages of c's conversation; one to one it is that with c.to.
func (p *person) history(c *cell) ([]fields, error) {
	switch p.proto {
	case "webim":
		return p.roaming(c)
	case "zim":
		var page struct {
			MessageList []zimwire.Message `json:"messageList"`
		}
		params := zimwire.QueryHistoryMessageParams{}
		params.ConversationID, params.ConversationType = c.place()
		params.Config.Count, params.Config.Reverse = 50, true
		err := p.zim.Ask(p.world.ctx, "queryHistoryMessage", params, &page)
		var all []fields
		for _, m := range page.MessageList {
			f := p.zimMessage(m)
			if m.Type == zimwire.MessageTypeRevoke {
				f["gone"] = "yes"
			}
			all = append(all, f)
		}
		return all, err
	}
	mark := p.mark()
	to, with := c.jid(), ""
	if c.conv == "" {
		to, with = "", "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>"+
			"<field var='with'><value>"+c.jid()+"</value></field></x>"
	}
	_, err := p.iq("set", to, "<query xmlns='urn:xmpp:mam:2'>"+with+"<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><before/></set></query>")
	items, _ := p.since(mark)
	return slices.DeleteFunc(items, func(f fields) bool { return f["archived"] == "" }), err
}

func (p *person) roaming(c *cell) ([]fields, error) {
	var page struct {
		Data struct {
			Msgs []struct {
				Msg []byte `json:"msg"`
			} `json:"msgs"`
		} `json:"data"`
	}
	queue := c.conv + "@conference.easemob.com"
	if c.conv == "" {
		queue = c.to.user + "@easemob.com"
	}
	ask := map[string]any{"queue": queue, "start": "-1", "end": "-1", "pull_number": 50}
	if err := p.rest("POST", "/users/"+p.user+"/messageroaming", ask, &page); err != nil {
		return nil, err
	}
	mark := p.mark()
	for _, m := range page.Data.Msgs {
		if err := p.hearPacked(m.Msg); err != nil {
			return nil, fmt.Errorf("roaming: %w", err)
		}
	}
	items, _ := p.since(mark)
	return items, nil
}
