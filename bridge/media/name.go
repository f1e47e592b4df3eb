package media

import (
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanName returns the last element of what an uploader called a file, without
// what would break a header, a path or a terminal; "" stays "".
func cleanName(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/")
	if name = path.Base(name); name == "." || name == ".." || name == "/" {
		return ""
	}
	name = strings.Map(func(r rune) rune {
		// Format characters can make photo.exe look like photo.jpg.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' {
			return -1
		}
		return r
	}, name)
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

const unknownType = "application/octet-stream"

// cleanType returns a MIME type without parameters, or the one for unknown bytes.
func cleanType(typ string) string {
	parsed, _, err := mime.ParseMediaType(typ)
	if err != nil || !strings.Contains(parsed, "/") || len(parsed) > 127 {
		return unknownType
	}
	return parsed
}

// settleType decides between what the bytes say and what the uploader said. Bytes
// win where they say something; where they only say "text" or "an archive", the
// uploader may know better.
func settleType(detected, said string) string {
	detected = cleanType(detected)
	switch detected {
	case unknownType, "text/plain", "application/zip", "application/x-ole-storage":
		if said != unknownType && !isActive(said) {
			return said
		}
	}
	return detected
}

// isShown reports whether a browser may show the type in place. Everything else
// is for downloading.
func isShown(typ string) bool {
	if isActive(typ) {
		return false
	}
	kind, _, _ := strings.Cut(typ, "/")
	return kind == "image" || kind == "audio" || kind == "video" || typ == "text/plain"
}

// isActive reports whether a browser may run what a file of the type says.
func isActive(typ string) bool {
	return strings.Contains(typ, "html") || strings.Contains(typ, "xml") || strings.Contains(typ, "javascript") ||
		strings.Contains(typ, "ecmascript") || typ == "application/pdf" || typ == "text/xsl" || typ == "application/wasm"
}
