package fidelity

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dragoman/mapping"
	"dragoman/mapping/webimmap"
	"dragoman/mapping/xmppmap"
	"dragoman/mapping/zimmap"
)

// tables are what is stated.
var tables = map[string]mapping.Table{"webim": webimmap.Table(), "zim": zimmap.Table(), "xmpp": xmppmap.Table()}

// TestEveryCellIsAsStated says every kind of thing in every protocol and place, and compares what is heard with what
// docs/mapping.md states. A cell that is heard better or worse than stated fails, and so does one that is not heard at all.
func TestEveryCellIsAsStated(t *testing.T) {
	w := newWorld(t)
	w.settlePeople(t)
	r := &run{t: t, world: w, said: acts(), before: map[bool]map[string]stage{false: stages(false), true: stages(true)}}
	own := w.settleOwn(t)
	only := os.Getenv("CONFORMANCE_KINDS") // a list, to look at some alone
	for _, kind := range mapping.Kinds() {
		if only != "" && !slices.Contains(strings.Split(only, ","), kind.Name) {
			continue
		}
		for _, in := range kind.Places {
			for _, proto := range protos {
				if _, own1 := ownActs()[proto][kind.Name]; own1 || kind.Section == mapping.InStep {
					r.own(kind.Name, proto, own)
				} else {
					r.say(kind.Name, in, proto)
				}
			}
		}
	}
	fmt.Printf("cells exact %d / degraded %d / refused %d / silent %d\n", r.seen[mapping.Exact], r.seen[mapping.Degraded], r.seen[mapping.Refused], r.silent)
	heard := r.seen[mapping.Exact] + r.seen[mapping.Degraded] + r.seen[mapping.Refused]
	fmt.Printf("beside them %d that the other protocol has nothing to show for, each with its reason in docs/mapping.md; %d %% of the others are exact\n",
		r.seen[mapping.Dropped], r.seen[mapping.Exact]*100/max(heard, 1))
}

// run counts.
type run struct {
	t      *testing.T
	world  *world
	said   map[string]map[string]act
	before map[bool]map[string]stage // by whether it is in a room
	seen   [mapping.Absent + 1]int
	silent int
	tokens int
}

func (r *run) token() string {
	r.tokens++
	return fmt.Sprintf("tok%dx", r.tokens)
}

// say drives the cells of one kind, place and speaker.
func (r *run) say(kind string, in mapping.Place, proto string) {
	row, _ := tables[proto].Row(kind, in)
	do, can := r.said[proto][kind]
	if row.In == mapping.Absent {
		return
	}
	if !can {
		r.t.Errorf("%s: %s, %s: stated to be sayable, and nobody says it", kind, proto, in)
		return
	}
	speaker := r.world.speakers[proto]
	for _, name := range protos {
		hearer := r.world.hearers[name]
		stated, _ := mapping.Cross(tables[proto], tables[name], kind, in)
		c := &cell{kind: kind, by: speaker.user, byProto: proto, to: hearer, token: r.token(), room: in == mapping.Room}
		switch in {
		case mapping.Group:
			c.conv = r.world.groups[proto]
		case mapping.Room:
			c.conv = r.world.rooms[proto]
		}
		c.file = picture(c.token)
		got, detail := r.drive(do, c, speaker, hearer, stated)
		if got == mapping.Dropped && stated != mapping.Dropped {
			r.silent++
		} else {
			r.seen[got]++
		}
		if got != stated {
			r.t.Errorf("%s, %s, from %s to %s: heard %s, stated %s\n%s", kind, in, proto, name, got, stated, detail)
		}
	}
}

// readers are kinds that a reader does to what another has said.
var readers = map[string]bool{"delivered": true, "read": true, "read up to here": true}

// based are kinds about an earlier message of the speaker's own.
var based = map[string]bool{"reply": true, "edit": true, "recall": true, "reaction": true, "reaction taken back": true, "pin": true, "unpin": true,
	"recall by a manager": true, "recalled, in history": true}

