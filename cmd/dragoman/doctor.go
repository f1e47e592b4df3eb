package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"dragoman/configs"
)

// doctorCmd looks at everything that keeps a gateway from serving.
type doctorCmd struct {
	NoMessages bool `help:"Without the self-test, which makes accounts and a group for a moment."`
}

// finding is what was found about one thing. A problem keeps the gateway from serving; a warning does not, yet.
type finding struct {
	about, fact      string
	problem, warning error
}

func (f finding) String() string {
	switch {
	case f.problem != nil:
		return fmt.Sprintf("FAIL  %s: %v", f.about, f.problem)
	case f.warning != nil:
		return fmt.Sprintf("warn  %s: %v", f.about, f.warning)
	}
	return fmt.Sprintf("ok    %s: %s", f.about, f.fact)
}

// Run tells a line of each thing, and fails where one is a problem.
func (c doctorCmd) Run(inv *invocation) error {
	problems := 0
	tell := func(findings ...finding) error {
		for _, f := range findings {
			if f.problem != nil {
				problems++
			}
			if _, err := fmt.Fprintln(inv.stdout, f); err != nil {
				return err
			}
		}
		return nil
	}
	cfg, err := inv.load(nil)
	if err == nil {
		err = check(inv.ctx, cfg)
	}
	if err := tell(finding{about: "configuration", fact: "every key is understood", problem: err}); err != nil {
		return err
	}
	if problems > 0 {
		return errors.New("nothing else can be looked at before the configuration is right")
	}
	bound, err := inv.serving()
	if err != nil {
		return err
	}
	found := slices.Concat(dataFindings(inv.data), []finding{clockFinding()}, inv.portFindings(cfg, bound), inv.tlsFindings(cfg, bound))
	if err := tell(found...); err != nil {
		return err
	}
	if !c.NoMessages {
		if err := tell(inv.selfTest(cfg, bound)...); err != nil {
			return err
		}
	}
	if problems > 0 {
		return fmt.Errorf("%d of these must be mended", problems)
	}
	return nil
}

// serving returns where the server that runs on the data folder listens; nil: none does.
func (inv *invocation) serving() (map[string]string, error) {
	bound, err := announced(inv.data)
	if bound == nil || err != nil {
		return nil, err
	}
	f, err := hold(inv.data)
	if err != nil {
		return bound, nil // it is held: that is what was asked
	}
	f.release()
	return nil, nil // a server that was killed left them
}

// dataFindings looks at the data folder and the disk below it.
func dataFindings(dir string) []finding {
	data := finding{about: "data folder", fact: dir}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		data.warning = fmt.Errorf("%s is not there yet: the first start makes it", dir)
		return []finding{data}
	case err != nil:
		data.problem = err
		return []finding{data}
	case !info.IsDir():
		data.problem = fmt.Errorf("%s is no folder", dir)
		return []finding{data}
	case info.Mode().Perm()&0o077 != 0:
		data.warning = fmt.Errorf("others than its owner can look into %s (mode %v): chmod 700", dir, info.Mode().Perm())
	}
	// W_OK and X_OK of access(2): what the gateway does there.
	if err := syscall.Access(dir, 2|1); err != nil {
		data.problem = fmt.Errorf("%s cannot be written: %w", dir, err)
	}
	disk := finding{about: "disk"}
	free, all, err := diskSpace(dir)
	disk.problem, disk.fact = err, fmt.Sprintf("%d MB of %d MB are free", free>>20, all>>20)
	if err == nil && free < all/20 {
		disk.warning = errors.New("only " + disk.fact)
	}
	return []finding{data, disk}
}

// clockFinding asks the kernel whether anything keeps its clock right. Tokens, certificates and the times that people
// read depend on it.
func clockFinding() finding {
	f := finding{about: "clock", fact: time.Now().UTC().Format(time.RFC3339) + ", kept in step"}
	const timeError = 5 // TIME_ERROR of adjtimex(2): nobody sets the clock
	state, err := syscall.Adjtimex(new(syscall.Timex))
	switch {
	case err != nil:
		f.warning = fmt.Errorf("the kernel does not say whether it is kept in step: %w", err)
	case state == timeError:
		f.warning = fmt.Errorf("it says %s, and nothing keeps it in step: run an NTP client, here or on the host", time.Now().UTC().Format(time.RFC3339))
	}
	return f
}

