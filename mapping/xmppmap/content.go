package xmppmap

import (
	"fmt"
	"mime"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// content returns what a message says, nil if it has no body and no file, and the children that this stands for wholly:
// they need not be kept beside it.
func (m Map) content(s *xmppwire.Stanza) (chat.Content, map[*xmppwire.Element]bool) {
	var bodies []*xmppwire.Element
	for _, c := range s.Children {
		if c.Is(xmppwire.NSClient, "body") {
			bodies = append(bodies, c)
		}
	}
	text := ""
	if len(bodies) > 0 {
		text = bodies[0].Text()
	}
	if media, ok := m.media(s, text); ok {
		return media, nil
	}
	if len(bodies) == 0 {
		return m.foreign(s), nil
	}
	if lat, lon, ok := parseGeo(text); ok {
		geo := s.Child(NSGeoloc, "geoloc")
		return chat.Location{Lat: lat, Lon: lon, Name: geo.ChildText(NSGeoloc, "description"), Address: geo.ChildText(NSGeoloc, "text")}, nil
	}
	if custom := m.foreign(s); custom != nil {
		return custom, nil
	}
	shown := withoutFallback(s, text, NSReply)
	if len(bodies) == 1 && bodies[0].Lang() == "" && shown == text {
		return chat.Text{Text: text}, map[*xmppwire.Element]bool{bodies[0]: true}
	}
	return chat.Text{Text: shown}, nil
}

// withoutFallback returns the body without the stretches that are there for clients that do not know an extension
// [XEP-0428]. Positions count code points.
func withoutFallback(s *xmppwire.Stanza, text, feature string) string {
	for _, f := range s.Children {
		if !f.Is(NSFallback, "fallback") || f.Attr("for") != feature {
			continue
		}
		part := f.Child(NSFallback, "body")
		runes := []rune(text)
		if part == nil {
			if f.Child(NSFallback, "subject") == nil {
				return ""
			}
			continue
		}
		start, end := 0, len(runes)
		if v, ok := part.Lookup("start"); ok {
			start, _ = strconv.Atoi(v)
		}
		if v, ok := part.Lookup("end"); ok {
			end, _ = strconv.Atoi(v)
		}
		if start < 0 || end > len(runes) || start >= end {
			continue
		}
		return string(runes[:start]) + string(runes[end:])
	}
	return text
}

// media reads a file: stateless file sharing [XEP-0447], or a body that is nothing but an out-of-band address [XEP-0066].
func (m Map) media(s *xmppwire.Stanza, text string) (chat.Media, bool) {
	if share := s.Child(NSSFS, "file-sharing"); share != nil {
		target := share.Child(NSSFS, "sources").Child(NSURLData, "url-data").Attr("target")
		if isWeb(target) {
			media := m.fileAt(target)
			m.readMetadata(&media, share.Child(NSFile, "file"))
			if share.Attr("disposition") == "attachment" {
				media.Kind = chat.MediaFile // to be kept, whatever it is [XEP-0447 §3]
			}
			caption := withoutFallback(s, text, NSSFS)
			if strings.TrimSpace(caption) != target {
				media.Caption = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(caption), target))
			}
			return media, true
		}
	}
	oob := s.Child(NSOOB, "x").ChildText(NSOOB, "url")
	if oob != "" && isWeb(oob) && strings.TrimSpace(text) == oob {
		media := m.fileAt(oob)
		media.Caption = s.Child(NSOOB, "x").ChildText(NSOOB, "desc")
		return media, true
	}
	return chat.Media{}, false
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// fileAt is what is known of a file from its address alone.
func (m Map) fileAt(target string) chat.Media {
	f := chat.FileRef{URL: target}
	if m.Links != nil {
		if own, ok := m.Links.File(target); ok {
			f = own
		}
	}
	if f.Name == "" {
		if u, err := url.Parse(target); err == nil {
			f.Name = path.Base(u.Path)
		}
	}
	if f.Type == "" {
		f.Type = typeByName(f.Name)
	}
	return chat.Media{Kind: kindOf(f.Type), File: f}
}

// typeByName knows what phones and cameras make; the system's table differs from machine to machine.
func typeByName(name string) string {
	known := map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
		".webp": "image/webp", ".heic": "image/heic", ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
		".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
		".wav": "audio/wav", ".amr": "audio/amr", ".pdf": "application/pdf", ".txt": "text/plain", ".zip": "application/zip"}
	return known[strings.ToLower(path.Ext(name))]
}

