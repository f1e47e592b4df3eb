package configs

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tree is the keys that there are: those of the documented defaults. A key whose
// default is an empty mapping takes any keys below it.
type tree map[string]any

func newTree(values map[string]any) tree { return values }

// below returns what may stand below a known key; open, if anything may.
func (t tree) below(key string) (sub tree, open, known bool) {
	value, known := t[key]
	if !known {
		return nil, false, false
	}
	m, ok := value.(map[string]any)
	return m, ok && len(m) == 0, true
}

// hasValue reports whether the dotted key is one that takes a value.
func (t tree) hasValue(key string) bool {
	for {
		first, rest, more := strings.Cut(key, ".")
		sub, open, known := t.below(first)
		switch {
		case !known:
			return false
		case open:
			return true
		case !more:
			return sub == nil
		case sub == nil:
			return false
		}
		t, key = sub, rest
	}
}

// origins says who set a key: the file and line, a variable or a flag.
type origins map[string]string

// at names who set the key, before what is wrong with it.
func (o origins) at(key string, err error) error {
	if where, ok := o[key]; ok {
		return fmt.Errorf("%s: %s: %w", where, key, err)
	}
	return fmt.Errorf("%s: %w", key, err)
}

// blame names who set the keys of a section that err, of a decoder, mentions.
func (o origins) blame(section string, err error) error {
	var where []string
	for key, origin := range o {
		name := key
		if section != "" {
			var inside bool
			if name, inside = strings.CutPrefix(key, section+"."); !inside {
				continue
			}
		}
		if strings.Contains(err.Error(), "'"+name+"'") {
			where = append(where, origin+": "+key)
		}
	}
	slices.Sort(where)
	switch {
	case len(where) > 0:
		return fmt.Errorf("%s: %w", strings.Join(where, ", "), err)
	case section != "":
		return fmt.Errorf("%s: %w", section, err)
	}
	return err
}

// checkKeys refuses the keys of a file that are not known, and notes the lines of
// the others: the parser that reads the values forgets lines.
func checkKeys(path string, text []byte, known tree, seen origins) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil // empty
	}
	if root := doc.Content[0]; root.Kind != yaml.MappingNode && root.Tag != "!!null" {
		return fmt.Errorf("%s:%d: not a mapping of keys to values", path, root.Line)
	}
	return walk(path, "", doc.Content[0], known, false, seen)
}

func walk(path, prefix string, node *yaml.Node, known tree, open bool, seen origins) error {
	var wrong []error
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		full := prefix + key.Value
		where := path + ":" + strconv.Itoa(key.Line)
		sub, subOpen, ok := known.below(key.Value)
		isMapping := value.Kind == yaml.MappingNode
		switch {
		case key.Tag == "!!merge":
			wrong = append(wrong, fmt.Errorf("%s: merge keys are not read", where))
		case open:
			seen[full] = where
		case !ok:
			wrong = append(wrong, fmt.Errorf("%s: unknown key %s", where, full))
		case isMapping && sub == nil:
			wrong = append(wrong, fmt.Errorf("%s: %s takes a value, not keys", where, full))
		case !isMapping && sub != nil && value.Tag != "!!null":
			wrong = append(wrong, fmt.Errorf("%s: %s takes keys, not a value", where, full))
		default:
			seen[full] = where
			if isMapping {
				wrong = append(wrong, walk(path, full+".", value, sub, subOpen, seen))
			}
		}
	}
	return errors.Join(wrong...)
}
