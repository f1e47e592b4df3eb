package callout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// callTime bounds one call.
	callTime = 10 * time.Second
	// askAgainAfter is how long the app's server may be silent before it is asked once more.
	askAgainAfter = 3 * time.Second
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10
)

// Caller makes calls.
type Caller struct {
	// Name says which calls of an outbox it makes: those whose Owner it is.
	Name string
	// URL returns where an event is told; "": nowhere, and the call counts as made.
	URL func(event string) string
	// Dress makes of a call what is sent: it adds what is true of this attempt alone, as a time and a signature.
	Dress func(c Call) ([]byte, error)
	// Client makes the requests: NewClient's, but in tests.
	Client *http.Client
}

// NewClient returns a client that follows no redirects: a signed call is for whom it was signed for.
func NewClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// ErrSilent is what Ask returns where nobody has given an answer.
var ErrSilent = errors.New("the app's server has not answered")

// Ask puts a question and returns the answer, of a 2xx alone. It waits three seconds, then asks once more and waits as
// long again; what is refused the second time is not waited for.
func (c *Caller) Ask(ctx context.Context, q Call) ([]byte, error) {
	for attempt := range 2 {
		body, err := c.Dress(q)
		if err != nil {
			return nil, err
		}
		once, cancel := context.WithTimeout(ctx, askAgainAfter)
		answer, err := c.post(once, c.URL(q.Event), body)
		silent := once.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !silent && attempt == 0 {
			// Refused at once: it is asked again when it has had its time.
			select {
			case <-time.After(askAgainAfter):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	return nil, ErrSilent
}

// AskOnce puts a question once and waits so long for the answer, of a 2xx alone.
func (c *Caller) AskOnce(ctx context.Context, q Call, within time.Duration) ([]byte, error) {
	body, err := c.Dress(q)
	if err != nil {
		return nil, err
	}
	once, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answer, err := c.post(once, c.URL(q.Event), body)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", ErrSilent, err)
	}
	return answer, err
}

// tell makes one attempt.
func (c *Caller) tell(ctx context.Context, call Call) error {
	target := c.URL(call.Event)
	if target == "" {
		return nil
	}
	body, err := c.Dress(call)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err = c.post(ctx, target, body)
	return err
}

func (c *Caller) post(ctx context.Context, target string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // read only
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, fmt.Errorf("the app's server answered %d", res.StatusCode)
	}
	return answer, nil
}
