package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "dragoman/"
)

// source is one Go file of the module.
type source struct {
	path string // from the root, with slashes
	pkg  string // folder of its package, from the root
	test bool
	file *ast.File
	fset *token.FileSet
}

func (s source) at(p token.Pos) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(p).Line)
}

// sources reads every Go file that people write.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if base := d.Name(); rel != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || base == "dragoman-data") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".pb.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{path: rel, pkg: path.Dir(rel), test: strings.HasSuffix(name, "_test.go"), file: file, fset: fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d files found", len(all))
	}
	return all
}

// rule says which packages of the module a package may import. A pattern is a path
// with * for one element; P stands for the same name wherever it occurs in a rule.
type rule struct {
	pkg string
	may []string
}

// rules are tried in order; the first that fits a package holds for it.
var rules = []rule{
	{"bridge/chat", nil},
	{"bridge", []string{"bridge/chat"}},
	{"bridge/store", []string{"bridge/chat", "internal/sqlitefile"}},
	{"bridge/*", []string{"bridge/chat", "internal/*"}},
	{"mapping", []string{"bridge/chat"}},
	{"mapping/names", []string{"bridge/chat"}},
	{"mapping/samples", []string{"bridge/chat"}},
	{"mapping/Pmap", []string{"bridge/chat", "mapping", "mapping/names", "protocols/P/Pwire", "protocols/P/Pwire/*"}},
	{"configs", nil},
	{"protocols", []string{"bridge", "bridge/*", "configs", "mapping", "mapping/names", "internal/*"}},
	{"protocols/protocoltest", []string{"bridge", "bridge/*", "configs", "mapping", "mapping/*", "protocols", "internal/*"}},
	{"protocols/P/Pwire", []string{"protocols/P/Pwire/*"}},
	{"protocols/P/Pwire/*", nil},
	{"protocols/P", []string{"bridge", "bridge/*", "configs", "mapping", "mapping/names", "mapping/Pmap", "protocols", "protocols/P/Pwire", "internal/*"}},
	{"internal/*", []string{"bridge/chat"}},
	{"web", nil},
	{"cmd/dragoman", []string{"**"}},
	{"cmd/dragoman/*", []string{"bridge", "bridge/*", "configs", "mapping", "mapping/names", "protocols", "internal/*"}},
	// Real clients, and the wire itself where a client is too kind.
	{"conformance/*", []string{"conformance/*", "protocols/*/*"}},
	{"conformance/*/*", []string{"conformance/*", "conformance/*/*", "protocols/*/*"}},
}

// fit reports whether pkg fits pattern, and what P stands for.
func fit(pattern, pkg, p string) (string, bool) {
	if pattern == "**" {
		return p, true
	}
	want, have := strings.Split(pattern, "/"), strings.Split(pkg, "/")
	if len(want) != len(have) {
		return p, false
	}
	for i, w := range want {
		suffix, isP := strings.CutPrefix(w, "P")
		switch {
		case w == "*":
		case isP:
			name, ok := strings.CutSuffix(have[i], suffix)
			if !ok || name == "" || p != "" && name != p {
				return p, false
			}
			p = name
		case w != have[i]:
			return p, false
		}
	}
	return p, true
}

func TestImportsRunOneWay(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		var holds *rule
		protocol := ""
		for i := range rules {
			if p, ok := fit(rules[i].pkg, s.pkg, ""); ok {
				holds, protocol = &rules[i], p
				break
			}
		}
		if holds == nil {
			t.Errorf("%s: no rule for package %s", s.path, s.pkg)
			continue
		}
		for _, imp := range s.file.Imports {
			what, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if s.pkg == "bridge/chat" && strings.Contains(strings.Split(what, "/")[0], ".") {
				t.Errorf("%s: the model imports %s; it uses the standard library alone", s.at(imp.Pos()), what)
			}
			what, ours := strings.CutPrefix(what, module)
			if !ours {
				continue
			}
			if !slices.ContainsFunc(holds.may, func(m string) bool { _, ok := fit(m, what, protocol); return ok }) {
				t.Errorf("%s: %s may not import %s", s.at(imp.Pos()), s.pkg, what)
			}
		}
	}
}