// portFindings asks each listener of a running server whether somebody answers, or whether a server could listen there.
func (inv *invocation) portFindings(cfg *configs.Config, bound map[string]string) []finding {
	var all []finding
	listen := cfg.Listen.ByName()
	for _, name := range slices.Sorted(maps.Keys(listen)) {
		if listen[name] == "" {
			continue
		}
		f := finding{about: "listen." + name}
		if bound != nil {
			f.fact = bound[name] + " answers"
			f.problem = reach(inv.ctx, bound[name])
		} else {
			f.fact = listen[name] + " is free"
			f.problem = bindable(inv.ctx, listen[name])
		}
		all = append(all, f)
	}
	if addr := bound["admin"]; addr != "" {
		all = append(all, finding{about: "server", fact: "it is ready", problem: askReady(inv.ctx, addr)})
		all = append(all, beyondFindings(inv.ctx, addr)...)
	}
	return all
}

// beyondFindings asks a running server for what it leans on beyond itself: such a thing may be away for a while.
func beyondFindings(ctx context.Context, addr string) []finding {
	text, err := get(ctx, addr, "/healthz")
	if err != nil {
		return nil // which was said already
	}
	var all []finding
	for line := range strings.Lines(text) {
		name, state, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		f := finding{about: name, fact: "it answers"}
		if state != "ok" {
			f.warning = errors.New(state)
		}
		all = append(all, f)
	}
	return all
}

func reach(ctx context.Context, addr string) error {
	if addr == "" {
		return errors.New("the running server does not listen there: restart it")
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", reachable(addr))
	if err != nil {
		return err
	}
	return conn.Close()
}

func bindable(ctx context.Context, addr string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// tlsFindings looks at the certificate: the configured files, or the pair of the data folder, or what a running server shows.
func (inv *invocation) tlsFindings(cfg *configs.Config, bound map[string]string) []finding {
	certFile, keyFile := cfg.TLS.Cert, cfg.TLS.Key
	if certFile == "" {
		f := folder{dir: inv.data}
		certFile, keyFile = f.path("tls/cert.pem"), f.path("tls/key.pem")
	}
	f := finding{about: "certificate"}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if errors.Is(err, fs.ErrNotExist) && cfg.TLS.Cert == "" {
		f.fact = "the first start makes one"
		return []finding{f}
	}
	if err != nil {
		f.problem = err
		return []finding{f}
	}
	f.fact = fmt.Sprintf("%s, good until %s", certFile, pair.Leaf.NotAfter.Format(time.DateOnly))
	now := time.Now()
	switch {
	case now.After(pair.Leaf.NotAfter):
		f.problem = fmt.Errorf("%s is good no longer, since %s", certFile, pair.Leaf.NotAfter.Format(time.DateOnly))
	case now.Before(pair.Leaf.NotBefore):
		f.problem = fmt.Errorf("%s is not good yet, before %s", certFile, pair.Leaf.NotBefore.Format(time.DateOnly))
	case now.Add(renewBefore).After(pair.Leaf.NotAfter):
		f.warning = fmt.Errorf("%s is good no longer than until %s", certFile, pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	for _, name := range certificateNames(cfg.Domain)[:4] {
		if f.warning == nil && pair.Leaf.VerifyHostname(name) != nil {
			f.warning = fmt.Errorf("%s does not name %s", certFile, name)
		}
	}
	all := []finding{f}
	for _, name := range []string{"https", "xmpp_tls"} {
		if bound[name] != "" {
			all = append(all, finding{about: "TLS on listen." + name, fact: "it shows that certificate", warning: shows(inv.ctx, bound[name], cfg.Domain, pair)})
		}
	}
	return all
}

// shows fails unless the listener at addr shows the certificate.
func shows(ctx context.Context, addr, name string, want tls.Certificate) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	// Which certificate it is, is compared below; whether anybody trusts it is not asked.
	d := tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: true}}
	conn, err := d.DialContext(ctx, "tcp", reachable(addr))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // nothing was said
	secure, ok := conn.(*tls.Conn)
	if !ok || len(secure.ConnectionState().PeerCertificates) == 0 || !secure.ConnectionState().PeerCertificates[0].Equal(want.Leaf) {
		return errors.New("it shows another certificate: a renewed one is in use within a minute")
	}
	return nil
}
