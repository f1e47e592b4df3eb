package webimwire

import (
	"encoding/json"
	"fmt"
)

// The constructors below write a KeyValue with the type that the SDKs give a
// value of that kind [webim 6.2].

// StringValue is a text.
func StringValue(key, v string) *KeyValue {
	return &KeyValue{Key: &key, Type: KeyValue_STRING.Enum(), Value: &KeyValue_StringValue{StringValue: v}}
}

// BoolValue is true or false.
func BoolValue(key string, v bool) *KeyValue {
	var n int64
	if v {
		n = 1
	}
	return &KeyValue{Key: &key, Type: KeyValue_BOOL.Enum(), Value: &KeyValue_VarintValue{VarintValue: n}}
}

// IntValue is a whole number; kind is INT, UINT or LLINT, of which the SDKs write the first.
func IntValue(key string, kind KeyValue_ValueType, v int64) *KeyValue {
	return &KeyValue{Key: &key, Type: &kind, Value: &KeyValue_VarintValue{VarintValue: v}}
}

// FloatValue is a number of single width.
func FloatValue(key string, v float32) *KeyValue {
	return &KeyValue{Key: &key, Type: KeyValue_FLOAT.Enum(), Value: &KeyValue_FloatValue{FloatValue: v}}
}

// DoubleValue is a number of double width.
func DoubleValue(key string, v float64) *KeyValue {
	return &KeyValue{Key: &key, Type: KeyValue_DOUBLE.Enum(), Value: &KeyValue_DoubleValue{DoubleValue: v}}
}

// JSONValue is an object, an array or null; text must be valid JSON, for the SDKs
// parse it without a net.
func JSONValue(key, text string) *KeyValue {
	return &KeyValue{Key: &key, Type: KeyValue_JSON_STRING.Enum(), Value: &KeyValue_StringValue{StringValue: text}}
}

// Go returns the value as bool, int64 (INT, LLINT), uint64 (UINT), float32,
// float64, string or json.RawMessage, as its type says. A value whose type and
// place do not fit together is an error, as is JSON that is none.
func (kv *KeyValue) Go() (any, error) {
	switch kv.GetType() {
	case KeyValue_BOOL, KeyValue_INT, KeyValue_UINT, KeyValue_LLINT:
		v, ok := kv.GetValue().(*KeyValue_VarintValue)
		if !ok {
			break
		}
		switch kv.GetType() {
		case KeyValue_BOOL:
			return v.VarintValue != 0, nil
		case KeyValue_UINT:
			return uint64(v.VarintValue), nil
		default:
			return v.VarintValue, nil
		}
	case KeyValue_FLOAT:
		if v, ok := kv.GetValue().(*KeyValue_FloatValue); ok {
			return v.FloatValue, nil
		}
	case KeyValue_DOUBLE:
		if v, ok := kv.GetValue().(*KeyValue_DoubleValue); ok {
			return v.DoubleValue, nil
		}
	case KeyValue_STRING:
		if v, ok := kv.GetValue().(*KeyValue_StringValue); ok {
			return v.StringValue, nil
		}
	case KeyValue_JSON_STRING:
		v, ok := kv.GetValue().(*KeyValue_StringValue)
		if ok && json.Valid([]byte(v.StringValue)) {
			return json.RawMessage(v.StringValue), nil
		}
	}
	return nil, fmt.Errorf("%w: value of %q does not fit its type %v", ErrMalformed, kv.GetKey(), kv.GetType())
}
