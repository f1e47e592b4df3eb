package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // decoders of what clients upload
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"dragoman/bridge/chat"
)

const (
	// maxThumbs bounds the memory that thumbnails take together: four bytes a pixel.
	maxThumbs = 2
	// maxPixels refuses pictures that would take more than 160 MB to decode; phones
	// make up to fifty million pixels, small files can claim any number.
	maxPixels = 40_000_000
	// maxThumb is the longest side that one may ask for.
	maxThumb = 1280
	// minThumb keeps what different clients ask for from filling the disk with sizes
	// that nobody can tell apart.
	minThumb = 16
)

// Thumbnail is a picture made smaller.
type Thumbnail struct {
	Type    string // MIME type: image/jpeg, or image/png where something shows through
	Hash    string // of the picture that it was made of
	Content *os.File
}

// Thumb returns the picture id, upright, made to fit into width × height pixels, each of
// them brought between 16 and 1280; one that is smaller keeps its size. It is made
// at the first call and kept. The caller closes its Content. chat.Unsupported: the
// file is no picture that can be read; chat.TooLarge: it has too many pixels.
func (s *Shelf) Thumb(ctx context.Context, id string, width, height int) (Thumbnail, error) {
	width, height = min(max(width, minThumb), maxThumb), min(max(height, minThumb), maxThumb)
	f, err := s.Get(ctx, id)
	if err != nil {
		return Thumbnail{}, err
	}
	if t, err := s.cached(f.Hash, width, height); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return t, err
	}
	select {
	case s.thumbs <- struct{}{}:
		defer func() { <-s.thumbs }()
	case <-ctx.Done():
		return Thumbnail{}, context.Cause(ctx)
	}
	if t, err := s.cached(f.Hash, width, height); err == nil {
		return t, nil // somebody made it while we waited
	}
	if err := s.makeThumb(ctx, f, width, height); err != nil {
		return Thumbnail{}, err
	}
	return s.cached(f.Hash, width, height)
}

func (s *Shelf) thumbDir() string { return filepath.Join(s.dir, "thumbs") }

func (s *Shelf) thumbPath(hash string, width, height int, ext string) string {
	return filepath.Join(s.thumbDir(), fmt.Sprintf("%s-%dx%d.%s", hash, width, height, ext))
}

func (s *Shelf) cached(hash string, width, height int) (Thumbnail, error) {
	t := Thumbnail{Type: "image/jpeg", Hash: hash}
	file, err := os.Open(s.thumbPath(hash, width, height, "jpg"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Type = "image/png"
		file, err = os.Open(s.thumbPath(hash, width, height, "png"))
	}
	t.Content = file
	return t, err
}

func (s *Shelf) makeThumb(ctx context.Context, f File, width, height int) error {
	_, blob, err := s.Open(ctx, f.ID)
	if err != nil {
		return err
	}
	defer func() { _ = blob.Close() }()
	turn, err := orientation(blob)
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	picture, err := decode(blob)
	if err != nil {
		return err
	}
	small := upright(fit(picture, width, height, lies(turn)), turn)
	if small.Opaque() {
		return s.keepThumb(s.thumbPath(f.Hash, width, height, "jpg"), func(w io.Writer) error {
			return jpeg.Encode(w, small, &jpeg.Options{Quality: 82})
		})
	}
	return s.keepThumb(s.thumbPath(f.Hash, width, height, "png"), func(w io.Writer) error { return png.Encode(w, small) })
}

// decode reads a picture, if it says first that it has not too many pixels.
func decode(r io.ReadSeeker) (image.Image, error) {
	about, _, err := image.DecodeConfig(r)
	if err != nil {
		return nil, noPicture(err)
	}
	if about.Width <= 0 || about.Height <= 0 {
		return nil, noPicture(errors.New("no pixels"))
	}
	if about.Width > maxPixels/about.Height {
		return nil, chat.Refuse(chat.TooLarge, "the picture has more than %d pixels", maxPixels)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	picture, _, err := image.Decode(r)
	if err != nil {
		return nil, noPicture(err)
	}
	return picture, nil
}

func noPicture(err error) error {
	return &chat.Error{Code: chat.Unsupported, Public: "the file is no picture that can be shown smaller", Err: err}
}

// fit scales a picture down until it fits, keeping its proportions; onSide: it will
// be turned by a quarter.
func fit(picture image.Image, width, height int, onSide bool) *image.RGBA {
	if onSide {
		width, height = height, width
	}
	from := picture.Bounds()
	w, h := from.Dx(), from.Dy()
	if w > width {
		w, h = width, h*width/w
	}
	if h > height {
		w, h = w*height/h, height
	}
	small := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, from, draw.Src, nil)
	return small
}

// keepThumb writes a file whole or not at all. It need not survive a crash: it can
// be made again.
func (s *Shelf) keepThumb(path string, write func(io.Writer) error) (err error) {
	if err := os.MkdirAll(s.thumbDir(), 0o700); err != nil {
		return fmt.Errorf("keep thumbnail: %w", err)
	}
	file, err := os.CreateTemp(s.thumbDir(), ".new-*")
	if err != nil {
		return fmt.Errorf("keep thumbnail: %w", err)
	}
	err = write(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("keep thumbnail: %w", err)
	}
	return nil
}
