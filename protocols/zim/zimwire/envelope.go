package zimwire

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Subprotocol is the WebSocket subprotocol that names this version of the client protocol.
const Subprotocol = "zim.dragoman.1"

// The codes of JSON-RPC itself. They answer a broken envelope; everything else is answered with a ZIM Code.
const (
	ParseError     Code = -32700
	InvalidRequest Code = -32600
	MethodNotFound Code = -32601
	InvalidParams  Code = -32602
)

// maxID bounds the text of a request's id: it is kept until the answer.
const maxID = 64

// ID is a request's id as its client wrote it: a string, a number or, in answers to what could not be read, null.
type ID struct{ raw jsontext.Value }

// IsZero tells whether the request had no id: it is a notification and gets no answer.
func (i ID) IsZero() bool { return i.raw == nil }

// MarshalJSON writes the id as it came.
func (i ID) MarshalJSON() ([]byte, error) {
	if i.raw == nil {
		return []byte("null"), nil
	}
	return i.raw, nil
}

// UnmarshalJSON takes a string, a whole number or null.
func (i *ID) UnmarshalJSON(b []byte) error {
	v := jsontext.Value(bytes.Clone(b))
	switch v.Kind() {
	case '"', 'n':
	case '0':
		if bytes.ContainsAny(v, ".eE") {
			return fmt.Errorf("id %s is no whole number", v)
		}
	default:
		return fmt.Errorf("id is neither text nor number")
	}
	if len(v) > maxID {
		return fmt.Errorf("id is longer than %d bytes", maxID)
	}
	i.raw = v
	return nil
}

// Request is the call of a method. Params is an object, or nil where there were none.
type Request struct {
	ID     ID
	Method string
	Params jsontext.Value
}

// Error is the error of an answer. It implements error.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

// Refuse returns an Error.
func Refuse(code Code, message string) *Error { return &Error{Code: code, Message: message} }

type envelope struct {
	Version string         `json:"jsonrpc"`
	ID      ID             `json:"id,omitzero"`
	Method  string         `json:"method,omitzero"`
	Params  jsontext.Value `json:"params,omitzero"`
}

// Decode reads one frame. Where it refuses, the Request holds the id if that could be read, else the id null, as the
// answer must. A batch, a member that the envelope does not have, and parameters by position are refused.
func Decode(frame []byte) (Request, *Error) {
	unread := Request{ID: ID{raw: jsontext.Value("null")}}
	v := jsontext.Value(frame)
	if !v.IsValid() {
		return unread, Refuse(ParseError, "frame is not JSON")
	}
	if v.Kind() == '[' {
		return unread, Refuse(InvalidRequest, "batches are not taken")
	}
	if v.Kind() != '{' {
		return unread, Refuse(InvalidRequest, "frame is not an object")
	}
	var e envelope
	if err := json.Unmarshal(frame, &e, json.RejectUnknownMembers(true)); err != nil {
		var partial struct {
			ID ID `json:"id,omitzero"`
		}
		if json.Unmarshal(frame, &partial) == nil && !partial.ID.IsZero() {
			unread.ID = partial.ID
		}
		return unread, Refuse(InvalidRequest, "not a JSON-RPC 2.0 request")
	}
	r := Request{ID: e.ID, Method: e.Method, Params: e.Params}
	switch {
	case e.Version != "2.0":
		return orNull(r), Refuse(InvalidRequest, `"jsonrpc" must be "2.0"`)
	case e.Method == "":
		return orNull(r), Refuse(InvalidRequest, `"method" is missing`)
	case e.ID.raw.Kind() == 'n':
		return r, Refuse(InvalidRequest, `"id" must not be null`)
	case e.Params != nil && e.Params.Kind() != '{':
		return orNull(r), Refuse(InvalidParams, "parameters are taken by name")
	}
	return r, nil
}

// orNull gives a request that is answered with an error the id null if it has none [JSON-RPC 2.0 §5].
func orNull(r Request) Request {
	if r.ID.IsZero() {
		r.ID = ID{raw: jsontext.Value("null")}
	}
	return r
}

