// Command bench measures a dragoman on loopback: durable messages per second and per second of processor time from WebIM
// to XMPP, from ZIM to WebIM and from XMPP to XMPP, the last also on a Prosody and an ejabberd that keep as much (Debian's
// prosody with lua-dbi-sqlite3, ejabberd with erlang-p1-sqlite3); their latency, and what an idle session costs in memory.
//
//	go run ./conformance/bench [-seconds 10] [-pairs 8] [-window 32] [-idle 1000]
//
// The gateway is built and runs as a process of its own with a new data folder; every message is acknowledged only after
// its commit, and counted when its receiver has it. The load comes from this process on the same machine, so the figures
// are those of a gateway that shares its processors with its clients.
package main
