package webimmap

import (
	"encoding/json"
	"math"
	"slices"

	"dragoman/bridge/chat"
	"dragoman/protocols/webim/webimwire"
)

// values reads typed fields [webim 6.2]. A field that does not fit its type is
// refused: the SDKs of the readers would fail on it.
func values(kvs []*webimwire.KeyValue) (map[string]chat.Value, error) {
	if len(kvs) == 0 {
		return nil, nil
	}
	m := make(map[string]chat.Value, len(kvs))
	for _, kv := range kvs {
		v, err := kv.Go()
		if err != nil {
			return nil, chat.Refuse(chat.Invalid, "field %q does not fit its type", kv.GetKey())
		}
		m[kv.GetKey()] = value(kv.GetType(), v)
	}
	return m, nil
}

func value(kind webimwire.KeyValue_ValueType, v any) chat.Value {
	switch v := v.(type) {
	case bool:
		return chat.Bool(v)
	case int64:
		if kind == webimwire.KeyValue_INT && v >= math.MinInt32 && v <= math.MaxInt32 {
			return chat.Int32(int32(v))
		}
		return chat.Int64(v)
	case uint64:
		if v <= math.MaxUint32 {
			return chat.Uint32(uint32(v))
		}
		return chat.Int64(int64(v))
	case float32:
		return chat.Float32(v)
	case float64:
		return chat.Float64(v)
	case string:
		return chat.String(v)
	case json.RawMessage:
		return chat.JSON(string(v))
	default:
		return chat.Value{}
	}
}

// keyValues writes typed fields, by name.
func keyValues(m map[string]chat.Value) []*webimwire.KeyValue {
	if len(m) == 0 {
		return nil
	}
	kvs := make([]*webimwire.KeyValue, 0, len(m))
	for k, v := range m {
		kvs = append(kvs, keyValue(k, v))
	}
	sortValues(kvs)
	return kvs
}

func keyValue(k string, v chat.Value) *webimwire.KeyValue {
	switch v.Kind {
	case chat.ValueBool:
		return webimwire.BoolValue(k, v.Bits != 0)
	case chat.ValueInt32:
		return webimwire.IntValue(k, webimwire.KeyValue_INT, v.Bits)
	case chat.ValueUint32:
		return webimwire.IntValue(k, webimwire.KeyValue_UINT, v.Bits)
	case chat.ValueInt64:
		return webimwire.IntValue(k, webimwire.KeyValue_LLINT, v.Bits)
	case chat.ValueFloat32:
		return webimwire.FloatValue(k, float32(v.Float()))
	case chat.ValueFloat64:
		return webimwire.DoubleValue(k, v.Float())
	case chat.ValueJSON:
		text := v.Text
		if text == "" {
			text = "null"
		}
		return webimwire.JSONValue(k, text)
	default:
		return webimwire.StringValue(k, v.Text)
	}
}

func sortValues(kvs []*webimwire.KeyValue) {
	slices.SortStableFunc(kvs, func(a, b *webimwire.KeyValue) int {
		switch {
		case a.GetKey() < b.GetKey():
			return -1
		case a.GetKey() > b.GetKey():
			return 1
		}
		return 0
	})
}

// find returns the field called key, or nil.
func find(kvs []*webimwire.KeyValue, key string) *webimwire.KeyValue {
	for _, kv := range kvs {
		if kv.GetKey() == key {
			return kv
		}
	}
	return nil
}
