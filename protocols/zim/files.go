package zim

import (
	"context"
	"image"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dragoman/bridge/chat"
	"dragoman/bridge/media"
	"dragoman/mapping/zimmap"
	"dragoman/protocols/zim/zimwire"
)

const (
	// uploadWithin is how long a client may take to begin an upload that it has asked for.
	uploadWithin = time.Hour
	// verbUpload is what an upload's proof allows.
	verbUpload = "zim-upload"
)

// upload gives the client a place to put a file, and a proof that it may.
func (s *session) upload(ctx context.Context, p zimwire.UploadParams) (zimwire.UploadResult, error) {
	limit := zimmap.FileLimit(p.Type)
	switch {
	case limit == 0:
		return zimwire.UploadResult{}, zimwire.Refuse(zimwire.MessageModuleFileTypeUnsupported, "such a message has no file")
	case p.FileSize <= 0 || p.FileSize > limit:
		return zimwire.UploadResult{}, zimwire.Refuse(zimwire.MessageModuleFileSizeInvalid, "the file is empty, or too large for its kind of message")
	}
	f, err := s.Media.Reserve(ctx, s.actor.User, p.FileName, p.MIME, p.FileSize)
	if chat.CodeOf(err) == chat.TooLarge {
		return zimwire.UploadResult{}, zimwire.Refuse(zimwire.MessageModuleFileSizeInvalid, chat.PublicOf(err))
	}
	if err != nil {
		return zimwire.UploadResult{}, err
	}
	return zimwire.UploadResult{
		FileUID: f.ID, Method: http.MethodPut, URL: s.PublicURL() + filesPath + f.ID,
		Headers: map[string]string{"Authorization": "Bearer " + s.Media.Sign(verbUpload, f.ID, s.Now().Add(uploadWithin))},
	}, nil
}

// allowOrigin lets pages of any origin load and store files: the proof is in the request, no cookie is.
func allowOrigin(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Range")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, PUT")
	h.Set("Access-Control-Max-Age", "86400")
}

func (f *frontend) allowFile(c *gin.Context) {
	allowOrigin(c)
	c.Status(http.StatusNoContent)
}

// storeFile takes the bytes of a file for which a place was asked.
func (f *frontend) storeFile(c *gin.Context) {
	allowOrigin(c)
	id := c.Param("id")
	proof, _ := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	if err := f.Media.Check(verbUpload, id, proof); err != nil {
		f.refuseFile(c, err)
		return
	}
	file, err := f.Media.Fill(c.Request.Context(), id, c.Request.Body)
	if err != nil {
		f.refuseFile(c, err)
		return
	}
	c.JSON(http.StatusOK, f.uploaded(c.Request.Context(), file))
}

// uploaded describes a stored file as the fields of a media message; a picture has its size and its smaller forms.
func (f *frontend) uploaded(ctx context.Context, file media.File) zimwire.UploadedFile {
	m := f.mapFor(ctx, file.Owner)
	w := zimwire.UploadedFile{FileUID: file.ID, FileDownloadURL: m.Dir.Link(file.Ref()), FileSize: file.Size}
	width, height, err := f.dimensions(ctx, file.ID)
	if err != nil {
		return w // no picture, or one that we cannot read
	}
	w.OriginalImageWidth, w.OriginalImageHeight = width, height
	w.LargeImageDownloadURL, w.ThumbnailDownloadURL = m.Dir.Smaller(file.Ref(), zimmap.LargeSide), m.Dir.Smaller(file.Ref(), zimmap.ThumbSide)
	w.LargeImageWidth, w.LargeImageHeight = zimmap.Fit(width, height, zimmap.LargeSide)
	w.ThumbnailWidth, w.ThumbnailHeight = zimmap.Fit(width, height, zimmap.ThumbSide)
	return w
}

// dimensions reads the size of a picture, in pixels, from its head.
func (f *frontend) dimensions(ctx context.Context, id string) (width, height int64, err error) {
	_, content, err := f.Media.Open(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = content.Close() }() // read only: nothing can be lost
	config, _, err := image.DecodeConfig(content)
	return int64(config.Width), int64(config.Height), err
}

// serveFile gives a file, or a smaller form of a picture, to whoever shows that he was given it.
func (f *frontend) serveFile(c *gin.Context) {
	allowOrigin(c)
	id := c.Param("id")
	if !f.Media.Proves(id, c.Query("secret")) {
		f.refuseFile(c, chat.Refuse(chat.Forbidden, "the link is not valid"))
		return
	}
	if asked, smaller := c.GetQuery("side"); smaller {
		// Each size is made once and kept: only those are made that our own links name.
		side, err := strconv.Atoi(asked)
		if err != nil || (side != zimmap.LargeSide && side != zimmap.ThumbSide) {
			f.refuseFile(c, chat.Refuse(chat.Invalid, "a picture is made smaller to the sizes of its links"))
			return
		}
		err = f.Media.ServeThumb(c.Writer, c.Request, id, side, side)
		if code := chat.CodeOf(err); err == nil || (code != chat.Unsupported && code != chat.TooLarge) {
			if err != nil {
				f.refuseFile(c, err)
			}
			return
		}
		// A picture that we cannot make smaller is given as it is.
	}
	if err := f.Media.Serve(c.Writer, c.Request, id); err != nil {
		f.refuseFile(c, err)
	}
}

func (f *frontend) refuseFile(c *gin.Context, err error) {
	status := http.StatusInternalServerError
	switch chat.CodeOf(err) {
	case chat.NotFound:
		status = http.StatusNotFound
	case chat.Forbidden, chat.Expired:
		status = http.StatusForbidden
	case chat.TooLarge:
		status = http.StatusRequestEntityTooLarge
	case chat.Invalid, chat.Unsupported:
		status = http.StatusBadRequest
	case chat.Conflict:
		status = http.StatusConflict
	default:
		f.Log.Err(err).Msg("cannot serve a file")
	}
	c.JSON(status, gin.H{"error": chat.PublicOf(err)})
}
