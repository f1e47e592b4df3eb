package zimwire

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	testSecret = "0123456789abcdef0123456789abcdef"
	testPlain  = `{"app_id":1234567890,"user_id":"alice","ctime":1700000000,"expire":1700003600,"nonce":123456789,"payload":""}`
	vectorCBC  = "04AAAAAGVT/xAAEDAxMjM0NTY3ODlhYmNkZWYAcNwR7j4AKvPz1yXCdsPGhXpfb+3KfElaWF+U8hboEjs5dCg6unJJWxUCEjuDTv3/Uj1ORL4Q3SFg2Q024mzBxLFcawueYD5peT+L2cSWiKEdz2eSvtkRB9p3eUCBEfZSCzaNiTLb4e8N0cs7TSa+q8Y="
	vectorGCM  = "04AAAAAGVT/xAADAABAgMEBQYHCAkKCwB9VsfaDKlHu8iK5kCMQvvkMtEwOrcQngH4Ra7k3dwHlqbcx199LJc7MvJR0jG/jvkLG9utwTiApfIYbxYrZGt2DMggXgABE2ubbVp+LcldLlZruaEVZlfU1rOEcumVd6p5zuB68eHA/3Ik0hUxuHsVR/wbx3lJHAx/VjosTP0B"
)

func check(at int64) TokenCheck {
	return TokenCheck{AppID: 1234567890, UserID: "alice", Secrets: [][]byte{[]byte(testSecret)}, Now: time.Unix(at, 0)}
}

func TestTokenVectors(t *testing.T) {
	cbc, err := seal([]byte(testPlain), 1700003600, []byte(testSecret), []byte("0123456789abcdef"), modeCBC)
	if err != nil || cbc != vectorCBC {
		t.Errorf("CBC: got %s, %v", cbc, err)
	}
	gcm, err := seal([]byte(testPlain), 1700003600, []byte(testSecret), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, modeGCM)
	if err != nil || gcm != vectorGCM {
		t.Errorf("GCM: got %s, %v", gcm, err)
	}
	want := Token{AppID: 1234567890, UserID: "alice", Created: 1700000000, Expire: 1700003600, Nonce: 123456789}
	for _, v := range []string{vectorCBC, vectorGCM} {
		got, refusal := OpenToken(v, check(1700000100))
		if refusal != nil || got != want {
			t.Errorf("OpenToken: got %+v, %v", got, refusal)
		}
	}
}

