package names

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"dragoman/bridge/chat"
)

const (
	hexDigits = "0123456789abcdef"
	// needsEscape is what XEP-0106 escapes. A localpart cannot hold the first nine
	// [RFC 7622 §3.3.1]; the last introduces an escape.
	needsEscape = ` "&'/:<>@\`
	// edgeSpace stands for a space at either end, where its usual escape is
	// forbidden [XEP-0106 §4] and some clients refuse the whole address.
	edgeSpace = `\s`
)

// Localpart returns the XMPP localpart of a user, group or room id: the id with
// some of its bytes written as `\xx`, two lower-case hexadecimal digits, in the
// manner of XEP-0106. Different ids have different localparts, no server or
// client that prepares addresses by RFC 7622 or RFC 6122 changes one, and
// FromLocalpart gives the id back. An id of up to 255 bytes fits: its localpart
// has at most 765 [RFC 7622 §3.3].
func Localpart(id string) string {
	if isPlain(id) {
		return id
	}
	if lp := escape(id, keepsAlone); isStable(lp) {
		return lp
	}
	// The characters are harmless one by one and not together: marks that would
	// compose, two directions of writing, letters after an escape at the start
	// [RFC 5893 §2]. ASCII alone is always safe.
	return escape(id, func(r rune) bool { return r < utf8.RuneSelf })
}

// FromLocalpart returns the id whose Localpart is local. It refuses with
// chat.NotFound what no id has for its localpart, so an id has one address only.
func FromLocalpart(local string) (string, error) {
	if isPlain(local) {
		return local, nil
	}
	if id, ok := unescape(local); ok && Localpart(id) == local {
		return id, nil
	}
	return "", chat.Refuse(chat.NotFound, "no such address")
}

// isPlain reports whether s is written in characters that need no second look.
func isPlain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return s != ""
}

// keepsAlone reports whether r as a name of its own is left unchanged by
// whoever prepares addresses.
func keepsAlone(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && r < 0x7f && !('A' <= r && r <= 'Z') && !strings.ContainsRune(needsEscape, r)
	}
	return isStable(string(r))
}

// isStable reports whether preparing s as a localpart leaves it as it is, by
// today's rules [RFC 7622 §3.3.2] and by yesterday's [RFC 6122 appendix A], which
// fold more: clients of both kinds are about.
func isStable(s string) bool {
	prepared, err := precis.UsernameCaseMapped.String(s)
	if err != nil || prepared != s {
		return false
	}
	return norm.NFKC.String(cases.Fold().String(s)) == s
}

// escape writes id with every character escaped that is not kept.
func escape(id string, kept func(rune) bool) string {
	var b strings.Builder
	b.Grow(len(id) + 16)
	for i, r := range id {
		size := utf8.RuneLen(r)
		switch {
		case r == ' ' && (i == 0 || i == len(id)-1):
			b.WriteString(edgeSpace)
		case keepsAlone(r) && kept(r):
			b.WriteRune(r)
		default:
			for _, c := range []byte(id[i : i+size]) {
				b.WriteByte('\\')
				b.WriteByte(hexDigits[c>>4])
				b.WriteByte(hexDigits[c&15])
			}
		}
	}
	return b.String()
}

// unescape undoes escape; false, if local is not the result of any.
func unescape(local string) (string, bool) {
	b := make([]byte, 0, len(local))
	for i := 0; i < len(local); i++ {
		if local[i] != '\\' {
			b = append(b, local[i])
			continue
		}
		if strings.HasPrefix(local[i:], edgeSpace) {
			b = append(b, ' ')
			i++
			continue
		}
		if i+2 >= len(local) {
			return "", false
		}
		high, low := strings.IndexByte(hexDigits, local[i+1]), strings.IndexByte(hexDigits, local[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		b = append(b, byte(high<<4|low))
		i += 2
	}
	return string(b), len(b) > 0 && utf8.Valid(b)
}
