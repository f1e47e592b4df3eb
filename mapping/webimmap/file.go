package webimmap

import (
	"net/url"
	"strings"

	"dragoman/bridge/chat"
)

// filesPath is the path under which this realm serves files [webim 12.2].
func (r Realm) filesPath() string {
	return "/" + strings.Replace(r.AppKey, "#", "/", 1) + "/chatfiles/"
}

// FileSegment is the last segment of a file's path here: the id alone, which asks
// for the secret, or the id and the secret, for links that must work by themselves.
func FileSegment(id, secret string) string {
	if secret == "" {
		return id
	}
	return id + "." + secret
}

// CutFileSegment undoes FileSegment.
func CutFileSegment(segment string) (id, secret string) {
	id, secret, _ = strings.Cut(segment, ".")
	return id, secret
}

// file reads a link as senders write it. It is a file of ours if it lies under our
// path and the sender shows its secret: only who was given a file may pass it on.
func (r Realm) file(link, secret string) chat.FileRef {
	if link == "" {
		return chat.FileRef{}
	}
	if u, err := url.Parse(link); err == nil {
		if segment, ours := strings.CutPrefix(u.Path, r.filesPath()); ours && segment != "" && !strings.Contains(segment, "/") {
			if r.Undetour != nil {
				if foreign, ok := r.Undetour(segment); ok {
					return chat.FileRef{URL: foreign} // passed on by a client that had it by the detour
				}
			}
			id, shown := CutFileSegment(segment)
			if shown == "" {
				shown = secret
			}
			if r.Secret != nil && shown == r.Secret(id) {
				return chat.FileRef{ID: id}
			}
		}
	}
	return chat.FileRef{URL: link, Secret: secret}
}

// link writes where the reader finds a file, and the secret that he must show.
//
// The SDKs keep of a link the path alone, and prefix their own server [webim 6.3]:
// so a foreign link goes by a detour through ours.
func (r Realm) link(f chat.FileRef) (link, secret string) {
	switch {
	case f.ID != "":
		if r.Secret != nil {
			secret = r.Secret(f.ID)
		}
		return r.Base + r.filesPath() + f.ID, secret
	case f.URL == "":
		return "", ""
	case f.Secret == "" && r.Detour != nil:
		return r.Base + r.filesPath() + r.Detour(f.URL), ""
	default:
		return f.URL, f.Secret
	}
}
