package dialog

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Script is one conversation.
type Script struct {
	File    string
	Title   string
	Covers  []string
	Servers string // "any" or "dragoman"
	People  []Person
	Steps   []Step
}

// Person is one client.
type Person struct{ Name, Account, Resource string }

// Step is one line and the XML below it.
type Step struct {
	Line int
	Who  string
	Do   string
	XML  string
}

// Load reads a script.
func Load(file string) (*Script, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &Script{File: file, Servers: "any"}
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case line[0] == ' ' || line[0] == '\t':
			if len(s.Steps) == 0 {
				return nil, fmt.Errorf("%s:%d: XML before any step", file, n)
			}
			s.Steps[len(s.Steps)-1].XML += trimmed + "\n"
		case len(s.Steps) == 0 && isHead(line):
			if err := s.head(line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, n, err)
			}
		default:
			who, do, ok := strings.Cut(trimmed, " ")
			if !ok {
				return nil, fmt.Errorf("%s:%d: a step is NAME VERB", file, n)
			}
			s.Steps = append(s.Steps, Step{Line: n, Who: who, Do: do})
		}
	}
	if s.Title == "" || len(s.People) == 0 || len(s.Covers) == 0 {
		return nil, fmt.Errorf("%s: title, covers and people are needed", file)
	}
	return s, scanner.Err()
}

func isHead(line string) bool {
	for _, key := range []string{"title:", "covers:", "servers:", "people:"} {
		if strings.HasPrefix(line, key) {
			return true
		}
	}
	return false
}

func (s *Script) head(line string) error {
	key, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch key {
	case "title":
		s.Title = value
	case "covers":
		for c := range strings.SplitSeq(value, ",") {
			s.Covers = append(s.Covers, strings.TrimSpace(c))
		}
	case "servers":
		if value != "any" && value != "dragoman" {
			return fmt.Errorf("servers: any or dragoman, not %q", value)
		}
		s.Servers = value
	case "people":
		for _, word := range strings.Fields(value) {
			p := Person{}
			address, name, named := strings.Cut(word, "=")
			p.Account, p.Resource, _ = strings.Cut(address, "/")
			if p.Name = p.Account; named {
				p.Name = name
			}
			s.People = append(s.People, p)
		}
	}
	return nil
}