// drive says one thing to one hearer, and grades what he hears.
func (r *run) drive(do act, c *cell, speaker, hearer *person, stated mapping.Fidelity) (mapping.Fidelity, string) {
	var seen fields
	switch {
	case readers[c.kind]:
		said := &cell{conv: c.conv, room: c.room, to: speaker, token: "base-" + c.token}
		mark := speaker.mark()
		if err := hearer.sayWanting(said); err != nil {
			return mapping.Refused, err.Error()
		}
		heard, ok := speaker.await(mark, patience, func(f fields) bool { return f["text"] == said.token })
		if !ok {
			return mapping.Dropped, "the message to be read did not come"
		}
		c.base, c.sent = heard["id"], heard["stanza"]
		seen = fields{"id": c.base, "stanza": said.sent}
	case based[c.kind]:
		mark := hearer.mark()
		token := "base-" + c.token
		author := speaker
		if c.kind == "recall by a manager" {
			author = r.world.another(speaker, hearer)
		}
		if err := author.say(c, token); err != nil {
			return mapping.Refused, err.Error()
		}
		heard, ok := hearer.await(mark, patience, func(f fields) bool { return f["text"] == token })
		if !ok {
			return mapping.Dropped, "the message that it is about did not come"
		}
		c.base, seen = heard["id"], heard
	}
	shared := c.conv
	if before := r.before[c.room][c.kind]; before != nil {
		if err := before(r, c, speaker, hearer); err != nil {
			return mapping.Absent, "before: " + err.Error()
		}
	}
	if c.conv != shared && c.room {
		defer r.leaveRoom(c, speaker, hearer)
	}
	mark, own := hearer.mark(), speaker.mark()
	c.mark = mark
	if c.conv == shared {
		defer r.restore(c, speaker)
	}
	if err := do(speaker, c); err != nil || c.fault != nil {
		return mapping.Refused, fmt.Sprint(err, c.fault)
	}
	c.shared = c.conv == shared
	if hearer.proto != "webim" {
		delete(c.want, "priority") // of which the others tell no reader
	}
	if speaker.proto == hearer.proto {
		// Of these a reader of the same protocol is not told either: they are for the server.
		delete(c.want, "counted")
		delete(c.want, "push")
	}
	return r.grade(c, speaker, hearer, seen, mark, own, stated)
}

// leaveRoom takes people out of a room of one cell: a ZIM client is in few at a time.
func (r *run) leaveRoom(c *cell, people ...*person) {
	for _, p := range append(people, r.world.hearers["zim"]) {
		if p.proto == "zim" {
			_ = p.ask("leaveRoom", map[string]any{"roomID": c.conv}) // he may be out already
		}
	}
}

// putOut takes the hearer out of the group into which he is to be brought.
func (r *run) putOut(c *cell, speaker, hearer *person) error {
	mark := hearer.mark()
	out := &cell{kind: "kick", conv: c.conv, to: hearer, token: c.token}
	if err := r.said[speaker.proto]["kick"](speaker, out); err != nil {
		return err
	}
	hearer.await(mark, patience, func(f fields) bool { return out.isExact(f, nil) })
	return nil
}

// grade waits for what is stated and says what came.
func (r *run) grade(c *cell, speaker, hearer *person, seen fields, mark, own int, stated mapping.Fidelity) (mapping.Fidelity, string) {
	exact := func(f fields) bool { return c.isExact(f, seen) }
	if ask := asks[hearer.proto][c.kind]; ask != nil && stated != mapping.Dropped {
		if err := askUntil(ask, hearer, c, exact); err != nil {
			return mapping.Dropped, err.Error()
		}
	}
	if stated == mapping.Exact {
		if _, ok := hearer.await(mark, patience/2, exact); ok {
			return mapping.Exact, ""
		}
	}
	trace := func(f fields) bool { return c.isTrace(f, seen) }
	if stated == mapping.Degraded {
		hearer.await(mark, patience/2, trace)
	}
	r.fence(c, speaker, hearer)
	items, _ := hearer.since(mark)
	switch {
	case some(items, exact):
		return mapping.Exact, c.detail(items)
	case some(items, trace):
		return mapping.Degraded, c.detail(items)
	}
	if f, refused := speaker.await(own, 0, func(f fields) bool { return f["what"] == "error" }); refused {
		return mapping.Refused, f["raw"]
	}
	return mapping.Dropped, c.detail(items)
}

