package fidelity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"dragoman/conformance/raw"
	"dragoman/mapping"
)

const secret = "fidelity-secret"

var protos = []string{"webim", "zim", "xmpp"}

// world is a gateway and its people: of each protocol a speaker and a listener.
type world struct {
	ctx      context.Context
	gateway  *raw.Process
	speakers map[string]*person
	hearers  map[string]*person
	groups   map[string]string // by the protocol whose speaker owns it
	rooms    map[string]string
	named    string  // a group in which everywhere is
	founder  *person // makes groups for others, and is in none

	appToken sync.Once
	app      *person // the app's server
}

// upload is a file to send.
type upload struct {
	name, mime string
	content    []byte
}

// cell is one thing said in one place, to one hearer or to all of them.
type cell struct {
	kind    string
	by      string // who speaks
	byProto string
	conv    string // "": one to one
	room    bool
	to      *person // one to one, or whom it is about
	token   string  // a word that nothing else has
	base    string  // the id of the message that it is about
	sent    string  // the id that an XMPP speaker gave his last message
	file    upload
	want    fields // what a hearer must hear for it to be exact
	mark    int    // since when
	shared  bool   // in a group that other cells use too
	fault   error
}

// where is the place of what c says.
func (c *cell) where() mapping.Place {
	switch {
	case c.room:
		return mapping.Room
	case c.conv != "":
		return mapping.Group
	}
	return mapping.Peer
}

// newWorld starts a gateway and lets everybody in. Everybody is in three groups, each owned by the speaker of one protocol,
// and in three rooms.
func newWorld(t *testing.T) *world {
	binary := os.Getenv("CONFORMANCE_BINARY")
	if binary == "" {
		var err error
		if binary, err = raw.Build(t.Context(), t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	gateway, err := raw.Start(binary, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{ctx: t.Context(), gateway: gateway, speakers: map[string]*person{}, hearers: map[string]*person{}, groups: map[string]string{}, rooms: map[string]string{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the gateway's last lines:\n%s", gateway.Log())
		}
		gateway.Kill()
	})
	for _, proto := range protos {
		w.speakers[proto] = w.login(t, proto, proto+"-speaks")
		w.hearers[proto] = w.login(t, proto, proto+"-hears")
	}
	w.founder = w.login(t, "zim", "founder")
	if err := w.settle(); err != nil {
		t.Fatal(err)
	}
	return w
}

// another is a speaker who is neither of two.
func (w *world) another(a, b *person) *person {
	for _, proto := range protos {
		if p := w.speakers[proto]; p != a && p != b {
			return p
		}
	}
	return nil
}

func (w *world) everybody() []*person {
	var all []*person
	for _, proto := range protos {
		all = append(all, w.speakers[proto], w.hearers[proto])
	}
	return all
}

// login makes an account and logs it in.
func (w *world) login(t *testing.T, proto, user string) *person {
	t.Helper()
	if _, err := w.gateway.Run(w.ctx, "user", "add", user, "--password", secret); err != nil {
		t.Fatal(err)
	}
	return w.connect(t, proto, user, "device-of-"+user)
}

// connect logs a device of an account in.
func (w *world) connect(t *testing.T, proto, user, device string) *person {
	t.Helper()
	p, err := w.dial(proto, user, device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// dial is connect for who goes again.
func (w *world) dial(proto, user, device string) (*person, error) {
	p := &person{world: w, proto: proto, user: user, device: device, acks: map[string]chan error{}, wake: make(chan struct{}),
		nextID: uint64(time.Now().UnixMilli()) << 10}
	var err error
	switch proto {
	case "webim":
		if p.token, err = w.gateway.Run(w.ctx, "token", "webim", user); err == nil {
			p.webim, err = w.gateway.DialWebIM(w.ctx, user, p.device, p.token, p.hooks())
		}
	case "zim":
		token, fault := w.gateway.Run(w.ctx, "token", "zim", user)
		if err = fault; err == nil {
			p.zim, err = w.gateway.DialZIM(w.ctx, user, p.device, token, p.hooks())
		}
	default:
		p.xmpp, err = w.gateway.DialXMPP(w.ctx, user, p.device, secret, p.hooks())
	}
	return p, err
}

// settle makes the groups and rooms.
func (w *world) settle() error {
	zim := w.speakers["zim"]
	var others []string
	for _, p := range w.everybody() {
		if p != zim {
			others = append(others, p.user)
		}
	}
	for _, proto := range protos {
		group, err := zim.zim.CreateGroup(w.ctx, "fidelity of "+proto, others...)
		if err != nil {
			return err
		}
		w.groups[proto] = group
		owner := w.speakers[proto]
		if owner != zim {
			if err := zim.ask("transferGroupOwner", map[string]string{"groupID": group, "toUserID": owner.user}); err != nil {
				return err
			}
		}
		if w.rooms[proto], err = owner.makeRoom("room-of-" + proto); err != nil {
			return err
		}
		for _, p := range w.everybody() {
			if err := p.enter(group, false); err != nil {
				return err
			}
			if err := p.enter(w.rooms[proto], true); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeRoom makes a room as its protocol does.
func (p *person) makeRoom(id string) (string, error) {
	switch p.proto {
	case "webim":
		var made struct {
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		err := p.rest("POST", "/chatrooms", map[string]any{"name": "a room", "description": "of WebIM", "owner": p.user, "maxusers": 100}, &made)
		return made.Data.ID, err
	case "zim":
		room := map[string]any{"roomID": id, "roomName": "a room"}
		return id, p.ask("createRoom", map[string]any{"roomInfo": room, "config": map[string]any{}})
	}
	return id, p.enter(id, true)
}

// enter goes into a group or room, where that is something that a client does.
func (p *person) enter(id string, room bool) error {
	switch {
	case p.proto == "webim" && room:
		return p.rest("POST", "/chatrooms/"+id+"/apply?resource="+p.device, map[string]any{}, nil)
	case p.proto == "zim" && room:
		params := map[string]any{"roomInfo": map[string]any{"roomID": id, "roomName": id}, "config": map[string]any{}}
		return p.ask("enterRoom", params)
	case p.proto == "xmpp":
		c := &cell{conv: id, room: room}
		mark := p.mark()
		err := p.xmpp.Put("<presence to='" + c.jid() + "/" + p.user + "'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>")
		if err != nil {
			return err
		}
		if _, ok := p.await(mark, patience, func(f fields) bool { return f["what"] == "entered" && f["conv"] == id && f["user"] == p.user }); !ok {
			return fmt.Errorf("%s does not get into %s", p.user, id)
		}
	}
	return nil
}

// fetch loads a file as a client that was given the link, and returns the digest of what it got.
func (w *world) fetch(link, header, value string) string {
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, link, nil)
	if err != nil {
		return err.Error()
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return errors.Join(err, errors.New(answer.Status)).Error()
	}
	return digest(b)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// picture is a small PNG that no other test has.
func picture(token string) upload {
	img := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for i, b := range []byte(token) {
		img.Set(i%24, i/24, color.RGBA{b, b, 200, 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // into memory: cannot fail
	return upload{token + ".png", "image/png", b.Bytes()}
}
