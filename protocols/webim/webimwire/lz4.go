package webimwire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/pierrec/lz4/v4"
)

// maxDictionary is how much of what went before a block may refer to [webim 3.4].
const maxDictionary = 64 << 10

// Inflater undoes the compression of one direction of one connection. The zero
// Inflater needs its limit set by NewInflater. After an error it is of no more
// use: the dictionaries of the two sides differ.
type Inflater struct {
	limit      int
	dictionary []byte
}

// NewInflater returns an Inflater that refuses packets of more than limit bytes,
// whatever their compressed size.
func NewInflater(limit int) *Inflater { return &Inflater{limit: limit} }

// Inflate returns the packet in a compressed frame.
func (z *Inflater) Inflate(frame []byte) ([]byte, error) {
	length, n := binary.Uvarint(frame)
	if n <= 0 || len(frame) < n+crc32.Size {
		return nil, fmt.Errorf("%w: compressed frame without header", ErrMalformed)
	}
	if length > uint64(z.limit) {
		return nil, fmt.Errorf("%w: packet of %d bytes in a compressed frame", ErrMalformed, length)
	}
	sum := binary.BigEndian.Uint32(frame[n:])
	packet := make([]byte, length)
	got, err := lz4.UncompressBlockWithDict(frame[n+crc32.Size:], packet, z.dictionary)
	if err != nil {
		return nil, fmt.Errorf("%w: compressed block: %w", ErrMalformed, err)
	}
	if uint64(got) != length || crc32.ChecksumIEEE(packet) != sum {
		return nil, fmt.Errorf("%w: compressed block does not match its header", ErrMalformed)
	}
	z.remember(packet)
	return packet, nil
}

// remember keeps the last 64 KiB of original bytes as the next block's dictionary.
func (z *Inflater) remember(packet []byte) {
	if len(packet) >= maxDictionary {
		z.dictionary = append(z.dictionary[:0], packet[len(packet)-maxDictionary:]...)
		return
	}
	if over := len(z.dictionary) + len(packet) - maxDictionary; over > 0 {
		z.dictionary = append(z.dictionary[:0], z.dictionary[over:]...)
	}
	z.dictionary = append(z.dictionary, packet...)
}

// Deflater compresses one direction of one connection. Its blocks do not refer to
// earlier ones, which every linked reader accepts, so it keeps no dictionary; what
// it does keep are the compressor's tables. The zero Deflater is ready for use.
type Deflater struct{ compressor lz4.Compressor }

// Deflate returns the compressed frame of a packet.
func (z *Deflater) Deflate(packet []byte) ([]byte, error) {
	frame := make([]byte, 0, binary.MaxVarintLen64+crc32.Size+lz4.CompressBlockBound(len(packet)))
	frame = binary.AppendUvarint(frame, uint64(len(packet)))
	frame = binary.BigEndian.AppendUint32(frame, crc32.ChecksumIEEE(packet))
	room := frame[len(frame):cap(frame)]
	n, err := z.compressor.CompressBlock(packet, room)
	if err != nil {
		return nil, fmt.Errorf("compress packet: %w", err)
	}
	if n > 0 {
		return frame[:len(frame)+n], nil
	}
	return appendLiterals(frame, packet), nil
}

// appendLiterals writes a block that holds the packet as it is: the compressor
// answers nothing for what does not shrink.
func appendLiterals(b, packet []byte) []byte {
	const short = 15 // a token's upper half counts up to it, then bytes follow
	if len(packet) < short {
		b = append(b, byte(len(packet)<<4))
		return append(b, packet...)
	}
	b = append(b, short<<4)
	rest := len(packet) - short
	for ; rest >= 255; rest -= 255 {
		b = append(b, 255)
	}
	b = append(b, byte(rest))
	return append(b, packet...)
}
