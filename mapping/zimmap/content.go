package zimmap

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// native is what a ZIM message says beyond the model. The names are short because every message carries them.
type native struct {
	Type            zimwire.MessageType `json:"t,omitzero"` // where the content alone would tell another
	SearchedContent string              `json:"s,omitzero"`
	FileUID         string              `json:"f,omitzero"`
	NotifyMentioned bool                `json:"n,omitzero"`
	Title           string              `json:"h,omitzero"`
	Items           []native            `json:"i,omitzero"`
	// Unaware: the sender's own clients are not told.
	Unaware bool `json:"u,omitzero"`
	// All: this is the last of as many as one call has deleted.
	All int64 `json:"a,omitzero"`
	// Of a recall: what was recalled, and by whom.
	OriginalType zimwire.MessageType         `json:"o,omitzero"`
	RevokeStatus zimwire.MessageRevokeStatus `json:"r,omitzero"`
}

func (n native) pack() chat.Native {
	data, err := json.Marshal(n)
	if err != nil || string(data) == "{}" {
		return chat.Native{}
	}
	return chat.Native{Protocol: Protocol, Data: data}
}

func unpack(n chat.Native) native {
	var out native
	if n.Protocol == Protocol && json.Unmarshal(n.Data, &out) != nil {
		return native{}
	}
	return out
}

// LastOf returns the native part of the last change of a call that deletes everywhere: the call has an event of its own.
func LastOf(count int64) chat.Native { return native{All: count}.pack() }

// MakeUnaware returns the draft of a message of which its sender's own ZIM clients are not told.
func MakeUnaware(d chat.Draft) chat.Draft {
	n := unpack(d.Native)
	n.Unaware = true
	d.Native = n.pack()
	return d
}

// IsUnaware reports whether the event is of that kind, and reader its sender.
func IsUnaware(ev *chat.Event, reader chat.UserID) bool {
	return ev.From == reader && ev.Source == chat.Server && unpack(ev.Native).Unaware
}

// customPrefix begins the type of a custom message; the sub type follows.
const customPrefix = "zim.custom."

// extendedKey names a ZIM message's extended data among a message's own fields.
const extendedKey = "extendedData"

// content returns what a message or one of its items says.
func (m Map) content(w zimwire.MessageLiteInfo, uid string) (chat.Content, native, error) {
	switch w.Type {
	case zimwire.MessageTypeText, zimwire.MessageTypeBarrage:
		if strings.TrimSpace(w.Message) == "" {
			return nil, native{}, chat.Refuse(chat.Invalid, "the message is empty")
		}
		return chat.Text{Text: w.Message}, native{}, nil
	case zimwire.MessageTypeCommand:
		data, err := base64.StdEncoding.DecodeString(w.Message)
		if err != nil {
			return nil, native{}, chat.Refuse(chat.Invalid, "a command is sent as base64")
		}
		if len(data) == 0 {
			return nil, native{}, chat.Refuse(chat.Invalid, "the message is empty")
		}
		return chat.Command{Data: data}, native{}, nil
	case zimwire.MessageTypeCustom:
		return chat.Custom{Type: customPrefix + strconv.FormatInt(w.SubType, 10), Data: []byte(w.Message), Text: w.SearchedContent},
			native{}, nil
	case zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo:
		return m.media(w, uid)
	}
	return nil, native{}, chat.Refuse(chat.Unsupported, "messages of type %d cannot be sent", int(w.Type))
}

var mediaKinds = [...]struct {
	wire zimwire.MessageType
	kind chat.MediaKind
}{
	{zimwire.MessageTypeImage, chat.MediaImage}, {zimwire.MessageTypeFile, chat.MediaFile},
	{zimwire.MessageTypeAudio, chat.MediaAudio}, {zimwire.MessageTypeVideo, chat.MediaVideo},
}

func kindOf(t zimwire.MessageType) chat.MediaKind {
	for _, k := range mediaKinds {
		if k.wire == t {
			return k.kind
		}
	}
	return chat.MediaFile
}

func typeOf(k chat.MediaKind) zimwire.MessageType {
	for _, m := range mediaKinds {
		if m.kind == k {
			return m.wire
		}
	}
	return zimwire.MessageTypeFile
}

