package xmpp

import (
	"net/url"
	"path"
	"strings"

	"dragoman/bridge/chat"
)

// links makes and reads the addresses of files: /xmpp-files/ID/SECRET/NAME, where the secret proves that one was given the
// file.
type links struct{ f *Frontend }

const filesPath = "/xmpp-files/"

// URL implements xmppmap.Links.
func (l links) URL(file chat.FileRef) string {
	if file.ID == "" {
		return file.URL
	}
	name := file.Name
	if name == "" {
		name = "file"
	}
	return l.f.PublicURL() + filesPath + file.ID + "/" + l.f.Media.Secret(file.ID) + "/" + url.PathEscape(name)
}

// File implements xmppmap.Links.
func (l links) File(address string) (chat.FileRef, bool) {
	i := strings.Index(address, filesPath)
	if i < 0 {
		return chat.FileRef{}, false
	}
	rest := strings.SplitN(address[i+len(filesPath):], "/", 3)
	if len(rest) < 3 || !l.f.Media.Proves(rest[0], rest[1]) {
		return chat.FileRef{}, false
	}
	name, err := url.PathUnescape(rest[2])
	if err != nil {
		name = rest[2]
	}
	return chat.FileRef{ID: rest[0], Name: path.Base(name)}, true
}