func TestTokenIsRefusedWithTheFirstFault(t *testing.T) {
	flip := func(text string, at int) string {
		raw, err := base64.StdEncoding.DecodeString(text[2:])
		if err != nil {
			t.Fatal(err)
		}
		if at < 0 {
			at += len(raw)
		}
		raw[at] ^= 1
		return "04" + base64.StdEncoding.EncodeToString(raw)
	}
	surplus := func(text string) string {
		raw, _ := base64.StdEncoding.DecodeString(text[2:])
		return "04" + base64.StdEncoding.EncodeToString(append(raw, 1, 1))
	}
	long := Token{AppID: 1234567890, UserID: "alice", Created: 1700000000, Expire: 1700000000 + 25*24*3600}
	future := Token{AppID: 1234567890, UserID: "alice", Created: 1700009999, Expire: 1700010999}
	sealed := func(tok Token) string {
		plain, err := json.Marshal(tok)
		if err != nil {
			t.Fatal(err)
		}
		out, err := seal(plain, tok.Expire, []byte(testSecret), make([]byte, 12), modeGCM)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	outer := func() string {
		raw, _ := base64.StdEncoding.DecodeString(vectorGCM[2:])
		binary.BigEndian.PutUint64(raw, 1700009999)
		return "04" + base64.StdEncoding.EncodeToString(raw)
	}
	other := check(1700000100)
	other.UserID = "bob"
	app := check(1700000100)
	app.AppID = 7
	key := check(1700000100)
	key.Secrets = [][]byte{[]byte("another secret of thirty-two by.")}
	ok := check(1700000100)
	cases := []struct {
		name  string
		text  string
		check TokenCheck
		want  Code
	}{
		{"empty", "", ok, NetworkModuleTokenVersionError},
		{"version", "03" + vectorGCM[2:], ok, NetworkModuleTokenVersionError},
		{"no base64", "04&&&&", ok, NetworkModuleTokenInvalid},
		{"too short", "04AAAA", ok, NetworkModuleTokenInvalid},
		{"truncated", vectorGCM[:60], ok, NetworkModuleTokenInvalid},
		{"surplus", surplus(vectorGCM), ok, NetworkModuleTokenInvalid},
		{"too long", "04" + strings.Repeat("A", maxToken), ok, NetworkModuleTokenInvalid},
		{"unknown mode", flip(vectorGCM, -1)[:len(vectorGCM)-4] + "AAAC", ok, NetworkModuleTokenInvalid},
		{"tag", flip(vectorGCM, -3), ok, NetworkModuleTokenInvalid},
		{"padding", flip(vectorCBC, -1), ok, NetworkModuleTokenInvalid},
		{"cbc first block", flip(vectorCBC, 30), ok, NetworkModuleTokenInvalid},
		{"another secret", vectorGCM, key, NetworkModuleTokenInvalid},
		{"another app", vectorCBC, app, NetworkModuleCommonError},
		{"another user", vectorGCM, other, NetworkModuleTokenInvalid},
		{"outer expiry differs", outer(), ok, NetworkModuleTokenInvalid},
		{"expired", vectorGCM, check(1700003600), NetworkModuleTokenExpired},
		{"about to expire", vectorGCM, check(1700003571), NetworkModuleTokenTimeIsTooShort},
		{"lives too long", sealed(long), ok, NetworkModuleTokenInvalid},
		{"made in the future", sealed(future), ok, NetworkModuleTokenInvalid},
	}
	for _, c := range cases {
		_, refusal := OpenToken(c.text, c.check)
		if refusal == nil || refusal.Code != c.want {
			t.Errorf("%s: got %v, want %d", c.name, refusal, c.want)
		}
	}
	if _, refusal := OpenToken(vectorGCM, check(1700003570)); refusal != nil {
		t.Errorf("30 seconds left: %v", refusal)
	}
}

func TestMintedTokensOpen(t *testing.T) {
	now := time.Unix(1700000000, 0)
	for name, mint := range map[string]func(uint32, string, []byte, time.Duration, time.Time) (string, error){
		"GCM": MintToken, "CBC": MintTokenCBC,
	} {
		text, err := mint(1, "Ünï", []byte(testSecret), time.Hour, now)
		if err != nil {
			t.Fatal(err)
		}
		old := []byte("the secret before the last one..")
		got, refusal := OpenToken(text, TokenCheck{AppID: 1, UserID: "Ünï", Secrets: [][]byte{old, []byte(testSecret)}, Now: now})
		if refusal != nil || got.Expires() != now.Add(time.Hour) {
			t.Errorf("%s: %+v, %v", name, got, refusal)
		}
	}
	for _, bad := range []struct {
		user, secret string
		ttl          time.Duration
	}{{"", testSecret, time.Hour}, {"a", "short", time.Hour}, {"a", testSecret, 0}, {"a", testSecret, 25 * 24 * time.Hour}} {
		if _, err := MintToken(1, bad.user, []byte(bad.secret), bad.ttl, now); err == nil {
			t.Errorf("%+v was minted", bad)
		}
	}
}

func TestSignatureVectors(t *testing.T) {
	const nonce, secret = "4fd24687296dd9f3", "9193cc662a4c0ec135ec71fb57194b38"
	if got := Sign(12345, nonce, secret, 1615186943); got != "43e5cfcca828314675f91b001390566a" {
		t.Errorf("Sign: %s", got)
	}
	if !SignedBy("43e5cfcca828314675f91b001390566a", 12345, nonce, secret, 1615186943) {
		t.Error("SignedBy refuses the vector")
	}
	if SignedBy("43E5CFCCA828314675F91B001390566A", 12345, nonce, secret, 1615186943) {
		t.Error("SignedBy takes upper case")
	}
	if got := SignCallback("secret", "1470820198", "123412"); got != "5bd59fd62953a8059fb7eaba95720f66d19e4517" {
		t.Errorf("SignCallback: %s", got)
	}
}

func FuzzOpenToken(f *testing.F) {
	for _, s := range []string{vectorCBC, vectorGCM, "", "04", "04AAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tok, refusal := OpenToken(text, check(1700000100))
		if refusal == nil && tok.UserID != "alice" {
			t.Fatalf("a token of %q was taken", tok.UserID)
		}
	})
}
