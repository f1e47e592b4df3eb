package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"dragoman/bridge/account"
	"dragoman/bridge/chat"
)

const (
	controlPath = "/control/orders"
	// maxOrder bounds an order's JSON: a name and a password, and room for escapes.
	maxOrder = 64 << 10
	// orderTime bounds what the command line waits for: the end of an account is told
	// to all of its groups first.
	orderTime = 2 * farewellTime
	// healthTime is how long a healthy server may take to say so.
	healthTime = 4 * time.Second
	// startTime is how long the command line waits for a server that is starting, or
	// for another command to finish.
	startTime = 10 * time.Second
	// retryEvery is how often it looks again.
	retryEvery = 50 * time.Millisecond
)

// controlToken returns what the command line shows to the server of its data
// folder: whoever can read the folder may do all that a command can.
func controlToken(v *account.Vault) (string, error) {
	secret, err := v.Secret("control-token", 32)
	return hex.EncodeToString(secret), err
}

// refusal is an order's error as it travels.
type refusal struct {
	Code    chat.Code `json:"code"`
	Problem string    `json:"problem"`
}

// control answers orders of the command line on the admin listener.
func (c *core) control(token string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		shown, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(shown), []byte(token)) != 1 {
			writeJSON(w, http.StatusUnauthorized, refusal{chat.Unauthenticated, "the control token is wrong"})
			return
		}
		var o order
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&o); err != nil {
			writeJSON(w, http.StatusBadRequest, refusal{chat.Invalid, "the order is not understood"})
			return
		}
		a, err := c.obey(r.Context(), o)
		c.log.Info().Str("order", o.Do).Str("user", o.Name).AnErr("error", err).Msg("order from the command line")
		if err != nil {
			writeJSON(w, http.StatusUnprocessableEntity, refusal{chat.CodeOf(err), explain(err)})
			return
		}
		writeJSON(w, http.StatusOK, a)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"problem":"internal error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the peer may be gone; nobody else wants it
}

// send gives an order to the server at addr.
func send(ctx context.Context, addr, token string, o order) (answer, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return answer{}, err
	}
	if o.Do != "backup" { // which takes as long as there is something to copy
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, orderTime)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+reachable(addr)+controlPath, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	// No proxy: the token is for this machine's server alone.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("ask the running server: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("ask the running server: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		var no refusal
		if err := json.Unmarshal(body, &no); err != nil || no.Problem == "" {
			return answer{}, fmt.Errorf("ask the running server: %s", resp.Status)
		}
		return answer{}, &chat.Error{Code: no.Code, Public: no.Problem}
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return answer{}, fmt.Errorf("ask the running server: %w", err)
	}
	return a, nil
}

// askReady fails unless the server at addr says that it is ready.
func askReady(ctx context.Context, addr string) error {
	_, err := get(ctx, addr, "/readyz")
	return err
}

// get returns what the admin listener at addr has at path; its error, where that is not well, says so.
func get(ctx context.Context, addr, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(addr)+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return "", fmt.Errorf("ask the running server: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the server is not ready: %s", resp.Status)
	}
	return string(text), err
}

// reachable returns where to connect to a listener: one that is bound to every
// address is reached by loopback.
func reachable(addr string) string {
	bound, err := netip.ParseAddrPort(addr)
	if err != nil || !bound.Addr().IsUnspecified() {
		return addr
	}
	host := "127.0.0.1"
	if bound.Addr().Is6() {
		host = "::1"
	}
	return net.JoinHostPort(host, fmt.Sprint(bound.Port()))
}

// command carries out an order on the data folder: by itself, if it gets hold of
// it, else through the server that has it.
func (inv *invocation) command(o order) (answer, error) {
	cfg, err := inv.load(nil)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(inv.ctx, startTime)
	defer cancel()
	for {
		f, err := hold(inv.data)
		if err == nil {
			return inv.atRest(f, cfg, o)
		}
		if !errors.Is(err, errHeld) {
			return answer{}, err
		}
		addresses, readErr := announced(inv.data)
		if readErr != nil {
			return answer{}, readErr
		}
		if addr := addresses["admin"]; addr != "" {
			return inv.underServer(addr, o)
		}
		if addresses != nil {
			return answer{}, fmt.Errorf("%w, and its server has no admin listener (listen.admin)", errHeld)
		}
		select {
		case <-time.After(retryEvery): // a server is starting or stopping, or another command runs
		case <-ctx.Done():
			return answer{}, err
		}
	}
}

func (inv *invocation) underServer(addr string, o order) (answer, error) {
	obey, err := inv.controlled(addr)
	if err != nil {
		return answer{}, err
	}
	return obey(inv.ctx, o)
}

// controlled gives orders to the server that runs on the folder.
func (inv *invocation) controlled(addr string) (func(context.Context, order) (answer, error), error) {
	token, err := controlToken(account.OpenVault((&folder{dir: inv.data}).path("secrets"), nil))
	return func(ctx context.Context, o order) (answer, error) { return send(ctx, addr, token, o) }, err
}
