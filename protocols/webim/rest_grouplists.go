package webim

import (
	"slices"
	"strings"

	"dragoman/bridge/chat"
)

// page cuts what pagenum and pagesize name out of a list; first is the number of
// the first page, which differs between paths.
func page[T any](list []T, number, size, first int) []T {
	from := max(number-first, 0) * size
	if from >= len(list) {
		return nil
	}
	return list[from:min(from+size, len(list))]
}

func (c *call) joined(kind chat.ConvKind) ([]map[string]any, error) {
	all, err := c.Store.Joined(c.ctx, c.me, kind, 0, "")
	if err != nil {
		return nil, err
	}
	rows := make([]map[string]any, len(all))
	for i, j := range all {
		rows[i] = c.row(j.Details)
		rows[i]["permission"], rows[i]["role"] = roleName(j.Me.Role), roleName(j.Me.Role)
	}
	return rows, nil
}

func (c *call) joinedGroups() (reply, error) {
	rows, err := c.joined(chat.KindGroup)
	if err != nil {
		return reply{}, err
	}
	total := len(rows)
	if c.query("pagesize") != "" {
		rows = page(rows, c.number("pagenum", 0, 0, 1<<20), c.number("pagesize", 500, 1, 1000), 0)
	}
	return reply{Data: nonNil(rows), Count: &total}, nil
}

func (c *call) joinedEntities() (reply, error) {
	rows, err := c.joined(chat.KindGroup)
	if err != nil {
		return reply{}, err
	}
	total := len(rows)
	rows = page(rows, c.number("pagenum", 0, 0, 1<<20), c.number("pagesize", 20, 1, 500), 0)
	return reply{Entities: nonNil(rows), Count: &total}, nil
}

func (c *call) joinedCount() (reply, error) {
	rows, err := c.Store.Joined(c.ctx, c.me, chat.KindGroup, 0, "")
	return reply{Data: len(rows)}, err
}

func (c *call) isJoined() (reply, error) {
	conv, u, err := c.targetUser()
	if err != nil {
		return reply{}, err
	}
	m, err := c.Store.Member(c.ctx, conv, u)
	return reply{Data: m.Role.IsMember()}, err
}

// joinedRooms are the rooms that the user is in now.
func (c *call) joinedRooms() (reply, error) {
	in := c.Router.Entered(c.me)
	found, err := c.Store.DetailsOf(c.ctx, in)
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, 0, len(in))
	for _, conv := range in {
		if d, ok := found[conv]; ok {
			row := c.row(d)
			row["owner"] = c.cfg.AppKey + "_" + c.name(d.Owner)
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	return reply{Data: nonNil(page(rows, c.number("pagenum", 1, 1, 1<<20), c.number("pagesize", 20, 1, 1000), 1))}, nil
}

func (c *call) listConvs(kind chat.ConvKind, publicOnly bool) (reply, error) {
	limit := c.number("limit", 20, 1, 1000)
	list, err := c.Store.ListConvs(c.ctx, kind, publicOnly, limit, c.query("cursor"))
	if err != nil {
		return reply{}, err
	}
	rows := make([]map[string]any, len(list))
	for i, d := range list {
		rows[i] = c.row(d)
	}
	r := reply{Data: rows, Count: new(len(rows))}
	if len(list) == limit {
		r.Cursor = &list[limit-1].Conv.ID
	}
	return r, nil
}

func (c *call) listGroups() (reply, error) { return c.listConvs(chat.KindGroup, false) }

func (c *call) publicGroups() (reply, error) { return c.listConvs(chat.KindGroup, true) }

// listRooms pages by number for clients, by cursor for the app's server.
func (c *call) listRooms() (reply, error) {
	if c.query("pagenum") == "" && c.query("pagesize") == "" {
		return c.listConvs(chat.KindRoom, !c.server)
	}
	size, number := c.number("pagesize", 20, 1, 1000), c.number("pagenum", 1, 1, 1000)
	var after string
	var rows []map[string]any
	for at := 1; at <= number; at++ { // pages before are walked: ids are all that the store pages by
		list, err := c.Store.ListConvs(c.ctx, chat.KindRoom, !c.server, size, after)
		if err != nil {
			return reply{}, err
		}
		rows = rows[:0]
		for _, d := range list {
			rows = append(rows, c.row(d))
			after = d.Conv.ID
		}
		if len(list) < size && at < number {
			rows = nil
			break
		}
	}
	return reply{Data: nonNil(rows), Count: new(len(rows))}, nil
}
