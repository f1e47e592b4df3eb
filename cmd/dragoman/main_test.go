package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts run the command itself, in processes of their own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dragoman": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SERVE", "--http=127.0.0.1:0 --xmpp=127.0.0.1:0 --xmpp-tls=127.0.0.1:0 --admin=127.0.0.1:0")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await": await,
			"mode":  mode,
		},
	})
}

// await waits until a file is there; ! await, until it is not.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] await FILE")
	}
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if _, err := os.Stat(ts.MkAbs(args[0])); os.IsNotExist(err) == neg {
			return
		}
		time.Sleep(10 * time.Millisecond) // another process: there is nothing else to wait for
	}
	ts.Fatalf("%s: waited in vain", args[0])
}

// mode fails unless everything below a folder can be read by its owner alone.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: mode FOLDER")
	}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			ts.Fatalf("%s has mode %v", path, info.Mode())
		}
		return err
	}))
}
