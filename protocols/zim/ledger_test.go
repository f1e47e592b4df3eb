package zim

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dragoman/protocols/zim/zimwire"
)

// deed is a request and the code that it deserves.
type deed struct {
	action string
	p      fields
	code   zimwire.ReturnCode
}

// ledger is which codes each action was made to answer.
type ledger map[string]map[zimwire.ReturnCode]bool

func (l ledger) note(action string, code zimwire.ReturnCode) {
	if l[action] == nil {
		l[action] = map[zimwire.ReturnCode]bool{}
	}
	l[action][code] = true
}

// every stands for all actions: what is refused before it matters which one it is.
const every = "every"

// What the vendor's pages list for an action is answered by a request that deserves it, or docs/protocols/zim.md says why
// there is no such request.
func TestReturnCodes(t *testing.T) {
	produced := ledger{}
	for name, part := range map[string]func(*testing.T, ledger){
		"every action": returnCodesOfEveryAction, "sending": returnCodesOfSending, "stored messages": returnCodesOfStoredMessages,
		"conversations": returnCodesOfConversations, "full lists": returnCodesOfFullLists, "users": returnCodesOfUsers, "groups": returnCodesOfGroups,
		"rooms": returnCodesOfRooms, "rates": returnCodesOfRates, "faults": returnCodesOfFaults,
	} {
		t.Run(name, func(t *testing.T) { part(t, produced) })
	}
	never := neverReturned(t)
	for action, codes := range listedCodes(t) {
		for _, code := range codes {
			explained := slices.Contains(never[action], code)
			if produced[action][code] == explained {
				t.Errorf("%s %d: answered %v, and docs/protocols/zim.md says why not: %v", action, code, produced[action][code], explained)
			}
		}
	}
}

// listedCodes reads which codes the vendor's pages list for each action that is done.
func listedCodes(t *testing.T) map[string][]zimwire.ReturnCode {
	t.Helper()
	text, err := os.ReadFile("testdata/return-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed, total := map[string][]zimwire.ReturnCode{}, 0
	for line := range strings.Lines(string(text)) {
		if action, codes, _ := strings.Cut(strings.TrimSpace(line), " "); action != "" && action != "#" {
			listed[action] = parseCodes(t, codes)
			total += len(listed[action])
		}
	}
	for action := range actions() {
		if _, known := listed[action]; !known {
			t.Errorf("testdata/return-codes.txt has no line for %s", action)
		}
	}
	if total < 150 {
		t.Fatalf("only %d codes are listed", total)
	}
	return listed
}

// neverReturned reads the table of docs/protocols/zim.md of what is not returned, and why.
func neverReturned(t *testing.T) map[string][]zimwire.ReturnCode {
	t.Helper()
	page, err := os.ReadFile("../../docs/protocols/zim.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Return codes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	never := map[string][]zimwire.ReturnCode{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([\w, ]+) \| ([\d ]+) \| .+ \|$`).FindAllStringSubmatch(section, -1) {
		for _, action := range strings.Split(row[1], ", ") {
			never[action] = append(never[action], parseCodes(t, row[2])...)
		}
	}
	return never
}

func parseCodes(t *testing.T, text string) (codes []zimwire.ReturnCode) {
	t.Helper()
	for _, word := range strings.Fields(text) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, zimwire.ReturnCode(n))
	}
	return codes
}

// deserve makes requests, each of which must be answered with its code.
func (l ledger) deserve(t *testing.T, g *gateway, deeds []deed) {
	t.Helper()
	for i, d := range deeds {
		t.Run(fmt.Sprintf("%d %s %d", i, d.action, d.code), func(t *testing.T) {
			answer := g.call(d.action, d.p)
			if got := codeOf(answer); got != d.code {
				t.Fatalf("%v, not %d", answer, d.code)
			}
			l.note(d.action, d.code)
			if answer["RequestId"] == "" || answer["Message"] == "" {
				t.Errorf("no RequestId or Message: %v", answer)
			}
		})
	}
}

// deserveItem makes a request of which one item must fail with the deed's code, whatever becomes of the others.
func (l ledger) deserveItem(t *testing.T, g *gateway, d deed) {
	t.Helper()
	answer, err := json.Marshal(g.call(d.action, d.p))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(fmt.Sprintf(`"SubCode":%d\D`, d.code)).Match(answer) {
		t.Errorf("%s: %s, not %d for an item", d.action, answer, d.code)
	}
	l.note(d.action, d.code)
}
