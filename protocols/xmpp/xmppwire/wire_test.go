package xmppwire

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmpp/stream"
)

const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'` +
	` to='localhost' version='1.0' xml:lang='en'>`

// chat is the 212-byte message that costs are measured with.
const chat = `<message from="alice@gw.example/phone" to="bob@gw.example" id="4f1c7a9e-27" type="chat">` +
	`<body>See you at &lt;seven&gt; by the old bridge, as we said &amp; wrot</body><request xmlns="urn:xmpp:receipts"/></message>`

func TestReaderYieldsWhatWasSentHoweverItArrives(t *testing.T) {
	in := header + "\n" + chat + " \n " + `<iq id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>` + "</stream:stream>"
	readers := map[string]io.Reader{
		"whole":    strings.NewReader(in),
		"one byte": iotest.OneByteReader(strings.NewReader(in)),
		"half":     iotest.HalfReader(strings.NewReader(in)),
	}
	for name, rd := range readers {
		t.Run(name, func(t *testing.T) {
			r := NewReader(rd, Limits{})
			h, err := r.Header()
			if err != nil {
				t.Fatal(err)
			}
			want := Header{To: "localhost", Version: "1.0", Lang: "en", Namespace: NSClient}
			if diff := cmp.Diff(want, h); diff != "" {
				t.Fatal(diff)
			}
			e, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			s, ok := StanzaOf(e)
			if !ok {
				t.Fatalf("no stanza: %v", e)
			}
			body, _ := s.Body()
			if body != "See you at <seven> by the old bridge, as we said & wrot" || s.To != "bob@gw.example" {
				t.Fatalf("read %q to %q", body, s.To)
			}
			if s.Child("urn:xmpp:receipts", "request") == nil {
				t.Fatal("the request is missing")
			}
			if e, err = r.Next(); err != nil || e.First().Space != "urn:xmpp:ping" {
				t.Fatal(e, err)
			}
			if _, err = r.Next(); !errors.Is(err, ErrEnd) {
				t.Fatal(err)
			}
			if r.Keepalives() < 1 {
				t.Fatal("white space went by unseen")
			}
		})
	}
}

