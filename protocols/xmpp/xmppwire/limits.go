package xmppwire

// Limits bound what one element may cost us. A zero field takes the value of DefaultLimits.
type Limits struct {
	Bytes    int // of one first-level element, as sent
	Depth    int // levels of elements
	Elements int // in one first-level element
	Attrs    int // on one element, namespace declarations included
}

// DefaultLimits are those of a session that has logged in. An element in memory costs about eight times
// its shortest form on the wire, which is why elements are counted beside bytes.
var defaultLimits = Limits{Bytes: 256 << 10, Depth: 64, Elements: 8192, Attrs: 64}

// maxName bounds an element's or attribute's name: nobody's is longer, and names are compared often.
const maxName = 256

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = defaultLimits.Bytes
	}
	if l.Depth == 0 {
		l.Depth = defaultLimits.Depth
	}
	if l.Elements == 0 {
		l.Elements = defaultLimits.Elements
	}
	if l.Attrs == 0 {
		l.Attrs = defaultLimits.Attrs
	}
	return l
}
