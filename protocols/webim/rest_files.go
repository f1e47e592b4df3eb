package webim

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/mapping/webimmap"
)

func fileRoutes() map[string]route {
	return map[string]route{
		"POST /chatfiles":       {signedIn, (*call).upload},
		"GET /chatfiles/{uuid}": {anybody, (*call).download},
	}
}

// thumbSize is how large a preview is that nobody gave a size for [webim 18].
const thumbSize = 170

// upload streams a file to the shelf, and answers with what a message needs to
// refer to it. The SDKs send one file, with restrict-access; the mini-programs
// without, and show no secret later: their files carry it in the id.
func (c *call) upload() (reply, error) {
	file, err := c.receive(c.me)
	if err != nil {
		return reply{}, err
	}
	entity := map[string]any{
		"uuid": file.ID, "type": "chatfile", "share-secret": file.Secret,
		"file-metadata": map[string]any{"content-type": file.Type, "content-length": file.Size},
	}
	if c.r.Header.Get("restrict-access") != "true" {
		entity["uuid"] = webimmap.FileSegment(file.ID, file.Secret)
	}
	return reply{Entities: []any{entity}}, nil
}

// receive reads the one file of a multipart request.
func (c *call) receive(owner chat.UserID) (media.File, error) {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return media.File{}, chat.Refuse(chat.Invalid, "the request is no multipart form")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return media.File{}, chat.Refuse(chat.Invalid, "the form holds no file")
		} else if err != nil {
			return media.File{}, chat.Refuse(chat.Invalid, "the form cannot be read")
		}
		if part.FormName() == "file" {
			return c.keep(owner, part)
		}
	}
}

func (c *call) keep(owner chat.UserID, part *multipart.Part) (media.File, error) {
	kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	var body io.Reader = part
	if strings.HasPrefix(kind, "image/") {
		body = &bounded{from: part, left: c.cfg.MaxImage}
	}
	file, err := c.Media.Put(c.ctx, owner, part.FileName(), kind, body)
	if err != nil {
		return file, err
	}
	if strings.HasPrefix(file.Type, "image/") && file.Size > c.cfg.MaxImage {
		return file, errImageTooLarge()
	}
	return file, nil
}

func errImageTooLarge() error { return chat.Refuse(chat.TooLarge, "the picture is too large") }

// bounded refuses what is longer than left.
type bounded struct {
	from io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errImageTooLarge()
	}
	return n, err
}

// download hands out a file to whoever shows its secret: an <img> sends no token
// [webim 12.2].
func (c *call) download() (reply, error) {
	segment := c.named["uuid"]
	if link, ok := c.undetour(segment); ok {
		http.Redirect(c.w, c.r, link, http.StatusFound)
		return reply{Written: true}, nil
	}
	id, secret := webimmap.CutFileSegment(segment)
	for _, shown := range []string{c.query("share-secret"), c.r.Header.Get("share-secret")} {
		if secret == "" {
			secret = shown
		}
	}
	if !c.Media.Proves(id, secret) {
		return reply{}, &restError{status: http.StatusForbidden, word: "forbidden_op", text: "chatfile no permission"}
	}
	err := c.serveFile(id)
	if chat.CodeOf(err) == chat.NotFound {
		err = &restError{status: http.StatusNotFound, word: "file_expired", text: "the file is no longer there"}
	}
	return reply{Written: err == nil}, err
}

// serveFile writes a file, or a preview of a picture. A video's first frame is
// nothing that this gateway could make.
func (c *call) serveFile(id string) error {
	c.w.Header().Set("Access-Control-Expose-Headers", "Content-Length, Content-Range, Content-Disposition")
	if c.query("vframe") == "true" {
		return chat.Refuse(chat.NotFound, "no frame of the video is kept")
	}
	if c.query("thumbnail") == "true" || c.r.Header.Get("thumbnail") == "true" {
		err := c.Media.ServeThumb(c.w, c.r, id, thumbSize, thumbSize)
		if code := chat.CodeOf(err); err == nil || code != chat.Unsupported && code != chat.TooLarge {
			return err
		}
	}
	return c.Media.Serve(c.w, c.r, id)
}
