package chat

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Content is what a message says. The set is closed.
type Content interface {
	// Summary is a line of text for whoever cannot show more.
	Summary() string
	// Files are what it refers to; files that nothing refers to are swept.
	Files() []FileRef
	check() error
}

// FileRef names a file: ours by ID, or a foreign one by URL. Exactly one of the two is set; the zero value is no file.
type FileRef struct {
	ID     string `json:",omitzero"` // of media.File
	URL    string `json:",omitzero"`
	Secret string `json:",omitzero"` // what a foreign link wants beside itself
	Name   string `json:",omitzero"` // as the sender calls it
	Type   string `json:",omitzero"` // MIME type
	Length int64  `json:",omitzero"` // bytes; 0: unknown
	Hash   string `json:",omitzero"` // hex digest that the sender gave, for protocols that show it
}

// IsZero reports whether f names no file.
func (f FileRef) IsZero() bool { return f.ID == "" && f.URL == "" }

func (f FileRef) check() error {
	if f.ID != "" && f.URL != "" {
		return Refuse(Invalid, "a file is ours or foreign, not both")
	}
	for _, s := range []string{f.ID, f.URL, f.Secret, f.Name, f.Type, f.Hash} {
		if !utf8.ValidString(s) {
			return Refuse(Invalid, "a file's description is not UTF-8")
		}
	}
	if f.Length < 0 {
		return Refuse(Invalid, "a file has no negative length")
	}
	return nil
}

// MediaKind is what a file in a message is for.
type MediaKind uint8

// The kinds of media.
const (
	MediaFile MediaKind = iota
	MediaImage
	MediaAudio
	MediaVideo
)

var mediaKindNames = [...]string{"file", "image", "audio", "video"}

// String returns the kind's name in lower case.
func (k MediaKind) String() string {
	if int(k) < len(mediaKindNames) {
		return mediaKindNames[k]
	}
	return "media"
}

// Size is width and height in pixels. Zero: unknown.
type Size struct {
	Width  int `json:",omitzero"`
	Height int `json:",omitzero"`
}

type (
	// Text is plain text.
	Text struct{ Text string }

	// Media is one file and how it is to be shown.
	Media struct {
		Kind      MediaKind     `json:",omitzero"`
		File      FileRef       `json:",omitzero"`
		Large     FileRef       `json:",omitzero"` // a smaller picture for the screen
		Thumb     FileRef       `json:",omitzero"` // preview, or a video's first frame
		Caption   string        `json:",omitzero"`
		Size      Size          `json:",omitzero"` // of File
		LargeSize Size          `json:",omitzero"`
		ThumbSize Size          `json:",omitzero"`
		Duration  time.Duration `json:",omitzero"`
		Animated  bool          `json:",omitzero"` // a moving picture
	}

	// Multi is several contents in one message, in order.
	Multi struct{ Parts []Content }

	// Location is a point on the earth, in degrees.
	Location struct {
		Lat, Lon float64
		Name     string `json:",omitzero"`
		Address  string `json:",omitzero"`
	}

	// Command is for programs, not people.
	Command struct {
		Name   string           `json:",omitzero"`
		Params map[string]Value `json:",omitzero"`
		Data   []byte           `json:",omitzero"`
	}

	// Custom is an application's own kind of message. Text is what to show who does not know Type.
	Custom struct {
		Type   string           `json:",omitzero"`
		Params map[string]Value `json:",omitzero"`
		Data   []byte           `json:",omitzero"`
		Text   string           `json:",omitzero"`
	}

	// Bundle is a packet of forwarded messages: copies, for who may read it may not read the originals.
	Bundle struct {
		Title   string      `json:",omitzero"`
		Preview string      `json:",omitzero"` // a few lines of what is inside
		Text    string      `json:",omitzero"` // for who cannot open it
		Items   []Forwarded `json:",omitzero"`
		File    FileRef     `json:",omitzero"` // the items as a file, where the sender's protocol keeps them so
		Level   int         `json:",omitzero"` // bundles inside bundles
	}

	// Recalled is what history shows after a Recall.
	Recalled struct{}
)

// Forwarded is a copy of a message inside a Bundle.
type Forwarded struct {
	From    UserID    `json:",omitzero"`
	Name    string    `json:",omitzero"` // display name at that time
	ID      EventID   `json:",omitzero"` // of the original; 0: unknown
	Time    time.Time `json:",omitzero"`
	Message Message   `json:",omitzero"`
}

// Summary returns the text.
func (c Text) Summary() string { return c.Text }

// Summary returns the caption, else the kind and the file's name in brackets.
func (c Media) Summary() string {
	if c.Caption != "" {
		return c.Caption
	}
	if c.File.Name != "" {
		return "[" + c.Kind.String() + "] " + c.File.Name
	}
	return "[" + c.Kind.String() + "]"
}

// Summary returns the parts' summaries, one a line.
func (c Multi) Summary() string {
	lines := make([]string, len(c.Parts))
	for i, part := range c.Parts {
		lines[i] = part.Summary()
	}
	return strings.Join(lines, "\n")
}

// Summary returns the place's name or address in brackets.
func (c Location) Summary() string {
	switch {
	case c.Name != "" && c.Address != "":
		return "[location] " + c.Name + ", " + c.Address
	case c.Name != "" || c.Address != "":
		return "[location] " + c.Name + c.Address
	}
	return "[location]"
}

