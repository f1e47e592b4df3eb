package webim

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dragoman/internal/wsconn"
	"dragoman/protocols/webim/webimwire"
)

const (
	// pingEvery finds dead sockets within a minute; browsers answer by themselves.
	pingEvery = 30 * time.Second
	// sockJSBeat is the customary time between SockJS heartbeats.
	sockJSBeat = 25 * time.Second
)

// serveRaw is /websocket: 4.13 and later, agora-chat 1.4 [webim 3.1].
func (f *frontend) serveRaw(c *gin.Context) {
	conn, err := wsconn.Upgrade(c.Writer, c.Request, wsconn.Options{ReadLimit: maxFrame, PingEvery: pingEvery})
	if err != nil {
		return // answered
	}
	f.serve(&rawTransport{conn: conn}, c.Request)
}

// mountSockJS adds the few SockJS endpoints that the SDKs use [webim 3.2]. Other
// transports must be 404: a 200 would make an SDK call again and again.
func (f *frontend) mountSockJS(r gin.IRouter) {
	r.GET("/ws/info", f.serveInfo)
	r.OPTIONS("/ws/info", f.serveInfo)
	r.GET("/ws/:server/:session/:transport", func(c *gin.Context) {
		if c.Param("transport") == "websocket" {
			f.serveSockJS(c)
			return
		}
		f.noTransport(c)
	})
	for _, method := range []string{http.MethodPost, http.MethodOptions, http.MethodHead} {
		r.Handle(method, "/ws/:server/:session/:transport", f.noTransport)
	}
}

func (f *frontend) noTransport(c *gin.Context) {
	allowCredentials(c)
	c.JSON(http.StatusNotFound, gin.H{"error": "not_found", "error_description": "this transport is not offered"})
}

// serveInfo says that WebSocket is offered. The oldest SDKs ask with credentials.
func (f *frontend) serveInfo(c *gin.Context) {
	allowCredentials(c)
	if c.Request.Method == http.MethodOptions {
		c.Header("Access-Control-Allow-Methods", "GET, OPTIONS")
		c.Status(http.StatusNoContent)
		return
	}
	c.Header("Cache-Control", "no-store, no-cache, must-revalidate, max-age=0")
	c.JSON(http.StatusOK, gin.H{"websocket": true, "origins": []string{"*:*"}, "cookie_needed": false, "entropy": rand.Uint32()})
}

// allowCredentials lets a page of any origin read the answer, cookies or not: the
// gateway looks at none [webim 3.3].
func allowCredentials(c *gin.Context) {
	origin := c.GetHeader("Origin")
	if origin == "" {
		return
	}
	c.Header("Access-Control-Allow-Origin", origin)
	c.Header("Access-Control-Allow-Credentials", "true")
	c.Header("Vary", "Origin")
	if headers := c.GetHeader("Access-Control-Request-Headers"); headers != "" {
		c.Header("Access-Control-Allow-Headers", headers)
	}
}

func (f *frontend) serveSockJS(c *gin.Context) {
	conn, err := wsconn.Upgrade(c.Writer, c.Request, wsconn.Options{ReadLimit: maxFrame, PingEvery: pingEvery})
	if err != nil {
		return // answered
	}
	if err := conn.WriteText([]byte(webimwire.SockJSOpen)); err != nil {
		_ = conn.Close(wsconn.CloseGoingAway, "") // it is gone already
		return
	}
	beats, stop := context.WithCancel(f.life)
	done := make(chan struct{})
	go func() {
		defer close(done)
		beat(beats, conn)
	}()
	f.serve(&sockJSTransport{conn: conn}, c.Request)
	stop()
	<-done
}

// beat sends SockJS heartbeats until ctx ends or the peer is gone.
func beat(ctx context.Context, conn *wsconn.Conn) {
	ticker := time.NewTicker(sockJSBeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := conn.WriteText([]byte(webimwire.SockJSHeartbeat)); err != nil {
				return
			}
		}
	}
}

// serve runs one session to its end.
func (f *frontend) serve(t transport, r *http.Request) {
	if !f.begin() {
		t.Close(wsconn.CloseTryLater, "shutting down")
		return
	}
	defer f.sessions.Done()
	s := newSession(f, t, r)
	s.run(f.life)
}
