package xmpp

import (
	"strconv"

	"mellium.im/xmpp/stanza"

	"dragoman/protocols/xmpp/xmppwire"
)

// paging is what a client wants of a result that comes in pages [XEP-0059].
type paging struct {
	max           int // -1: it does not say
	after, before string
	last          bool // <before/>: the last page
	index         int  // -1: it does not say
}

// readPaging reads a <set/>; nil: no wishes.
func readPaging(set *xmppwire.Element) (paging, error) {
	p := paging{max: -1, index: -1}
	if set == nil {
		return p, nil
	}
	number := func(name string) (int, error) {
		e := set.Child(nsRSM, name)
		if e == nil {
			return -1, nil
		}
		n, err := strconv.Atoi(e.Text())
		if err != nil || n < 0 {
			return -1, refusal(stanza.Modify, stanza.BadRequest)
		}
		return n, nil
	}
	var err error
	if p.max, err = number("max"); err != nil {
		return p, err
	}
	if p.index, err = number("index"); err != nil {
		return p, err
	}
	p.after = set.ChildText(nsRSM, "after")
	if b := set.Child(nsRSM, "before"); b != nil {
		p.before = b.Text()
		p.last = p.before == ""
	}
	return p, nil
}

// pageItems cuts the children of a list that is at hand as the client wants. Items are named by their jid.
func pageItems(q *request, list *xmppwire.Element) (*xmppwire.Element, error) {
	set := q.payload.Child(nsRSM, "set")
	if set == nil {
		return list, nil
	}
	p, err := readPaging(set)
	if err != nil {
		return nil, err
	}
	nodes := list.Nodes
	from, to := 0, len(nodes)
	find := func(jid string) (int, error) {
		for i := range nodes {
			if nodes[i].Elem.Attr("jid") == jid {
				return i, nil
			}
		}
		return 0, refusal(stanza.Cancel, stanza.ItemNotFound)
	}
	switch {
	case p.after != "":
		if from, err = find(p.after); err != nil {
			return nil, err
		}
		from++
	case p.before != "":
		if to, err = find(p.before); err != nil {
			return nil, err
		}
	case p.index > 0:
		from = min(p.index, len(nodes))
	}
	if p.max >= 0 && to-from > p.max {
		if p.last || p.before != "" {
			from = to - p.max
		} else {
			to = from + p.max
		}
	}
	list.Nodes = nodes[from:to]
	answer := xmppwire.New(nsRSM, "set")
	if to > from {
		answer.AddNew("first").Set("index", strconv.Itoa(from)).AddText(nodes[from].Elem.Attr("jid"))
		answer.AddNew("last").AddText(nodes[to-1].Elem.Attr("jid"))
	}
	answer.AddNew("count").AddText(strconv.Itoa(len(nodes)))
	return list.Add(answer), nil
}
