package xmppwire

import (
	"bytes"
	"fmt"

	"mellium.im/xmpp/stream"
)

// framer finds where a first-level element ends. It keeps its place when bytes run out, so each byte is looked at
// once however they arrive. It knows as much of XML as that takes; the parser knows the rest.
type framer struct {
	state    frameState
	quote    byte
	depth    int
	pos      int // next byte to look at
	elements int
	attrs    int
	texts    int
	match    int // how much of "[CDATA[" or of "]]>" is matched
}

type frameState uint8

const (
	inText frameState = iota
	afterLess
	inTag
	inQuote
	afterSlash
	inEndTag
	inBang
	inCDATA
)

// What a framer found.
type found uint8

const (
	foundNothing found = iota // needs more bytes
	foundElement
	foundEnd // an end tag at the first level: the stream's own
)

const cdataOpen = "[CDATA["

// scan goes on through b, of which the first pos bytes have been looked at, until an element of the first level is whole.
func (f *framer) scan(b []byte, lim Limits) (found, error) {
	for f.pos < len(b) {
		switch f.state {
		case inText:
			i := bytes.IndexByte(b[f.pos:], '<')
			if i < 0 {
				f.pos = len(b)
				return foundNothing, nil
			}
			if i > 0 {
				f.texts++
			}
			f.pos += i + 1
			f.state = afterLess
		case afterLess:
			if err := f.open(b[f.pos], lim); err != nil {
				return foundNothing, err
			}
		case inTag:
			f.tag(b)
			if f.depth > lim.Depth {
				return foundNothing, tooMuch("too deep")
			}
		case inQuote:
			i := bytes.IndexByte(b[f.pos:], f.quote)
			if i < 0 {
				f.pos = len(b)
				return foundNothing, nil
			}
			f.pos += i + 1
			f.attrs++
			f.state = inTag
		case afterSlash:
			if b[f.pos] != '>' {
				return foundNothing, malformed("a slash inside a tag")
			}
			f.pos++
			f.state = inText
			if f.depth == 0 {
				return foundElement, nil
			}
		case inEndTag:
			i := bytes.IndexByte(b[f.pos:], '>')
			if i < 0 {
				f.pos = len(b)
				return foundNothing, nil
			}
			f.pos += i + 1
			f.state = inText
			f.depth--
			if f.depth < 0 {
				return foundEnd, nil
			}
			if f.depth == 0 {
				return foundElement, nil
			}
		case inBang:
			if err := f.bang(b[f.pos]); err != nil {
				return foundNothing, err
			}
		case inCDATA:
			f.cdata(b)
		}
	}
	return foundNothing, nil
}

// open looks at the byte after '<'.
func (f *framer) open(c byte, lim Limits) error {
	switch c {
	case '/':
		f.state = inEndTag
	case '!':
		f.state, f.match = inBang, 0
	case '?':
		return restricted("a processing instruction")
	default:
		f.elements++
		if f.elements > lim.Elements {
			return tooMuch("too many elements")
		}
		f.state = inTag
		return nil // the byte is part of the name
	}
	f.pos++
	return nil
}

// tag goes through a start tag, outside quotes.
func (f *framer) tag(b []byte) {
	for f.pos < len(b) {
		c := b[f.pos]
		f.pos++
		switch c {
		case '>':
			f.depth++
			f.state = inText
			return
		case '/':
			f.state = afterSlash
			return
		case '\'', '"':
			f.quote, f.state = c, inQuote
			return
		}
	}
}

// bang allows <![CDATA[ inside an element and nothing else: comments and document types are restricted
// [RFC 6120 §11.1].
func (f *framer) bang(c byte) error {
	if f.depth == 0 || c != cdataOpen[f.match] {
		return restricted("a comment or document type")
	}
	f.pos++
	f.match++
	if f.match == len(cdataOpen) {
		f.state, f.match = inCDATA, 0
		f.texts++
	}
	return nil
}

func (f *framer) cdata(b []byte) {
	for f.pos < len(b) {
		c := b[f.pos]
		f.pos++
		switch {
		case c == ']' && f.match < 2:
			f.match++
		case c == ']': // a third one: the last two still count
		case c == '>' && f.match == 2:
			f.state = inText
			return
		default:
			f.match = 0
		}
	}
}

func malformed(what string) error  { return fmt.Errorf("%s: %w", what, stream.NotWellFormed) }
func restricted(what string) error { return fmt.Errorf("%s: %w", what, stream.RestrictedXML) }
func tooMuch(what string) error    { return fmt.Errorf("%s: %w", what, stream.PolicyViolation) }
func encoding(what string) error   { return fmt.Errorf("%s: %w", what, stream.UnsupportedEncoding) }
