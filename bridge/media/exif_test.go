package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// photo is a JPEG of 64×32 pixels, its upper left quarter red, that says how the
// camera was held.
func photo(t *testing.T, order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			c := color.RGBA{0, 0, 255, 255}
			if x < 32 && y < 16 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("Exif\x00\x00" + mark)
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]uint16{{256, 64}, {274, orientation}} {
		tiff = order.AppendUint16(tiff, entry[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, entry[1])
		tiff = append(tiff, 0, 0)
	}
	out := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 'x', 'x', 0xff, 0xe1}
	out = binary.BigEndian.AppendUint16(out, uint16(len(tiff)+2))
	out = append(out, tiff...)
	return append(out, plain.Bytes()[2:]...)
}

func TestThumbnailsAreUpright(t *testing.T) {
	s, _ := newShelf(t, nil)
	for orientation, red := range map[uint16]image.Point{ // which quarter the red one is in
		1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}, 0: {0, 0}, 9: {0, 0},
	} {
		for mark, order := range map[string]binary.AppendByteOrder{"MM": binary.BigEndian, "II": binary.LittleEndian} {
			f := must(s.Put(t.Context(), "a", "p.jpg", "", bytes.NewReader(photo(t, order, mark, orientation))))(t)
			thumb := must(s.Thumb(t.Context(), f.ID, 32, 32))(t)
			img, _, err := image.Decode(thumb.Content)
			_ = thumb.Content.Close()
			if err != nil {
				t.Fatal(err)
			}
			want := image.Pt(32, 16)
			if lies(int(orientation)) && orientation <= 8 {
				want = image.Pt(16, 32)
			}
			if got := img.Bounds().Size(); got != want {
				t.Errorf("orientation %d: %v, want %v", orientation, got, want)
			}
			at := image.Pt(want.X/4+red.X*want.X/2, want.Y/4+red.Y*want.Y/2)
			if r, _, b, _ := img.At(at.X, at.Y).RGBA(); r < 0xc000 || b > 0x4000 {
				t.Errorf("orientation %d, %s: no red at %v", orientation, mark, at)
			}
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 16, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if o, err := orientation(bytes.NewReader(data)); err != nil || o < 1 || o > 8 {
			t.Errorf("orientation %d %v", o, err)
		}
	})
}
