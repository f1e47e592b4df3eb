package zim

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dragoman/protocols/zim/zimwire"
)

// fetch makes a request of the files' endpoint and returns its status and what it answers.
func (g *gateway) fetch(method, url, proof string, body []byte) (int, []byte) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if proof != "" {
		r.Header.Set("Authorization", proof)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer.StatusCode, content
}

// A picture is kept in the sizes that its links name, however many others are asked for.
func TestPicturesAreMadeSmallerToTheSizesOfTheirLinks(t *testing.T) {
	g := newGateway(t, "")
	ann := g.login("ann", "one")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1000, 500))); err != nil {
		t.Fatal(err)
	}
	place := ann.does("$/upload", fields{"type": 11, "fileName": "p.png", "fileSize": picture.Len(), "mime": "image/png"})
	url := place["url"].(string)
	proof := place["headers"].(fields)["Authorization"].(string)
	if status, _ := g.fetch(http.MethodPut, url, proof+"x", picture.Bytes()); status != http.StatusForbidden {
		t.Errorf("a file is stored without a proof: %d", status)
	}
	status, answer := g.fetch(http.MethodPut, url, proof, picture.Bytes())
	var file zimwire.UploadedFile
	if err := json.Unmarshal(answer, &file); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	for link, width := range map[string]int{file.FileDownloadURL: 1000, file.LargeImageDownloadURL: 720, file.ThumbnailDownloadURL: 198} {
		status, content := g.fetch(http.MethodGet, link, "", nil)
		if config, _, err := image.DecodeConfig(bytes.NewReader(content)); status != http.StatusOK || err != nil || config.Width != width {
			t.Errorf("%s: %d, %+v, %v", link, status, config, err)
		}
	}
	for _, side := range []string{"0", "-1", "199", "721", "1280", "99999999999999999999", "", "x"} {
		if status, answer := g.fetch(http.MethodGet, file.FileDownloadURL+"&side="+side, "", nil); status != http.StatusBadRequest {
			t.Errorf("side %q: %d %.80s", side, status, answer)
		}
	}
	if status, _ := g.fetch(http.MethodGet, strings.Replace(file.LargeImageDownloadURL, "secret=", "secret=x", 1), "", nil); status != http.StatusForbidden {
		t.Errorf("a file is given to whoever asks: %d", status)
	}
}
