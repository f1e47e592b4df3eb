package webim

import (
	"net/url"
	"strings"
)

// tree finds a route by the segments of a path. Where a segment can be read both
// ways, what is written out wins over what is a name.
type tree struct {
	literal map[string]*tree
	name    *tree
	routes  map[string]found // by method
}

// found is a route and what its named segments are called, in order.
type found struct {
	route
	names []string
}

// add puts in a route by its pattern, as in "GET /users/{me}/blocks/users".
func (t *tree) add(pattern string, r route) {
	method, path, _ := strings.Cut(pattern, " ")
	var names []string
	at := t
	for _, segment := range strings.Split(path, "/")[1:] {
		if name, named := strings.CutPrefix(segment, "{"); named {
			names = append(names, strings.TrimSuffix(name, "}"))
			if at.name == nil {
				at.name = new(tree)
			}
			at = at.name
			continue
		}
		if at.literal == nil {
			at.literal = map[string]*tree{}
		}
		if at.literal[segment] == nil {
			at.literal[segment] = new(tree)
		}
		at = at.literal[segment]
	}
	if at.routes == nil {
		at.routes = map[string]found{}
	}
	at.routes[method] = found{r, names}
}

// find returns the route of an escaped path, and its named segments unescaped.
func (t *tree) find(method, path string) (route, map[string]string, bool) {
	segments := strings.Split(path, "/")[1:]
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || s == "" {
			return route{}, nil, false
		}
		segments[i] = plain
	}
	return t.descend(method, segments, nil)
}

func (t *tree) descend(method string, segments, values []string) (route, map[string]string, bool) {
	if len(segments) == 0 {
		f, ok := t.routes[method]
		if !ok {
			return route{}, nil, false
		}
		named := make(map[string]string, len(values))
		for i, name := range f.names {
			named[name] = values[i]
		}
		return f.route, named, true
	}
	if next := t.literal[segments[0]]; next != nil {
		if r, named, ok := next.descend(method, segments[1:], values); ok {
			return r, named, true
		}
	}
	if t.name != nil {
		return t.name.descend(method, segments[1:], append(values[:len(values):len(values)], segments[0]))
	}
	return route{}, nil, false
}
