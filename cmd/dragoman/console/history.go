package console

import (
	"net/http"
	"time"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
)

type entryLine struct {
	ID        string    `json:"id"`
	Seq       int64     `json:"seq"`
	Time      time.Time `json:"time"`
	From      string    `json:"from"`
	Source    string    `json:"source"`
	Kind      string    `json:"kind"`
	Text      string    `json:"text,omitempty"` // with the right to see contents alone
	Bytes     int       `json:"bytes"`
	Recalled  bool      `json:"recalled,omitempty"`
	Edits     int       `json:"edits,omitempty"`
	Reactions int       `json:"reactions,omitempty"`
	Delivered [2]int    `json:"delivered"`
	Read      [2]int    `json:"read"`
	Traced    string    `json:"traced,omitempty"` // the protocol whose frame is at hand
}

// history pages through a conversation. What was said is shown to those alone who may see it, and then it is noted.
func (c *Console) history(r *http.Request, o Operator) (any, error) {
	query := r.URL.Query()
	conv, err := parsePlace(query.Get("place"))
	if err != nil {
		return nil, err
	}
	q := store.HistoryQuery{Limit: 50}
	if before := query.Get("before"); before != "" {
		if q.Before, err = chat.ParseEventID(before); err != nil {
			return nil, err
		}
	}
	if o.Contents {
		if err := c.audit.note(Deed{Who: o.Name, Action: "read", Target: placeOf(conv), Detail: query.Get("before"), Address: r.RemoteAddr}); err != nil {
			return nil, err
		}
	}
	page, more, err := c.host.Store.History(r.Context(), "", conv, q)
	if err != nil {
		return nil, err
	}
	lines := []entryLine{}
	for _, e := range page {
		lines = append(lines, c.entryLine(e, o.Contents))
	}
	return map[string]any{"entries": lines, "more": more, "contents": o.Contents}, nil
}

func (c *Console) entryLine(e chat.Entry, contents bool) entryLine {
	line := entryLine{ID: e.ID.String(), Seq: int64(e.Seq), Time: e.Time, From: string(e.From), Source: e.Source.String(), Kind: kindOf(e.Event),
		Recalled: e.Recall != nil, Edits: e.Edits, Delivered: [2]int{e.Delivered.Count, e.Delivered.Of}, Read: [2]int{e.Read.Count, e.Read.Of}}
	for _, r := range e.Reactions {
		line.Reactions += len(r.Users)
	}
	if _, body, err := chat.MarshalBody(e.Body); err == nil {
		line.Bytes = len(body)
	}
	if m, ok := e.Body.(chat.Message); ok && contents && m.Content != nil {
		line.Text = m.Content.Summary()
	}
	if kept, ok := c.host.Trace.Original(e.ID); ok {
		line.Traced = kept.Protocol
	}
	return line
}

// wayOf tells how a message travelled. Without the right to see contents it tells the grades alone.
func (c *Console) wayOf(r *http.Request, o Operator) (any, error) {
	query := r.URL.Query()
	conv, err := parsePlace(query.Get("place"))
	if err != nil {
		return nil, err
	}
	if o.Contents {
		deed := Deed{Who: o.Name, Action: "trace", Target: placeOf(conv), Detail: query.Get("event"), Address: r.RemoteAddr}
		if err := c.audit.note(deed); err != nil {
			return nil, err
		}
	}
	entry, err := c.find(r.Context(), conv, query.Get("event"), "", "")
	if err != nil {
		return nil, err
	}
	readers, err := c.readers(r, entry)
	if err != nil {
		return nil, err
	}
	w := c.way(entry, readers)
	if !o.Contents {
		w.Event.JSON, w.Original = "", nil
		w.Hidden = "your role does not show contents"
		for i := range w.Shown {
			w.Shown[i].Frame = ""
		}
	}
	return w, nil
}

// readers finds for each protocol somebody who reads the entry: best, who is there with that protocol.
func (c *Console) readers(r *http.Request, e chat.Entry) ([]reader, error) {
	var who []chat.UserID
	if e.Conv.Kind == chat.KindPeer {
		a, b := e.Conv.Peers()
		who = []chat.UserID{a, b}
	} else {
		members, _, err := c.host.Store.Members(r.Context(), e.Conv, store.MemberQuery{Limit: maxListed})
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			who = append(who, m.User)
		}
	}
	var all []reader
	for _, front := range c.host.Fronts {
		all = append(all, reader{front.Name, c.readerBy(front.Name, who, e.From)})
	}
	return all, nil
}

func (c *Console) readerBy(protocol string, who []chat.UserID, author chat.UserID) chat.UserID {
	other := author
	for _, u := range who {
		if u == author {
			continue
		}
		other = u
		for _, s := range c.host.Router.Sessions(u) {
			if s.Protocol == protocol {
				return u
			}
		}
	}
	return other
}
