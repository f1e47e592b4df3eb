package xmpp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"mellium.im/xmpp/stanza"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

const nsCommands = "http://jabber.org/protocol/commands"

// command is one thing that a user may do with his own account by filling in a form [XEP-0050]. Each takes one step, so
// nothing is remembered between a form and its submission.
type command struct {
	node, name string
	form       func(ctx context.Context, s *session) (*xmppwire.Element, error)
	// run does what a submitted form asks for, and says what was done. later, if not nil, runs after the answer.
	run func(ctx context.Context, s *session, values map[string][]string) (note string, later func() error, err error)
}

// commands lists all there are, in the order in which they are shown.
func commands() []command {
	return []command{
		{"password", "Change the password", passwordForm, changePassword},
		{"devices", "See where you are logged in, and log out there", devicesForm, endDevices},
	}
}

func commandOf(node string) *command {
	for _, c := range commands() {
		if c.node == node {
			return &c
		}
	}
	return nil
}

func (f *Frontend) commandIQs(t map[iqKey]iqHandler) {
	for _, to := range []scope{toServer, toAccount} {
		t[iqKey{to, true, nsCommands, "command"}] = runCommand
	}
}

// commandItems lists the commands [XEP-0050 §2.3].
func commandItems(q *request) *xmppwire.Element {
	e := xmppwire.New(nsDiscoItems, "query").Set("node", nsCommands)
	for _, c := range commands() {
		e.AddNew("item").Set("jid", q.To).Set("node", c.node).Set("name", c.name)
	}
	return e
}

// commandInfo tells of the list, or of one command; nil: there is none of that node.
func commandInfo(q *request) *xmppwire.Element {
	node := q.payload.Attr("node")
	if node == nsCommands {
		return info(q, []identity{{"automation", "command-list", "Your account"}}, []string{nsDiscoInfo, nsDiscoItems})
	}
	if c := commandOf(node); c != nil {
		return info(q, []identity{{"automation", "command-node", c.name}}, []string{nsCommands, nsData})
	}
	return nil
}

// runCommand shows a command's form, or does what a form says [XEP-0050 §2.4].
func runCommand(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	c := commandOf(q.payload.Attr("node"))
	if c == nil {
		return nil, noNode()
	}
	answer := xmppwire.New(nsCommands, "command").Set("node", c.node).Set("sessionid", q.payload.Attr("sessionid"))
	if answer.Attr("sessionid") == "" {
		answer.Set("sessionid", rand.Text())
	}
	submitted := q.payload.Child(nsData, "x")
	switch action := q.payload.Attr("action"); {
	case action == "cancel":
		return answer.Set("status", "canceled"), nil
	case action != "" && action != "execute" && action != "complete":
		return nil, commandRefusal("bad-action")
	case submitted == nil:
		form, err := c.form(ctx, s)
		if err != nil {
			return nil, err
		}
		answer.AddNew("actions").Set("execute", "complete").AddNew("complete")
		return answer.Set("status", "executing").Add(form), nil
	}
	note, later, err := c.run(ctx, s, formValues(submitted))
	if err != nil {
		return nil, err
	}
	answer.Set("status", "completed").Add(xmppwire.TextElement(nsCommands, "note", note).Set("type", "info"))
	if later == nil {
		return answer, nil
	}
	s.result(q, answer)
	if err := later(); err != nil {
		s.log.Err(err).Str("command", c.node).Msg("a command failed after it was answered")
	}
	return nil, errLater
}

func commandRefusal(condition string) error {
	return &refused{cond: stanza.Error{Type: stanza.Modify, Condition: stanza.BadRequest}, extra: xmppwire.New(nsCommands, condition)}
}

func commandForm(title, instructions string, fields ...*xmppwire.Element) *xmppwire.Element {
	form := xmppwire.New(nsData, "x").Set("type", "form")
	form.AddNew("title").AddText(title)
	form.AddNew("instructions").AddText(instructions)
	return form.Add(fields...)
}

func passwordForm(context.Context, *session) (*xmppwire.Element, error) {
	field := formField("password", "text-private").Set("label", "The new password")
	field.AddNew("required")
	return commandForm("Change the password", "All your devices have to log in again.", field), nil
}

func changePassword(ctx context.Context, s *session, values map[string][]string) (string, func() error, error) {
	v := values["password"]
	if len(v) != 1 || v[0] == "" {
		return "", nil, commandRefusal("bad-payload")
	}
	// The change ends all sessions, this one too: the answer goes first.
	return "The password is changed.", func() error { return s.Accounts.SetPassword(context.WithoutCancel(ctx), s.user, v[0]) }, nil
}

func devicesForm(_ context.Context, s *session) (*xmppwire.Element, error) {
	field := formField("devices", "list-multi").Set("label", "Log out")
	for _, other := range s.Router.Sessions(s.user) {
		label := fmt.Sprintf("%s (%s), since %s", other.Device, other.Protocol, other.Since.UTC().Format("2006-01-02 15:04"))
		if other.Device == s.actor.Device {
			label += ", this one"
		}
		field.AddNew("option").Set("label", label).AddNew("value").AddText(string(other.Device))
	}
	return commandForm("Your devices", "These are logged in now.", field), nil
}

func endDevices(_ context.Context, s *session, values map[string][]string) (string, func() error, error) {
	chosen := values["devices"]
	end := func() error {
		for _, d := range chosen {
			if d == "" { // would mean all
				return errors.New("a device without a name")
			}
			s.Router.End(s.user, chat.DeviceID(d), bridge.Cause{Kind: bridge.Kicked, Note: "logged out from another device"})
		}
		return nil
	}
	return fmt.Sprintf("Logged out: %d.", len(chosen)), end, nil
}
