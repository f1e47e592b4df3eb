package webim

import (
	"context"

	"dragoman/bridge/chat"
	"dragoman/bridge/store"
	"dragoman/mapping/names"
)

// directory answers the map's questions about names during one request or session.
type directory struct {
	names.Reader
	*frontend
	ctx context.Context
}

// maxKinds bounds what is remembered of which id is a group, a thread or a room.
const maxKinds = 1 << 14

// Conv implements webimmap.Names.
func (d *directory) Conv(native string) (chat.Conv, error) { return d.conv(d.ctx, d.Reader, native) }

// Details implements webimmap.Names.
func (d *directory) Details(c chat.Conv) *chat.Details {
	details, found, err := d.Store.Former(d.ctx, c)
	if err != nil {
		d.Log.Err(err).Stringer("conv", c).Msg("cannot tell the details of a group")
	}
	if !found {
		return nil
	}
	if c.Kind == chat.KindRoom { // its lists name others than those who are there
		inside := map[chat.UserID]bool{}
		for _, o := range d.Router.Occupants(c) {
			inside[o.User] = true
		}
		details.Count = len(inside)
	}
	return &details
}

// Mutual implements webimmap.Names.
func (d *directory) Mutual(a, b chat.UserID) bool {
	relation, err := d.Store.Contact(d.ctx, a, b)
	if err != nil {
		d.Log.Err(err).Msg("cannot tell whether two are contacts")
	}
	return err == nil && relation.Mutual()
}

// Newest implements webimmap.Names.
func (d *directory) Newest(c chat.Conv, ref chat.Ref) bool {
	page, _, err := d.Store.History(d.ctx, "", c, store.HistoryQuery{Limit: 1, Kinds: []string{chat.BodyName(chat.Message{})}})
	if err != nil {
		d.Log.Err(err).Stringer("conv", c).Msg("cannot tell the newest message")
	}
	return err == nil && len(page) == 1 && page[0].ID <= ref.ID
}

// conv finds what kind of conversation an id names [webim 5]: groups, threads and
// rooms share one space.
func (f *frontend) conv(ctx context.Context, reader names.Reader, native string) (chat.Conv, error) {
	f.mu.Lock()
	c, known := f.kinds[native]
	f.mu.Unlock()
	if known {
		return c, nil
	}
	id, err := reader.Group(native)
	if err != nil {
		return chat.Conv{}, chat.RefuseFor(chat.NoGroup, "there is no such group")
	}
	candidates := []chat.Conv{chat.Group(id), chat.Room(id), chat.Thread(id)}
	found, err := f.Store.DetailsOf(ctx, candidates)
	if err != nil {
		return chat.Conv{}, err
	}
	for _, c := range candidates {
		if _, ok := found[c]; ok {
			f.mu.Lock()
			if len(f.kinds) >= maxKinds {
				clear(f.kinds)
			}
			f.kinds[native] = c
			f.mu.Unlock()
			return c, nil
		}
	}
	return chat.Conv{}, chat.RefuseFor(chat.NoGroup, "there is no such group")
}
