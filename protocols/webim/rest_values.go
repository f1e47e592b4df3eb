package webim

import (
	"net/http"
	"strconv"
	"strings"
)

// flag is a truth that may be written as a text.
type flag bool

// UnmarshalJSON reads true and "true" alike; all else is false.
func (f *flag) UnmarshalJSON(b []byte) error {
	*f = flag(strings.Trim(string(b), `"`) == "true")
	return nil
}

// count is a number that may be written as a text.
type count int

// UnmarshalJSON reads 3 and "3" alike; what is no number is 0.
func (n *count) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil {
		v = 0
	}
	*n = count(v)
	return nil
}

// nonNil makes an empty list of none: the SDKs call its methods.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// tooMany refuses a list that is longer than the vendor allows in one request.
func tooMany(n, most int) error {
	if n > most {
		return &restError{status: http.StatusBadRequest, word: "illegal_argument", text: "more than " + strconv.Itoa(most) + " users in one request"}
	}
	return nil
}
