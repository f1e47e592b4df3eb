package xmppwire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	validator "github.com/mattermost/xml-roundtrip-validator"
	"mellium.im/xmpp/stream"
)

// parser makes an Element of the bytes of one, checking all that the framer left open. Its scratch space is kept
// from one element to the next.
type parser struct {
	lim      Limits
	alias    string    // a namespace that stands for NSClient; "": none
	base     []binding // declared by the stream header
	scope    []binding
	open     []openElement
	pending  []Node // finished children of the open elements
	raw      []rawAttr
	prefixed bool // prefixes beyond xml: were used

	s        string
	i        int
	elements []Element // room for those to come
	attrs    []Attr
	nodes    []Node
}

type binding struct{ prefix, space string }

type openElement struct {
	elem    *Element
	name    string // as written
	scope   int    // len(parser.scope) outside of it
	pending int    // len(parser.pending) at its start
}

type rawAttr struct{ name, value string }

// hint says how much room an element will need.
type hint struct{ elements, attrs, texts int }

// parse decodes b, which holds one whole element and nothing else.
func (p *parser) parse(b []byte, h hint) (*Element, error) {
	p.reset(string(b), h)
	if err := checkChars(p.s); err != nil {
		return nil, err
	}
	root, err := p.element()
	if err != nil {
		return nil, err
	}
	if p.i != len(p.s) {
		return nil, malformed("something after the element")
	}
	if p.prefixed {
		return root, roundtrip(b)
	}
	return root, nil
}

func (p *parser) reset(s string, h hint) {
	p.s, p.i = s, 0
	p.scope = append(p.scope[:0], p.base...)
	p.open, p.pending, p.prefixed = p.open[:0], p.pending[:0], false
	p.elements = make([]Element, 0, max(h.elements, 1))
	p.attrs = make([]Attr, 0, h.attrs)
	p.nodes = make([]Node, 0, h.elements+h.texts)
}

// ErrUnsafe reports an element that is well-formed but that encoding/xml would not write as it reads it. It is returned
// with the element, which is good for nothing but to say whom to refuse; the stream goes on behind it.
var ErrUnsafe = errors.New("xmppwire: the element does not survive a round trip")

// roundtrip asks the validator whether encoding/xml would write what it reads. Attributes of the prefix xml: are left
// out: their prefix needs no declaration, which the validator does not know.
func roundtrip(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errors.Join(ErrUnsafe, err)
		}
		if start, ok := tok.(xml.StartElement); ok {
			start.Attr = slices.DeleteFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Space == "xml" })
			tok = start
		}
		if err := validator.CheckToken(tok); err != nil {
			return errors.Join(ErrUnsafe, err)
		}
	}
}

// element reads the element at p.i and all within it.
func (p *parser) element() (*Element, error) {
	root, done, err := p.start()
	if err != nil || done {
		return root, err
	}
	for len(p.open) > 0 {
		if err := p.text(); err != nil {
			return nil, err
		}
		rest := p.s[p.i:]
		switch {
		case strings.HasPrefix(rest, "</"):
			if err := p.end(); err != nil {
				return nil, err
			}
		case strings.HasPrefix(rest, "<![CDATA["):
			if err := p.cdata(); err != nil {
				return nil, err
			}
		case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<?"):
			return nil, restricted("a comment, document type or processing instruction")
		case rest == "":
			return nil, malformed("the element does not end")
		default:
			if _, _, err := p.start(); err != nil {
				return nil, err
			}
		}
	}
	return root, nil
}

// start reads a start tag or an empty-element tag, which it reports as done.
func (p *parser) start() (e *Element, done bool, err error) {
	p.i++ // the '<', which the caller has seen
	name, err := p.name()
	if err != nil {
		return nil, false, err
	}
	outer := len(p.scope)
	empty, err := p.tagRest()
	if err != nil {
		return nil, false, err
	}
	e = p.newElement()
	if e.Name, err = p.resolve(name, true); err != nil {
		return nil, false, err
	}
	if e.Attrs, err = p.resolveAttrs(); err != nil {
		return nil, false, err
	}
	if empty {
		p.scope = p.scope[:outer]
		p.pending = append(p.pending, Node{Elem: e})
		return e, true, nil
	}
	if len(p.open) >= p.lim.Depth {
		return nil, false, tooMuch("too deep")
	}
	p.open = append(p.open, openElement{elem: e, name: name, scope: outer, pending: len(p.pending)})
	return e, false, nil
}

