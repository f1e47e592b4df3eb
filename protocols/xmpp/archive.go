package xmpp

import (
	"context"
	"slices"
	"strconv"
	"time"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/xmppmap"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsMAM         = "urn:xmpp:mam:2"
	nsMAMExtended = "urn:xmpp:mam:2#extended"
	// defaultPage and maxPage are how many messages a page has where the client does not say, and at most.
	defaultPage = 50
	maxPage     = 250
)

func archiveFeatures() []string { return []string{nsMAM, nsMAMExtended} }

func (f *Frontend) archiveIQs(t map[iqKey]iqHandler) {
	for _, to := range []scope{toAccount, toConv} {
		t[iqKey{to, false, nsMAM, "query"}] = archiveForm
		t[iqKey{to, true, nsMAM, "query"}] = archiveQuery
		t[iqKey{to, false, nsMAM, "metadata"}] = archiveMetadata
	}
	t[iqKey{toAccount, false, nsMAM, "prefs"}] = archivePrefs
	t[iqKey{toAccount, true, nsMAM, "prefs"}] = setArchivePrefs
}

// archiveForm tells by what a query can be narrowed [XEP-0313 §4.1.5].
func archiveForm(context.Context, *session, *request) (*xmppwire.Element, error) {
	form := xmppwire.New(nsData, "x").Set("type", "form")
	form.Add(formField("FORM_TYPE", "hidden", nsMAM), formField("with", "jid-single"), formField("start", "text-single"),
		formField("end", "text-single"), formField("before-id", "text-single"), formField("after-id", "text-single"),
		formField("ids", "list-multi").Add(xmppwire.New("http://jabber.org/protocol/xdata-validate", "validate").
			Set("datatype", "xs:string").Add(xmppwire.New("http://jabber.org/protocol/xdata-validate", "open"))))
	return xmppwire.New(nsMAM, "query").Add(form), nil
}

// archived names the archive that a request is for: zero for the user's own.
func (q *request) archived() chat.Conv {
	if q.scope == toConv {
		return q.to.Conv
	}
	return chat.Conv{}
}

func archiveMetadata(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	if err := s.mayReadArchive(ctx, q.archived()); err != nil {
		return nil, err
	}
	first, last, err := s.Store.ArchiveEnds(ctx, s.user, q.archived())
	if err != nil {
		return nil, archiveError(err)
	}
	m := xmppwire.New(nsMAM, "metadata")
	if first != 0 {
		m.AddNew("start").Set("id", first.String()).Set("timestamp", xmppmap.Time(first.Time()))
		m.AddNew("end").Set("id", last.String()).Set("timestamp", xmppmap.Time(last.Time()))
	}
	return m, nil
}

