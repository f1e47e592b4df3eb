package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"dragoman/conformance/raw"
	"dragoman/protocols/zim/zimwire"
)

// add makes an account over WebIM's REST, which a bench's gateway keeps open to all.
func (h *house) add(ctx context.Context, user string) error {
	return h.post(ctx, "/users", map[string]string{"username": user, "password": secret}, nil)
}

// crowd makes accounts named idle0, idle1 and so on.
func (h *house) crowd(ctx context.Context, n int) error {
	making, ctx := errgroup.WithContext(ctx)
	making.SetLimit(4)
	for i := range n {
		making.Go(func() error { return h.add(ctx, fmt.Sprintf("idle%d", i)) })
	}
	return making.Wait()
}

// post calls WebIM's REST.
func (h *house) post(ctx context.Context, path string, body, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.HTTP+"/dragoman/chat"+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	told, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, res.Status, told)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(told, answer)
}

// dial logs a user in by a protocol.
func (h *house) dial(ctx context.Context, protocol, user string, hooks raw.Hooks) (raw.Client, error) {
	switch protocol {
	case "xmpp":
		return h.DialXMPP(ctx, user, "bench", secret, hooks)
	case "zim":
		token, err := zimwire.MintToken(1, user, []byte(h.zimSecret), time.Hour, time.Now())
		if err != nil {
			return nil, err
		}
		return h.DialZIM(ctx, user, "bench", token, hooks)
	default:
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		ask := map[string]string{"grant_type": "password", "username": user, "password": secret}
		if err := h.post(ctx, "/token", ask, &answer); err != nil {
			return nil, err
		}
		return h.DialWebIM(ctx, user, "bench", answer.AccessToken, hooks)
	}
}