func (p *parser) newElement() *Element {
	if len(p.elements) == cap(p.elements) {
		p.elements = make([]Element, 0, 16)
	}
	p.elements = p.elements[:len(p.elements)+1]
	return &p.elements[len(p.elements)-1]
}

// tagRest reads attributes into p.raw, declarations into p.scope, and the end of the tag.
func (p *parser) tagRest() (empty bool, err error) {
	p.raw = p.raw[:0]
	declared, scope := 0, len(p.scope)
	for {
		spaced := p.space()
		if p.i >= len(p.s) {
			return false, malformed("a tag does not end")
		}
		switch c := p.s[p.i]; {
		case c == '>':
			p.i++
			return false, nil
		case c == '/':
			if p.i+1 >= len(p.s) || p.s[p.i+1] != '>' {
				return false, malformed("a slash inside a tag")
			}
			p.i += 2
			return true, nil
		case !spaced:
			return false, malformed("no space before an attribute")
		}
		a, err := p.attr()
		if err != nil {
			return false, err
		}
		if declared++; declared > p.lim.Attrs {
			return false, tooMuch("too many attributes")
		}
		if prefix, ok := declares(a.name); ok {
			if err := p.declare(prefix, a.value, scope); err != nil {
				return false, err
			}
			continue
		}
		for i := range p.raw {
			if p.raw[i].name == a.name {
				return false, malformed("an attribute twice")
			}
		}
		p.raw = append(p.raw, a)
	}
}

// attr reads name="value".
func (p *parser) attr() (rawAttr, error) {
	name, err := p.name()
	if err != nil {
		return rawAttr{}, err
	}
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '=' {
		return rawAttr{}, malformed("an attribute without a value")
	}
	p.i++
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '\'' && p.s[p.i] != '"' {
		return rawAttr{}, malformed("a value without quotes")
	}
	quote := p.s[p.i]
	p.i++
	n := strings.IndexByte(p.s[p.i:], quote)
	if n < 0 {
		return rawAttr{}, malformed("a value does not end")
	}
	value := p.s[p.i : p.i+n]
	p.i += n + 1
	if strings.IndexByte(value, '<') >= 0 {
		return rawAttr{}, malformed("a less-than sign in a value")
	}
	value, err = unescape(value)
	return rawAttr{name: name, value: value}, err
}

// declares tells whether an attribute declares a namespace, and for which prefix.
func declares(name string) (prefix string, ok bool) {
	if name == "xmlns" {
		return "", true
	}
	return strings.CutPrefix(name, "xmlns:")
}

// declare binds a prefix [Namespaces in XML 1.0 §3]. Bindings from index from on are of the same tag.
func (p *parser) declare(prefix, space string, from int) error {
	switch {
	case prefix == "xmlns", space == nsXMLNS:
		return malformed("the prefix xmlns is reserved")
	case (prefix == "xml") != (space == NSXML):
		return malformed("the prefix xml is reserved")
	case prefix != "" && space == "":
		return malformed("a prefix bound to nothing")
	case strings.ContainsRune(prefix, ':'):
		return malformed("two colons in a name")
	}
	for _, b := range p.scope[from:] {
		if b.prefix == prefix {
			return malformed("an attribute twice")
		}
	}
	if space == p.alias && space != "" {
		space = NSClient
	}
	p.scope = append(p.scope, binding{prefix, space})
	return nil
}

// resolve turns a name as written into its expanded one. Only elements take the default namespace.
func (p *parser) resolve(name string, elem bool) (Name, error) {
	colon := strings.IndexByte(name, ':')
	if colon < 0 {
		if !elem {
			return Name{Local: name}, nil
		}
		space, _ := p.lookupSpace("")
		return Name{Space: space, Local: name}, nil
	}
	prefix, local := name[:colon], name[colon+1:]
	if prefix == "" || local == "" || strings.IndexByte(local, ':') >= 0 || !nameStart(local) {
		return Name{}, malformed("a colon in the wrong place")
	}
	if prefix == "xml" {
		if elem {
			return Name{}, malformed("an element of the prefix xml")
		}
		return Name{Space: NSXML, Local: local}, nil
	}
	space, ok := p.lookupSpace(prefix)
	if !ok {
		return Name{}, malformed("a prefix that is not declared")
	}
	p.prefixed = true
	return Name{Space: space, Local: local}, nil
}

