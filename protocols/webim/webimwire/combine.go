package webimwire

import (
	"encoding/binary"
	"fmt"
)

// combineMark opens a combine file.
const combineMark = "cm"

// maxCombined is how many messages a combine file may hold [webim 6.3].
const maxCombined = 300

// DecodeCombine reads a combine file: the messages that a combine message forwards.
func DecodeCombine(file []byte) ([]*Meta, error) {
	if len(file) < len(combineMark)+1 || string(file[:len(combineMark)]) != combineMark {
		return nil, fmt.Errorf("%w: not a combine file", ErrMalformed)
	}
	body := file[:len(file)-1]
	if combineSum(body) != file[len(file)-1] {
		return nil, fmt.Errorf("%w: combine file with a wrong checksum", ErrMalformed)
	}
	var metas []*Meta
	for rest := body[len(combineMark):]; len(rest) > 0; {
		if len(rest) < 4 || uint64(len(rest)-4) < uint64(binary.BigEndian.Uint32(rest)) {
			return nil, fmt.Errorf("%w: combine file ends in a message", ErrMalformed)
		}
		if len(metas) == maxCombined {
			return nil, fmt.Errorf("%w: combine file of more than %d messages", ErrMalformed, maxCombined)
		}
		length := int(binary.BigEndian.Uint32(rest))
		m, err := DecodeMeta(rest[4 : 4+length])
		if err != nil {
			return nil, err
		}
		metas = append(metas, m)
		rest = rest[4+length:]
	}
	return metas, nil
}

// EncodeCombine writes a combine file.
func EncodeCombine(metas []*Meta) ([]byte, error) {
	file := []byte(combineMark)
	for _, m := range metas {
		b, err := EncodeMeta(m)
		if err != nil {
			return nil, err
		}
		file = binary.BigEndian.AppendUint32(file, uint32(len(b)))
		file = append(file, b...)
	}
	return append(file, combineSum(file)), nil
}

// combineSum is the exclusive or of the bytes at odd places behind the mark [webim 6.3].
func combineSum(file []byte) byte {
	var sum byte
	for i := 3; i < len(file); i += 2 {
		sum ^= file[i]
	}
	return sum
}
