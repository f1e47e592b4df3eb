package raw

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gorilla/websocket"

	"dragoman/protocols/zim/zimwire"
)

// ackEvery is how often a ZIM client says how far it has come.
const ackEvery = 200 * time.Millisecond

// ZIM is a Client that can also ask.
type ZIM struct {
	*socket
	Hooks

	waiting sync.Map // id → chan zimwire.Answer
	asked   int
	askMu   sync.Mutex
	last    string // cursor, on the reading goroutine
	told    time.Time
}

// DialZIM logs in over /zim with a token04.
func (a Addresses) DialZIM(ctx context.Context, user, device, token string, hooks Hooks) (*ZIM, error) {
	s, err := dial(ctx, "ws://"+a.HTTP+"/zim", websocket.TextMessage, zimwire.Subprotocol)
	if err != nil {
		return nil, fmt.Errorf("zim: %w", err)
	}
	c := &ZIM{socket: s, Hooks: hooks}
	go c.listen()
	login := zimwire.LoginParams{UserID: user, Config: zimwire.LoginConfig{Token: token},
		Session: zimwire.SessionOffer{Device: device, Client: "raw"}}
	if err := c.Ask(ctx, "login", login, nil); err != nil {
		c.Close()
		return nil, fmt.Errorf("zim: login of %s: %w", user, err)
	}
	return c, nil
}

// Ask calls a method and reads its result into result, which may be nil.
func (c *ZIM) Ask(ctx context.Context, method string, params, result any) error {
	c.askMu.Lock()
	c.asked++
	id := fmt.Sprintf("ask-%d", c.asked)
	c.askMu.Unlock()
	answered := make(chan zimwire.Answer, 1)
	c.waiting.Store(id, answered)
	defer c.waiting.Delete(id)
	b, err := zimwire.EncodeRequest(id, method, params)
	if err != nil {
		return err
	}
	if err := c.write(b); err != nil {
		return err
	}
	select {
	case a := <-answered:
		if a.Error != nil {
			return fmt.Errorf("%s: %w", method, a.Error)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-c.done:
		return fmt.Errorf("%s: the connection ended", method)
	case <-time.After(answerLimit):
		return fmt.Errorf("%s: no answer within %v", method, answerLimit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *ZIM) listen() {
	defer close(c.done)
	for {
		b, err := c.read()
		if err == nil {
			err = c.hear(b)
		}
		if err != nil {
			c.ended(err)
			return
		}
	}
}

func (c *ZIM) hear(b []byte) error {
	answers, err := zimwire.DecodeAnswers(b)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if a.Method == "" {
			c.answered(a)
			continue
		}
		if err := c.notice(a); err != nil {
			return err
		}
		if a.Cursor != "" {
			c.last = a.Cursor
		}
	}
	if c.last == "" || time.Since(c.told) < ackEvery {
		return nil
	}
	c.told = time.Now()
	ack, err := zimwire.EncodeRequest("", zimwire.MethodAck, zimwire.AckParams{Cursor: c.last})
	if err != nil {
		return err
	}
	return c.write(ack)
}

func (c *ZIM) answered(a zimwire.Answer) {
	raw, err := a.ID.MarshalJSON()
	if err != nil {
		return
	}
	var id string
	if json.Unmarshal(raw, &id) != nil {
		return
	}
	if waiting, found := c.waiting.Load(id); found {
		if answered, ok := waiting.(chan zimwire.Answer); ok {
			answered <- a
		}
		return
	}
	key, sent := strings.CutPrefix(id, "send-")
	if !sent {
		return
	}
	if a.Error != nil {
		c.acked(key, a.Error)
		return
	}
	c.acked(key, nil)
}

func (c *ZIM) notice(a zimwire.Answer) error {
	if c.Notice != nil {
		c.Notice(a.Method, a.Params)
	}
	if a.Method != "peerMessageReceived" && a.Method != "groupMessageReceived" {
		return nil
	}
	var event struct {
		MessageList []zimwire.Message `json:"messageList"`
	}
	if err := json.Unmarshal(a.Params, &event); err != nil {
		return err
	}
	for _, m := range event.MessageList {
		t := Text{From: m.SenderUserID, ID: m.MessageID, Text: m.Message}
		if m.ConversationType == zimwire.ConversationTypeGroup {
			t.Group = m.ConversationID
		}
		c.heard(t)
	}
	return nil
}

// Send writes a text; the key is its localMessageID.
func (c *ZIM) Send(key string, to Place, text string) error {
	p := zimwire.SendMessageParams{Message: zimwire.Message{Type: zimwire.MessageTypeText, LocalMessageID: key, Message: text},
		ToConversationID: to.Peer, ConversationType: zimwire.ConversationTypePeer}
	if to.Group != "" {
		p.ToConversationID, p.ConversationType = to.Group, zimwire.ConversationTypeGroup
	}
	b, err := zimwire.EncodeRequest("send-"+key, "sendMessage", p)
	if err != nil {
		return err
	}
	return c.write(b)
}

// History reads a conversation back to the first page that has nothing of interest, and returns it oldest first.
func (c *ZIM) History(ctx context.Context, where Place, of func(text string) bool) ([]zimwire.Message, error) {
	p := zimwire.QueryHistoryMessageParams{ConversationID: where.Peer, ConversationType: zimwire.ConversationTypePeer}
	if where.Group != "" {
		p.ConversationID, p.ConversationType = where.Group, zimwire.ConversationTypeGroup
	}
	p.Config.Count, p.Config.Reverse = 100, true
	var all []zimwire.Message
	const most = 10_000 // pages; a server that pages in a circle must not hang us
	for range most {
		var page struct {
			MessageList []zimwire.Message `json:"messageList"`
		}
		if err := c.Ask(ctx, "queryHistoryMessage", p, &page); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(page.MessageList, func(m zimwire.Message) bool { return of(m.Message) }) {
			return all, nil
		}
		// Each page is in order and lies before the one before it.
		all = append(page.MessageList, all...)
		next := page.MessageList[0]
		p.Config.NextMessage = &next
	}
	return nil, errors.New("history has no end")
}

// CreateGroup makes a group and returns its id.
func (c *ZIM) CreateGroup(ctx context.Context, name string, members ...string) (string, error) {
	var made struct {
		GroupInfo struct {
			BaseInfo struct {
				GroupID string `json:"groupID"`
			} `json:"baseInfo"`
		} `json:"groupInfo"`
	}
	params := jsontext.Value(nil)
	params, err := json.Marshal(map[string]any{"groupInfo": map[string]any{"groupID": "", "groupName": name, "groupAvatarUrl": ""},
		"userIDs": members})
	if err != nil {
		return "", err
	}
	if err := c.Ask(ctx, "createGroup", params, &made); err != nil {
		return "", err
	}
	return made.GroupInfo.BaseInfo.GroupID, nil
}

// Close breaks the connection off.
func (c *ZIM) Close() { c.close() }
