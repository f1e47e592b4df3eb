package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"dragoman/bridge"
	"dragoman/configs"
	"dragoman/internal/metrics"
)

var update = flag.Bool("update", false, "rewrite what is generated")

func TestDocumentedConfigurationIsPutTogetherFromItsParts(t *testing.T) {
	const name = "../../configs/dragoman.yaml"
	want := configs.Document(parts())
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the parts say; make documents rewrites it:\n%s", name, cmp.Diff(string(want), string(got)))
	}
}

func TestEveryDocumentedKeySaysWhatItIs(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(configs.Document(parts()), &doc); err != nil {
		t.Fatal(err)
	}
	leaves := 0
	var walk func(path string, n *yaml.Node, explained bool)
	walk = func(path string, n *yaml.Node, explained bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			explained := explained || strings.TrimSpace(key.HeadComment) != ""
			if value.Kind == yaml.MappingNode && len(value.Content) > 0 {
				walk(path+key.Value+".", value, explained && path+key.Value != "protocols")
				continue
			}
			leaves++
			if !explained {
				t.Errorf("%s%s has no explanation above it, nor above the keys that it stands under", path, key.Value)
			}
		}
	}
	walk("", doc.Content[0], false)
	if leaves < 15 {
		t.Errorf("only %d keys found", leaves)
	}
}

func TestDocumentedRulesAreTheCoresOwn(t *testing.T) {
	c, err := configs.Load(configs.Source{Parts: parts()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bridge.DefaultPolicy(), policy(c.Bridge)); diff != "" {
		t.Errorf("the defaults of bridge: %s", diff)
	}
}

func TestEveryMetricIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New("test", func() metrics.Reading { return metrics.Reading{Sessions: map[string]int{"x": 1}} })
	m.Answered("GET", 200, 0)
	names, err := m.Names()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "dragoman_") && !strings.Contains(string(text), "`"+name) {
			t.Errorf("%s is not in docs/operations.md", name)
		}
	}
}
