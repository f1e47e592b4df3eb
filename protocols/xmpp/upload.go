package xmpp

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"mellium.im/xmpp/stanza"

	"dragoman/bridge/chat"
	"dragoman/protocols/xmpp/xmppwire"
)

const (
	nsUpload = "urn:xmpp:http:upload:0"
	// slotTime is how long a client has to begin with its upload.
	slotTime = 15 * time.Minute
	// verbPut names what the proof in an upload's address allows.
	verbPut = "put"
)

func (f *Frontend) uploadIQs(t map[iqKey]iqHandler) {
	t[iqKey{toUpload, false, nsUpload, "request"}] = slot
	t[iqKey{toUpload, false, nsDiscoInfo, "query"}] = f.uploadInfo
	t[iqKey{toUpload, false, nsDiscoItems, "query"}] = func(context.Context, *session, *request) (*xmppwire.Element, error) {
		return xmppwire.New(nsDiscoItems, "query"), nil
	}
}

func (f *Frontend) uploadInfo(_ context.Context, _ *session, q *request) (*xmppwire.Element, error) {
	if q.payload.Attr("node") != "" {
		return nil, noNode()
	}
	form := xmppwire.New(nsData, "x").Set("type", "result")
	form.Add(formField("FORM_TYPE", "hidden", nsUpload), formField("max-file-size", "", strconv.FormatInt(f.Media.MaxSize(), 10)))
	return info(q, []identity{{"store", "file", "Files"}}, []string{nsDiscoInfo, nsPing, nsUpload}, form), nil
}

// slot answers where a file can be put and where it will be got [XEP-0363 §5].
func slot(ctx context.Context, s *session, q *request) (*xmppwire.Element, error) {
	name := path.Base(strings.ReplaceAll(q.payload.Attr("filename"), "\\", "/"))
	size, err := strconv.ParseInt(q.payload.Attr("size"), 10, 64)
	if err != nil || size <= 0 || q.payload.Attr("filename") == "" || name == "." || name == "/" {
		return nil, refusal(stanza.Modify, stanza.BadRequest)
	}
	file, err := s.Media.Reserve(ctx, s.user, name, q.payload.Attr("content-type"), size)
	if chat.CodeOf(err) == chat.TooLarge {
		large := xmppwire.New(nsUpload, "file-too-large")
		large.AddNew("max-file-size").AddText(strconv.FormatInt(s.Media.MaxSize(), 10))
		return nil, &refused{cond: stanza.Error{Type: stanza.Modify, Condition: stanza.NotAcceptable}, extra: large}
	}
	if err != nil {
		return nil, err
	}
	put := s.PublicURL() + filesPath + file.ID + "/" + s.Media.Sign(verbPut, file.ID, s.Now().Add(slotTime)) + "/" + url.PathEscape(file.Name)
	answer := xmppwire.New(nsUpload, "slot")
	answer.AddNew("put").Set("url", put)
	answer.AddNew("get").Set("url", links{s.Frontend}.URL(file.Ref()))
	return answer, nil
}

// mountUploads adds where files are put and got.
func (f *Frontend) mountUploads(r gin.IRouter) {
	const route = filesPath + ":id/:proof/*name"
	r.PUT(route, f.putFile)
	r.GET(route, f.getFile)
	r.HEAD(route, f.getFile)
	r.OPTIONS(route, func(c *gin.Context) {
		allowPages(c)
		c.Status(http.StatusNoContent)
	})
}

// allowPages lets web clients of other origins in: the address itself is the proof, and no cookie counts here
// [XEP-0363 §7].
func allowPages(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "OPTIONS, HEAD, GET, PUT")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Range")
	h.Set("Access-Control-Expose-Headers", "Content-Length, Content-Range")
	h.Set("Access-Control-Max-Age", "7200")
}

// httpStatus is a refusal in HTTP's words.
func httpStatus(err error) int {
	switch chat.CodeOf(err) {
	case chat.Invalid:
		return http.StatusBadRequest
	case chat.Forbidden, chat.Unauthenticated:
		return http.StatusForbidden
	case chat.NotFound:
		return http.StatusNotFound
	case chat.Expired:
		return http.StatusGone
	case chat.Conflict:
		return http.StatusConflict
	case chat.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

func (f *Frontend) putFile(c *gin.Context) {
	allowPages(c)
	id := c.Param("id")
	err := f.Media.Check(verbPut, id, c.Param("proof"))
	if err == nil {
		_, err = f.Media.Fill(c.Request.Context(), id, c.Request.Body)
	}
	if err != nil {
		f.refuseHTTP(c, err)
		return
	}
	c.Status(http.StatusCreated)
}

func (f *Frontend) getFile(c *gin.Context) {
	allowPages(c)
	id := c.Param("id")
	if !f.Media.Proves(id, c.Param("proof")) {
		f.refuseHTTP(c, chat.Refuse(chat.NotFound, "there is no such file"))
		return
	}
	if err := f.Media.Serve(c.Writer, c.Request, id); err != nil {
		f.refuseHTTP(c, err)
	}
}

func (f *Frontend) refuseHTTP(c *gin.Context, err error) {
	status := httpStatus(err)
	if status == http.StatusInternalServerError {
		f.log.Err(err).Msg("cannot handle a file")
	}
	c.String(status, "%s\n", chat.PublicOf(err))
}
