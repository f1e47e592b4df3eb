package xmppwire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmpp/stream"
)

// FuzzDecode holds the scanner against encoding/xml and the validator: what we accept they must accept and read
// alike; what we write we must read back the same; what they accept we refuse only for a reason of RFC 6120.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{chat, `<a xmlns='u' xmlns:b='v'><b:c b:d='e'/>x<![CDATA[y]]>]]&gt;</a>`,
		`<a b="&#x41;&#10;&quot;" xml:lang='en'>&amp;&lt;<b/> t </a>`, "<a\n\tb = 'c'\r\n>\r</a >", "<é ü='ß'/>",
		"<a><!--x--></a>", "<a:b/>", "<a><b></a>", "<a ></a\n>", "<a xmlns=''><b xmlns='x'/></a>", "<a>&#xD;&#x85;</a>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d := NewDecoder(Limits{})
		e, err := d.Decode(in)
		if errors.Is(err, ErrUnsafe) {
			err = nil // the validator has spoken; the trees must agree all the same
		}
		oracle, oracleErr := oracleDecode(in)
		if err != nil {
			var named stream.Error
			if !errors.As(err, &named) {
				t.Fatalf("refused without a name: %v", err)
			}
			if oracleErr == nil && !mayRefuse(in, err) {
				t.Fatalf("refused with %v what others read: %q", err, in)
			}
			return
		}
		if oracleErr != nil {
			if exotic(in) {
				return
			}
			t.Fatalf("accepted what others refuse (%v): %q", oracleErr, in)
		}
		if diff := cmp.Diff(oracle, e); diff != "" {
			t.Fatalf("read differently: %q\n%s", in, diff)
		}
		out := e.AppendTo(nil, NSClient)
		again, err := Parse(out)
		if err != nil {
			t.Fatalf("wrote what cannot be read: %v\n%q\n%q", err, in, out)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("wrote something else: %q\n%q\n%s", in, out, diff)
		}
		if err := roundtrip(out); err != nil && !bytes.Contains(out, []byte("xmlns:n")) {
			t.Fatalf("wrote what does not survive a round trip: %v\n%q", err, out)
		}
	})
}

// FuzzReader feeds a stream in pieces: however the bytes arrive, the result is the same.
func FuzzReader(f *testing.F) {
	f.Add([]byte(header+chat+chat+"</stream:stream>"), 7)
	f.Add([]byte(header+"\n<a/> <b></b></stream:stream >"), 1)
	f.Add([]byte("<?xml version='1.0'?><a"), 2)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		whole := drain(bytes.NewReader(in))
		pieces := drain(&stepReader{in, min(max(step, 1), 64)})
		if diff := cmp.Diff(whole, pieces); diff != "" {
			t.Fatal(diff)
		}
	})
}

type stepReader struct {
	b    []byte
	step int
}

func (r *stepReader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b[:min(r.step, len(r.b))])
	r.b = r.b[n:]
	return n, nil
}

func drain(in io.Reader) []string {
	r := NewReader(in, Limits{Bytes: 1 << 10, Depth: 8, Elements: 32, Attrs: 8})
	if _, err := r.Header(); err != nil {
		return []string{errName(err)}
	}
	var out []string
	for {
		e, err := r.Next()
		if err != nil {
			return append(out, errName(err))
		}
		out = append(out, e.String())
	}
}

func errName(err error) string {
	var named stream.Error
	if errors.As(err, &named) {
		return named.Err
	}
	return err.Error()
}

// oracleDecode is Decode by encoding/xml.
func oracleDecode(in []byte) (*Element, error) {
	d := xml.NewDecoder(bytes.NewReader(in))
	d.DefaultSpace = NSClient
	var open []*Element
	var root *Element
	for {
		tok, err := d.Token()
		if err == io.EOF && root != nil {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if root != nil && len(open) == 0 {
				return nil, errors.New("a second root")
			}
			e := New(tok.Name.Space, tok.Name.Local)
			for _, a := range tok.Attr {
				if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
					continue
				}
				e.Attrs = append(e.Attrs, Attr{Name{a.Name.Space, a.Name.Local}, a.Value})
			}
			if len(open) > 0 {
				open[len(open)-1].Add(e)
			} else {
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 0 {
				if len(bytes.TrimSpace(tok)) > 0 {
					return nil, errors.New("text outside")
				}
				continue
			}
			top := open[len(open)-1]
			if n := len(top.Nodes); n > 0 && top.Nodes[n-1].Elem == nil {
				top.Nodes[n-1].Text += string(tok)
			} else {
				top.AddText(string(tok))
			}
		default:
			return nil, errors.New("restricted")
		}
	}
}

// exotic tells what encoding/xml refuses by rules of its own: it knows the names of XML's fourth edition.
func exotic(in []byte) bool {
	for _, c := range in {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// mayRefuse tells whether encoding/xml is known to let this pass.
func mayRefuse(in []byte, err error) bool {
	s := string(in)
	switch {
	case errors.Is(err, stream.PolicyViolation), errors.Is(err, stream.RestrictedXML):
		return true // limits and forbidden constructs are ours
	case errors.Is(err, stream.BadFormat):
		return true
	}
	reason := err.Error()
	for _, known := range []string{
		"twice", "reserved", "bound to nothing", "not declared", "colon", "prefix xml", "wrong characters", // names and namespaces
		"no space before", "less-than sign", // it is lenient about these in tags
		"a slash inside a tag", "end tag of another name", "not one element", "reference to no character", // surrogates
	} {
		if strings.Contains(reason, known) {
			return true
		}
	}
	return strings.Contains(s, "<!") || strings.Contains(s, "<?")
}