func (m Map) media(w zimwire.MessageLiteInfo, uid string) (chat.Content, native, error) {
	file := m.Dir.File(uid, w.FileDownloadURL)
	if file.IsZero() {
		return nil, native{}, zimwire.Refuse(zimwire.MessageModuleFileNotExist, "the message names no file")
	}
	if w.FileName != "" {
		file.Name = w.FileName
	}
	if file.Length == 0 {
		file.Length = w.FileSize
	}
	c := chat.Media{Kind: kindOf(w.Type), File: file}
	thumb := w.ThumbnailDownloadURL
	switch w.Type {
	case zimwire.MessageTypeAudio:
		c.Duration = time.Duration(w.AudioDuration) * time.Second
	case zimwire.MessageTypeVideo:
		c.Duration = time.Duration(w.VideoDuration) * time.Second
		thumb = w.VideoFirstFrameDownloadURL
		c.ThumbSize = size(w.VideoFirstFrameWidth, w.VideoFirstFrameHeight)
	case zimwire.MessageTypeImage:
		c.Size = size(w.OriginalImageWidth, w.OriginalImageHeight)
		c.LargeSize = size(w.LargeImageWidth, w.LargeImageHeight)
		c.ThumbSize = size(w.ThumbnailWidth, w.ThumbnailHeight)
		if w.LargeImageDownloadURL != "" {
			c.Large = m.Dir.File("", w.LargeImageDownloadURL)
		}
	}
	if thumb != "" {
		c.Thumb = m.Dir.File("", thumb)
	}
	// The smaller forms that the server makes are no files of their own.
	if c.Large.ID == file.ID && file.ID != "" {
		c.Large = chat.FileRef{}
	}
	if c.Thumb.ID == file.ID && file.ID != "" {
		c.Thumb = chat.FileRef{}
	}
	n := native{}
	if uid != file.ID {
		n.FileUID = uid
	}
	return c, n, nil
}

func size(w, h int64) chat.Size { return chat.Size{Width: int(w), Height: int(h)} }

// fromContent writes c as ZIM's message or item; n is what its author said beyond it.
func (m Map) fromContent(c chat.Content, n native) zimwire.Message {
	switch c := c.(type) {
	case chat.Text:
		t := zimwire.MessageTypeText
		if n.Type != 0 {
			t = n.Type
		}
		return zimwire.Message{Type: t, Message: c.Text}
	case chat.Media:
		return m.fromMedia(c, n)
	case chat.Multi:
		return m.fromMulti(c, n)
	case chat.Location:
		return zimwire.Message{Type: zimwire.MessageTypeText, Message: fmt.Sprintf("%s (%g, %g)", c.Summary(), c.Lat, c.Lon)}
	case chat.Command:
		return zimwire.Message{Type: zimwire.MessageTypeCommand, Message: base64.StdEncoding.EncodeToString(commandBytes(c))}
	case chat.Custom:
		return fromCustom(c)
	case chat.Bundle:
		return zimwire.Message{Type: zimwire.MessageTypeCombine, Title: c.Title, Summary: bundleSummary(c)}
	case chat.Recalled:
		return zimwire.Message{Type: zimwire.MessageTypeRevoke}
	}
	return zimwire.Message{Type: zimwire.MessageTypeUnknown}
}

func bundleSummary(c chat.Bundle) string {
	if c.Preview == "" {
		return c.Text
	}
	return c.Preview
}

// foreign is what a ZIM client reads of a command or custom message of another protocol. Data stands as text where it is text.
type foreign struct {
	Name   string         `json:"name,omitzero"`
	Type   string         `json:"type,omitzero"`
	Params jsontext.Value `json:"params,omitzero"`
	Data   string         `json:"data,omitzero"`
	Base64 []byte         `json:"data_base64,omitzero"`
	Text   string         `json:"text,omitzero"`
}

// write returns f as JSON, with these params and data in it.
func (f foreign) write(params map[string]chat.Value, data []byte) []byte {
	if len(params) > 0 {
		f.Params = object(params)
	}
	if f.Data = string(data); !utf8.Valid(data) {
		f.Data, f.Base64 = "", data
	}
	text, err := json.Marshal(f)
	if err != nil {
		return []byte(f.Name + f.Type) // what is no UTF-8 cannot have come in
	}
	return text
}

// commandBytes is what a ZIM client reads of a command: its data, or what another protocol said as JSON.
func commandBytes(c chat.Command) []byte {
	switch {
	case c.Name == "" && len(c.Params) == 0:
		return c.Data
	case len(c.Params) == 0 && len(c.Data) == 0:
		return []byte(c.Name)
	}
	return foreign{Name: c.Name}.write(c.Params, c.Data)
}

func fromCustom(c chat.Custom) zimwire.Message {
	w := zimwire.Message{Type: zimwire.MessageTypeCustom, SearchedContent: c.Text}
	if sub, ok := strings.CutPrefix(c.Type, customPrefix); ok {
		if n, err := strconv.ParseInt(sub, 10, 64); err == nil {
			w.SubType, w.Message = n, string(c.Data)
			return w
		}
	}
	w.Message = string(foreign{Type: c.Type, Text: c.Text}.write(c.Params, c.Data))
	return w
}

// object writes fields as a JSON object, in order of their names.
func object(fields map[string]chat.Value) jsontext.Value {
	raw := make(map[string]jsontext.Value, len(fields))
	for k, v := range fields {
		raw[k] = v.AppendJSON(nil)
	}
	out, err := json.Marshal(raw, json.Deterministic(true))
	if err != nil {
		return jsontext.Value("{}")
	}
	return out
}

