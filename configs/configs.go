package configs

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// Config is the configuration in force.
type Config struct {
	Domain    string   `yaml:"domain"`
	Listen    Listen   `yaml:"listen"`
	PublicURL string   `yaml:"public_url"` // without a trailing slash; "": by the address bound
	TLS       TLS      `yaml:"tls"`
	Accounts  Accounts `yaml:"accounts"`
	Bridge    Bridge   `yaml:"bridge"`
	History   History  `yaml:"history"`
	Traces    Traces   `yaml:"traces"`
	Log       Log      `yaml:"log"`

	all     *koanf.Koanf
	origins origins
}

// Listen says where to listen, each as host:port; "": not at all.
type Listen struct {
	HTTP    string `yaml:"http"`
	HTTPS   string `yaml:"https"`
	XMPP    string `yaml:"xmpp"`
	XMPPTLS string `yaml:"xmpp_tls"`
	Admin   string `yaml:"admin"`
}

// ByName returns the addresses under their keys.
func (l Listen) ByName() map[string]string {
	return map[string]string{"http": l.HTTP, "https": l.HTTPS, "xmpp": l.XMPP, "xmpp_tls": l.XMPPTLS, "admin": l.Admin}
}

// TLS names the files of a certificate and its key; both "": a self-signed pair.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Accounts says how accounts come to be.
type Accounts struct {
	Registration string `yaml:"registration"` // "open" or "closed"
}

// Bridge is the rules of the core, in the words of bridge.Policy.
type Bridge struct {
	RecallWindow time.Duration `yaml:"recall_window"`
	EditWindow   time.Duration `yaml:"edit_window"`
	ContactsOnly bool          `yaml:"contacts_only"`
	ClosedRooms  bool          `yaml:"closed_rooms"`
	MaxText      int           `yaml:"max_text"`
	MaxMembers   int           `yaml:"max_members"`
	Words        []string      `yaml:"sensitive_words"`
}

// History says how long messages stay.
type History struct {
	Keep time.Duration `yaml:"keep"` // to the hour; 0: for ever
}

// Traces says where spans of messages are sent.
type Traces struct {
	OTLP  string  `yaml:"otlp"`  // URL of a collector; "": nowhere
	Share float64 `yaml:"share"` // of messages, from 0 to 1
}

// Log says what is logged and how.
type Log struct {
	Level  string `yaml:"level"`  // "debug", "info", "warn" or "error"
	Format string `yaml:"format"` // "json", "console" or "auto"
}

// Source is where a configuration comes from.
type Source struct {
	Parts []Part
	File  string            // path of the file; "": none
	Env   []string          // of os.Environ; nil: none
	Flags map[string]string // key, as in listen.http, and value
}

// envPrefix marks our variables. What follows is the key, two underscores for a dot.
const envPrefix = "DRAGOMAN_"

// notKeys are variables that the command line reads itself.
var notKeys = []string{"DRAGOMAN_CONFIG", "DRAGOMAN_DATA"}

// foreign is what Kubernetes sets in every container for a service that is called
// dragoman; nobody meant us.
var foreign = regexp.MustCompile(`^DRAGOMAN_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$`)

