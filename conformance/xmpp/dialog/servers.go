package dialog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"dragoman/conformance/hosts"
	"dragoman/conformance/raw"
)

// StartDragoman serves from a folder below dir. stop ends it.
func StartDragoman(ctx context.Context, dir string) (s Server, stop func() error, err error) {
	binary := os.Getenv("DRAGOMAN_BINARY")
	if binary == "" {
		if binary, err = raw.Build(ctx, dir); err != nil {
			return s, nil, err
		}
	}
	data := filepath.Join(dir, "dragoman-data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return s, nil, err
	}
	p, err := raw.Start(binary, data, "DRAGOMAN_ACCOUNTS__REGISTRATION=open", "DRAGOMAN_LOG__LEVEL=debug")
	if err != nil {
		return s, nil, err
	}
	s = Server{Name: "dragoman", Addr: p.XMPP, Domain: "localhost", Rooms: "rooms.localhost", Groups: "groups.localhost"}
	return s, p.Stop, nil
}

// prosodyConfig is a server with what scripts for any server need, on loopback, without limits.
const prosodyConfig = `
run_as_root = true
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s/data"
certificates = "%[1]s"
log = { info = "%[1]s/prosody.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { %[2]d }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
component_ports = {}
modules_enabled = { "roster", "saslauth", "disco", "carbons", "pep", "private", "blocklist", "vcard_legacy", "version", "time",
  "ping", "register", "register_ibr", "mam", "csi_simple", "smacks", "lastactivity", "presence", "message", "iq", "offline" }
modules_disabled = { "s2s", "limits" }
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
archive_expires_after = "never"
muc_log_by_default = true
VirtualHost "localhost"
Component "rooms.localhost" "muc"
  modules_enabled = { "muc_mam" }
  muc_room_default_history_length = 20
  muc_room_locking = false
Component "groups.localhost" "muc"
  modules_enabled = { "muc_mam" }
  muc_room_default_members_only = true
  muc_room_default_public_jids = true
  muc_room_default_allow_member_invites = true
  muc_room_locking = false
`

// StartProsody serves from a folder below dir. stop ends it.
func StartProsody(ctx context.Context, dir string) (s Server, stop func() error, err error) {
	h, err := hosts.Start(ctx, "prosody", filepath.Join(dir, "prosody"), func(home string, port int) string {
		return fmt.Sprintf(prosodyConfig, home, port)
	})
	if err != nil {
		return s, nil, err
	}
	return Server{Name: "prosody", Addr: h.Addr, Domain: "localhost", Rooms: "rooms.localhost", Groups: "groups.localhost"}, h.Stop, nil
}
