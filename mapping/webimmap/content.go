package webimmap

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

type content = webimwire.MessageBody_Content

// vframe is what the 4.x SDKs append to a video's link for its first frame.
const vframe = "?vframe=true"

// content reads what a message says [webim 6.3].
func (r Realm) content(c *content) (chat.Content, error) {
	if c.SubType != nil && c.GetSubType() == webimwire.MessageBody_Content_SUB_COMBINE {
		return r.bundle(c), nil
	}
	switch c.GetType() {
	case webimwire.MessageBody_Content_TEXT:
		return chat.Text{Text: c.GetText()}, nil
	case webimwire.MessageBody_Content_IMAGE:
		m := r.media(chat.MediaImage, c)
		m.Animated = c.GetSubType() == webimwire.MessageBody_Content_SUB_GIF
		return m, nil
	case webimwire.MessageBody_Content_VIDEO:
		return r.media(chat.MediaVideo, c), nil
	case webimwire.MessageBody_Content_VOICE:
		return r.media(chat.MediaAudio, c), nil
	case webimwire.MessageBody_Content_FILE:
		return r.media(chat.MediaFile, c), nil
	case webimwire.MessageBody_Content_LOCATION:
		return chat.Location{Lat: c.GetLatitude(), Lon: c.GetLongitude(), Name: c.GetBuildingName(), Address: c.GetAddress()}, nil
	case webimwire.MessageBody_Content_COMMAND:
		params, err := values(c.GetParams())
		return chat.Command{Name: c.GetAction(), Params: params}, err
	case webimwire.MessageBody_Content_CUSTOM:
		params, err := values(c.GetCustomExts())
		return chat.Custom{Type: c.GetCustomEvent(), Params: params}, err
	case webimwire.MessageBody_Content_COMBINE:
		return r.bundle(c), nil
	default:
		// A kind newer than this code: it reaches readers of this protocol as it came.
		return chat.Custom{Type: unknownContent + decimal(int(c.GetType())), Text: c.GetText()}, nil
	}
}

// unknownContent opens the type of a Custom that stands for a content which the schema does not name.
const unknownContent = "webim.content."

func (r Realm) media(kind chat.MediaKind, c *content) chat.Media {
	m := chat.Media{
		Kind:      kind,
		File:      r.file(c.GetRemotePath(), c.GetSecretKey()),
		Size:      size(c.GetSize()),
		ThumbSize: size(c.GetThumbnailSize()),
		Duration:  time.Duration(max(c.GetDuration(), 0)) * time.Second,
	}
	m.File.Name = c.GetDisplayName()
	m.File.Length = int64(max(c.GetFileLength(), 0))
	if thumb := c.GetThumbnailRemotePath(); thumb != "" && strings.TrimSuffix(thumb, vframe) != c.GetRemotePath() {
		m.Thumb = r.file(thumb, c.GetThumbnailSecretKey())
		m.Thumb.Name = c.GetThumbnailDisplayName()
		m.Thumb.Length = int64(max(c.GetThumbnailFileLength(), 0))
	}
	return m
}

func (r Realm) bundle(c *content) chat.Bundle {
	b := chat.Bundle{Title: c.GetTitle(), Preview: c.GetSummary(), Text: c.GetText(), Level: int(c.GetCombineLevel())}
	b.File = r.file(c.GetRemotePath(), c.GetSecretKey())
	if !b.File.IsZero() {
		b.File.Name = c.GetDisplayName()
		b.File.Length = int64(max(c.GetFileLength(), 0))
	}
	return b
}

func size(s *webimwire.MessageBody_Content_Size) chat.Size {
	const most = 1 << 20 // pixels; a side no picture has
	return chat.Size{Width: int(min(max(s.GetWidth(), 0), most)), Height: int(min(max(s.GetHeight(), 0), most))}
}

// fromContent writes what a message says.
func (r Realm) fromContent(c chat.Content) *content {
	switch c := c.(type) {
	case chat.Text:
		return text(c.Text)
	case chat.Media:
		return r.fromMedia(c)
	case chat.Location:
		out := &content{Type: kind(webimwire.MessageBody_Content_LOCATION), Latitude: &c.Lat, Longitude: &c.Lon, Address: &c.Address}
		if c.Name != "" {
			out.BuildingName = &c.Name
		}
		return out
	case chat.Command:
		return &content{Type: kind(webimwire.MessageBody_Content_COMMAND), Action: &c.Name, Params: withData(keyValues(c.Params), c.Data)}
	case chat.Custom:
		return fromCustom(c)
	case chat.Bundle:
		return r.fromBundle(c)
	case chat.Multi:
		return text(r.multiText(c))
	case chat.Recalled:
		return text("")
	default:
		return text(c.Summary())
	}
}

func kind(k webimwire.MessageBody_Content_Type) *webimwire.MessageBody_Content_Type { return &k }

func text(s string) *content {
	return &content{Type: kind(webimwire.MessageBody_Content_TEXT), Text: &s}
}