// Summary returns the name in brackets; a command is not meant for people.
func (c Command) Summary() string { return "[command] " + c.Name }

// Summary returns the text, else the type in brackets.
func (c Custom) Summary() string {
	if c.Text != "" {
		return c.Text
	}
	return "[" + c.Type + "]"
}

// Summary returns the text for who cannot open the bundle, else title and preview.
func (c Bundle) Summary() string {
	switch {
	case c.Text != "":
		return c.Text
	case c.Title != "" && c.Preview != "":
		return c.Title + "\n" + c.Preview
	}
	return c.Title + c.Preview
}

// Summary says that there is nothing more to read.
func (Recalled) Summary() string { return "[recalled]" }

// Files returns none.
func (Text) Files() []FileRef { return nil }

// Files returns the file and its pictures.
func (c Media) Files() []FileRef {
	files := []FileRef{c.File}
	for _, f := range []FileRef{c.Large, c.Thumb} {
		if !f.IsZero() {
			files = append(files, f)
		}
	}
	return files
}

// Files returns those of all parts.
func (c Multi) Files() []FileRef {
	var files []FileRef
	for _, part := range c.Parts {
		files = append(files, part.Files()...)
	}
	return files
}

// Files returns none.
func (Location) Files() []FileRef { return nil }

// Files returns none.
func (Command) Files() []FileRef { return nil }

// Files returns none.
func (Custom) Files() []FileRef { return nil }

// Files returns the bundle's own and those of its items.
func (c Bundle) Files() []FileRef {
	var files []FileRef
	if !c.File.IsZero() {
		files = append(files, c.File)
	}
	for _, item := range c.Items {
		if item.Message.Content != nil {
			files = append(files, item.Message.Content.Files()...)
		}
	}
	return files
}

// Files returns none: a recalled message lets its files go.
func (Recalled) Files() []FileRef { return nil }

// maxParts bounds Multi and Bundle: more than any client shows, and few enough that one message stays small.
const maxParts = 300

// maxDepth bounds bundles inside bundles, so that reading one cannot exhaust the stack.
const maxDepth = 10

func (c Text) check() error { return checkText(c.Text) }

func (c Media) check() error {
	if c.File.IsZero() {
		return Refuse(Invalid, "a media message names no file")
	}
	if c.Kind > MediaVideo || c.Duration < 0 {
		return Refuse(Invalid, "not a media message")
	}
	for _, f := range c.Files() {
		if err := f.check(); err != nil {
			return err
		}
	}
	return checkText(c.Caption)
}

func (c Multi) check() error {
	if len(c.Parts) == 0 || len(c.Parts) > maxParts {
		return Refuse(Invalid, "a message of several parts has 1 to 300 of them")
	}
	for _, part := range c.Parts {
		switch part.(type) {
		case Text, Media, Custom, Location:
		default:
			return Refuse(Invalid, "such a part cannot stand among several")
		}
		if err := part.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Location) check() error {
	if !(c.Lat >= -90 && c.Lat <= 90) || !(c.Lon >= -180 && c.Lon <= 180) {
		return Refuse(Invalid, "no such place on earth")
	}
	return checkText(c.Name + c.Address)
}

func (c Command) check() error {
	if err := checkText(c.Name); err != nil {
		return err
	}
	return checkValues(c.Params)
}

func (c Custom) check() error {
	if err := checkText(c.Type + c.Text); err != nil {
		return err
	}
	return checkValues(c.Params)
}

func (c Bundle) check() error { return c.checkDepth(1) }

func (c Bundle) checkDepth(depth int) error {
	if len(c.Items) > maxParts || depth > maxDepth {
		return Refuse(TooLarge, "a bundle holds at most 300 messages, ten deep")
	}
	if err := c.File.check(); err != nil {
		return err
	}
	for _, item := range c.Items {
		if err := checkTime(item.Time); err != nil {
			return err
		}
		if inner, ok := item.Message.Content.(Bundle); ok {
			if err := inner.checkDepth(depth + 1); err != nil {
				return err
			}
			item.Message.Content = Text{} // the rest of it
		}
		if err := item.Message.check(); err != nil {
			return err
		}
	}
	return checkText(c.Title + c.Preview + c.Text)
}

func (Recalled) check() error { return Refuse(Invalid, "a message is recalled by a recall") }

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return Refuse(Invalid, "a text is not UTF-8")
	}
	return nil
}

// Contents returns one of each content, for tests that ask of every map whether it has an answer for every kind.
func Contents() []Content {
	return []Content{Text{}, Media{}, Multi{}, Location{}, Command{}, Custom{}, Bundle{}, Recalled{}}
}

// Wording returns all of a content that people read, line by line: what can be looked for, and what a list of words is held
// against.
func Wording(c Content) string {
	switch c := c.(type) {
	case Text:
		return c.Text
	case Media:
		return c.Caption + "\n" + c.File.Name
	case Multi:
		var all []string
		for _, part := range c.Parts {
			all = append(all, Wording(part))
		}
		return strings.Join(all, "\n")
	case Location:
		return c.Name + "\n" + c.Address
	case Custom:
		return c.Text
	case Bundle:
		return c.Title + "\n" + c.Preview + "\n" + c.Text
	}
	return "" // a Command is for programs; what is Recalled says nothing
}
