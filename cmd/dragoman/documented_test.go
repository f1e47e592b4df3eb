package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
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

// everyMetric is the gateway's metrics, each with something in it.
func everyMetric(t *testing.T) []string {
	t.Helper()
	m := metrics.New("test", func() metrics.Reading { return metrics.Reading{Sessions: map[string]int{"x": 1}} })
	m.Answered("GET", 200, 0)
	m.Passed("commit", 0)
	m.Delivered("zim", "xmpp", "recall", "exact")
	m.SessionEnded("zim", 1, 1)
	all, err := m.Names()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(name, "dragoman_") })
}

func TestEveryMetricIsDocumentedAndNoOther(t *testing.T) {
	var documented []string
	for _, found := range regexp.MustCompile("(?m)^\\| `(dragoman_[a-z_]+)").FindAllStringSubmatch(readFile(t, "../../docs/operations.md"), -1) {
		documented = append(documented, found[1])
	}
	slices.Sort(documented)
	if diff := cmp.Diff(everyMetric(t), documented); diff != "" {
		t.Errorf("docs/operations.md: %s", diff)
	}
}

// What a dashboard asks for must exist: a panel without data looks like a quiet day.
func TestDashboardAsksOnlyForMetricsThatThereAre(t *testing.T) {
	var dashboard struct {
		Title, UID string
		Panels     []struct {
			Title   string
			Targets []struct{ Expr string }
			GridPos struct{ W, H, X, Y int }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "../../deploy/grafana/dragoman.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	known := everyMetric(t)
	shown := map[string]bool{}
	name := regexp.MustCompile(`[a-z]+_[a-z0-9_]+`)
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 || p.GridPos.W == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s: %+v", p.Title, p)
		}
		for _, target := range p.Targets {
			for _, n := range name.FindAllString(target.Expr, -1) {
				base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(n, "")
				switch {
				case slices.Contains(known, n), slices.Contains(known, base):
					shown[base] = true
				case strings.HasPrefix(n, "dragoman_"):
					t.Errorf("%s: %s is no metric of ours", p.Title, n)
				case !slices.Contains([]string{"histogram_quantile", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "label_values"}, n):
					t.Errorf("%s: what is %s?", p.Title, n)
				}
			}
		}
	}
	for _, n := range known {
		if !shown[n] {
			t.Errorf("no panel shows %s", n)
		}
	}
}

// The build holds the page to the sizes that the README promises.
func TestPromisedSizesAreTheSame(t *testing.T) {
	built := regexp.MustCompile(`page: (\d+), console: (\d+), 'WebIM SDK': (\d+)`).FindStringSubmatch(readFile(t, "../../web/size.mjs"))
	readme := regexp.MustCompile(`(?s)The page is (\d+) KiB.*SDK in its frame (\d+) KiB.*console is (\d+) KiB`).FindStringSubmatch(readFile(t, "../../README.md"))
	if len(built) != 4 || len(readme) != 4 || built[1] != readme[1] || built[2] != readme[3] || built[3] != readme[2] {
		t.Errorf("the build knows %v, the README %v", built, readme)
	}
}
