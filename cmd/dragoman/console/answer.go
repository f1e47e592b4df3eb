package console

import (
	"encoding/json"
	"net/http"

	"dragoman/bridge/chat"
)

// maxQuestion bounds the JSON of what a page asks.
const maxQuestion = 16 << 10

// answer writes v, or err in words that a person may read.
func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		refuse(w, status(err), chat.PublicOf(err))
		return
	}
	text, err := json.Marshal(v)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "internal error")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(text) // the peer may be gone; nobody else wants it
}

func refuse(w http.ResponseWriter, code int, why string) {
	text, err := json.Marshal(map[string]string{"error": why})
	if err != nil {
		text = []byte(`{"error":"internal error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(text)
}

// status is an error in the words of HTTP.
func status(err error) int {
	switch chat.CodeOf(err) {
	case chat.Invalid:
		return http.StatusBadRequest
	case chat.Unauthenticated:
		return http.StatusUnauthorized
	case chat.Forbidden:
		return http.StatusForbidden
	case chat.NotFound:
		return http.StatusNotFound
	case chat.Expired:
		return http.StatusGone
	case chat.Conflict:
		return http.StatusConflict
	case chat.TooLarge:
		return http.StatusRequestEntityTooLarge
	case chat.TooMany:
		return http.StatusTooManyRequests
	case chat.Unsupported:
		return http.StatusNotImplemented
	case chat.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// question reads what a page asks.
func question[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var q T
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxQuestion))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, &chat.Error{Code: chat.Invalid, Public: "the question is not understood", Err: err}
	}
	return q, nil
}
