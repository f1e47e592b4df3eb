package dialog

import (
	"errors"
	"fmt"
	"strings"

	"dragoman/protocols/xmpp/xmppwire"
)

// Server is where scripts run.
type Server struct {
	Name   string
	Addr   string // of plain TCP; accounts can be made in band
	Domain string
	Rooms  string // domain of open rooms
	Groups string // domain of members-only groups
}

const password = "a secret of the dialogue"

// run is one run of one script.
type run struct {
	server  Server
	script  *Script
	suffix  string
	clients map[string]*client
	people  map[string]Person
	vars    vars
	heard   []string // what was received lately, for the report
}

// Run plays a script. suffix tells its accounts from those of other runs.
func Run(server Server, s *Script, suffix string) error {
	r := &run{server: server, script: s, suffix: suffix, clients: map[string]*client{}, people: map[string]Person{},
		vars: vars{"domain": server.Domain, "rooms": server.Rooms, "groups": server.Groups, "unique": suffix}}
	defer func() {
		for _, c := range r.clients {
			c.close()
		}
	}()
	made := map[string]bool{}
	for _, p := range s.People {
		account := r.account(p)
		if !made[account] {
			if err := register(server.Addr, server.Domain, account, password); err != nil {
				return fmt.Errorf("make %s: %w", account, err)
			}
			made[account] = true
		}
		r.people[p.Name] = p
		r.vars[p.Name] = account + "@" + server.Domain
		if p.Resource != "" {
			r.vars[p.Name+".full"] = r.vars[p.Name] + "/" + p.Resource
		}
	}
	for _, step := range s.Steps {
		if err := r.step(step); err != nil {
			return fmt.Errorf("%s:%d: %s %s: %w\nreceived before:\n%s", s.File, step.Line, step.Who, step.Do, err, strings.Join(r.heard, "\n"))
		}
	}
	return nil
}

func (r *run) account(p Person) string { return p.Account + r.suffix }

// note keeps what was received, for the report of a failure.
func (r *run) note(who string, e *xmppwire.Element) {
	r.heard = append(r.heard, "  "+who+": "+e.String())
	if len(r.heard) > 20 {
		r.heard = r.heard[1:]
	}
}

func (r *run) step(s Step) error {
	p, ok := r.people[s.Who]
	if !ok {
		return fmt.Errorf("nobody is called %s", s.Who)
	}
	if s.Do == "connects" || s.Do == "connects quietly" {
		return r.connect(p, s.Do == "connects")
	}
	c := r.clients[s.Who]
	if c == nil {
		return errors.New("is not connected")
	}
	xml, err := r.vars.fill(s.XML)
	if err != nil {
		return err
	}
	switch s.Do {
	case "sends":
		list, err := elements(xml)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := c.write(string(e.AppendTop(nil, xmppwire.NSClient))); err != nil {
				return err
			}
		}
		return nil
	case "receives":
		return r.receive(c, s.Who, s.XML, false)
	case "eventually receives":
		return r.receive(c, s.Who, s.XML, true)
	case "receives, in any order":
		return r.receiveAny(c, s.Who, s.XML, false)
	case "eventually receives, in any order":
		return r.receiveAny(c, s.Who, s.XML, true)
	case "receives nothing":
		return r.barrier(c, s.Who, false)
	case "forgets":
		return r.barrier(c, s.Who, true)
	case "disconnects":
		return r.disconnect(c, s.Who)
	case "vanishes":
		c.close()
		delete(r.clients, s.Who)
		return nil
	}
	return fmt.Errorf("nobody can do that")
}

func (r *run) connect(p Person, present bool) error {
	c, err := dial(r.server.Addr, r.server.Domain)
	if err != nil {
		return err
	}
	r.clients[p.Name] = c
	if err := c.login(r.server.Domain, r.account(p), password, p.Resource); err != nil {
		return err
	}
	r.vars[p.Name+".full"] = c.full
	if !present {
		return nil
	}
	if err := c.write("<presence/>"); err != nil {
		return err
	}
	return r.receive(c, p.Name, "<presence from='"+c.full+"'/>", true)
}

func (r *run) disconnect(c *client, who string) error {
	delete(r.clients, who)
	defer c.close()
	if err := c.write("</stream:stream>"); err != nil {
		return err
	}
	for {
		if _, err := c.next(); err != nil {
			if errors.Is(err, xmppwire.ErrEnd) {
				return nil
			}
			return err
		}
	}
}

// expected reads what a step expects, with the variables as they stand.
func (r *run) expected(xml string) ([]*xmppwire.Element, error) {
	filled, err := r.vars.fill(xml)
	if err != nil {
		return nil, err
	}
	return elements(filled)
}

func (r *run) receive(c *client, who, xml string, skip bool) error {
	list, err := r.expected(xml)
	if err != nil {
		return err
	}
	for _, want := range list {
		var nearest error
		for {
			got, err := c.next()
			if err != nil {
				return fmt.Errorf("waiting for %s: %w (%v)", want, err, nearest)
			}
			r.note(who, got)
			kept := vars{}
			err = match(want, got, kept)
			if err == nil {
				for k, v := range kept {
					r.vars[k] = v
				}
				break
			}
			if !skip {
				return fmt.Errorf("expected %s\n got %s\n %w", want, got, err)
			}
			nearest = err
		}
	}
	return nil
}

func (r *run) receiveAny(c *client, who, xml string, skip bool) error {
	list, err := r.expected(xml)
	if err != nil {
		return err
	}
	for len(list) > 0 {
		got, err := c.next()
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", list[0], err)
		}
		r.note(who, got)
		found := -1
		var nearest error
		for i, want := range list {
			kept := vars{}
			if nearest = match(want, got, kept); nearest == nil {
				found = i
				for k, v := range kept {
					r.vars[k] = v
				}
				break
			}
		}
		if found < 0 && skip {
			continue
		}
		if found < 0 {
			return fmt.Errorf("not expected: %s (%w)", got, nearest)
		}
		list = append(list[:found], list[found+1:]...)
	}
	return nil
}

// barrier waits for all that the server has for a client.
func (r *run) barrier(c *client, who string, skip bool) error {
	id, err := c.ping(r.server.Domain)
	if err != nil {
		return err
	}
	for {
		got, err := c.next()
		if err != nil {
			return err
		}
		if got.Is(xmppwire.NSClient, "iq") && got.Attr("id") == id {
			return nil
		}
		r.note(who, got)
		if !skip {
			return fmt.Errorf("received %s", got)
		}
	}
}
