package configs

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/knadh/koanf/v2"
)

// Section is the configuration of one front-end: its documented defaults with what
// was set over them.
type Section struct {
	path    string
	values  *koanf.Koanf
	origins origins
}

// ParseSection returns the section that a front-end called name gets from the
// documented defaults and a piece of YAML over them, for tests.
func ParseSection(name string, defaultsYAML []byte, over string) (Section, error) {
	all, known, err := defaults([]Part{{Name: name, Defaults: defaultsYAML}})
	if err != nil {
		return Section{}, err
	}
	c := &Config{all: all, origins: origins{}}
	sub, _, _ := known.below("protocols")
	sub, _, _ = sub.below(name)
	if err := checkKeys(name, []byte(over), sub, origins{}); err != nil {
		return Section{}, err
	}
	indented := "protocols:\n  " + name + ":\n"
	for line := range strings.Lines(over) {
		indented += "    " + line
	}
	if err := c.loadYAML(name, []byte(indented), known); err != nil {
		return Section{}, err
	}
	return c.Protocol(name), nil
}

// Decode fills in the struct that into points to. Its fields name their keys in a
// yaml tag, as in `yaml:"app_key"`; a struct takes keys of its own; durations are
// written as in 2m30s. A documented key without a field is an error, and so is a
// field whose key is not documented, or a value of the wrong kind.
func (s Section) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("%s: decode into %T: not a pointer to a struct", s.path, into)
	}
	if err := compare(s.path, s.values.Raw(), v.Elem().Type()); err != nil {
		return err
	}
	if err := s.values.UnmarshalWithConf("", into, koanf.UnmarshalConf{Tag: "yaml"}); err != nil {
		return s.origins.blame(s.path, err)
	}
	return nil
}

// compare tells apart the keys of a section and the fields that take them.
func compare(path string, values map[string]any, t reflect.Type) error {
	var wrong []error
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		fields[key] = f.Type
		if _, ok := values[key]; !ok {
			wrong = append(wrong, fmt.Errorf("%s.%s: field %s has no documented default", path, key, f.Name))
		}
	}
	for key, value := range values {
		field, ok := fields[key]
		if !ok {
			wrong = append(wrong, fmt.Errorf("%s: unknown key %s", path, key))
			continue
		}
		if m, ok := value.(map[string]any); ok && field.Kind() == reflect.Struct {
			wrong = append(wrong, compare(path+"."+key, m, field))
		}
	}
	return errors.Join(wrong...)
}

// At names who set a key of the section, before what is wrong with its value.
func (s Section) At(key string, err error) error { return s.origins.at(s.path+"."+key, err) }

// Uint returns the number under one key of the section, for who needs no other.
func (s Section) Uint(key string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(s.values.String(key), 10, bits)
	if err != nil {
		return 0, s.At(key, errors.New("not a number of that size"))
	}
	return n, nil
}

// Text returns the text under one key of the section, for who needs no other.
func (s Section) Text(key string) string { return s.values.String(key) }