// Load reads and checks a configuration. Its error tells all that is wrong, a line
// each, with the file's line, the variable or the flag that is to blame.
func Load(s Source) (*Config, error) {
	all, known, err := defaults(s.Parts)
	if err != nil {
		return nil, err
	}
	c := &Config{all: all, origins: origins{}}
	if err := errors.Join(c.loadFile(s.File, known), c.loadEnv(s.Env, known), c.loadFlags(s.Flags, known)); err != nil {
		return nil, err
	}
	if err := all.UnmarshalWithConf("", c, koanf.UnmarshalConf{Tag: "yaml"}); err != nil {
		return nil, c.origins.blame("", err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

func defaults(parts []Part) (*koanf.Koanf, tree, error) {
	all := koanf.New(".")
	if err := all.Load(rawbytes.Provider(Document(parts)), yaml.Parser()); err != nil {
		return nil, tree{}, fmt.Errorf("documented defaults: %w", err)
	}
	return all, newTree(all.Raw()), nil
}

func (c *Config) loadFile(path string, known tree) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	return c.loadYAML(path, text, known)
}

func (c *Config) loadYAML(path string, text []byte, known tree) error {
	if err := checkKeys(path, text, known, c.origins); err != nil {
		return err
	}
	file := koanf.New(".")
	if err := file.Load(rawbytes.Provider(text), yaml.Parser()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return c.merge(file)
}

// merge puts what is set over what was. A key without a value is as good as none.
func (c *Config) merge(over *koanf.Koanf) error {
	for _, key := range over.Keys() {
		if over.Get(key) == nil {
			over.Delete(key)
		}
	}
	return c.all.Merge(over)
}

func (c *Config) loadEnv(environ []string, known tree) error {
	var wrong []error
	set := koanf.New(".")
	err := set.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if slices.Contains(notKeys, name) || foreign.MatchString(name) {
				return "", nil
			}
			key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, envPrefix)), "__", ".")
			if !known.hasValue(key) {
				wrong = append(wrong, fmt.Errorf("%s: unknown key %s", name, key))
				return "", nil
			}
			c.origins[key] = name
			return key, value
		},
	}), nil)
	return errors.Join(errors.Join(wrong...), err, c.merge(set))
}

func (c *Config) loadFlags(flags map[string]string, known tree) error {
	for key, value := range flags {
		if !known.hasValue(key) {
			return fmt.Errorf("flag: unknown key %s", key)
		}
		if err := c.all.Set(key, value); err != nil {
			return err
		}
		c.origins[key] = "--" + strings.ReplaceAll(strings.TrimPrefix(key, "listen."), "_", "-")
	}
	return nil
}

// Protocol returns the section of one front-end.
func (c *Config) Protocol(name string) Section {
	path := "protocols." + name
	return Section{path: path, values: c.all.Cut(path), origins: c.origins}
}

// YAML returns all keys with the values in force, without their documentation.
func (c *Config) YAML() ([]byte, error) { return c.all.Marshal(yaml.Parser()) }

func (c *Config) check() error {
	var wrong []error
	bad := func(key, format string, args ...any) {
		wrong = append(wrong, c.origins.at(key, fmt.Errorf(format, args...)))
	}
	if !domainName.MatchString(c.Domain) || len(c.Domain) > 200 {
		bad("domain", "%q is no domain name in lower case", c.Domain)
	}
	for name, addr := range c.Listen.ByName() {
		if err := checkAddress(addr); err != nil {
			bad("listen."+name, "%w", err)
		}
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" &&
		(err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "") {
		bad("public_url", "%q is not a scheme and a host, as in https://chat.example.org", c.PublicURL)
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls.cert", "a certificate and its key go together")
	}
	for key, v := range map[string]struct {
		value   string
		allowed []string
	}{
		"accounts.registration": {c.Accounts.Registration, []string{"closed", "open"}},
		"log.level":             {c.Log.Level, []string{"debug", "info", "warn", "error"}},
		"log.format":            {c.Log.Format, []string{"auto", "json", "console"}},
	} {
		if !slices.Contains(v.allowed, v.value) {
			bad(key, "%q is not one of %s", v.value, strings.Join(v.allowed, ", "))
		}
	}
	if c.Bridge.MaxText < 0 || c.Bridge.MaxMembers < 0 {
		bad("bridge", "max_text and max_members cannot be below 0")
	}
	if c.History.Keep != 0 && c.History.Keep < time.Hour {
		bad("history.keep", "%s is neither 0 nor an hour or more", c.History.Keep)
	}
	if u, err := url.Parse(c.Traces.OTLP); c.Traces.OTLP != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		bad("traces.otlp", "%q is not a URL, as in http://127.0.0.1:4318", c.Traces.OTLP)
	}
	if c.Traces.Share < 0 || c.Traces.Share > 1 {
		bad("traces.share", "%g is not from 0 to 1", c.Traces.Share)
	}
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

// domainName has no room for what needs IDNA: such a name is written as its xn-- form.
var domainName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

func checkAddress(addr string) error {
	if addr == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q is not host:port", addr)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("%q has no port", addr)
	}
	return nil
}
