package xmpp

import (
	_ "embed"
	"errors"
	"time"

	"mellium.im/xmpp/jid"

	"dragoman/configs"
)

//go:embed config.yaml
var defaults []byte

// config is the protocol's section of the configuration; config.yaml documents the keys.
type config struct {
	MaxStanza      int           `yaml:"max_stanza"`
	LoginTimeout   time.Duration `yaml:"login_timeout"`
	ResumeWindow   time.Duration `yaml:"resume_window"`
	PingEvery      time.Duration `yaml:"ping_every"`
	History        int           `yaml:"history"`
	ChannelBinding bool          `yaml:"channel_binding"`
	Component      component     `yaml:"component"`
	Contacts       []string      `yaml:"contacts"`
}

// component is how to be a part of somebody else's server [XEP-0114].
type component struct {
	Host   string `yaml:"host"`
	Port   int    `yaml:"port"`
	Domain string `yaml:"domain"`
	Secret string `yaml:"secret"`
}

func (c component) isOn() bool { return c.Host != "" }

// minStanza is what every client may rely on [RFC 6120 §13.12].
const minStanza = 10000

func readConfig(s configs.Section) (config, error) {
	var c config
	if err := s.Decode(&c); err != nil {
		return c, err
	}
	switch {
	case c.MaxStanza < minStanza:
		return c, s.At("max_stanza", errors.New("less than 10000 bytes, which every client may send"))
	case c.LoginTimeout <= 0:
		return c, s.At("login_timeout", errors.New("not a positive duration"))
	case c.ResumeWindow < 0, c.PingEvery < 0:
		return c, s.At("resume_window", errors.New("a negative duration"))
	case c.History < 0:
		return c, s.At("history", errors.New("a negative number"))
	}
	if err := checkContacts(c.Contacts); err != nil {
		return c, s.At("contacts", err)
	}
	return c, c.Component.check(s)
}

func (c *component) check(s configs.Section) error {
	if !c.isOn() {
		return nil
	}
	j, err := jid.Parse(c.Domain)
	switch {
	case c.Port < 1 || c.Port > 65535:
		return s.At("component.port", errors.New("not a port"))
	case err != nil || j.Domainpart() != j.String():
		return s.At("component.domain", errors.New("not a domain"))
	case c.Secret == "":
		return s.At("component.secret", errors.New("missing"))
	}
	c.Domain = j.String()
	return nil
}