// Bind reads the request's parameters into one of the Params structs; without parameters it keeps the zero value.
// Members that p does not have are passed over: a client's own fields ride along in its objects.
func (r Request) Bind(p any) error {
	if r.Params == nil {
		return nil
	}
	if err := json.Unmarshal(r.Params, p); err != nil {
		return fmt.Errorf("parameters of %s: %w", r.Method, err)
	}
	return nil
}

// PageSize is how much of a list a client asks for at most; 0 leaves it to the server.
type PageSize int64

// UnmarshalJSON takes no negative number.
func (n *PageSize) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, (*int64)(n)); err != nil {
		return err
	}
	if *n < 0 {
		return fmt.Errorf("a page of %d", *n)
	}
	return nil
}

// EncodeRequest writes a call, as a client does; params may be nil. An empty id makes it a notification.
func EncodeRequest(id, method string, params any) ([]byte, error) {
	e := envelope{Version: "2.0", Method: method}
	if id != "" {
		raw, err := json.Marshal(id)
		if err != nil {
			return nil, fmt.Errorf("encode id: %w", err)
		}
		e.ID.raw = raw
	}
	if params != nil {
		raw, err := json.Marshal(params)
		if err != nil {
			return nil, fmt.Errorf("encode parameters of %s: %w", method, err)
		}
		e.Params = raw
	}
	return json.Marshal(e)
}

// EncodeResult writes the answer to a request; a nil result is written as {}.
func EncodeResult(id ID, result any) ([]byte, error) {
	if result == nil {
		result = struct{}{}
	}
	return json.Marshal(struct {
		Version string `json:"jsonrpc"`
		ID      ID     `json:"id"`
		Result  any    `json:"result"`
	}{"2.0", id, result})
}

// EncodeError writes the refusal of a request.
func EncodeError(id ID, e *Error) ([]byte, error) {
	return json.Marshal(struct {
		Version string `json:"jsonrpc"`
		ID      ID     `json:"id"`
		Error   *Error `json:"error"`
	}{"2.0", id, e})
}

// Notice is one event on its way to a client: its ZIM name and its data object.
type Notice struct {
	Event string
	Data  any
}

type noticeFrame struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
	Mark
}

// Mark says how far a client has come that has a frame. The zero value says nothing.
type Mark struct {
	// Cursor is where it resumes.
	Cursor string `json:"cursor,omitzero"`
	// Live names what is told in a room, of which no cursor tells.
	Live string `json:"live,omitzero"`
}

// EncodeNotices writes what one event means to a client, as one frame: an object where it is one notice, an array where it
// is several, so that a client has all of it or nothing. The last one carries the mark. There must be at least one notice.
func EncodeNotices(mark Mark, notices ...Notice) ([]byte, error) {
	frames := make([]noticeFrame, len(notices))
	for i, n := range notices {
		frames[i] = noticeFrame{Version: "2.0", Method: n.Event, Params: n.Data}
	}
	frames[len(frames)-1].Mark = mark
	if len(frames) == 1 {
		return json.Marshal(frames[0])
	}
	return json.Marshal(frames)
}

// Answer is what a client reads: the answer to a request, or a notice.
type Answer struct {
	ID     ID             `json:"id,omitzero"`
	Result jsontext.Value `json:"result,omitzero"`
	Error  *Error         `json:"error,omitzero"`
	Method string         `json:"method,omitzero"`
	Params jsontext.Value `json:"params,omitzero"`
	Mark
}

// DecodeAnswers reads a frame as a client does, for tests and tools.
func DecodeAnswers(frame []byte) ([]Answer, error) {
	if jsontext.Value(frame).Kind() == '[' {
		var many []Answer
		err := json.Unmarshal(frame, &many)
		return many, err
	}
	var one Answer
	if err := json.Unmarshal(frame, &one); err != nil {
		return nil, err
	}
	return []Answer{one}, nil
}
