package webim

import (
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"dragoman/configs"
	"dragoman/mapping/webimmap"
)

//go:embed config.yaml
var defaults []byte

// config is the section protocols.webim.
type config struct {
	AppKey     string        `yaml:"app_key"`
	MaxDevices int           `yaml:"max_devices"`
	TokenTTL   time.Duration `yaml:"token_ttl"`
	MaxMessage int           `yaml:"max_message"`
	Rate       float64       `yaml:"rate"`
	RESTRate   float64       `yaml:"rest_rate"`
	Linger     time.Duration `yaml:"linger"`
	LZ4        bool          `yaml:"lz4"`
	MaxImage   int64         `yaml:"max_image"`
	MaxEdits   int           `yaml:"max_edits"`

	CallbackURL       string        `yaml:"callback_url"`
	CallbackEvents    []string      `yaml:"callback_events"`
	BeforeSendURL     string        `yaml:"before_send_url"`
	BeforeSendTypes   []string      `yaml:"before_send_types"`
	BeforeSendWait    time.Duration `yaml:"before_send_wait"`
	BeforeSendSilence string        `yaml:"before_send_silence"`
}

func readConfig(s configs.Section) (config, error) {
	var c config
	if err := s.Decode(&c); err != nil {
		return config{}, err
	}
	org, app, ok := strings.Cut(c.AppKey, "#")
	switch {
	case !ok || !isPathWord(org) || !isPathWord(app):
		return config{}, s.At("app_key", fmt.Errorf("%q is not org#app", c.AppKey))
	case c.MaxDevices < 0:
		return config{}, s.At("max_devices", errors.New("less than no device"))
	case c.TokenTTL < time.Second:
		return config{}, s.At("token_ttl", errors.New("shorter than a second"))
	case c.MaxMessage < 1024 || c.MaxMessage > maxFrame/2:
		return config{}, s.At("max_message", fmt.Errorf("not between 1024 and %d", maxFrame/2))
	case c.Rate < 0:
		return config{}, s.At("rate", errors.New("negative"))
	case c.RESTRate < 0:
		return config{}, s.At("rest_rate", errors.New("negative"))
	case c.Linger < 0:
		return config{}, s.At("linger", errors.New("negative"))
	case c.MaxImage < 1:
		return config{}, s.At("max_image", errors.New("no picture is that small"))
	case c.MaxEdits < 0:
		return config{}, s.At("max_edits", errors.New("negative"))
	}
	return c, c.checkCallbacks(s)
}

// maxBeforeSendWait is how long the vendor lets an app's server think at most [webim 18.5.1].
const maxBeforeSendWait = 3 * time.Second

func (c config) checkCallbacks(s configs.Section) error {
	for key, target := range map[string]string{"callback_url": c.CallbackURL, "before_send_url": c.BeforeSendURL} {
		u, err := url.Parse(target)
		if target != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return s.At(key, fmt.Errorf("%q is no URL of a server", target))
		}
	}
	for key, list := range map[string][2][]string{
		"callback_events":   {c.CallbackEvents, append(webimmap.CallbackTypes(), toldOffline, toldAlert, toldUser)},
		"before_send_types": {c.BeforeSendTypes, webimmap.MessageKinds()},
	} {
		for _, word := range list[0] {
			if !slices.Contains(list[1], word) {
				return s.At(key, fmt.Errorf("%q is none of %s", word, strings.Join(list[1], ", ")))
			}
		}
	}
	switch {
	case c.BeforeSendWait <= 0 || c.BeforeSendWait > maxBeforeSendWait:
		return s.At("before_send_wait", fmt.Errorf("not within %v", maxBeforeSendWait))
	case c.BeforeSendSilence != "pass" && c.BeforeSendSilence != silenceBlocks:
		return s.At("before_send_silence", fmt.Errorf("%q is neither pass nor block", c.BeforeSendSilence))
	}
	return nil
}

// isPathWord reports whether s can stand in a path as it is.
func isPathWord(s string) bool {
	if s == "" {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}) < 0
}