// lookupSpace looks a prefix up, innermost declaration first.
func (p *parser) lookupSpace(prefix string) (string, bool) {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == prefix {
			return p.scope[i].space, true
		}
	}
	return "", prefix == ""
}

func (p *parser) resolveAttrs() ([]Attr, error) {
	if len(p.raw) == 0 {
		return nil, nil
	}
	if cap(p.attrs)-len(p.attrs) < len(p.raw) {
		p.attrs = make([]Attr, 0, len(p.raw))
	}
	first := len(p.attrs)
	for _, a := range p.raw {
		name, err := p.resolve(a.name, false)
		if err != nil {
			return nil, err
		}
		if name.Space != "" {
			if _, twice := lookup(p.attrs[first:], name.Space, name.Local); twice {
				return nil, malformed("an attribute twice")
			}
		}
		p.attrs = append(p.attrs, Attr{Name: name, Value: a.value})
	}
	return p.attrs[first:len(p.attrs):len(p.attrs)], nil
}

// end reads an end tag and closes the innermost element.
func (p *parser) end() error {
	p.i += 2
	top := p.open[len(p.open)-1]
	if !strings.HasPrefix(p.s[p.i:], top.name) {
		return malformed("an end tag of another name")
	}
	p.i += len(top.name)
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '>' {
		return malformed("an end tag of another name")
	}
	p.i++
	top.elem.Nodes = p.keep(p.pending[top.pending:])
	p.pending = append(p.pending[:top.pending], Node{Elem: top.elem})
	p.scope = p.scope[:top.scope]
	p.open = p.open[:len(p.open)-1]
	return nil
}

// keep copies nodes to where they stay.
func (p *parser) keep(nodes []Node) []Node {
	if len(nodes) == 0 {
		return nil
	}
	if cap(p.nodes)-len(p.nodes) < len(nodes) {
		p.nodes = make([]Node, 0, len(nodes))
	}
	first := len(p.nodes)
	p.nodes = append(p.nodes, nodes...)
	return p.nodes[first:len(p.nodes):len(p.nodes)]
}

// text reads character data up to the next tag.
func (p *parser) text() error {
	n := strings.IndexByte(p.s[p.i:], '<')
	if n < 0 {
		return malformed("the element does not end")
	}
	if n == 0 {
		return nil
	}
	raw := p.s[p.i : p.i+n]
	p.i += n
	if strings.Contains(raw, "]]>") {
		return malformed("the end of a CDATA section outside of one")
	}
	text, err := unescape(raw)
	if err != nil {
		return err
	}
	p.addText(text)
	return nil
}

func (p *parser) cdata() error {
	p.i += len("<![CDATA[")
	n := strings.Index(p.s[p.i:], "]]>")
	if n < 0 {
		return malformed("a CDATA section does not end")
	}
	p.addText(newlines(p.s[p.i : p.i+n]))
	p.i += n + len("]]>")
	return nil
}

// addText adds to the innermost element, joining what stands side by side.
func (p *parser) addText(text string) {
	if text == "" {
		return
	}
	first := p.open[len(p.open)-1].pending
	if n := len(p.pending); n > first && p.pending[n-1].Elem == nil {
		p.pending[n-1].Text += text
		return
	}
	p.pending = append(p.pending, Node{Text: text})
}

func (p *parser) space() bool {
	first := p.i
	for p.i < len(p.s) && isSpace(p.s[p.i]) {
		p.i++
	}
	return p.i > first
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// name reads a name [XML §2.3].
func (p *parser) name() (string, error) {
	first := p.i
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c < utf8.RuneSelf {
			if !nameByte[c] {
				break
			}
			p.i++
			continue
		}
		r, n := utf8.DecodeRuneInString(p.s[p.i:])
		if !nameRune(r) {
			return "", malformed("a name of wrong characters")
		}
		p.i += n
	}
	name := p.s[first:p.i]
	if !nameStart(name) {
		return "", malformed("a name of wrong characters")
	}
	if len(name) > maxName {
		return "", tooMuch("a long name")
	}
	return name, nil
}

// checkChars refuses what is no UTF-8 and no XML character [XML §2.2].
func checkChars(s string) error {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
				return malformed("a control character")
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return encoding("not UTF-8")
		}
		if r == 0xFFFE || r == 0xFFFF {
			return malformed("a character that is none")
		}
		i += n
	}
	return nil
}

// errEntity is a reference to an entity that XMPP does not know [RFC 6120 §11.1].
var errEntity = fmt.Errorf("an entity reference: %w", stream.RestrictedXML)
