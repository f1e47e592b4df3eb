// Package hosts runs XMPP servers that other people wrote, from Debian's packages, each with a folder and a loopback port of
// its own.
package hosts

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Host is a Prosody or ejabberd.
type Host struct {
	Addr string // where its clients connect to

	cmd  *exec.Cmd
	done chan error
}

// server is how one of them is started.
type server struct {
	file string // of its configuration: Prosody knows its language by the name
	args func(config string) (command string, args []string)
	env  func(home, config string) []string
}

func serverOf(kind string) server {
	if kind == "prosody" {
		return server{file: "prosody.cfg.lua",
			args: func(config string) (string, []string) { return "prosody", []string{"--config", config, "-F"} },
			env:  func(home, _ string) []string { return []string{"HOME=" + home} }}
	}
	return server{file: "ejabberd.yml",
		args: func(config string) (string, []string) {
			data := fmt.Sprintf("%q", filepath.Join(filepath.Dir(config), "data"))
			return "erl", []string{"-noinput", "+K", "true", "-mnesia", "dir", data, "-s", "ejabberd"}
		},
		env: func(home, config string) []string {
			return []string{"HOME=" + home, "ERL_LIBS=/usr/lib/x86_64-linux-gnu", "EJABBERD_CONFIG_PATH=" + config,
				"EJABBERD_LOG_PATH=" + filepath.Join(home, "server.log"), "ERL_CRASH_DUMP=" + filepath.Join(home, "crash")}
		}}
}

// Start serves from the folder home, which it makes, as the configuration says that is made for that folder and port, and
// returns once clients can connect. kind is "prosody" or "ejabberd".
func Start(ctx context.Context, kind, home string, configuration func(home string, port int) string) (*Host, error) {
	if err := os.MkdirAll(filepath.Join(home, "data"), 0o700); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := serverOf(kind)
	config := filepath.Join(home, s.file)
	if err := os.WriteFile(config, []byte(configuration(home, port)), 0o600); err != nil {
		return nil, err
	}
	command, args := s.args(config)
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Env = append(os.Environ(), s.env(home, config)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	h := &Host{Addr: fmt.Sprintf("127.0.0.1:%d", port), cmd: cmd, done: make(chan error, 1)}
	go func() { h.done <- cmd.Wait() }()
	if err := h.listens(); err != nil {
		_ = h.Stop()
		return nil, fmt.Errorf("%s: %w\n%s", kind, err, out.String())
	}
	return h, nil
}

// PID returns the process that serves.
func (h *Host) PID() int { return h.cmd.Process.Pid }

// Stop asks it to end, and kills it when it does not within 10 s.
func (h *Host) Stop() error {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.done:
		return nil
	case <-time.After(10 * time.Second):
		return h.cmd.Process.Kill()
	}
}

func (h *Host) listens() error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for {
		select {
		case err := <-h.done:
			h.done <- err
			return fmt.Errorf("ended at start: %v", err)
		case <-late:
			return fmt.Errorf("does not listen on %s", h.Addr)
		case <-tick.C:
			conn, err := net.Dial("tcp", h.Addr)
			if err == nil {
				return conn.Close()
			}
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
