package xmppwire

import (
	"iter"
	"strings"
)

// Name is an element's or attribute's expanded name.
type Name struct{ Space, Local string }

// Attr is one attribute. Space is "" for all but the few that carry a namespace of their own, xml:lang among them.
// Namespace declarations are no attributes.
type Attr struct {
	Name
	Value string
}

// Node is one piece of an element's content: a child where Elem is set, text where it is nil.
type Node struct {
	Elem *Element
	Text string
}

// Element is an XML element with its names resolved. The zero value is not useful: New makes one.
type Element struct {
	Name
	Attrs []Attr
	Nodes []Node
}

// New returns an empty element.
func New(space, local string) *Element {
	return &Element{Name: Name{Space: space, Local: local}}
}

// Is reports whether the element has this expanded name.
func (e *Element) Is(space, local string) bool {
	return e != nil && e.Local == local && e.Space == space
}

// Attr returns the value of the attribute without a namespace, "" if there is none. A nil element has none.
func (e *Element) Attr(local string) string {
	v, _ := e.Lookup(local)
	return v
}

// Lookup is Attr that tells an empty value from none.
func (e *Element) Lookup(local string) (string, bool) {
	if e == nil {
		return "", false
	}
	return lookup(e.Attrs, "", local)
}

// Lang returns xml:lang, "" if the element does not say.
func (e *Element) Lang() string {
	if e == nil {
		return ""
	}
	v, _ := lookup(e.Attrs, NSXML, "lang")
	return v
}

func lookup(attrs []Attr, space, local string) (string, bool) {
	for i := range attrs {
		if attrs[i].Local == local && attrs[i].Space == space {
			return attrs[i].Value, true
		}
	}
	return "", false
}

// Set gives the attribute this value, and returns the element so that calls chain. An empty value is written too;
// SetIf leaves it out.
func (e *Element) Set(local, value string) *Element {
	for i := range e.Attrs {
		if e.Attrs[i].Local == local && e.Attrs[i].Space == "" {
			e.Attrs[i].Value = value
			return e
		}
	}
	e.Attrs = append(e.Attrs, Attr{Name: Name{Local: local}, Value: value})
	return e
}

// SetIf is Set for a value that is not empty.
func (e *Element) SetIf(local, value string) *Element {
	if value == "" {
		return e
	}
	return e.Set(local, value)
}

// SetLang sets xml:lang, if lang is not empty.
func (e *Element) SetLang(lang string) *Element {
	if lang != "" {
		e.Attrs = append(e.Attrs, Attr{Name: Name{Space: NSXML, Local: "lang"}, Value: lang})
	}
	return e
}

// Add appends children; nil ones are left out.
func (e *Element) Add(children ...*Element) *Element {
	for _, c := range children {
		if c != nil {
			e.Nodes = append(e.Nodes, Node{Elem: c})
		}
	}
	return e
}

// AddNew appends a new child of the element's own namespace and returns that child.
func (e *Element) AddNew(local string) *Element {
	c := New(e.Space, local)
	e.Nodes = append(e.Nodes, Node{Elem: c})
	return c
}

// AddText appends text.
func (e *Element) AddText(text string) *Element {
	if text != "" {
		e.Nodes = append(e.Nodes, Node{Text: text})
	}
	return e
}

// TextElement returns a new element that holds text alone.
func TextElement(space, local, text string) *Element {
	return New(space, local).AddText(text)
}

// Children yields the child elements in order.
func (e *Element) Children() iter.Seq[*Element] {
	return func(yield func(*Element) bool) {
		if e == nil {
			return
		}
		for i := range e.Nodes {
			if c := e.Nodes[i].Elem; c != nil && !yield(c) {
				return
			}
		}
	}
}

// Child returns the first child of this name, nil if there is none.
func (e *Element) Child(space, local string) *Element {
	if e == nil {
		return nil
	}
	for i := range e.Nodes {
		if c := e.Nodes[i].Elem; c != nil && c.Local == local && c.Space == space {
			return c
		}
	}
	return nil
}

// First returns the first child element, nil if there is none.
func (e *Element) First() *Element {
	for c := range e.Children() {
		return c
	}
	return nil
}

// Text returns the element's own text without that of its children.
func (e *Element) Text() string {
	if e == nil {
		return ""
	}
	switch len(e.Nodes) {
	case 0:
		return ""
	case 1:
		return e.Nodes[0].Text
	}
	var b strings.Builder
	for i := range e.Nodes {
		b.WriteString(e.Nodes[i].Text)
	}
	return b.String()
}

// ChildText returns the text of the first child of this name, "" if there is none.
func (e *Element) ChildText(space, local string) string {
	return e.Child(space, local).Text()
}

// Copy returns an element of its own lists: what is added to or set on the copy does not show in the original.
// The children themselves are shared.
func (e *Element) Copy() *Element {
	return &Element{
		Name:  e.Name,
		Attrs: append([]Attr(nil), e.Attrs...),
		Nodes: append([]Node(nil), e.Nodes...),
	}
}