func fromCustom(c chat.Custom) *content {
	exts := withData(keyValues(c.Params), c.Data)
	if c.Text != "" && find(exts, extText) == nil {
		exts = append(exts, webimwire.StringValue(extText, c.Text))
	}
	return &content{Type: kind(webimwire.MessageBody_Content_CUSTOM), CustomEvent: &c.Type, CustomExts: exts}
}

// withData adds the bytes that another protocol gave a command or custom message
// beside its named fields, under a name of their own.
func withData(kvs []*webimwire.KeyValue, data []byte) []*webimwire.KeyValue {
	switch {
	case len(data) == 0 || find(kvs, extData) != nil:
		return kvs
	case utf8.Valid(data):
		return append(kvs, webimwire.StringValue(extData, string(data)))
	default:
		return append(kvs, webimwire.StringValue(extData+"_base64", base64.StdEncoding.EncodeToString(data)))
	}
}

// The fields that carry what a content of this protocol has no place for: such bytes, the words for who does not know a
// custom message, and those that go with a file.
const (
	extData    = "data"
	extText    = "text"
	extCaption = "caption"
)

func (r Realm) fromMedia(m chat.Media) *content {
	out := &content{}
	link, secret := r.link(m.File)
	out.RemotePath = &link
	if m.File.Name != "" {
		out.DisplayName = new(m.File.Name)
		out.ThumbnailDisplayName = new(m.File.Name) // as the SDKs do [webim 6.3]
	}
	if secret != "" {
		out.SecretKey = &secret
	}
	if m.File.Length > 0 {
		out.FileLength = new(int32(min(m.File.Length, 1<<31-1)))
	}
	if seconds := int32((m.Duration + time.Second/2) / time.Second); m.Duration > 0 {
		out.Duration = new(max(seconds, 1))
	}
	if m.Size != (chat.Size{}) || m.Kind == chat.MediaImage {
		out.Size = fromSize(m.Size)
	}
	switch m.Kind {
	case chat.MediaImage:
		out.Type = kind(webimwire.MessageBody_Content_IMAGE)
		if m.Animated {
			out.SubType = webimwire.MessageBody_Content_SUB_GIF.Enum()
		}
	case chat.MediaAudio:
		out.Type = kind(webimwire.MessageBody_Content_VOICE)
	case chat.MediaVideo:
		out.Type = kind(webimwire.MessageBody_Content_VIDEO)
	default:
		out.Type = kind(webimwire.MessageBody_Content_FILE)
	}
	r.addThumb(out, m, link, secret)
	return out
}

func (r Realm) addThumb(out *content, m chat.Media, link, secret string) {
	switch {
	case !m.Thumb.IsZero():
		thumb, thumbSecret := r.link(m.Thumb)
		out.ThumbnailRemotePath, out.ThumbnailSecretKey = &thumb, &thumbSecret
		if m.Thumb.Name != "" {
			out.ThumbnailDisplayName = new(m.Thumb.Name)
		}
		if m.Thumb.Length > 0 {
			out.ThumbnailFileLength = new(int32(min(m.Thumb.Length, 1<<31-1)))
		}
	case m.Kind == chat.MediaVideo && m.File.ID != "":
		out.ThumbnailRemotePath, out.ThumbnailSecretKey = new(link+vframe), &secret
	}
	if m.ThumbSize != (chat.Size{}) {
		out.ThumbnailSize = fromSize(m.ThumbSize)
	}
}

func fromSize(s chat.Size) *webimwire.MessageBody_Content_Size {
	return &webimwire.MessageBody_Content_Size{Width: new(float64(s.Width)), Height: new(float64(s.Height))}
}

func (r Realm) fromBundle(b chat.Bundle) *content {
	out := &content{
		Type: kind(webimwire.MessageBody_Content_TEXT), Text: new(b.Summary()),
		Title: &b.Title, Summary: &b.Preview, CombineLevel: new(int32(max(b.Level, 1))),
	}
	if b.Text != "" {
		out.Text = &b.Text
	}
	if b.File.IsZero() {
		// Without the file a client could open nothing: it is told in text what is inside.
		out.Title, out.Summary, out.CombineLevel = nil, nil, nil
		return out
	}
	link, secret := r.link(b.File)
	out.RemotePath, out.SecretKey = &link, &secret
	out.DisplayName = new(b.File.Name)
	if b.File.Length > 0 {
		out.FileLength = new(int32(min(b.File.Length, 1<<31-1)))
	}
	out.SubType = webimwire.MessageBody_Content_SUB_COMBINE.Enum()
	return out
}

// multiText is what a reader sees of several contents in one: one a line, files as links.
func (r Realm) multiText(m chat.Multi) string {
	lines := make([]string, len(m.Parts))
	for i, part := range m.Parts {
		lines[i] = part.Summary()
		if media, ok := part.(chat.Media); ok {
			link, secret := r.link(media.File)
			if media.File.ID != "" {
				link = r.Base + r.filesPath() + FileSegment(media.File.ID, secret)
			}
			lines[i] += " " + link
		}
	}
	return strings.Join(lines, "\n")
}
