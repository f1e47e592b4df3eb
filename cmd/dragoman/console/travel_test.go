package console

import "testing"

func TestFramesAreShownAsTheyWereMeant(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"\u003cb\u003e \u0026 \"c\""}`: `{"a":"<b> & \"c\""}`,
		`["\\u003c", "\\\u003c"]`:            `["\\u003c", "\\<"]`, // the first is a backslash and letters
		`<body>\u003c</body>`:                `<body>\u003c</body>`,
		"":                                   "",
	} {
		if got := plain(text); got != want {
			t.Errorf("%s is shown as %s, not %s", text, got, want)
		}
	}
}
