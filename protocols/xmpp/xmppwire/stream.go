package xmppwire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"mellium.im/xmpp/stream"
)

// Header is a stream header, of either transport.
type Header struct {
	To, From, ID, Version, Lang string
	Namespace                   string // of the content; "" over WebSocket
}

// ErrEnd reports that the peer has closed its stream in good order.
var ErrEnd = errors.New("xmppwire: the stream has ended")

// Reader cuts what a TCP peer sends: a header, elements, the end. Errors that are the peer's fault are, to errors.As,
// a stream.Error of the name that the peer is to be told; others are the connection's. After an error other than
// ErrUnsafe only Restart helps.
type Reader struct {
	r      io.Reader
	buf    []byte
	from   int // what is before has been taken
	frame  framer
	parser parser
	root   string // the header's name as written
	pings  int
}

const (
	readSize = 4 << 10
	// keepSize bounds the buffer that an idle session holds on to.
	keepSize = 16 << 10
)

// NewReader returns a Reader of r.
func NewReader(r io.Reader, lim Limits) *Reader {
	rd := &Reader{r: r}
	rd.SetLimits(lim)
	return rd
}

// SetLimits changes the limits from the next element on.
func (r *Reader) SetLimits(lim Limits) { r.parser.lim = lim.withDefaults() }

// ReadAs makes the namespace space mean NSClient from here on: the stanzas of a component's stream [XEP-0114 §4] are the
// same as a client's but for their namespace.
func (r *Reader) ReadAs(space string) { r.parser.alias = space }

// Restart begins a new stream on the same connection, as after SASL: a header comes next.
func (r *Reader) Restart() {
	r.frame, r.root = framer{}, ""
	r.parser.base = r.parser.base[:0]
}

// Replace begins a new stream on another connection, as after STARTTLS. What the peer sent ahead in the clear is
// thrown away: it could have been anybody's.
func (r *Reader) Replace(conn io.Reader) {
	r.r, r.buf, r.from = conn, r.buf[:0], 0
	r.Restart()
}

// Keepalives returns how many stretches of white space between elements have been read.
func (r *Reader) Keepalives() int { return r.pings }

// Header reads the stream header, after an optional XML declaration. It checks the two namespaces and the name;
// what the attributes say is the caller's business.
func (r *Reader) Header() (Header, error) {
	tag, err := r.headerTag()
	if err != nil {
		return Header{}, err
	}
	p := &r.parser
	p.base = p.base[:0]
	p.reset(tag, hint{elements: 1, attrs: 8})
	if err := checkChars(p.s); err != nil {
		return Header{}, err
	}
	e, empty, err := p.start()
	if err != nil {
		return Header{}, err
	}
	if len(p.open) > 0 {
		r.root = p.open[0].name
	}
	p.base = append(p.base, p.scope...)
	content, _ := p.lookupSpace("")
	switch {
	case e.Space != NSStream:
		err = fmt.Errorf("root of namespace %q: %w", e.Space, stream.InvalidNamespace)
	case e.Local != "stream" || empty:
		err = fmt.Errorf("root %q: %w", e.Local, stream.BadFormat)
	case !strings.HasPrefix(r.root, "stream:"):
		// [RFC 6120 §4.8.5] Both may be accepted; stanzas without a declaration could not be told from features.
		err = fmt.Errorf("root written as %q: %w", r.root, stream.BadNamespacePrefix)
	case content != NSClient && content != NSServer:
		err = fmt.Errorf("content of namespace %q: %w", content, stream.InvalidNamespace)
	}
	if err != nil {
		return Header{}, err
	}
	return headerOf(e, content), nil
}

func headerOf(e *Element, content string) Header {
	return Header{To: e.Attr("to"), From: e.Attr("from"), ID: e.Attr("id"), Version: e.Attr("version"),
		Lang: e.Lang(), Namespace: content}
}

// FrameHeader reads an <open/> [RFC 7395 §3.4].
func FrameHeader(e *Element) (Header, error) {
	if !e.Is(NSFraming, "open") {
		return Header{}, fmt.Errorf("first frame is %q of %q: %w", e.Local, e.Space, stream.InvalidNamespace)
	}
	return headerOf(e, ""), nil
}

// headerTag takes the bytes of the first start tag.
func (r *Reader) headerTag() (string, error) {
	declared := false
	for {
		if err := r.skipSpace(!declared); err != nil {
			return "", err
		}
		rest := r.buf[r.from:]
		if rest[0] >= 0xFE { // half of a UTF-16 byte order mark, and never in UTF-8
			return "", encoding("UTF-16")
		}
		if rest[0] != '<' {
			return "", malformed("no stream header")
		}
		if len(rest) < 2 {
			if err := r.fill(); err != nil {
				return "", err
			}
			continue
		}
		end, err := r.tagEnd()
		if err != nil {
			return "", err
		}
		tag := string(r.buf[r.from:end])
		r.from = end
		switch {
		case tag[1] == '?' && !declared && strings.HasPrefix(tag, "<?xml") && len(tag) > 5 && isSpace(tag[5]):
			if err := checkDeclaration(tag); err != nil {
				return "", err
			}
			declared = true
		case tag[1] == '?', tag[1] == '!':
			return "", restricted("before the stream header")
		default:
			return tag, nil
		}
	}
}