func kindOf(mimeType string) chat.MediaKind {
	t, _, err := mime.ParseMediaType(mimeType)
	if err != nil {
		t = mimeType
	}
	switch main, _, _ := strings.Cut(t, "/"); main {
	case "image":
		return chat.MediaImage
	case "audio":
		return chat.MediaAudio
	case "video":
		return chat.MediaVideo
	}
	return chat.MediaFile
}

// readMetadata adds what the sender says of the file [XEP-0446].
func (m Map) readMetadata(media *chat.Media, file *xmppwire.Element) {
	if file == nil {
		return
	}
	if thumb := file.Child(NSThumbs, "thumbnail"); isWeb(thumb.Attr("uri")) {
		preview := m.fileAt(thumb.Attr("uri"))
		media.Thumb, media.ThumbSize = preview.File, sizeOf(thumb.Attr("width"), thumb.Attr("height"))
		if t := thumb.Attr("media-type"); t != "" {
			media.Thumb.Type = t
		}
	}
	if t := file.ChildText(NSFile, "media-type"); t != "" {
		media.File.Type, media.Kind = t, kindOf(t)
	}
	if n := file.ChildText(NSFile, "name"); n != "" {
		media.File.Name = path.Base(n)
	}
	if n, err := strconv.ParseInt(file.ChildText(NSFile, "size"), 10, 64); err == nil && n > 0 {
		media.File.Length = n
	}
	if h := file.Child(NSHashes, "hash"); h != nil && media.File.Hash == "" {
		media.File.Hash = h.Text()
	}
	if n, err := strconv.ParseInt(file.ChildText(NSFile, "length"), 10, 64); err == nil && n > 0 {
		media.Duration = time.Duration(n) * time.Millisecond
	}
	media.Size = sizeOf(file.ChildText(NSFile, "width"), file.ChildText(NSFile, "height"))
}

// sizeOf reads width and height; zero where one is missing.
func sizeOf(w, h string) chat.Size {
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if err1 != nil || err2 != nil || width <= 0 || height <= 0 {
		return chat.Size{}
	}
	return chat.Size{Width: width, Height: height}
}

// parseGeo reads a body that is a geo: URI and nothing else [RFC 5870].
func parseGeo(text string) (lat, lon float64, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "geo:")
	if !ok {
		return 0, 0, false
	}
	rest, _, _ = strings.Cut(rest, ";")
	parts := strings.Split(rest, ",")
	if len(parts) < 2 {
		return 0, 0, false
	}
	lat, err1 := strconv.ParseFloat(parts[0], 64)
	lon, err2 := strconv.ParseFloat(parts[1], 64)
	return lat, lon, err1 == nil && err2 == nil && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// said is a content as XMPP says it: what to show, and what explains it to clients that know more.
type said struct {
	body string
	more []*xmppwire.Element
}

// say puts a content into words.
func (m Map) say(c chat.Content) said {
	switch c := c.(type) {
	case chat.Text:
		return said{body: c.Text}
	case chat.Media:
		return m.sayMedia(c)
	case chat.Multi:
		return m.sayMulti(c)
	case chat.Location:
		return sayLocation(c)
	case chat.Command:
		return said{more: []*xmppwire.Element{ownElement("command", c.Name, c.Params, c.Data)}}
	case chat.Custom:
		return said{body: c.Summary(), more: []*xmppwire.Element{ownElement("custom", c.Type, c.Params, c.Data)}}
	case chat.Bundle:
		return m.sayBundle(c)
	case chat.Recalled:
		return said{}
	}
	return said{body: "?"} // the table test reaches every content
}

// sayMedia writes the address alone into the body, which is what makes clients show the file [XEP-0066]; with a caption
// they show a link, and the file where they know XEP-0447.
func (m Map) sayMedia(c chat.Media) said {
	target := m.url(c.File)
	if target == "" {
		return said{body: c.Summary()}
	}
	share := xmppwire.New(NSSFS, "file-sharing")
	share.Set("disposition", "inline")
	if c.Kind == chat.MediaFile {
		share.Set("disposition", "attachment")
	}
	share.Add(m.metadata(c))
	share.AddNew("sources").Add(xmppwire.New(NSURLData, "url-data").Set("target", target))
	oob := xmppwire.New(NSOOB, "x").Add(xmppwire.TextElement(NSOOB, "url", target))
	if c.Caption == "" {
		return said{body: target, more: []*xmppwire.Element{oob, share}}
	}
	body := c.Caption + "\n" + target
	start := len([]rune(c.Caption))
	return said{body: body, more: []*xmppwire.Element{share, fallback(NSSFS, start, len([]rune(body)))}}
}

