package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

//go:embed completion
var completions embed.FS // never written to

// completionCmd prints what a shell reads to complete our commands. The shell asks completeCmd each time, so that what it
// offers is what this very binary understands.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c completionCmd) Run(inv *invocation) error {
	script, err := completions.ReadFile("completion/" + c.Shell)
	if err != nil {
		return err
	}
	_, err = inv.stdout.Write(script)
	return err
}

// completeCmd prints what the last of the words may become, a line each: the word, a tab, and what it means.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

func (c completeCmd) Run(inv *invocation) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, line := range complete(inv.grammar, words) {
		if _, err := fmt.Fprintln(inv.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// complete returns what the last word may become after the others.
func complete(node *kong.Node, words []string) []string {
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
		words = words[:len(words)-1]
	}
	var wants *kong.Flag // the value of which is next
	for _, word := range words {
		switch {
		case word == "=" && wants != nil: // bash makes a word of it
		case wants != nil:
			wants = nil
		case strings.HasPrefix(word, "-"):
			wants = valued(node, word)
		default:
			node = below(node, word)
		}
	}
	var offers []string
	offer := func(word, help string) {
		if strings.HasPrefix(word, last) {
			offers = append(offers, word+"\t"+help)
		}
	}
	switch {
	case wants != nil:
		offerEnum(wants.Value, offer)
	case strings.HasPrefix(last, "-"):
		for _, f := range slices.Concat(node.AllFlags(false)...) {
			if !f.Hidden {
				offer("--"+f.Name, f.Help)
			}
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				offer(child.Name, child.Help)
			}
		}
		for _, p := range node.Positional {
			offerEnum(p, offer)
		}
	}
	return offers
}

// below returns the command that word names, else node: it is an argument then.
func below(node *kong.Node, word string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == word {
			return child
		}
	}
	return node
}

// valued returns the flag that word names, if a value follows it.
func valued(node *kong.Node, word string) *kong.Flag {
	for _, f := range slices.Concat(node.AllFlags(false)...) {
		if "--"+f.Name == word && !f.IsBool() {
			return f
		}
	}
	return nil
}

func offerEnum(v *kong.Value, offer func(word, help string)) {
	if v.Enum == "" {
		return
	}
	for _, word := range v.EnumSlice() {
		offer(word, v.Help)
	}
}
