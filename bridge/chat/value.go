package chat

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// ValueKind is the kind and width of a Value.
type ValueKind uint8

// The kinds of value. ValueJSON holds the text of an object, an array or null.
const (
	ValueString ValueKind = iota
	ValueBool
	ValueInt32
	ValueUint32
	ValueInt64
	ValueFloat32
	ValueFloat64
	ValueJSON
)

// Value is a client's own field. It keeps the kind and width of a number, so that it goes back as it came. Comparable.
type Value struct {
	Kind ValueKind `json:"k,omitzero"`
	Text string    `json:"t,omitzero"` // of ValueString and ValueJSON
	Bits int64     `json:"b,omitzero"` // the number or 0/1; a float's IEEE 754 bits, which JSON could not carry for NaN
}

// String returns a text value.
func String(s string) Value { return Value{Kind: ValueString, Text: s} }

// Bool returns a truth value.
func Bool(b bool) Value {
	if b {
		return Value{Kind: ValueBool, Bits: 1}
	}
	return Value{Kind: ValueBool}
}

// Int64 returns a whole number.
func Int64(n int64) Value { return Value{Kind: ValueInt64, Bits: n} }

// Int32 returns a whole number of 32 bits.
func Int32(n int32) Value { return Value{Kind: ValueInt32, Bits: int64(n)} }

// Uint32 returns a whole number of 32 bits without a sign.
func Uint32(n uint32) Value { return Value{Kind: ValueUint32, Bits: int64(n)} }

// Float64 returns a number.
func Float64(f float64) Value { return Value{Kind: ValueFloat64, Bits: int64(math.Float64bits(f))} }

// Float32 returns a number of single precision.
func Float32(f float32) Value {
	return Value{Kind: ValueFloat32, Bits: int64(math.Float32bits(f))}
}

// JSON returns the value that text, which must be valid JSON, describes as an object, an array or null.
func JSON(text string) Value { return Value{Kind: ValueJSON, Text: text} }

// Float returns v as a number, whatever its width; 0 for text.
func (v Value) Float() float64 {
	switch v.Kind {
	case ValueFloat32:
		return float64(math.Float32frombits(uint32(v.Bits)))
	case ValueFloat64:
		return math.Float64frombits(uint64(v.Bits))
	case ValueBool, ValueInt32, ValueUint32, ValueInt64:
		return float64(v.Bits)
	}
	return 0
}

// AppendJSON appends v as JSON: text quoted, numbers bare, ValueJSON as it stands. A number that JSON cannot write becomes null.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.Kind {
	case ValueString:
		quoted, err := json.Marshal(v.Text)
		if err != nil {
			return append(b, "null"...)
		}
		return append(b, quoted...)
	case ValueBool:
		return strconv.AppendBool(b, v.Bits != 0)
	case ValueInt32, ValueUint32, ValueInt64:
		return strconv.AppendInt(b, v.Bits, 10)
	case ValueFloat32, ValueFloat64:
		f, bits := v.Float(), 64
		if v.Kind == ValueFloat32 {
			bits = 32
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, f, 'g', -1, bits)
	case ValueJSON:
		if v.Text != "" {
			return append(b, v.Text...)
		}
	}
	return append(b, "null"...)
}

func (v Value) check() error {
	switch {
	case v.Kind > ValueJSON:
		return Refuse(Invalid, "unknown kind of value")
	case !utf8.ValidString(v.Text):
		return Refuse(Invalid, "a field is not UTF-8")
	case v.Kind == ValueJSON && !json.Valid([]byte(v.Text)):
		return Refuse(Invalid, "a field is not JSON")
	}
	return nil
}

func checkValues(m map[string]Value) error {
	for k, v := range m {
		if !utf8.ValidString(k) {
			return Refuse(Invalid, "a field's name is not UTF-8")
		}
		if err := v.check(); err != nil {
			return err
		}
	}
	return nil
}
