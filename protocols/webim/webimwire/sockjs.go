package webimwire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
)

// The frames of a SockJS WebSocket that are not packets [webim 3.2].
const (
	SockJSOpen      = "o"
	SockJSHeartbeat = "h"
)

// maxSockJSPackets bounds how many packets one SockJS frame may hold. The SDKs send one.
const maxSockJSPackets = 64

// DecodeSockJS reads what a client sends: a JSON array of base64 texts (or one
// such text), each a packet. An empty frame holds none.
func DecodeSockJS(frame []byte) ([][]byte, error) {
	if len(frame) == 0 {
		return nil, nil
	}
	var texts []string
	if frame[0] == '"' {
		texts = make([]string, 1)
		if err := json.Unmarshal(frame, &texts[0]); err != nil {
			return nil, fmt.Errorf("%w: sockjs frame: %w", ErrMalformed, err)
		}
	} else if err := json.Unmarshal(frame, &texts); err != nil {
		return nil, fmt.Errorf("%w: sockjs frame: %w", ErrMalformed, err)
	}
	if len(texts) > maxSockJSPackets {
		return nil, fmt.Errorf("%w: sockjs frame of %d messages", ErrMalformed, len(texts))
	}
	packets := make([][]byte, len(texts))
	for i, text := range texts {
		packet, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("%w: sockjs message: %w", ErrMalformed, err)
		}
		packets[i] = packet
	}
	return packets, nil
}

// EncodeSockJS writes what a server sends: an `a` frame of packets.
func EncodeSockJS(packets ...[]byte) []byte {
	size := 3
	for _, p := range packets {
		size += base64.StdEncoding.EncodedLen(len(p)) + 3
	}
	frame := append(make([]byte, 0, size), 'a', '[')
	for i, p := range packets {
		if i > 0 {
			frame = append(frame, ',')
		}
		frame = append(frame, '"')
		frame = base64.StdEncoding.AppendEncode(frame, p)
		frame = append(frame, '"')
	}
	return append(frame, ']')
}

// CloseSockJS writes the frame that ends a SockJS connection.
func CloseSockJS(code int, reason string) []byte {
	text, err := json.Marshal(reason)
	if err != nil { // a string always has a JSON form
		text = []byte(`""`)
	}
	frame := append([]byte("c["), strconv.Itoa(code)...)
	frame = append(frame, ',')
	frame = append(frame, text...)
	return append(frame, ']')
}
