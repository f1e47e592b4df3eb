package zimwire

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// Common holds the query parameters that every server API request has, as they came.
type Common struct {
	Action           string
	AppID            uint32
	SignatureNonce   string
	Timestamp        int64 // Unix seconds
	Signature        string
	SignatureVersion string
}

// commonNames are the parameters that make a request one of the server API.
var commonNames = [...]string{"Action", "AppId", "SignatureNonce", "Timestamp", "Signature", "SignatureVersion"}

// NamesCommon tells whether a query names one of the common parameters.
func NamesCommon(q url.Values) bool {
	for _, name := range commonNames {
		if q.Has(name) {
			return true
		}
	}
	return false
}

// ParseCommon reads the common parameters. The refusal is the first that is missing or has no form, in the order of
// the gateway's codes; the values themselves are not checked.
func ParseCommon(q url.Values) (Common, *Refusal) {
	c := Common{
		Action: q.Get("Action"), SignatureNonce: q.Get("SignatureNonce"),
		Signature: q.Get("Signature"), SignatureVersion: q.Get("SignatureVersion"),
	}
	app, err := strconv.ParseUint(q.Get("AppId"), 10, 32)
	if err != nil {
		return c, Deny(RetAppIDFormat, "AppId is not a number")
	}
	c.AppID = uint32(app)
	if q.Get("Timestamp") == "" {
		return c, Deny(RetTimestampEmpty, "Timestamp is missing")
	}
	if c.Timestamp, err = strconv.ParseInt(q.Get("Timestamp"), 10, 64); err != nil {
		return c, Deny(RetTimestampFormat, "Timestamp is not a number")
	}
	switch {
	case c.Action == "":
		return c, Deny(RetActionEmpty, "Action is missing")
	case c.SignatureNonce == "":
		return c, Deny(RetNonceEmpty, "SignatureNonce is missing")
	case c.Signature == "":
		return c, Deny(RetSignatureEmpty, "Signature is missing")
	case c.SignatureVersion == "":
		return c, Deny(RetSignatureVersionEmpty, "SignatureVersion is missing")
	case c.SignatureVersion != "2.0":
		return c, Deny(RetSignatureVersion, "SignatureVersion must be 2.0")
	}
	return c, nil
}

// Refusal is a return code other than success, for a whole call. It implements error.
type Refusal struct {
	Code    ReturnCode
	Message string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Code, r.Message) }

// Deny returns a Refusal.
func Deny(code ReturnCode, message string) *Refusal { return &Refusal{Code: code, Message: message} }

// Envelope is what every answer of the server API has.
type Envelope struct {
	Code      ReturnCode `json:"Code"`
	Message   string     `json:"Message"`
	RequestID string     `json:"RequestId"`
}

// EncodeAnswer writes an answer: the envelope, and beside it the fields of the action's own struct (nil: none).
func EncodeAnswer(e Envelope, fields any) ([]byte, error) {
	head, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode envelope: %w", err)
	}
	if fields == nil {
		return head, nil
	}
	tail, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	if len(tail) < 2 || tail[0] != '{' {
		return nil, errors.New("encode answer: the fields are no object")
	}
	if string(tail) == "{}" {
		return head, nil
	}
	out := append(head[:len(head)-1], ',')
	return append(out, tail[1:]...), nil
}

// BindBody reads a JSON body into one of the request structs. Members that it does not have are passed over.
func BindBody(body []byte, p any) *Refusal {
	if err := json.Unmarshal(body, p); err != nil {
		return Deny(RetParam, "the body is not the JSON that this action takes")
	}
	return nil
}

// BindQuery reads query parameters into one of the request structs, by the names of their JSON members; a list is
// given as Name[]=a&Name[]=b. Fields are text, whole numbers, booleans, pointers to these, and lists of the first two.
func BindQuery(q url.Values, p any) *Refusal {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if err := setField(v.Field(i), name, q); err != nil {
			return Deny(RetParam, name+" has the wrong form")
		}
	}
	return nil
}

func setField(f reflect.Value, name string, q url.Values) error {
	if f.Kind() == reflect.Slice {
		for _, text := range q[name+"[]"] {
			item := reflect.New(f.Type().Elem()).Elem()
			if err := setText(item, text); err != nil {
				return err
			}
			f.Set(reflect.Append(f, item))
		}
		return nil
	}
	if !q.Has(name) {
		return nil
	}
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	return setText(f, q.Get(name))
}

func setText(f reflect.Value, text string) error {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		f.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return err
		}
		f.SetBool(b)
	default:
		return fmt.Errorf("no query form for %s", f.Kind())
	}
	return nil
}
