package raw

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"google.golang.org/protobuf/proto"

	"dragoman/protocols/webim/webimwire"
)

// Roaming reads the texts of a conversation over WebIM's REST back to the first page that has none of interest, and
// returns those of interest, oldest first.
func Roaming(ctx context.Context, addr, token, user string, where Place, of func(text string) bool) ([]string, error) {
	queue := where.Peer + "@easemob.com"
	if where.Group != "" {
		queue = where.Group + "@conference.easemob.com"
	}
	var texts []string
	start := "-1"
	const most = 10_000 // pages; a server that pages in a circle must not hang us
	for range most {
		page, err := roamingPage(ctx, addr, token, user, map[string]any{"queue": queue, "start": start, "end": "-1", "pull_number": 50})
		if err != nil {
			return nil, err
		}
		found := len(texts)
		for _, m := range page.Data.Msgs {
			text, err := roamed(m.Msg)
			if err != nil {
				return nil, err
			}
			if of(text) {
				texts = append(texts, text)
			}
		}
		if page.Data.IsLast || len(texts) == found {
			slices.Reverse(texts)
			return texts, nil
		}
		start = page.Data.NextKey
	}
	return nil, errors.New("roaming history has no end")
}

type roaming struct {
	Data struct {
		Msgs []struct {
			Msg string `json:"msg"`
		} `json:"msgs"`
		NextKey string `json:"next_key"`
		IsLast  bool   `json:"is_last"`
	} `json:"data"`
}

func roamingPage(ctx context.Context, addr, token, user string, ask map[string]any) (roaming, error) {
	var page roaming
	body, err := json.Marshal(ask)
	if err != nil {
		return page, err
	}
	url := "http://" + addr + "/dragoman/chat/users/" + user + "/messageroaming"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return page, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return page, err
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return page, err
	}
	if answer.StatusCode != http.StatusOK {
		return page, fmt.Errorf("messageroaming: %s: %s", answer.Status, b)
	}
	return page, json.Unmarshal(b, &page)
}

// roamed returns the text of one message of a page; one without is "".
func roamed(msg string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(msg)
	if err != nil {
		return "", err
	}
	m, err := webimwire.DecodeMeta(b)
	if err != nil {
		return "", err
	}
	body := new(webimwire.MessageBody)
	if err := proto.Unmarshal(m.GetPayload(), body); err != nil {
		return "", err
	}
	text := ""
	for _, content := range body.GetContents() {
		text += content.GetText()
	}
	return text, nil
}