// tagEnd reads on until the tag at r.from is whole, and returns the index behind it.
func (r *Reader) tagEnd() (int, error) {
	var quote byte
	i := r.from + 1
	for {
		for ; i < min(len(r.buf), r.from+r.parser.lim.Bytes); i++ {
			switch c := r.buf[i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '\'' || c == '"':
				quote = c
			case c == '<':
				return 0, malformed("a tag inside a tag")
			case c == '>':
				return i + 1, nil
			}
		}
		if i-r.from >= r.parser.lim.Bytes {
			return 0, tooMuch("too long")
		}
		before := r.from
		if err := r.fill(); err != nil {
			return 0, err
		}
		i += r.from - before
	}
}

// checkDeclaration allows UTF-8 alone [RFC 6120 §11.6].
func checkDeclaration(tag string) error {
	if !strings.HasSuffix(tag, "?>") {
		return malformed("an XML declaration that does not end")
	}
	low := strings.ToLower(tag)
	if _, rest, ok := strings.Cut(low, "encoding"); ok {
		rest = strings.TrimLeft(rest, " \t\r\n=")
		if len(rest) < 2 || !strings.HasPrefix(rest[1:], "utf-8"+rest[:1]) {
			return encoding("an encoding other than UTF-8")
		}
	}
	if _, rest, ok := strings.Cut(low, "version"); ok {
		rest = strings.TrimLeft(rest, " \t\r\n=")
		if len(rest) < 5 || rest[1:4] != "1.0" {
			return malformed("an XML version other than 1.0")
		}
	}
	return nil
}

// Next returns the next element of the stream, or ErrEnd; with ErrUnsafe, an element too. White space between elements is skipped, however much.
func (r *Reader) Next() (*Element, error) {
	if err := r.skipSpace(true); err != nil {
		return nil, err
	}
	if r.buf[r.from] != '<' {
		return nil, fmt.Errorf("text between elements: %w", stream.BadFormat)
	}
	r.frame = framer{}
	lim := r.parser.lim
	for {
		what, err := r.frame.scan(r.buf[r.from:min(len(r.buf), r.from+lim.Bytes)], lim)
		if err != nil {
			return nil, err
		}
		if what == foundNothing {
			if r.frame.pos >= lim.Bytes {
				return nil, tooMuch("too long")
			}
			if err := r.fill(); err != nil {
				return nil, err
			}
			continue
		}
		b := r.buf[r.from : r.from+r.frame.pos]
		r.from += len(b)
		if what == foundEnd {
			return nil, r.end(b)
		}
		return r.parser.parse(b, hint{r.frame.elements, r.frame.attrs, r.frame.texts})
	}
}

// end checks the stream's end tag.
func (r *Reader) end(tag []byte) error {
	name := strings.TrimRight(string(tag[2:len(tag)-1]), " \t\r\n")
	if name != r.root {
		return malformed("an end tag of another name")
	}
	return ErrEnd
}

// skipSpace reads up to the next byte that is no white space. At the start of a document none may come before
// the declaration, but nobody minds.
func (r *Reader) skipSpace(count bool) error {
	seen := false
	for {
		first := r.from
		for r.from < len(r.buf) && isSpace(r.buf[r.from]) {
			r.from++
		}
		seen = seen || r.from > first
		if r.from < len(r.buf) {
			break
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
	if seen && count {
		r.pings++
	}
	return nil
}

// fill reads more. What has been taken makes room first, so r.from may move.
func (r *Reader) fill() error {
	if r.from > 0 {
		n := copy(r.buf, r.buf[r.from:])
		r.buf, r.from = r.buf[:n], 0
		if n == 0 && cap(r.buf) > keepSize {
			r.buf = make([]byte, 0, readSize)
		}
	}
	if cap(r.buf)-len(r.buf) < readSize/2 {
		grown := make([]byte, len(r.buf), max(2*cap(r.buf), readSize))
		copy(grown, r.buf)
		r.buf = grown
	}
	for range maxEmptyReads {
		n, err := r.r.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// maxEmptyReads bounds patience with a connection that gives neither bytes nor an error.
const maxEmptyReads = 100

// Decoder reads WebSocket messages. It belongs to one goroutine.
type Decoder struct{ parser parser }

// NewDecoder returns a Decoder with these limits.
func NewDecoder(lim Limits) *Decoder {
	d := &Decoder{}
	d.SetLimits(lim)
	// [RFC 7395 §3.3] wants every message to declare its namespace. Some clients leave jabber:client out, and
	// there is nothing else that they could mean.
	d.parser.base = []binding{{"", NSClient}}
	return d
}

// SetLimits changes the limits from the next message on.
func (d *Decoder) SetLimits(lim Limits) { d.parser.lim = lim.withDefaults() }

// Decode reads a message that holds one element; white space around it is allowed.
func (d *Decoder) Decode(b []byte) (*Element, error) {
	lim := d.parser.lim
	if len(b) > lim.Bytes {
		return nil, tooMuch("too long")
	}
	b = bytes.Trim(b, " \t\r\n")
	if len(b) == 0 || b[0] != '<' {
		return nil, fmt.Errorf("no element: %w", stream.BadFormat)
	}
	var f framer
	what, err := f.scan(b, lim)
	switch {
	case err != nil:
		return nil, err
	case what != foundElement || f.pos != len(b):
		return nil, malformed("a message that is not one element")
	}
	return d.parser.parse(b, hint{f.elements, f.attrs, f.texts})
}

// Parse reads one element that AppendTo wrote, for what we kept.
func Parse(b []byte) (*Element, error) {
	e, err := NewDecoder(Limits{Bytes: 16 << 20, Elements: 1 << 17}).Decode(b)
	if errors.Is(err, ErrUnsafe) {
		return e, nil // it was judged when it came in
	}
	return e, err
}
