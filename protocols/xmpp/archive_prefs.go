package xmpp

import (
	"context"
	"slices"
	"strings"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

// The archive is one log for all protocols, so what a user does not want archived is left out of his archive rather than
// of the log: by the preferences that were in force when it was said [XEP-0441].

const (
	prefsKey = "xmpp.mam"
	// maxPrefsKept is how many changes of one's mind are remembered; older ones count no longer.
	maxPrefsKept = 50
	// maxPrefsPeople bounds each of the lists.
	maxPrefsPeople = 500
	// maxPrefsBytes bounds all that is remembered: it is read for every page of the archive.
	maxPrefsBytes = 64 << 10
)

// archivePreferences is what a user wants archived since a time.
type archivePreferences struct {
	since         time.Time
	byDefault     string // "always", "never" or "roster"
	always, never []string
}

func prefsElement(p archivePreferences) *xmppwire.Element {
	e := xmppwire.New(nsMAM, "prefs").Set("default", p.byDefault)
	for _, list := range []struct {
		local string
		jids  []string
	}{{"always", p.always}, {"never", p.never}} {
		l := e.AddNew(list.local)
		for _, j := range list.jids {
			l.AddNew("jid").AddText(j)
		}
	}
	return e
}

func readPrefs(e *xmppwire.Element) archivePreferences {
	p := archivePreferences{byDefault: e.Attr("default")}
	for _, list := range []struct {
		local string
		jids  *[]string
	}{{"always", &p.always}, {"never", &p.never}} {
		for j := range e.Child(nsMAM, list.local).Children() {
			if j.Is(nsMAM, "jid") {
				*list.jids = append(*list.jids, j.Text())
			}
		}
	}
	return p
}

// preferences returns all that the user has ever wanted, oldest first.
func (s *session) preferences(ctx context.Context) ([]archivePreferences, error) {
	all, err := s.Store.UserAttributes(ctx, s.user, prefsKey)
	if err != nil || all[prefsKey] == "" {
		return nil, err
	}
	kept, err := xmppwire.Parse([]byte(all[prefsKey]))
	if err != nil {
		return nil, err
	}
	var list []archivePreferences
	for e := range kept.Children() {
		p := readPrefs(e)
		if p.since, err = time.Parse(time.RFC3339Nano, e.Attr("since")); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func (s *session) keepPreferences(ctx context.Context, list []archivePreferences) error {
	var texts []string // newest first
	bytes := 0
	for _, p := range slices.Backward(list) {
		text := prefsElement(p).Set("since", p.since.UTC().Format(time.RFC3339Nano)).String()
		if bytes += len(text); bytes > maxPrefsBytes || len(texts) == maxPrefsKept {
			break
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return refusal(stanza.Modify, stanza.PolicyViolation)
	}
	slices.Reverse(texts)
	kept := "<kept xmlns='" + nsMAM + "'>" + strings.Join(texts, "") + "</kept>"
	d := chat.Draft{Conv: chat.Self(s.user), To: []chat.UserID{s.user}, Body: chat.Attributes{Set: map[string]string{prefsKey: kept}}}
	_, err := s.submit(ctx, d)
	return err
}

// archivePrefs answers what is archived: everything, unless the user has said otherwise.
func archivePrefs(ctx context.Context, s *session, _ *request) (*xmppwire.Element, error) {
	list, err := s.preferences(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return prefsElement(archivePreferences{byDefault: "always"}), nil
	}
	return prefsElement(list[len(list)-1]), nil
}

// setArchivePrefs changes what is archived from now on.
func setArchivePrefs(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	p := readPrefs(q.payload)
	if p.byDefault != "always" && p.byDefault != "never" && p.byDefault != "roster" {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	if len(p.always) > maxPrefsPeople || len(p.never) > maxPrefsPeople {
		return nil, refusal(stanza.Modify, stanza.PolicyViolation)
	}
	for _, jids := range [][]string{p.always, p.never} {
		for i, j := range jids {
			a, err := s.m.Parse(j)
			if err != nil && chat.CodeOf(err) != chat.NotFound {
				return nil, refusal(stanza.Modify, stanza.JIDMalformed)
			}
			if a.Bare != "" {
				jids[i] = a.Full()
			}
		}
	}
	list, err := s.preferences(ctx)
	if err != nil {
		return nil, err
	}
	p.since = s.Now()
	if err := s.keepPreferences(ctx, append(list, p)); err != nil {
		return nil, err
	}
	return prefsElement(p), nil
}

// unwanted returns what tells of each event of one's own archive whether one wanted it there when it was said.
func (s *session) unwanted(ctx context.Context) (func(*chat.Event) bool, error) {
	list, err := s.preferences(ctx)
	if err != nil || len(list) == 0 {
		return func(*chat.Event) bool { return false }, err
	}
	contacts := map[chat.UserID]bool{}
	people, _, err := s.Store.Contacts(ctx, s.user)
	for _, c := range people {
		contacts[c.User] = c.Listed
	}
	return func(ev *chat.Event) bool {
		if ev.Conv.Kind != chat.KindPeer {
			return false
		}
		i := len(list) - 1
		for i >= 0 && ev.Time.Before(list[i].since) {
			i--
		}
		if i < 0 {
			return false
		}
		other := ev.Conv.Other(s.user)
		jid, p := s.m.UserJID(other), list[i]
		switch {
		case slices.ContainsFunc(p.always, func(j string) bool { return bareOf(j) == jid }):
			return false
		case slices.ContainsFunc(p.never, func(j string) bool { return bareOf(j) == jid }):
			return true
		}
		return p.byDefault == "never" || p.byDefault == "roster" && !contacts[other]
	}, err
}

func bareOf(j string) string {
	bare, _, _ := strings.Cut(j, "/")
	return bare
}
