package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// maxExif is where a JPEG's camera data must have begun and ended: one segment
// after the start holds no more.
const maxExif = 128 << 10

// orientation returns how a camera was held, 1 to 8 as in EXIF tag 274; 1, if a
// picture does not say: what it shows is upright as it is.
func orientation(r io.ReadSeeker) (int, error) {
	head, err := io.ReadAll(io.LimitReader(r, maxExif))
	if err != nil {
		return 1, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 1, err
	}
	if o := orientationTag(exif(head)); o >= 1 && o <= 8 {
		return o, nil
	}
	return 1, nil
}

// exif returns the TIFF structure in a JPEG's APP1 segment, or nil.
func exif(jpeg []byte) []byte {
	rest, ok := bytes.CutPrefix(jpeg, []byte{0xff, 0xd8})
	for ok && len(rest) >= 4 && rest[0] == 0xff && rest[1] != 0xda {
		length := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if length < 4 || length > len(rest) {
			return nil
		}
		if data, found := bytes.CutPrefix(rest[4:length], []byte("Exif\x00\x00")); found && rest[1] == 0xe1 {
			return data
		}
		rest = rest[length:]
	}
	return nil
}

// orientationTag finds the tag in the first directory of a TIFF structure; 0: none.
func orientationTag(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 274 {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 0
}

// lies reports whether an orientation exchanges width and height.
func lies(orientation int) bool { return orientation >= 5 }

// upright turns a picture as its orientation asks.
func upright(picture *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return picture
	}
	w, h := picture.Rect.Dx(), picture.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if lies(orientation) {
		size = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := x, y
			if lies(orientation) {
				fromX, fromY = y, x
			}
			switch orientation { // which sides of the stored picture are to be exchanged
			case 2, 8:
				fromX = w - 1 - fromX
			case 3, 7:
				fromX, fromY = w-1-fromX, h-1-fromY
			case 4, 6:
				fromY = h - 1 - fromY
			}
			turned.SetRGBA(x, y, picture.RGBAAt(fromX, fromY))
		}
	}
	return turned
}
