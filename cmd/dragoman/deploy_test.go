package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"dragoman/configs"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// analyze runs systemd-analyze on our unit, with the binary where the unit says that it is.
func analyze(t *testing.T, args ...string) {
	t.Helper()
	unit := t.TempDir() + "/dragoman.service"
	// The binary is not installed on this machine; that there is some program is all that verify asks.
	text := strings.ReplaceAll(readFile(t, "../../deploy/dragoman.service"), "/usr/local/bin/dragoman", "/bin/true")
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", append(args, unit)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), unit+":") {
		t.Errorf("systemd-analyze %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestUnitIsUnderstoodAndHardened(t *testing.T) {
	analyze(t, "verify", "--man=no")
	analyze(t, "security", "--offline=yes", "--threshold=15") // 1.5 of 10: "OK" ends at 4.9
}

// dockerfile returns the variables, ports and volumes of the image.
func dockerfile(t *testing.T) (env, ports, volumes []string) {
	t.Helper()
	text := strings.ReplaceAll(readFile(t, "../../Dockerfile"), "\\\n", " ")
	for line := range strings.Lines(text[strings.LastIndex(text, "\nFROM "):]) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "ENV":
			env = append(env, words[1:]...)
		case "EXPOSE":
			ports = words[1:]
		case "VOLUME":
			volumes = words[1:]
		}
	}
	return env, ports, volumes
}

func TestImageListensWhereItSays(t *testing.T) {
	env, ports, volumes := dockerfile(t)
	cfg, err := configs.Load(configs.Source{Parts: parts(), Env: env})
	if err != nil {
		t.Fatal(err)
	}
	var public []string
	for _, addr := range cfg.Listen.ByName() {
		if port, ok := strings.CutPrefix(addr, ":"); ok { // on every address
			public = append(public, port)
		}
	}
	slices.Sort(public)
	if want := slices.Sorted(slices.Values(ports)); !slices.Equal(public, want) {
		t.Errorf("listens on %v, exposes %v", public, want)
	}
	if !slices.Contains(env, "DRAGOMAN_DATA=/data") || !slices.Equal(volumes, []string{"/data"}) {
		t.Errorf("data: %v %v", env, volumes)
	}
}

func TestComposeFileNamesOnlyWhatThereIs(t *testing.T) {
	type service struct {
		Build struct {
			Context string `yaml:"context"`
		} `yaml:"build"`
		Image       string            `yaml:"image"`
		ReadOnly    bool              `yaml:"read_only"`
		CapDrop     []string          `yaml:"cap_drop"`
		SecurityOpt []string          `yaml:"security_opt"`
		Tmpfs       []string          `yaml:"tmpfs"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
		Volumes     []string          `yaml:"volumes"`
		Restart     string            `yaml:"restart"`
		StopGrace   string            `yaml:"stop_grace_period"`
	}
	var file struct {
		Name     string             `yaml:"name"`
		Services map[string]service `yaml:"services"`
		Volumes  map[string]any     `yaml:"volumes"`
	}
	d := yaml.NewDecoder(strings.NewReader(readFile(t, "../../deploy/compose.yaml")))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	s := file.Services["dragoman"]
	env, exposed, volumes := dockerfile(t)
	preset := regexp.MustCompile(`^\$\{[A-Z_]+:-(.*)\}$`)
	for name, value := range s.Environment {
		env = append(env, name+"="+preset.ReplaceAllString(value, "$1"))
	}
	if _, err := configs.Load(configs.Source{Parts: parts(), Env: env}); err != nil {
		t.Error(err)
	}
	for _, p := range s.Ports {
		inside := p[strings.LastIndex(p, ":")+1:]
		if !slices.Contains(exposed, inside) {
			t.Errorf("port %s: the image exposes %v", p, exposed)
		}
	}
	for _, v := range s.Volumes {
		name, at, _ := strings.Cut(v, ":")
		if _, known := file.Volumes[name]; !known || !slices.Contains(volumes, at) {
			t.Errorf("volume %s", v)
		}
	}
	if len(file.Services) != 1 || !s.ReadOnly || len(s.Ports) != len(exposed) || s.Build.Context != ".." {
		t.Errorf("%+v", file)
	}
}