func (m Map) fromMedia(c chat.Media, n native) zimwire.Message {
	if c.Caption != "" {
		plain := c
		plain.Caption = ""
		return m.fromMulti(chat.Multi{Parts: []chat.Content{chat.Text{Text: c.Caption}, plain}}, native{Items: []native{{}, n}})
	}
	w := zimwire.Message{Type: typeOf(c.Kind), FileName: c.File.Name, FileSize: c.File.Length, FileDownloadURL: m.link(c.File), FileUID: n.FileUID}
	if w.FileUID == "" {
		w.FileUID = c.File.ID
	}
	switch c.Kind {
	case chat.MediaAudio:
		w.AudioDuration = seconds(c.Duration)
	case chat.MediaVideo:
		w.VideoDuration = seconds(c.Duration)
		w.VideoFirstFrameDownloadURL = m.link(c.Thumb)
		w.VideoFirstFrameWidth, w.VideoFirstFrameHeight = int64(c.ThumbSize.Width), int64(c.ThumbSize.Height)
	case chat.MediaImage:
		w.OriginalImageWidth, w.OriginalImageHeight = int64(c.Size.Width), int64(c.Size.Height)
		w.LargeImageDownloadURL, w.ThumbnailDownloadURL = m.link(c.Large), m.link(c.Thumb)
		w.LargeImageWidth, w.LargeImageHeight = int64(c.LargeSize.Width), int64(c.LargeSize.Height)
		w.ThumbnailWidth, w.ThumbnailHeight = int64(c.ThumbSize.Width), int64(c.ThumbSize.Height)
		m.smaller(&w, c.File)
	}
	return w
}

// The sides of the smaller forms of a picture, in pixels.
const (
	LargeSide = 720
	ThumbSide = 198
)

// smaller fills in the forms of a picture that its sender did not give: those that the server makes of a file of ours, else
// the picture itself.
func (m Map) smaller(w *zimwire.Message, file chat.FileRef) {
	form := func(side int, link *string, width, height *int64) {
		if *link != "" {
			return
		}
		fw, fh := Fit(w.OriginalImageWidth, w.OriginalImageHeight, int64(side))
		if *link = w.FileDownloadURL; file.ID != "" {
			*link = m.Dir.Smaller(file, side)
		} else {
			fw, fh = w.OriginalImageWidth, w.OriginalImageHeight
		}
		if *width == 0 || *height == 0 {
			*width, *height = fw, fh
		}
	}
	form(LargeSide, &w.LargeImageDownloadURL, &w.LargeImageWidth, &w.LargeImageHeight)
	form(ThumbSide, &w.ThumbnailDownloadURL, &w.ThumbnailWidth, &w.ThumbnailHeight)
}

// Fit returns the size of a picture made to fit into a square, keeping its proportions; one that is smaller keeps its size.
func Fit(width, height, side int64) (w, h int64) {
	longest := max(width, height)
	if longest <= side {
		return width, height
	}
	return max(1, (width*side+longest/2)/longest), max(1, (height*side+longest/2)/longest)
}

func (m Map) link(f chat.FileRef) string {
	switch {
	case f.IsZero():
		return ""
	case f.URL != "":
		return f.URL
	}
	return m.Dir.Link(f)
}

func seconds(d time.Duration) int64 { return int64(d.Round(time.Second) / time.Second) }

func (m Map) fromMulti(c chat.Multi, n native) zimwire.Message {
	w := zimwire.Message{Type: zimwire.MessageTypeMultiple}
	for i, part := range c.Parts {
		item := native{}
		if i < len(n.Items) {
			item = n.Items[i]
		}
		w.MessageInfoList = append(w.MessageInfoList, liteOf(m.fromContent(part, item)))
	}
	return w
}

// liteOf keeps of a message what its item or a quotation of it shows.
func liteOf(w zimwire.Message) zimwire.MessageLiteInfo {
	return zimwire.MessageLiteInfo{
		Type: w.Type, Message: w.Message, SearchedContent: w.SearchedContent, SubType: w.SubType, Title: w.Title, Summary: w.Summary,
		FileSize: w.FileSize, FileName: w.FileName, FileDownloadURL: w.FileDownloadURL,
		OriginalImageWidth: w.OriginalImageWidth, OriginalImageHeight: w.OriginalImageHeight,
		LargeImageWidth: w.LargeImageWidth, LargeImageHeight: w.LargeImageHeight, LargeImageDownloadURL: w.LargeImageDownloadURL,
		ThumbnailWidth: w.ThumbnailWidth, ThumbnailHeight: w.ThumbnailHeight, ThumbnailDownloadURL: w.ThumbnailDownloadURL,
		AudioDuration: w.AudioDuration, VideoDuration: w.VideoDuration, VideoFirstFrameDownloadURL: w.VideoFirstFrameDownloadURL,
		VideoFirstFrameWidth: w.VideoFirstFrameWidth, VideoFirstFrameHeight: w.VideoFirstFrameHeight, MessageInfoList: w.MessageInfoList,
	}
}

// liteIn returns of a client's message what content reads.
func liteIn(w zimwire.Message) zimwire.MessageLiteInfo { return liteOf(w) }