// archiveError puts a refusal of the store as a client of archives knows it.
func archiveError(err error) error {
	switch chat.ReasonOf(err) {
	case chat.NotMember, chat.Banned, chat.NoRight:
		return refusal(stanza.Auth, stanza.Forbidden) // [XEP-0313 §5.1.2]
	case chat.NoMessage:
		return refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	return err
}

// archiveQuery sends a page of an archive, a message each, and then the answer [XEP-0313 §4].
func archiveQuery(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	conv := q.archived()
	if err := s.mayReadArchive(ctx, conv); err != nil {
		return nil, err
	}
	query, p, err := s.readArchiveQuery(ctx, q, conv)
	if err != nil {
		return nil, err
	}
	page, complete, count, err := s.Store.Archive(ctx, s.user, conv, query)
	if err != nil {
		return nil, archiveError(err)
	}
	wanted := page
	if conv.Kind == 0 {
		unwanted, err := s.unwanted(ctx)
		if err != nil {
			return nil, err
		}
		wanted = slices.DeleteFunc(slices.Clone(page), func(r chat.Record) bool { return unwanted(r.Event) })
	}
	results := s.archiveResults(ctx, q, conv, wanted)
	if q.payload.Child(nsMAM, "flip-page") != nil {
		slices.Reverse(results)
	}
	for _, r := range results {
		s.send(r)
	}
	fin := xmppwire.New(nsMAM, "fin")
	if complete {
		fin.Set("complete", "true")
	}
	set := xmppwire.New(nsRSM, "set")
	if len(page) > 0 {
		first := set.AddNew("first").AddText(page[0].Event.ID.String())
		if p.after == "" && p.before == "" && !p.last {
			first.Set("index", "0")
		}
		set.AddNew("last").AddText(page[len(page)-1].Event.ID.String())
	}
	set.AddNew("count").AddText(strconv.Itoa(count))
	return fin.Add(set), nil
}

// mayReadArchive refuses who is no member of a group, might not enter a room, or is banned [XEP-0313 §5.1.2]. What he heard
// while he was in it is in his clients.
func (s *session) mayReadArchive(ctx context.Context, conv chat.Conv) error {
	if conv.Kind == 0 {
		return nil
	}
	if _, err := s.Store.Details(ctx, conv); err != nil {
		return err
	}
	me, err := s.Store.Member(ctx, conv, s.user)
	if err == nil && (me.Banned || conv.Kind != chat.KindRoom && !me.Role.IsMember()) {
		return refusal(stanza.Auth, stanza.Forbidden)
	}
	if err == nil {
		err = s.Router.MayRead(ctx, s.actor, conv)
	}
	if chat.CodeOf(err) == chat.Forbidden {
		err = refusal(stanza.Auth, stanza.Forbidden)
	}
	return err
}

func (s *session) readArchiveQuery(ctx context.Context, q *request, conv chat.Conv) (store.ArchiveQuery, paging, error) {
	var query store.ArchiveQuery
	p, err := readPaging(q.payload.Child(nsRSM, "set"))
	if err != nil {
		return query, p, err
	}
	query.Count, query.Limit = true, defaultPage
	if p.max >= 0 {
		query.Limit = min(p.max, maxPage)
	}
	if p.max == 0 {
		query.Limit = -1
	}
	if p.index > 0 {
		return query, p, refusal(stanza.Cancel, stanza.FeatureNotImplemented)
	}
	query.Last = p.last || p.before != ""
	if err := s.readArchiveForm(q.payload.Child(nsData, "x"), conv, &query); err != nil {
		return query, p, err
	}
	for _, bound := range []struct {
		text string
		into *chat.EventID
		max  bool
	}{{p.after, &query.After, true}, {p.before, &query.Before, false}} {
		if bound.text == "" {
			continue
		}
		id, err := s.archivedID(ctx, conv, bound.text)
		if err != nil {
			return query, p, err
		}
		if *bound.into == 0 || bound.max == (id > *bound.into) {
			*bound.into = id
		}
	}
	return query, p, nil
}

// archivedID reads an id that must be in the archive.
func (s *session) archivedID(ctx context.Context, conv chat.Conv, text string) (chat.EventID, error) {
	id, err := chat.ParseEventID(text)
	if err != nil {
		return 0, refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	if _, _, _, err := s.Store.Archive(ctx, s.user, conv, store.ArchiveQuery{IDs: []chat.EventID{id}, Limit: 1}); err != nil {
		return 0, archiveError(err)
	}
	return id, nil
}

func (s *session) readArchiveForm(form *xmppwire.Element, conv chat.Conv, query *store.ArchiveQuery) error {
	if form == nil {
		return nil
	}
	bad := refusal(stanza.Modify, stanza.BadRequest)
	for name, values := range formValues(form) {
		if len(values) == 0 {
			continue
		}
		var err error
		switch name {
		case "FORM_TYPE":
			if values[0] != nsMAM {
				err = bad
			}
		case "start":
			query.Since, err = time.Parse(time.RFC3339Nano, values[0])
		case "end":
			query.Until, err = time.Parse(time.RFC3339Nano, values[0])
		case "with":
			err = s.readWith(values[0], conv, query)
		case "before-id":
			query.Before, err = chat.ParseEventID(values[0])
		case "after-id":
			query.After, err = chat.ParseEventID(values[0])
		case "ids":
			for _, v := range values {
				id, perr := chat.ParseEventID(v)
				if perr != nil {
					return refusal(stanza.Cancel, stanza.ItemNotFound)
				}
				query.IDs = append(query.IDs, id)
			}
		default:
			err = refusal(stanza.Cancel, stanza.FeatureNotImplemented) // [XEP-0313 §4.1.4]
		}
		if err != nil {
			if _, known := err.(*refused); known {
				return err
			}
			return bad
		}
	}
	return nil
}

func (s *session) readWith(with string, conv chat.Conv, query *store.ArchiveQuery) error {
	a, err := s.m.Parse(with)
	if err != nil {
		return refusal(stanza.Modify, stanza.JIDMalformed)
	}
	if conv.Kind != 0 {
		return nil // the room's archive has one party: itself
	}
	query.With = a.User
	if a.Kind != xmppmap.User {
		// Nobody of ours: a name that no account can have, so the page is empty.
		query.With = chat.Foreign("xmpp", a.Bare)
	}
	return nil
}

// archiveResults writes the events of a page. What shows as no message is passed over; its id may still bound the page.
func (s *session) archiveResults(ctx context.Context, q *request, conv chat.Conv, page []chat.Record) []xmppwire.Stanza {
	var results []xmppwire.Stanza
	sees := conv.Kind != 0 && s.sees(ctx, conv, s.user)
	for i := range page {
		ev := page[i].Event
		stanzas, err := s.m.FromEvent(page[i], s.archiveView(ctx, ev))
		if err != nil {
			s.log.Err(err).Int64("event", int64(ev.ID)).Msg("cannot show an archived event")
			continue
		}
		for _, st := range stanzas {
			if conv.Kind != 0 {
				st = s.asOccupant(st, ev)
				if sees {
					item := xmppmap.Item{Affiliation: "none", Role: "none", JID: s.m.UserJID(ev.From)}
					st.Add(xmppmap.UserX(item))
				}
			} else {
				st = s.asArchived(st, ev)
			}
			forwarded := xmppwire.New(xmppmap.NSForward, "forwarded").Add(xmppmap.Delay("", ev.Time), st.Element())
			result := xmppwire.New(nsMAM, "result").SetIf("queryid", q.payload.Attr("queryid")).Set("id", ev.ID.String()).Add(forwarded)
			out := xmppwire.Stanza{Name: "message", To: s.full, Children: []*xmppwire.Element{result}}
			if conv.Kind != 0 {
				out.From = q.to.Bare
			} else {
				out.From = s.bare
			}
			results = append(results, out)
			break // an event has one place in the archive
		}
	}
	return results
}

func (s *session) archiveView(ctx context.Context, ev *chat.Event) xmppmap.View {
	if ev.Conv.Kind == chat.KindPeer {
		return xmppmap.View{From: s.senderOf(ev), By: s.bare}
	}
	return s.viewOf(ctx, ev, false)
}

// asArchived gives a message of the user's own archive both its addresses.
func (s *session) asArchived(st xmppwire.Stanza, ev *chat.Event) xmppwire.Stanza {
	st.To = s.bare
	if ev.From == s.user {
		st.To = s.m.UserJID(ev.Conv.Other(s.user))
	}
	pm := st.Child(xmppmap.NSOwn, pmElement)
	if pm != nil && ev.From == s.user {
		st.To = s.placeOf(pm) + "/" + pm.Attr("to")
	}
	return s.asPrivate(st)
}
