package samples

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"dragoman/bridge/chat"
)

// losslessCases is how many packets a test of X → model → X makes where nobody asks for more.
const losslessCases = 20_000

// Lossless calls check with a source of chance for each of 20,000 cases, or as many as CONFORMANCE_LOSSLESS says. Case n is
// always the same, so that a failure can be had again.
func Lossless(t *testing.T, check func(*testing.T, *rand.Rand)) {
	t.Helper()
	cases := losslessCases
	if text := os.Getenv("CONFORMANCE_LOSSLESS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		cases = n
	}
	for n := range cases {
		check(t, rand.New(rand.NewPCG(uint64(n), 1)))
		if t.Failed() {
			t.Fatalf("in case %d", n)
		}
	}
	t.Logf("%d packets through the model and back, without a difference", cases)
}

// Stored returns a body as it comes out of storage.
func Stored(b chat.Body) (chat.Body, error) {
	kind, data, err := chat.MarshalBody(b)
	if err != nil {
		return nil, err
	}
	return chat.UnmarshalBody(kind, data)
}
