package xmppwire

import (
	"strconv"
	"unicode/utf8"
)

// AppendTo appends the element as XML. outer is the namespace in force where it will stand: a declaration is written
// only where the namespace changes. No text or value can break out: what is no XML character becomes U+FFFD.
func (e *Element) AppendTo(dst []byte, outer string) []byte {
	dst = append(append(dst, '<'), e.Local...)
	if e.Space != outer {
		dst = append(dst, " xmlns='"...)
		dst = append(AppendAttr(dst, e.Space), '\'')
	}
	dst = appendAttrs(dst, e.Attrs)
	if len(e.Nodes) == 0 {
		return append(dst, '/', '>')
	}
	dst = append(dst, '>')
	dst = appendNodes(dst, e.Nodes, e.Space)
	return append(append(append(dst, '<', '/'), e.Local...), '>')
}

// AppendTop is AppendTo for an element of the first level. One of the stream's own namespace takes the prefix stream:,
// for which clients look literally; its children stand in jabber:client. The prefix is declared by the stream
// header, and where there is none, here [RFC 7395 §3.3.3].
func (e *Element) AppendTop(dst []byte, outer string) []byte {
	if e.Space != NSStream {
		return e.AppendTo(dst, outer)
	}
	dst = append(append(dst, "<stream:"...), e.Local...)
	if outer == "" {
		dst = append(append(append(dst, " xmlns:stream='"...), NSStream...), '\'')
	}
	dst = append(appendAttrs(dst, e.Attrs), '>')
	dst = appendNodes(dst, e.Nodes, outer)
	return append(append(append(dst, "</stream:"...), e.Local...), '>')
}

func appendNodes(dst []byte, nodes []Node, outer string) []byte {
	for i := range nodes {
		if c := nodes[i].Elem; c != nil {
			dst = c.AppendTo(dst, outer)
		} else {
			dst = AppendText(dst, nodes[i].Text)
		}
	}
	return dst
}

func appendAttrs(dst []byte, attrs []Attr) []byte {
	for i := range attrs {
		a := &attrs[i]
		switch a.Space {
		case "":
			dst = append(dst, ' ')
		case NSXML:
			dst = append(dst, " xml:"...)
		default:
			// A prefix for each: rare, and always right.
			n := strconv.Itoa(i)
			dst = append(append(append(dst, " xmlns:n"...), n...), "='"...)
			dst = append(AppendAttr(dst, a.Space), "' n"...)
			dst = append(append(dst, n...), ':')
		}
		dst = append(append(dst, a.Local...), "='"...)
		dst = append(AppendAttr(dst, a.Value), '\'')
	}
	return dst
}

// String returns the element as XML that stands on its own.
func (e *Element) String() string {
	if e == nil {
		return ""
	}
	return string(e.AppendTo(nil, ""))
}

// AppendText appends character data, escaped.
func AppendText(dst []byte, s string) []byte { return appendEscaped(dst, s, &textEscapes) }

// AppendAttr appends what stands between the quotes of an attribute, escaped.
func AppendAttr(dst []byte, s string) []byte { return appendEscaped(dst, s, &attrEscapes) }

const replacement = "\uFFFD"

// escapes says what to write for each ASCII character; "": itself.
type escapes [utf8.RuneSelf]string

var textEscapes = func() (t escapes) {
	for c := range byte(' ') {
		t[c] = replacement
	}
	t['\t'], t['\n'], t['\r'] = "", "", "&#13;"
	t['<'], t['>'], t['&'] = "&lt;", "&gt;", "&amp;"
	return t
}()

var attrEscapes = func() (t escapes) {
	t = textEscapes
	t['\t'], t['\n'] = "&#9;", "&#10;"
	t['"'], t['\''] = "&quot;", "&apos;"
	return t
}()

func appendEscaped(dst []byte, s string, t *escapes) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if esc := t[c]; esc != "" {
				dst = append(append(dst, s[from:i]...), esc...)
				from = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			dst = append(append(dst, s[from:i]...), replacement...)
			from = i + n
		}
		i += n
	}
	return append(dst, s[from:]...)
}