func (m Map) metadata(c chat.Media) *xmppwire.Element {
	file := xmppwire.New(NSFile, "file")
	add := func(name, value string) {
		if value != "" && value != "0" {
			file.Add(xmppwire.TextElement(NSFile, name, value))
		}
	}
	add("media-type", shownType(c))
	add("name", c.File.Name)
	add("size", strconv.FormatInt(c.File.Length, 10))
	add("width", strconv.Itoa(c.Size.Width))
	add("height", strconv.Itoa(c.Size.Height))
	add("length", strconv.FormatInt(c.Duration.Milliseconds(), 10))
	add("desc", c.Caption)
	if target := m.url(c.Thumb); target != "" {
		thumb := xmppwire.New(NSThumbs, "thumbnail").Set("uri", target).SetIf("media-type", c.Thumb.Type)
		if c.ThumbSize != (chat.Size{}) {
			thumb.Set("width", strconv.Itoa(c.ThumbSize.Width)).Set("height", strconv.Itoa(c.ThumbSize.Height))
		}
		file.Add(thumb)
	}
	return file
}

// shownType is the type by which clients decide how to show a file. Senders of other protocols often say that a picture is
// a picture and give its bytes no type.
func shownType(c chat.Media) string {
	if c.Kind == chat.MediaFile || kindOf(c.File.Type) == c.Kind {
		return c.File.Type
	}
	if byName := typeByName(c.File.Name); kindOf(byName) == c.Kind {
		return byName
	}
	return [...]string{chat.MediaImage: "image/jpeg", chat.MediaAudio: "audio/mpeg", chat.MediaVideo: "video/mp4"}[c.Kind]
}

func fallback(feature string, start, end int) *xmppwire.Element {
	f := xmppwire.New(NSFallback, "fallback").Set("for", feature)
	f.AddNew("body").Set("start", strconv.Itoa(start)).Set("end", strconv.Itoa(end))
	return f
}

func (m Map) url(f chat.FileRef) string {
	if f.URL != "" || f.IsZero() || m.Links == nil {
		return f.URL
	}
	return m.Links.URL(f)
}

func (m Map) sayMulti(c chat.Multi) said {
	var out said
	lines := make([]string, 0, len(c.Parts))
	for _, part := range c.Parts {
		s := m.say(part)
		lines = append(lines, s.body)
		for _, e := range s.more {
			// An out-of-band address that is not the whole body would be shown twice.
			if e.Space != NSOOB && e.Space != NSFallback {
				out.more = append(out.more, e)
			}
		}
	}
	out.body = strings.Join(lines, "\n")
	return out
}

func sayLocation(c chat.Location) said {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	geo := xmppwire.New(NSGeoloc, "geoloc")
	geo.Add(xmppwire.TextElement(NSGeoloc, "lat", number(c.Lat)), xmppwire.TextElement(NSGeoloc, "lon", number(c.Lon)))
	if c.Name != "" {
		geo.Add(xmppwire.TextElement(NSGeoloc, "description", c.Name))
	}
	if c.Address != "" {
		geo.Add(xmppwire.TextElement(NSGeoloc, "text", c.Address))
	}
	return said{body: "geo:" + number(c.Lat) + "," + number(c.Lon), more: []*xmppwire.Element{geo}}
}

func (m Map) sayBundle(c chat.Bundle) said {
	lines := []string{c.Title, c.Preview}
	if c.Title+c.Preview == "" {
		lines = []string{c.Summary()}
	}
	if c.Preview == "" {
		for _, item := range c.Items {
			name := item.Name
			if name == "" {
				name = string(item.From)
			}
			if item.Message.Content != nil {
				lines = append(lines, "> "+name+": "+strings.ReplaceAll(m.say(item.Message.Content).body, "\n", "\n> "))
			}
		}
	}
	if target := m.url(c.File); target != "" {
		lines = append(lines, target)
	}
	return said{body: strings.TrimSpace(strings.Join(lines, "\n"))}
}

// ownElement carries what XMPP has no form for: a type, named values as JSON, and bytes.
func ownElement(local, name string, params map[string]chat.Value, data []byte) *xmppwire.Element {
	e := xmppwire.New(NSOwn, local).SetIf("name", name)
	keys := make([]string, 0, len(params))
	for k := range params {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		e.AddNew("field").Set("name", k).Set("kind", fieldKind(params[k].Kind)).AddText(fieldText(params[k]))
	}
	if len(data) > 0 {
		e.Add(dataElement(data))
	}
	return e
}

// fieldKinds are the words for the kinds of chat.Value, in their order.
var fieldKinds = [...]string{"string", "bool", "int32", "uint32", "int64", "float32", "float64", "json"}

func fieldKind(k chat.ValueKind) string {
	if int(k) < len(fieldKinds) {
		return fieldKinds[k]
	}
	return fmt.Sprintf("kind%d", k)
}
