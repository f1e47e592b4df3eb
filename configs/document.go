package configs

import (
	"bytes"
	_ "embed"
)

//go:embed core.yaml
var core []byte

// Part is what one front-end adds to the configuration.
type Part struct {
	Name     string // of the section below protocols
	Defaults []byte // the section's keys with their defaults, as documented YAML, not indented
}

// Document returns the whole configuration file with every key, its default and
// what it means. It is what configs/dragoman.yaml holds.
func Document(parts []Part) []byte {
	var b bytes.Buffer
	b.WriteString("# dragoman's configuration: every key, with its default. A file of yours needs only\n" +
		"# what differs. The environment goes over the file (DRAGOMAN_LISTEN__HTTP for\n" +
		"# listen.http), flags go over both.\n\n")
	b.Write(core)
	b.WriteString("\nprotocols:")
	if len(parts) == 0 {
		b.WriteString(" {}")
	}
	b.WriteByte('\n')
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("  " + p.Name + ":")
		if !hasKeys(p.Defaults) {
			b.WriteString(" {}")
		}
		b.WriteByte('\n')
		for line := range bytes.Lines(bytes.TrimRight(p.Defaults, "\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				b.WriteString("    ")
			}
			b.Write(line)
		}
		b.WriteByte('\n')
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

// hasKeys reports whether a section is more than comments.
func hasKeys(section []byte) bool {
	for line := range bytes.Lines(section) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return true
		}
	}
	return false
}