func TestRulesTellProtocolsApart(t *testing.T) {
	for _, c := range []struct {
		pattern, pkg, p string
		want            bool
	}{
		{"mapping/Pmap", "mapping/zimmap", "", true}, {"protocols/P/Pwire", "protocols/zim/zimwire", "zim", true},
		{"protocols/P/Pwire", "protocols/xmpp/xmppwire", "zim", false}, {"protocols/P/Pwire", "protocols/zim/xmppwire", "", false},
		{"bridge/*", "bridge/store", "", true}, {"bridge/*", "bridge", "", false}, {"**", "a/b/c", "", true},
	} {
		if _, got := fit(c.pattern, c.pkg, c.p); got != c.want {
			t.Errorf("fit(%q, %q, %q) = %v", c.pattern, c.pkg, c.p, got)
		}
	}
}

// reference is a specification as comments cite it.
var reference = regexp.MustCompile(`\[(RFC \d+|XEP-\d{4}|webim|zim)\b([^\[\]]*)\]`)

func TestEveryCitedSpecificationIsKnown(t *testing.T) {
	known := readDoc(t, "docs/specifications.md")
	headings := map[string][]string{}
	for _, protocol := range []string{"webim", "zim"} {
		headings[protocol] = nil
		for line := range strings.Lines(readDoc(t, "docs/protocols/"+protocol+".md")) {
			if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
				headings[protocol] = append(headings[protocol], strings.ToLower(strings.TrimSpace(heading)))
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, m := range reference.FindAllStringSubmatch(unwrap(group.Text()), -1) {
				if seen[m[0]] {
					continue
				}
				seen[m[0]] = true
				if list, ours := headings[m[1]]; ours {
					if !isHeading(list, strings.TrimSpace(m[2])) {
						t.Errorf("%s: %s is no heading of docs/protocols/%s.md", s.at(group.Pos()), m[0], m[1])
					}
				} else if !strings.Contains(known, "| "+m[1]+" |") {
					t.Errorf("%s: %s is not listed in docs/specifications.md", s.at(group.Pos()), m[0])
				}
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d references found", len(seen))
	}
}

// unwrap joins the lines of a comment: a reference may be broken over two.
func unwrap(text string) string { return strings.Join(strings.Fields(text), " ") }

// isHeading reports whether a heading is what, or begins with it as its number or
// its words.
func isHeading(headings []string, what string) bool {
	what = strings.ToLower(what)
	return what != "" && slices.ContainsFunc(headings, func(h string) bool {
		return h == what || strings.HasPrefix(h, what+" ") || strings.HasPrefix(h, what+". ") || strings.HasPrefix(h, what+":")
	})
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func TestHabits(t *testing.T) {
	todo := regexp.MustCompile(`\bTODO\b(\(#\d+\))?`)
	docs, packages := map[string]bool{}, map[string]string{}
	for _, s := range sources(t) {
		if !s.test {
			packages[s.pkg] = s.path
			docs[s.pkg] = docs[s.pkg] || s.file.Doc != nil
		}
		for _, group := range s.file.Comments {
			for _, m := range todo.FindAllStringSubmatch(group.Text(), -1) {
				if m[1] == "" && s.pkg != "internal/arch" {
					t.Errorf("%s: a TODO without its issue", s.at(group.Pos()))
				}
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			checkNode(t, s, n)
			return true
		})
	}
	for pkg, file := range packages {
		if !docs[pkg] {
			t.Errorf("package %s (%s) says nowhere what it is for", pkg, file)
		}
	}
}

// checkNode refuses what hides state, skips tests or formats log lines.
func checkNode(t *testing.T, s source, n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Recv == nil && n.Name.Name == "init" {
			t.Errorf("%s: an init function", s.at(n.Pos()))
		}
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return
		}
		switch name := sel.Sel.Name; {
		case s.test && (name == "Skip" || name == "Skipf" || name == "SkipNow") && isTest(sel.X):
			t.Errorf("%s: a test that can be skipped", s.at(n.Pos()))
		case name == "Msgf":
			t.Errorf("%s: a formatted log line; use fields", s.at(n.Pos()))
		}
	}
}

// isTest reports whether x is what tests call their testing.T.
func isTest(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && (id.Name == "t" || id.Name == "tb" || id.Name == "b" || id.Name == "rt")
}
