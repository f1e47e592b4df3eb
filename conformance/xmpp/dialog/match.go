package dialog

import (
	"fmt"
	"regexp"
	"strings"

	"dragoman/protocols/xmpp/xmppwire"
)

// nsDialog is the namespace of the scripts' own elements.
const nsDialog = "dialog"

// vars are what ${name} stands for.
type vars map[string]string

var variable = regexp.MustCompile(`\$\{([^}]+)\}`)

// fill puts variables into XML.
func (v vars) fill(xml string) (string, error) {
	var missing error
	out := variable.ReplaceAllStringFunc(xml, func(m string) string {
		name := m[2 : len(m)-1]
		value, ok := v[name]
		if !ok {
			missing = fmt.Errorf("nothing is called %s", m)
		}
		return string(xmppwire.AppendAttr(nil, value))
	})
	return out, missing
}

// elements reads the XML below a step.
func elements(xml string) ([]*xmppwire.Element, error) {
	wrapped := "<w xmlns='jabber:client' xmlns:d='" + nsDialog + "' xmlns:stream='" + xmppwire.NSStream + "'>" + xml + "</w>"
	w, err := xmppwire.Parse([]byte(wrapped))
	if err != nil {
		return nil, fmt.Errorf("the script's XML: %w", err)
	}
	var all []*xmppwire.Element
	for e := range w.Children() {
		all = append(all, e)
	}
	return all, nil
}

// match says where got differs from want, nil: nowhere. What {keep:} names is put into kept.
func match(want, got *xmppwire.Element, kept vars) error {
	if want.Name != got.Name {
		return fmt.Errorf("<%s xmlns=%q> instead of <%s xmlns=%q>", got.Local, got.Space, want.Local, want.Space)
	}
	for _, a := range want.Attrs {
		if a.Space == nsDialog {
			continue
		}
		value, there := "", false
		for _, b := range got.Attrs {
			if b.Name == a.Name {
				value, there = b.Value, true
			}
		}
		if err := matchText(a.Value, value, there, kept); err != nil {
			return fmt.Errorf("<%s %s=>: %w", want.Local, a.Local, err)
		}
	}
	if text := strings.TrimSpace(want.Text()); text != "" {
		if err := matchText(text, strings.TrimSpace(got.Text()), got.Text() != "", kept); err != nil {
			return fmt.Errorf("text of <%s>: %w", want.Local, err)
		}
	}
	return matchChildren(want, got, kept)
}

func matchText(want, got string, there bool, kept vars) error {
	switch {
	case want == "{any}":
		if got == "" {
			return fmt.Errorf("nothing, expected something")
		}
		return nil
	case want == "{none}":
		if there {
			return fmt.Errorf("%q, expected none", got)
		}
		return nil
	case strings.HasPrefix(want, "{keep:"):
		kept[strings.TrimSuffix(want[len("{keep:"):], "}")] = got
		if got == "" {
			return fmt.Errorf("nothing to keep")
		}
		return nil
	case strings.HasPrefix(want, "{match:"):
		re, err := regexp.Compile("^(?:" + strings.TrimSuffix(want[len("{match:"):], "}") + ")$")
		if err != nil {
			return err
		}
		if !re.MatchString(got) {
			return fmt.Errorf("%q does not match", got)
		}
		return nil
	case want != got:
		return fmt.Errorf("%q instead of %q", got, want)
	}
	return nil
}

// matchChildren finds for each child expected one of its own among those received.
func matchChildren(want, got *xmppwire.Element, kept vars) error {
	used := map[*xmppwire.Element]bool{}
	for w := range want.Children() {
		if w.Space == nsDialog && w.Local == "no" {
			for no := range w.Children() {
				for g := range got.Children() {
					if match(no, g, vars{}) == nil {
						return fmt.Errorf("<%s> holds what it must not: %s", got.Local, g)
					}
				}
			}
			continue
		}
		found := false
		var nearest error
		for g := range got.Children() {
			if used[g] {
				continue
			}
			attempt := vars{}
			err := match(w, g, attempt)
			if err == nil {
				used[g], found = true, true
				for k, v := range attempt {
					kept[k] = v
				}
				break
			}
			if g.Name == w.Name {
				nearest = err
			}
		}
		if !found {
			if nearest != nil {
				return fmt.Errorf("in <%s>: %w", got.Local, nearest)
			}
			return fmt.Errorf("<%s> has no <%s xmlns=%q>", got.Local, w.Local, w.Space)
		}
	}
	return nil
}