// askUntil asks until the answer is what is waited for, or nobody would wait longer.
func askUntil(ask func(*person, *cell) error, hearer *person, c *cell, exact func(fields) bool) error {
	for late := time.Now().Add(patience / 2); time.Now().Before(late); {
		if err := ask(hearer, c); err != nil {
			return err
		}
		if some(tail(hearer, c.mark), exact) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil // what was heard will be graded
}

func some(items []fields, is func(fields) bool) bool {
	for _, f := range items {
		if is(f) {
			return true
		}
	}
	return false
}

// isExact reports whether f is all that was said. "about: base" stands for the message that it is about, by either of the
// ids that the hearer knows it by.
func (c *cell) isExact(f, seen fields) bool {
	if c.kind == "read up to here" && f["what"] == "read all" && (f["from"] == "" || f["from"] == c.by) {
		return true // the message was the last one
	}
	for k, v := range c.want {
		switch {
		case k == "about" || k == "reply" && v == "base":
			if !same(f, seen, k) {
				return false
			}
		case v == "*":
			if f[k] == "" {
				return false
			}
		case k == "has":
			if !f.mentions(v) {
				return false
			}
		case k == "from" && f["what"] != "message" && f[k] == "":
			// Some protocols do not say who did it where only one can have.
		case k == "conv" && v == "":
			if f[k] != "" {
				return false
			}
		case f[k] != v && !equalNumbers(f[k], v):
			return false
		}
	}
	return true
}

func equalNumbers(a, b string) bool {
	var x, y float64
	_, err1 := fmt.Sscan(a, &x)
	_, err2 := fmt.Sscan(b, &y)
	return err1 == nil && err2 == nil && x == y && a != ""
}

func same(f, seen fields, key string) bool {
	ids := []string{f["id"], f["stanza"]}
	if key == "reply" {
		ids = []string{f["reply"]}
	}
	for _, id := range ids {
		if id != "" && (id == seen["id"] || id == seen["stanza"]) {
			return true
		}
	}
	return false
}

// isTrace reports whether f shows anything of what was said.
func (c *cell) isTrace(f, seen fields) bool {
	if f["text"] == fence(c) || f["what"] == "conversationChanged" {
		return false // the text that follows, or a line of the list that quotes what came before
	}
	if user := c.want["user"]; user != "" && f["user"] != "" && user != f["user"] {
		return false // of somebody else
	}
	if c.want["what"] == f["what"] && c.want["what"] != "message" {
		return true
	}
	if f.mentions(c.token) && !strings.Contains(f["text"], "base-") {
		return true
	}
	if f["what"] == "message" && f["from"] == "" && f["conv"] == c.conv && c.conv != "" {
		return true // the group itself says so in words
	}
	return f["what"] == "changed" && f["conv"] == c.conv || f["what"] == "kick" && c.want["what"] == "ban"
}

func (c *cell) detail(items []fields) string {
	want, _ := json.Marshal(c.want) // always can be written
	var b strings.Builder
	fmt.Fprintf(&b, "  want %s\n", want)
	heard := map[string]bool{}
	for _, f := range items {
		if f["what"] == "iq" || f["what"] == "conversationChanged" || heard[fmt.Sprint(f)] {
			continue // the answer to a question, or a line of a list, or once more the same
		}
		heard[fmt.Sprint(f)] = true
		line, _ := json.Marshal(f)
		fmt.Fprintf(&b, "  got  %.1500s\n", line)
	}
	return b.String()
}

func fence(c *cell) string { return "fence-" + c.token }

// fence waits until what the speaker said is through: a text that he says after it has come.
func (r *run) fence(c *cell, speaker, hearer *person) {
	mark := hearer.mark()
	after := &cell{conv: c.conv, room: c.room, to: hearer}
	if !c.shared {
		after = &cell{to: hearer} // one of the two may be out, or the group gone
	}
	if err := speaker.say(after, fence(c)); err != nil {
		r.t.Errorf("%s: the text after it: %v", c.kind, err)
		return
	}
	limit := patience / 2
	if c.want["what"] == "kick" {
		limit = 2 * time.Second // who was put out hears no more
	}
	hearer.await(mark, limit, func(f fields) bool { return f["text"] == fence(c) })
}

// restore undoes what would stand in the way of the next cell.
func (r *run) restore(c *cell, speaker *person) {
	undo := map[string]string{"mute": "unmute", "role": "", "kick": "add", "ban": "add", "allow": "disallow"}
	switch c.kind {
	case "all silenced":
		var err error
		switch speaker.proto {
		case "webim":
			err = speaker.rest("DELETE", c.at()+"/ban", map[string]string{}, nil)
		case "zim":
			err = speaker.ask("muteGroup", map[string]any{"groupID": c.conv, "isMute": false, "config": map[string]any{}})
		default:
			err = speaker.configure(c, "moderatedroom", "0")
		}
		if err != nil {
			r.t.Error(err)
		}
		return
	case "role":
		r.demote(c, speaker)
		return
	}
	back, known := undo[c.kind]
	if !known && c.kind != "add" {
		return
	}
	if c.kind == "ban" {
		if do := r.said[speaker.proto]["unban"]; do != nil {
			_ = do(speaker, &cell{conv: c.conv, room: c.room, to: c.to, token: c.token}) // a refusal shows in the next
		}
	}
	if do := r.said[speaker.proto][back]; do != nil && !c.room {
		if err := do(speaker, &cell{conv: c.conv, room: c.room, to: c.to, token: c.token}); err != nil {
			r.t.Errorf("%s after %s: %v", back, c.kind, err)
		}
	}
	if c.kind == "kick" || c.kind == "ban" || c.kind == "add" {
		if err := c.to.enter(c.conv, c.room); err != nil {
			r.t.Error(err)
		}
	}
}

func (r *run) demote(c *cell, speaker *person) {
	var err error
	switch speaker.proto {
	case "webim":
		err = speaker.rest("DELETE", c.at()+"/admin/"+c.to.user, map[string]string{}, nil)
	case "zim":
		err = speaker.ask("setGroupMemberRole", map[string]any{"groupID": c.conv, "forUserID": c.to.user, "role": 3})
	default:
		err = speaker.admin(c, "affiliation='member' jid='"+c.to.user+"@"+domain+"'")
	}
	if err != nil {
		r.t.Error(err)
	}
}

// sayWanting says c's token as something whose author wants to know who has read it.
func (p *person) sayWanting(c *cell) error {
	return acts()[p.proto]["receipt wanted"](p, c)
}

// elsewhere is the address of c's file on a server that is not the gateway.
func (c *cell) elsewhere() string {
	content := c.file.content
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(content) // who does not read it all shows a difference
	}))
	c.file.name = "elsewhere.png"
	return server.URL + "/elsewhere.png"
}
