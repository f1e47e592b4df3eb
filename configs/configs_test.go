package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

var toy = []Part{
	{Name: "toy", Defaults: []byte("# What it is called.\nname: dragoman#chat\n# How many.\nlimit: 3\n\nwindow: 2m\nnested:\n  on: true\npeers: {}\n")},
	{Name: "bare"},
}

type toyConfig struct {
	Name   string        `yaml:"name"`
	Limit  int           `yaml:"limit"`
	Window time.Duration `yaml:"window"`
	Nested struct {
		On bool `yaml:"on"`
	} `yaml:"nested"`
	Peers map[string]string `yaml:"peers"`
}

func load(t *testing.T, text string, env []string, flags map[string]string) (*Config, error) {
	t.Helper()
	path := ""
	if text != "" {
		path = filepath.Join(t.TempDir(), "dragoman.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(Source{Parts: toy, File: path, Env: env, Flags: flags})
	if err != nil {
		err = &trimmed{strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", "")}
	}
	return c, err
}

type trimmed struct{ text string }

func (e *trimmed) Error() string { return e.text }

func TestDefaultsAreTheContract(t *testing.T) {
	c, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Domain != "localhost" || c.Accounts.Registration != "closed" ||
		c.Listen != (Listen{HTTP: "127.0.0.1:8080", XMPP: "127.0.0.1:5222", XMPPTLS: "127.0.0.1:5223", Admin: "127.0.0.1:8081"}) {
		t.Errorf("defaults %+v", c)
	}
	var s toyConfig
	if err := c.Protocol("toy").Decode(&s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "dragoman#chat" || s.Limit != 3 || s.Window != 2*time.Minute || !s.Nested.On || len(s.Peers) != 0 {
		t.Errorf("section %+v", s)
	}
}

func TestLaterSourcesGoOverEarlierOnes(t *testing.T) {
	c, err := load(t, "domain: file.example\nlisten:\n  http: 127.0.0.1:1\n  xmpp: 127.0.0.1:2\n  admin: 127.0.0.1:3\naccounts:\nprotocols:\n  toy:\n    limit: 4\n    peers:\n      a.b: c\n",
		[]string{"DRAGOMAN_LISTEN__XMPP=127.0.0.1:20", "DRAGOMAN_LISTEN__ADMIN=127.0.0.1:30", "DRAGOMAN_ACCOUNTS__REGISTRATION=open",
			"DRAGOMAN_PROTOCOLS__TOY__WINDOW=90s", "DRAGOMAN_PROTOCOLS__TOY__LIMIT=5", "DRAGOMAN_CONFIG=x", "DRAGOMAN_DATA=y",
			"DRAGOMAN_SERVICE_HOST=10.0.0.1", "DRAGOMAN_PORT_8080_TCP_ADDR=10.0.0.1", "OTHER=1"},
		map[string]string{"listen.admin": ":0"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Listen{HTTP: "127.0.0.1:1", XMPP: "127.0.0.1:20", XMPPTLS: "127.0.0.1:5223", Admin: ":0"}); c.Listen != want {
		t.Errorf("listen %+v, want %+v", c.Listen, want)
	}
	if c.Domain != "file.example" || c.Accounts.Registration != "open" {
		t.Errorf("%+v", c)
	}
	var s toyConfig
	if err := c.Protocol("toy").Decode(&s); err != nil {
		t.Fatal(err)
	}
	if s.Limit != 5 || s.Window != 90*time.Second || s.Name != "dragoman#chat" {
		t.Errorf("section %+v", s)
	}
}

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	for _, c := range []struct {
		name, file string
		env        []string
		flags      map[string]string
		want       string
	}{
		{name: "top key", file: "domain: a\nlisen:\n  http: x\n", want: "dragoman.yaml:2: unknown key lisen"},
		{name: "nested key", file: "# c\nlisten:\n  htp: 1\n", want: "dragoman.yaml:3: unknown key listen.htp"},
		{name: "protocol key", file: "protocols:\n  toy:\n    limit: 1\n    lmit: 2\n", want: "dragoman.yaml:4: unknown key protocols.toy.lmit"},
		{name: "protocol", file: "protocols:\n  foo: {}\n", want: "dragoman.yaml:2: unknown key protocols.foo"},
		{name: "two at once", file: "a: 1\nb: 2\n", want: "dragoman.yaml:1: unknown key a\ndragoman.yaml:2: unknown key b"},
		{name: "value for keys", file: "listen: 8080\n", want: "dragoman.yaml:1: listen takes keys, not a value"},
		{name: "keys for value", file: "domain:\n  a: b\n", want: "dragoman.yaml:1: domain takes a value, not keys"},
		{name: "list", file: "- a\n", want: "dragoman.yaml:1: not a mapping of keys to values"},
		{name: "syntax", file: "domain: [\n", want: "line 1"},
		{name: "twice", file: "domain: a\ndomain: b\n", want: "line 2"},
		{name: "value", file: "accounts:\n  registration: opne\n", want: `dragoman.yaml:2: accounts.registration: "opne" is not one of closed, open`},
		{name: "address", file: "listen:\n  http: \"8080\"\n", want: `dragoman.yaml:2: listen.http: "8080" is not host:port`},
		{name: "kind", file: "bridge:\n  max_text: many\n", want: "dragoman.yaml:2: bridge.max_text"},
		{name: "duration", file: "bridge:\n  recall_window: soon\n", want: "dragoman.yaml:2: bridge.recall_window"},
		{name: "variable", env: []string{"DRAGOMAN_DOMIAN=x"}, want: "DRAGOMAN_DOMIAN: unknown key domian"},
		{name: "variable for keys", env: []string{"DRAGOMAN_LISTEN=x"}, want: "DRAGOMAN_LISTEN: unknown key listen"},
		{name: "variable's value", env: []string{"DRAGOMAN_LOG__LEVEL=loud"}, want: `DRAGOMAN_LOG__LEVEL: log.level: "loud"`},
		{name: "flag's value", flags: map[string]string{"listen.xmpp_tls": "x"}, want: `--xmpp-tls: listen.xmpp_tls: "x"`},
		{name: "flag", flags: map[string]string{"listen.x": "x"}, want: "unknown key listen.x"},
		{name: "half a certificate", file: "tls:\n  cert: a.pem\n", want: "dragoman.yaml:2: tls.cert: a certificate and its key go together"},
		{name: "domain", file: "domain: Ä.example\n", want: "dragoman.yaml:1: domain:"},
		{name: "public URL", file: "public_url: chat.example\n", want: "dragoman.yaml:1: public_url:"},
		{name: "below zero", file: "bridge:\n  max_text: -1\n", want: "max_text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.file, c.env, c.flags)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant   %s", err, c.want)
			}
		})
	}
}

func TestMissingFileIsAnError(t *testing.T) {
	if _, err := Load(Source{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil {
		t.Error("no error")
	}
}

func TestSectionAndStructMustAgree(t *testing.T) {
	section, err := ParseSection("toy", []byte("a: 1\nb: {c: 2}\n"), "a: 3\n")
	if err != nil {
		t.Fatal(err)
	}
	var good struct {
		A int `yaml:"a"`
		B struct {
			C int `yaml:"c"`
		} `yaml:"b"`
	}
	if err := section.Decode(&good); err != nil || good.A != 3 || good.B.C != 2 {
		t.Errorf("%+v %v", good, err)
	}
	var missing struct {
		A int `yaml:"a"`
	}
	if err := section.Decode(&missing); err == nil || !strings.Contains(err.Error(), "unknown key b") {
		t.Errorf("key without a field: %v", err)
	}
	var more struct {
		A int            `yaml:"a"`
		B map[string]int `yaml:"b"`
		D int            `yaml:"d"`
	}
	if err := section.Decode(&more); err == nil || !strings.Contains(err.Error(), "toy.d: field D has no documented default") {
		t.Errorf("field without a key: %v", err)
	}
	if err := section.Decode(good); err == nil {
		t.Error("decoded into a value")
	}
	if _, err := ParseSection("toy", []byte("a: 1\n"), "x: 1\n"); err == nil || !strings.Contains(err.Error(), "toy:1: unknown key x") {
		t.Errorf("unknown key: %v", err)
	}
	bad, err := ParseSection("toy", []byte("a: 1\n"), "a: many\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Decode(&missing); err == nil || !strings.Contains(err.Error(), "protocols.toy.a") {
		t.Errorf("wrong kind: %v", err)
	}
}

func TestDocumentIsTheDefaultsInWords(t *testing.T) {
	doc := Document(toy)
	var values map[string]any
	if err := yaml.Unmarshal(doc, &values); err != nil {
		t.Fatalf("%v in\n%s", err, doc)
	}
	for _, want := range []string{"  toy:\n    # What it is called.\n    name: dragoman#chat\n", "  bare: {}"} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("document lacks %q:\n%s", want, doc)
		}
	}
	if _, err := load(t, string(doc), nil, nil); err != nil {
		t.Errorf("the document does not load: %v", err)
	}
}

func TestPrintedConfigurationLoadsAgain(t *testing.T) {
	c, err := load(t, "", []string{"DRAGOMAN_DOMAIN=x.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(t, string(text), nil, nil)
	if err != nil || again.Domain != "x.example" || !reflect.DeepEqual(again.Bridge, c.Bridge) {
		t.Errorf("%v\n%s", err, text)
	}
}
