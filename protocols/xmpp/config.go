package xmpp

import (
	_ "embed"
	"errors"
	"time"

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
}

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
	return c, nil
}
