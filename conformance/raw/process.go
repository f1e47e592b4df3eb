package raw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startLimit bounds how long a gateway may take until it listens; a cold machine reads 40 MB first.
const startLimit = 30 * time.Second

// Addresses are where a gateway listens, as its addresses.json says, and how it is called there.
type Addresses struct {
	HTTP    string `json:"http"`
	XMPP    string `json:"xmpp"`
	XMPPTLS string `json:"xmpp_tls"`
	Admin   string `json:"admin"`
	Domain  string `json:"-"` // of XMPP addresses; "": the configuration's default
	AppKey  string `json:"-"` // of WebIM; "": likewise
}

// Process is one dragoman, started, killed and started again on the same data and ports.
type Process struct {
	Binary string
	Data   string
	Env    []string // beyond this process's own
	Addresses

	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
}

// Build builds the gateway into dir and returns the file. The working directory must be inside the module.
func Build(ctx context.Context, dir string) (string, error) {
	file := filepath.Join(dir, "dragoman")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, "dragoman/cmd/dragoman")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as the image builds it: what was compiled for one serves the other
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return file, nil
}

// Start serves from data, a folder of its own, with these variables (NAME=value) in its environment, and returns once every listener is bound.
func Start(binary, data string, env ...string) (*Process, error) {
	anywhere := "127.0.0.1:0"
	p := &Process{Binary: binary, Data: data, Env: env,
		Addresses: Addresses{HTTP: anywhere, XMPP: anywhere, XMPPTLS: anywhere, Admin: anywhere}}
	return p, p.Serve()
}

// Serve starts the process again after it has ended. The ports stay what they were.
func (p *Process) Serve() error {
	file := filepath.Join(p.Data, "addresses.json")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	log, err := os.OpenFile(filepath.Join(p.Data, "gateway.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(p.Binary, "serve", "--data", p.Data, "--http", p.HTTP, "--xmpp", p.XMPP,
		"--xmpp-tls", p.XMPPTLS, "--admin", p.Admin)
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it does not outlive a test that was cut off
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in ProcessState
		_ = log.Close()
		close(done)
	}()
	p.cmd, p.log, p.done = cmd, log, done
	return p.ready(file)
}

// ready waits for the file with the addresses, which is written whole.
func (p *Process) ready(file string) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(startLimit)
	for {
		select {
		case <-p.done:
			return fmt.Errorf("dragoman ended at start: %s\n%s", p.cmd.ProcessState, p.Log())
		case <-late:
			return fmt.Errorf("dragoman did not start within %v\n%s", startLimit, p.Log())
		case <-tick.C:
			b, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			return json.Unmarshal(b, &p.Addresses)
		}
	}
}

// Kill ends the process as a power cut would.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Stop asks it to end, and kills it when it does not.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if !p.cmd.ProcessState.Success() {
			return fmt.Errorf("dragoman: %s\n%s", p.cmd.ProcessState, p.Log())
		}
		return nil
	case <-time.After(15 * time.Second):
		p.Kill()
		return errors.New("dragoman did not stop within 15 s")
	}
}

// Log returns the end of what the process has written.
func (p *Process) Log() string {
	b, err := os.ReadFile(filepath.Join(p.Data, "gateway.log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-8<<10):])
}

// Run runs one of the binary's commands on the data folder and returns what it printed.
func (p *Process) Run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.Binary, append(args, "--data", p.Data)...)
	cmd.Env = append(os.Environ(), p.Env...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("dragoman %s: %w: %s", strings.Join(args, " "), err, exit.Stderr)
		}
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

// PID returns the process that serves.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// CPU returns the processor time that a process has used so far.
func CPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, the name, may hold blanks; what follows its parenthesis may not [proc_pid_stat(5)].
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	const utime, stime, hertz = 11, 12, 100
	var ticks int64
	for _, i := range []int{utime, stime} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / hertz, nil
}

// Memory returns the resident memory of the process in bytes.
func (p *Process) Memory() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS")
}
