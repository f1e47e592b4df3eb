package webimwire

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// compilerLine is the one comment in which different compilers' output differs.
var compilerLine = regexp.MustCompile(`(?m)^// \s*protoc\s+v.*$|^// \s*protoc-gen-go\s+v.*$`)

// The committed code is what the schema beside it says. Where no compiler is
// installed there is nothing to compare with, and building needs none.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	protoc, err := exec.LookPath("protoc")
	if err != nil {
		t.Log("no protoc installed: generated code not compared")
		return
	}
	plugin, err := exec.Command("go", "tool", "-n", "protoc-gen-go").Output()
	if err != nil {
		t.Fatalf("find protoc-gen-go: %v", err)
	}
	dir := t.TempDir()
	out, err := exec.Command(protoc, "--plugin=protoc-gen-go="+strings.TrimSpace(string(plugin)),
		"--go_out="+dir, "--go_opt=paths=source_relative", "webim.proto").CombinedOutput()
	if err != nil {
		t.Fatalf("protoc: %v\n%s", err, out)
	}
	want, err := os.ReadFile(filepath.Join(dir, "webim.pb.go"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("webim.pb.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(compilerLine.ReplaceAll(got, nil), compilerLine.ReplaceAll(want, nil)) {
		t.Error("webim.pb.go is not what webim.proto says: run go generate")
	}
}
