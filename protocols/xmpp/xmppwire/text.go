package xmppwire

import (
	"strings"
	"unicode/utf8"
)

// nameByte tells which ASCII characters a name may hold.
var nameByte = func() (t [utf8.RuneSelf]bool) {
	for _, c := range "-.0123456789:_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" {
		t[c] = true
	}
	return t
}()

// nameStart tells whether the first character may start a name.
func nameStart(name string) bool {
	if name == "" {
		return false
	}
	c := name[0]
	if c < utf8.RuneSelf {
		return nameByte[c] && c != '-' && c != '.' && (c < '0' || c > '9')
	}
	r, _ := utf8.DecodeRuneInString(name)
	return nameStartRune(r)
}

// nameStartRune is NameStartChar above ASCII [XML §2.3].
func nameStartRune(r rune) bool {
	switch {
	case r < 0xC0 || r == 0xD7 || r == 0xF7:
		return false
	case r <= 0x2FF, r >= 0x370 && r <= 0x1FFF && r != 0x37E:
		return true
	case r == 0x200C, r == 0x200D, r >= 0x2070 && r <= 0x218F:
		return true
	case r >= 0x2C00 && r <= 0x2FEF, r >= 0x3001 && r <= 0xD7FF:
		return true
	case r >= 0xF900 && r <= 0xFDCF, r >= 0xFDF0 && r <= 0xFFFD:
		return true
	}
	return r >= 0x10000 && r <= 0xEFFFF
}

// nameRune is NameChar above ASCII.
func nameRune(r rune) bool {
	return nameStartRune(r) || r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}

// newlines makes every line end a line feed [XML §2.11].
func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

// unescape resolves references and line ends.
func unescape(s string) (string, error) {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return newlines(s), nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for amp >= 0 {
		b.WriteString(newlines(s[:amp]))
		s = s[amp+1:]
		semi := strings.IndexByte(s, ';')
		if semi < 0 {
			return "", malformed("a reference does not end")
		}
		r, err := reference(s[:semi])
		if err != nil {
			return "", err
		}
		b.WriteRune(r)
		s = s[semi+1:]
		amp = strings.IndexByte(s, '&')
	}
	b.WriteString(newlines(s))
	return b.String(), nil
}

// reference resolves what stands between & and ;.
func reference(name string) (rune, error) {
	switch name {
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "amp":
		return '&', nil
	case "quot":
		return '"', nil
	case "apos":
		return '\'', nil
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		if !plainName(name) {
			return 0, malformed("an ampersand that starts no reference")
		}
		return 0, errEntity
	}
	r, ok := number(digits)
	if !ok || !isChar(r) {
		return 0, malformed("a reference to no character")
	}
	return r, nil
}

func plainName(name string) bool {
	if !nameStart(name) {
		return false
	}
	for _, r := range name {
		if r < utf8.RuneSelf && !nameByte[r] || r >= utf8.RuneSelf && !nameRune(r) {
			return false
		}
	}
	return true
}

// number reads the digits of a character reference.
func number(digits string) (rune, bool) {
	base := rune(10)
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		base, digits = 16, hex
	}
	if digits == "" {
		return 0, false
	}
	var r rune
	for i := 0; i < len(digits); i++ {
		d := digit(digits[i])
		if d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, true
}

func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return 99
}

// isChar is Char [XML §2.2].
func isChar(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < ' ', r >= 0xD800 && r < 0xE000, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r <= utf8.MaxRune
}