func TestWhatIsRefusedHasTheNameOfTheStreamError(t *testing.T) {
	deep := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	many := "<a " + func() string {
		var b strings.Builder
		for i := range 100 {
			b.WriteString("a" + strings.Repeat("b", i) + "='' ")
		}
		return b.String()
	}() + "/>"
	tests := map[string]struct {
		in   string
		want stream.Error
	}{
		"comment":              {"<a><!-- x --></a>", stream.RestrictedXML},
		"instruction":          {"<a><?php x ?></a>", stream.RestrictedXML},
		"document type":        {"<!DOCTYPE a []><a/>", stream.RestrictedXML},
		"entity":               {"<a>&nbsp;</a>", stream.RestrictedXML},
		"entity in value":      {"<a b='&x;'/>", stream.RestrictedXML},
		"lone ampersand":       {"<a>a & b</a>", stream.NotWellFormed},
		"reference to nothing": {"<a>&#0;</a>", stream.NotWellFormed},
		"crossed":              {"<a><b></a></b>", stream.NotWellFormed},
		"duplicate":            {"<a b='1' b='2'/>", stream.NotWellFormed},
		"duplicate expanded":   {"<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", stream.NotWellFormed},
		"duplicate xmlns":      {"<a xmlns='1' xmlns='2'/>", stream.NotWellFormed},
		"undeclared":           {"<x:a/>", stream.NotWellFormed},
		"undeclared attribute": {"<a x:b=''/>", stream.NotWellFormed},
		"prefix to nothing":    {"<a xmlns:x=''/>", stream.NotWellFormed},
		"xml rebound":          {"<a xmlns:xml='u'/>", stream.NotWellFormed},
		"two colons":           {"<a:b:c xmlns:a='u'/>", stream.NotWellFormed},
		"no quotes":            {"<a b=c/>", stream.NotWellFormed},
		"no space":             {"<a b='1'c='2'/>", stream.NotWellFormed},
		"less-than in value":   {"<a b='<'/>", stream.NotWellFormed},
		"CDATA end in text":    {"<a>]]></a>", stream.NotWellFormed},
		"control character":    {"<a>\x01</a>", stream.NotWellFormed},
		"U+FFFF":               {"<a>\uffff</a>", stream.NotWellFormed},
		"not UTF-8":            {"<a>\xff\xfe</a>", stream.UnsupportedEncoding},
		"overlong":             {"<a>\xc0\xbc</a>", stream.UnsupportedEncoding},
		"surrogate":            {"<a>\xed\xa0\x80</a>", stream.UnsupportedEncoding},
		"digit first":          {"<1a/>", stream.NotWellFormed},
		"empty tag":            {"<></>", stream.NotWellFormed},
		"text outside":         {"hello", stream.BadFormat},
		"wrong end":            {"</stream>", stream.NotWellFormed},
		"too deep":             {deep, stream.PolicyViolation},
		"too many attributes":  {many, stream.PolicyViolation},
		"too many elements":    {"<a>" + strings.Repeat("<b/>", 9000) + "</a>", stream.PolicyViolation},
		"too long":             {"<a>" + strings.Repeat("x", 300<<10) + "</a>", stream.PolicyViolation},
		"too long to end":      {"<a b='" + strings.Repeat("x", 300<<10), stream.PolicyViolation},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := NewReader(strings.NewReader(header+tt.in), Limits{})
			if _, err := r.Header(); err != nil {
				t.Fatal(err)
			}
			_, err := r.Next()
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestHeadersAreCheckedByName(t *testing.T) {
	good := strings.TrimPrefix(header, "<?xml version='1.0'?>")
	tests := map[string]struct {
		in   string
		want error
	}{
		"plain":             {good, nil},
		"space before":      {"\n " + header, nil},
		"declared UTF-8":    {`<?xml version="1.0" encoding="UTF-8"?>` + good, nil},
		"Latin-1":           {`<?xml version='1.0' encoding='ISO-8859-1'?>` + good, stream.UnsupportedEncoding},
		"UTF-16":            {"\xff\xfe<\x00", stream.UnsupportedEncoding},
		"XML 1.1":           {`<?xml version='1.1'?>` + good, stream.NotWellFormed},
		"two declarations":  {header[:21] + header, stream.RestrictedXML},
		"instruction":       {`<?php ?>` + good, stream.RestrictedXML},
		"document type":     {"<!DOCTYPE x>" + good, stream.RestrictedXML},
		"HTTP":              {"GET / HTTP/1.1\r\n", stream.NotWellFormed},
		"stream namespace":  {strings.Replace(good, "etherx", "other", 1), stream.InvalidNamespace},
		"content namespace": {strings.Replace(good, "jabber:client", "jabber:other", 1), stream.InvalidNamespace},
		"other root":        {strings.Replace(good, "<stream:stream", "<stream:flow", 1), stream.BadFormat},
		"other prefix":      {strings.ReplaceAll(strings.Replace(good, "<stream:", "<s:", 1), "xmlns:stream", "xmlns:s"), stream.BadNamespacePrefix},
		"never ends":        {strings.Repeat("<a b='", 1) + strings.Repeat("x", 300<<10), stream.PolicyViolation},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewReader(strings.NewReader(tt.in), Limits{}).Header()
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// What came ahead of TLS could have been slipped in by anybody on the way.
func TestReplaceDropsWhatWasSentInTheClear(t *testing.T) {
	r := NewReader(strings.NewReader(header+"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><iq/>"), Limits{})
	if _, err := r.Header(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	r.Replace(strings.NewReader(header + chat))
	if _, err := r.Header(); err != nil {
		t.Fatal(err)
	}
	if e, err := r.Next(); err != nil || e.Local != "message" {
		t.Fatal(e, err)
	}
}

func TestPrefixesAreResolvedAndNotWritten(t *testing.T) {
	d := NewDecoder(Limits{})
	in := `<message xmlns='jabber:client' xmlns:r='urn:r'><r:x r:a='1' b="2&#10;'" xml:lang='de'>t<r:y/>u<![CDATA[<&]]></r:x><z xmlns=''/></message>`
	e, err := d.Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	want := `<message xmlns='jabber:client'><x xmlns='urn:r' xmlns:n0='urn:r' n0:a='1' b='2&#10;&apos;' xml:lang='de'>` +
		`t<y/>u&lt;&amp;</x><z xmlns=''/></message>`
	if got := e.String(); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	again, err := Parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, again); diff != "" {
		t.Fatal(diff)
	}
}

func TestWrittenTextCannotBreakOut(t *testing.T) {
	hostile := "]]><a b='\"&amp;\x00\x1f\xff\r\n\t\uffff\u2028"
	e := New("u'><x", "a").Set("b", hostile).AddText(hostile)
	got, err := NewDecoder(Limits{}).Decode([]byte(e.String()))
	if err != nil {
		t.Fatal(err)
	}
	clean := strings.NewReplacer("\x00", "\uFFFD", "\x1f", "\uFFFD", "\xff", "\uFFFD", "\uffff", "\uFFFD").Replace(hostile)
	if got.Attr("b") != clean || got.Text() != clean || got.Space != "u'><x" {
		t.Fatalf("%q", got)
	}
}

func TestStreamElementsStandOnTheirOwnInAMessage(t *testing.T) {
	f := New(NSStream, "features").Add(New("urn:ietf:params:xml:ns:xmpp-bind", "bind"))
	want := `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`
	if got := string(f.AppendTop(nil, "")); got != want {
		t.Errorf("alone: %s", got)
	}
	want = `<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`
	if got := string(f.AppendTop(nil, NSClient)); got != want {
		t.Errorf("in a stream: %s", got)
	}
}

func TestFrozenStanzaDiffersOnlyInItsFields(t *testing.T) {
	e, err := NewDecoder(Limits{}).Decode([]byte(chat))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := StanzaOf(e)
	plain := s.String()
	s.Freeze()
	if s.String() != plain {
		t.Fatalf("%s\n%s", s.String(), plain)
	}
	other := s
	other.To = "carol@gw.example"
	if got := other.String(); got != strings.Replace(plain, "bob@", "carol@", 1) {
		t.Fatal(got)
	}
}

func TestHotPathStaysCheap(t *testing.T) {
	if len(chat) != 212 {
		t.Fatalf("the message has %d bytes", len(chat))
	}
	d := NewDecoder(Limits{})
	in, buf := []byte(chat), make([]byte, 0, 1024)
	allocs := testing.AllocsPerRun(100, func() {
		e, err := d.Decode(in)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := StanzaOf(e)
		buf = s.AppendTo(buf[:0], NSClient)
	})
	if allocs > 8 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkStanza(b *testing.B) {
	d := NewDecoder(Limits{})
	in, buf := []byte(chat), make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		e, err := d.Decode(in)
		if err != nil {
			b.Fatal(err)
		}
		s, _ := StanzaOf(e)
		buf = s.AppendTo(buf[:0], NSClient)
	}
}

// BenchmarkReader measures what a TCP session pays: the same message from a stream.
func BenchmarkReader(b *testing.B) {
	r := NewReader(io.MultiReader(strings.NewReader(header), endless(chat)), Limits{})
	if _, err := r.Header(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

// endless repeats itself.
type endless string

func (e endless) Read(b []byte) (int, error) { return copy(b, e), nil }
