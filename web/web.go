package web

import (
	"embed"
	"io/fs"
)

// The pattern takes the folder default, which is always there, and dist, which is
// there once the page was built: a pattern of its own for dist would not compile
// without it.
//
//go:embed d[ei]*
var files embed.FS

// Page returns the files of the built page, index.html among them; or, if it was
// not built, a plain page under that name. built tells which.
func Page() (page fs.FS, built bool, err error) {
	folder := "default"
	if _, err := fs.Stat(files, "dist/index.html"); err == nil {
		folder, built = "dist", true
	}
	page, err = fs.Sub(files, folder)
	return page, built, err
}
