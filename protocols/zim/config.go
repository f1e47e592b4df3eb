package zim

import (
	_ "embed"
	"errors"
	"net/url"

	"dragoman/configs"
)

//go:embed config.yaml
var defaults []byte // the documented configuration section; never written to

type config struct {
	AppID            int64 `yaml:"app_id"`
	MaxWebDevices    int   `yaml:"max_web_devices"`
	MaxNativeDevices int   `yaml:"max_native_devices"`
	CheckNonce       bool  `yaml:"check_nonce"`

	CallbackURL       string   `yaml:"callback_url"`
	CallbackEvents    []string `yaml:"callback_events"`
	BeforeSendURL     string   `yaml:"before_send_url"`
	BeforeSendSilence string   `yaml:"before_send_silence"`
}

func readConfig(s configs.Section) (config, error) {
	var c config
	if err := s.Decode(&c); err != nil {
		return c, err
	}
	switch {
	case c.AppID < 1 || c.AppID > 1<<32-1:
		return c, s.At("app_id", errors.New("an AppID is a number from 1 to 4294967295"))
	case c.MaxWebDevices < 1:
		return c, s.At("max_web_devices", errors.New("at least one device is needed to log in"))
	case c.MaxNativeDevices < 1:
		return c, s.At("max_native_devices", errors.New("at least one device is needed to log in"))
	}
	for key, target := range map[string]string{"callback_url": c.CallbackURL, "before_send_url": c.BeforeSendURL} {
		if u, err := url.Parse(target); target != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
			return c, s.At(key, errors.New("not a URL"))
		}
	}
	if !validSilence(c.BeforeSendSilence) {
		return c, s.At("before_send_silence", errors.New("pass or block"))
	}
	return c, nil
}
