package xmppwire

// Stanza is a message, presence or iq: its common attributes as fields, and its children.
type Stanza struct {
	Name                     string // "message", "presence" or "iq"
	To, From, ID, Type, Lang string
	Attrs                    []Attr // others, kept as they came
	Children                 []*Element

	inner []byte // Children encoded, once frozen
}

// StanzaOf views an element as a stanza. It reports false for what is none. Text between the children, which can only
// be for looks, is left behind.
func StanzaOf(e *Element) (Stanza, bool) {
	if e.Space != NSClient || e.Local != "message" && e.Local != "presence" && e.Local != "iq" {
		return Stanza{}, false
	}
	s := Stanza{Name: e.Local}
	for _, a := range e.Attrs {
		switch {
		case a.Space == NSXML && a.Local == "lang":
			s.Lang = a.Value
		case a.Space != "":
			s.Attrs = append(s.Attrs, a)
		case a.Local == "to":
			s.To = a.Value
		case a.Local == "from":
			s.From = a.Value
		case a.Local == "id":
			s.ID = a.Value
		case a.Local == "type":
			s.Type = a.Value
		default:
			s.Attrs = append(s.Attrs, a)
		}
	}
	if len(e.Nodes) > 0 {
		s.Children = make([]*Element, 0, len(e.Nodes))
		for i := range e.Nodes {
			if c := e.Nodes[i].Elem; c != nil {
				s.Children = append(s.Children, c)
			}
		}
	}
	return s, true
}

// Message returns a message with these children; Presence and IQ likewise.
func Message(typ string, children ...*Element) Stanza { return newStanza("message", typ, children) }

// Presence returns a presence with these children.
func Presence(typ string, children ...*Element) Stanza { return newStanza("presence", typ, children) }

// IQ returns an iq with these children.
func IQ(typ string, children ...*Element) Stanza { return newStanza("iq", typ, children) }

func newStanza(name, typ string, children []*Element) Stanza {
	s := Stanza{Name: name, Type: typ}
	return *s.Add(children...)
}

// Child returns the first child of this name, nil if there is none.
func (s *Stanza) Child(space, local string) *Element {
	for _, c := range s.Children {
		if c.Local == local && c.Space == space {
			return c
		}
	}
	return nil
}

// ChildOf returns the first child in this namespace, nil if there is none.
func (s *Stanza) ChildOf(space string) *Element {
	for _, c := range s.Children {
		if c.Space == space {
			return c
		}
	}
	return nil
}

// First returns the first child, nil if there is none.
func (s *Stanza) First() *Element {
	if len(s.Children) == 0 {
		return nil
	}
	return s.Children[0]
}

// Body returns the text of the first body, and whether there is one.
func (s *Stanza) Body() (string, bool) {
	b := s.Child(NSClient, "body")
	return b.Text(), b != nil
}

// Add appends children; nil ones are left out. It must not be called on a frozen stanza.
func (s *Stanza) Add(children ...*Element) *Stanza {
	for _, c := range children {
		if c != nil {
			s.Children = append(s.Children, c)
		}
	}
	return s
}

// Without returns the stanza without the children for which drop is true. The receiver stays as it is.
func (s Stanza) Without(drop func(*Element) bool) Stanza {
	kept := make([]*Element, 0, len(s.Children))
	for _, c := range s.Children {
		if !drop(c) {
			kept = append(kept, c)
		}
	}
	s.Children, s.inner = kept, nil
	return s
}

// Freeze encodes the children once, for a stanza that goes to many. Afterwards only the fields may be changed.
func (s *Stanza) Freeze() {
	s.inner = make([]byte, 0, 256)
	for _, c := range s.Children {
		s.inner = c.AppendTo(s.inner, NSClient)
	}
}

// AppendTo appends the stanza as XML. outer is the namespace in force: NSClient inside a TCP stream, "" in a
// WebSocket message.
func (s *Stanza) AppendTo(dst []byte, outer string) []byte {
	dst = append(append(dst, '<'), s.Name...)
	if outer != NSClient {
		dst = append(append(append(dst, " xmlns='"...), NSClient...), '\'')
	}
	dst = appendField(dst, " to='", s.To)
	dst = appendField(dst, " from='", s.From)
	dst = appendField(dst, " id='", s.ID)
	dst = appendField(dst, " type='", s.Type)
	dst = appendField(dst, " xml:lang='", s.Lang)
	dst = appendAttrs(dst, s.Attrs)
	if len(s.Children) == 0 {
		return append(dst, '/', '>')
	}
	dst = append(dst, '>')
	if s.inner != nil {
		dst = append(dst, s.inner...)
	} else {
		for _, c := range s.Children {
			dst = c.AppendTo(dst, NSClient)
		}
	}
	dst = append(append(dst, '<', '/'), s.Name...)
	return append(dst, '>')
}

func appendField(dst []byte, open, value string) []byte {
	if value == "" {
		return dst
	}
	return append(AppendAttr(append(dst, open...), value), '\'')
}

// Element returns the stanza as an element, for where one stanza stands inside another.
func (s *Stanza) Element() *Element {
	e := New(NSClient, s.Name)
	e.SetIf("to", s.To).SetIf("from", s.From).SetIf("id", s.ID).SetIf("type", s.Type).SetLang(s.Lang)
	e.Attrs = append(e.Attrs, s.Attrs...)
	return e.Add(s.Children...)
}

// String returns the stanza as XML that stands on its own.
func (s *Stanza) String() string { return string(s.AppendTo(nil, "")) }
