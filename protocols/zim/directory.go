package zim

import (
	"context"
	"net/url"
	"path"
	"strconv"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

// directory answers a Map from the store, once for each thing: it lives for one packet or one page.
type directory struct {
	*frontend
	ctx      context.Context
	reader   chat.UserID // "": the app's server
	profiles map[chat.UserID]zimwire.UserInfo
	members  map[memberKey]chat.Member
	details  map[chat.Conv]chat.Details
}

type memberKey struct {
	conv chat.Conv
	user chat.UserID
}

// mapFor returns a Map for one packet of the reader's.
func (f *frontend) mapFor(ctx context.Context, reader chat.UserID) zimmap.Map {
	return zimmap.Map{Reader: reader, Dir: &directory{
		frontend: f, ctx: ctx, reader: reader, profiles: map[chat.UserID]zimwire.UserInfo{},
		members: map[memberKey]chat.Member{}, details: map[chat.Conv]chat.Details{},
	}}
}

// miss notes that the store could not answer: the packet goes out with less in it.
func (d *directory) miss(err error, what string) {
	if chat.CodeOf(err) != chat.NotFound && d.ctx.Err() == nil {
		d.Log.Warn().Err(err).Str("what", what).Msg("cannot look up what a packet shows")
	}
}

// Profile implements zimmap.Directory.
func (d *directory) Profile(u chat.UserID) zimwire.UserInfo {
	if p, ok := d.profiles[u]; ok {
		return p
	}
	p := zimwire.UserInfo{UserID: string(u)}
	known, err := d.Store.Profile(d.ctx, u)
	if err != nil {
		d.miss(err, "profile")
	} else {
		p.UserName, p.UserAvatarURL, p.UserExtendedData = known.Name, known.Avatar, known.Extra
	}
	d.profiles[u] = p
	return p
}

// Member implements zimmap.Directory.
func (d *directory) Member(c chat.Conv, u chat.UserID) chat.Member {
	key := memberKey{c, u}
	if m, ok := d.members[key]; ok {
		return m
	}
	m, err := d.Store.Member(d.ctx, c, u)
	if err != nil {
		d.miss(err, "member")
	}
	m.User = u
	d.members[key] = m
	return m
}

// Details implements zimmap.Directory.
func (d *directory) Details(c chat.Conv) chat.Details {
	if known, ok := d.details[c]; ok {
		return known
	}
	known, err := d.Store.Details(d.ctx, c)
	if err != nil {
		d.miss(err, "group")
	}
	known.Conv = c
	d.details[c] = known
	return known
}

// Entry implements zimmap.Directory.
func (d *directory) Entry(c chat.Conv, ref chat.Ref) *chat.Entry {
	e, err := d.Store.Entry(d.ctx, d.reader, c, ref)
	if err != nil {
		d.miss(err, "message")
		return nil
	}
	return &e
}

const filesPath = "/zim/files/"

// Link implements zimmap.Directory: whoever was given the message may fetch the file for as long as it is kept.
func (d *directory) Link(f chat.FileRef) string {
	return d.PublicURL() + filesPath + f.ID + "?secret=" + url.QueryEscape(d.Media.Secret(f.ID))
}

// Smaller implements zimmap.Directory.
func (d *directory) Smaller(f chat.FileRef, side int) string {
	return d.Link(f) + "&side=" + strconv.Itoa(side)
}

// File implements zimmap.Directory. An upload is its uploader's to send; a link proves that one was given the file.
func (d *directory) File(uid, link string) chat.FileRef {
	if id, secret, ok := ownLink(link); ok && d.Media.Proves(id, secret) {
		return d.file(id, "")
	}
	if uid != "" && d.reader != "" {
		if f := d.file(uid, d.reader); !f.IsZero() {
			return f
		}
	}
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return chat.FileRef{}
	}
	return chat.FileRef{URL: link, Name: path.Base(u.Path)}
}

func (d *directory) file(id string, owner chat.UserID) chat.FileRef {
	f, err := d.Media.Get(d.ctx, id)
	if err != nil || (owner != "" && f.Owner != owner) {
		return chat.FileRef{}
	}
	return f.Ref()
}

// ownLink reads a link that Link has made, under whatever name the gateway was then reached.
func ownLink(link string) (id, secret string, ok bool) {
	u, err := url.Parse(link)
	if err != nil {
		return "", "", false
	}
	id, ok = strings.CutPrefix(u.Path, filesPath)
	return id, u.Query().Get("secret"), ok
}
