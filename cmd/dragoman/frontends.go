package main

import (
	"dragoman/configs"
	"dragoman/protocols"
	"dragoman/protocols/webim"
	"dragoman/protocols/xmpp"
	"dragoman/protocols/zim"
)

// frontends lists the protocols. A new one adds its line.
func frontends() []protocols.Registration {
	return []protocols.Registration{
		zim.Registration(),
		webim.Registration(),
		xmpp.Registration(),
	}
}

// parts is what the front-ends add to the configuration.
func parts() []configs.Part {
	var parts []configs.Part
	for _, r := range frontends() {
		parts = append(parts, configs.Part{Name: r.Name, Defaults: r.Defaults})
	}
	return parts
}
