package webim

import (
	"context"
	"sync"

	"dragoman/internal/wsconn"
	"dragoman/protocols/webim/webimwire"
)

// maxFrame bounds what an unauthenticated peer can make us hold. A message of
// config.MaxMessage fits, in base64 too.
const maxFrame = 512 << 10

// transport carries packets, one reader, many writers.
type transport interface {
	// Read returns the packets of the next frame, of which there may be none.
	Read(ctx context.Context) ([][]byte, error)
	Write(packet []byte) error
	// Compress switches to LZ4 for what is written from now on and what comes next.
	Compress()
	Close(code int, reason string)
	// Bytes returns how many bytes of frames have come in and gone out.
	Bytes() (in, out int64)
}

// rawTransport is one packet a binary frame [webim 3.1].
type rawTransport struct {
	conn *wsconn.Conn

	mu       sync.Mutex // guards the deflater's tables; inflater is the reader's alone
	deflater *webimwire.Deflater
	inflater *webimwire.Inflater
}

func (t *rawTransport) Read(ctx context.Context) ([][]byte, error) {
	_, frame, err := t.conn.ReadFrame(ctx)
	if err != nil {
		return nil, err
	}
	if t.inflater != nil {
		if frame, err = t.inflater.Inflate(frame); err != nil {
			return nil, err
		}
	}
	return [][]byte{frame}, nil
}

func (t *rawTransport) Write(packet []byte) error {
	packet, err := t.deflate(packet)
	if err != nil {
		return err
	}
	return t.conn.WriteBinary(packet)
}

func (t *rawTransport) deflate(packet []byte) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.deflater == nil {
		return packet, nil
	}
	return t.deflater.Deflate(packet)
}

func (t *rawTransport) Compress() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deflater = new(webimwire.Deflater)
	t.inflater = webimwire.NewInflater(maxFrame)
}

func (t *rawTransport) Close(code int, reason string) { _ = t.conn.Close(code, reason) } // the session is over either way

func (t *rawTransport) Bytes() (in, out int64) { return t.conn.Bytes() }

// sockJSTransport is base64 texts in SockJS frames [webim 3.2].
type sockJSTransport struct{ conn *wsconn.Conn }

func (t *sockJSTransport) Bytes() (in, out int64) { return t.conn.Bytes() }

func (t *sockJSTransport) Read(ctx context.Context) ([][]byte, error) {
	_, frame, err := t.conn.ReadFrame(ctx)
	if err != nil {
		return nil, err
	}
	return webimwire.DecodeSockJS(frame)
}

func (t *sockJSTransport) Write(packet []byte) error {
	return t.conn.WriteText(webimwire.EncodeSockJS(packet))
}

func (t *sockJSTransport) Compress() {}

func (t *sockJSTransport) Close(code int, reason string) {
	_ = t.conn.WriteText(webimwire.CloseSockJS(sockJSGone, "Go away!")) // a courtesy to who still listens
	_ = t.conn.Close(code, reason)
}

// sockJSGone is what SockJS calls a connection that the server ends.
const sockJSGone = 3000
