package xmpp

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dragoman/bridge/chat"
	"dragoman/mapping/xmppmap"
)

var update = flag.Bool("update", false, "rewrite what is generated")

const (
	documentPath = "../../docs/protocols/xmpp.md"
	tableBegin   = "<!-- generated: what is offered -->\n"
	tableEnd     = "<!-- end of what is generated -->\n"
)

// support is one specification that is served. What the dialogues cover of it, and by which of them, their heads say.
type support struct {
	spec     string
	status   string   // what is done, and what is not
	features []string // announced for it, as disco features
	tests    []string // beside the dialogues: Go tests, or scenarios with real clients
}

func supported() []support {
	pubsub := func(names ...string) []string {
		for i, n := range names {
			names[i] = nsPubSub + "#" + n
		}
		return names
	}
	const clients = "clients: each writes to the next and is answered"
	return []support{
		{"RFC 6120", "whole, but server to server", nil, []string{"TestStreamsAreRefusedByName", "TestWhatIsRefusedHasTheNameOfTheStreamError", "TestLoginsAreRefusedByName"}},
		{"RFC 6121", "whole, but server to server", nil, []string{clients}},
		{"RFC 7590", "TLS 1.2 and 1.3; STARTTLS asked for on every line but loopback", nil, []string{"TestPasswordsInTheClearStayOnTheMachine", "TestSTARTTLSThrowsAwayWhatCameAhead"}},
		{"RFC 7395", "/xmpp-websocket", nil, []string{"TestStreamElementsStandOnTheirOwnInAMessage", "clients: strophe.js over ws logs in"}},
		{"RFC 7622", "addresses; ids of other protocols escaped in the manner of XEP-0106", nil, []string{"TestAddressesAreReadWhateverTheirCase"}},
		{"RFC 5802", "SCRAM-SHA-1; -PLUS a setting", nil, []string{"TestScramVector", "TestScramAgreesWithAnotherImplementation"}},
		{"RFC 7677", "SCRAM-SHA-256; -PLUS a setting", nil, []string{"TestScramAgreesWithAnotherImplementation"}},
		{"XEP-0004", "forms of rooms, archives, commands", []string{nsData}, []string{"TestContactsAreAnnounced"}},
		{"XEP-0012", "server and accounts", []string{nsLast}, nil},
		{"XEP-0030", "", []string{nsDiscoInfo, nsDiscoItems}, nil},
		{"XEP-0045", "groups: members only, non-anonymous; rooms: open, semi-anonymous and without a password, unless set otherwise. New rooms are not locked; none are temporary",
			[]string{xmppmap.NSMUC, nsStableID, "muc_persistent", "muc_unsecured", "muc_semianonymous", "muc_nonanonymous", "muc_membersonly",
				"muc_open", "muc_passwordprotected", nsRoomRegister, "muc_public", "muc_hidden", "muc_moderated", "muc_unmoderated"}, []string{"clients: all are in a group"}},
		{"XEP-0048", "the bookmarks of XEP-0402 in the old form", []string{"urn:xmpp:bookmarks:1#compat", "urn:xmpp:bookmarks:1#compat-pep"}, nil},
		{"XEP-0049", "", nil, nil},
		{"XEP-0050", "password, devices; on the server and the account", []string{nsCommands}, nil},
		{"XEP-0054", "", nil, nil},
		{"XEP-0059", "", []string{nsRSM}, nil},
		{"XEP-0060", "what XEP-0163 needs; no service of its own", append([]string{nsPubSub}, pubsub("access-open", "access-whitelist",
			"access-roster", "config-node", "config-node-max", "create-and-configure", "create-nodes", "delete-items", "delete-nodes",
			"item-ids", "last-published", "multi-items", "owner", "persistent-items", "publish", "publish-options", "purge-nodes",
			"retract-items", "retrieve-items")...), nil},
		{"XEP-0066", "", nil, []string{"xmpp: strophe.js: receipt, correction, reaction, retraction, file, history"}},
		{"XEP-0077", "where signing up is open; changing the password always", []string{nsRegister}, []string{"TestRegistrationIsClosedUnlessOpened"}},
		{"XEP-0084", "", nil, nil},
		{"XEP-0085", "", nil, nil},
		{"XEP-0092", "", []string{nsVersion}, nil},
		{"XEP-0100", "as a component: what it is, linking an account, the address of a name", nil,
			[]string{"TestAnAccountCanBeLinkedToAForeignAddress", "TestTheGatewayTellsWhatItIs"}},
		{"XEP-0106", "in the manner of: names keep their case", nil, []string{"TestNamesOfOtherProtocolsLogIn"}},
		{"XEP-0114", "see below", nil, []string{"xmpp-component: prosody: the host dies: what is written meanwhile waits for it",
			"TestErrorsAreTakenOnceAndNeverAnswered", "TestNobodyOfOursCanBePlayedByTheHost"}},
		{"XEP-0115", "the server's own, and what clients want to hear of", nil, nil},
		{"XEP-0153", "", nil, nil},
		{"XEP-0156", "host-meta and host-meta.json", nil, []string{"TestHostMetaNamesTheWebSocket"}},
		{"XEP-0157", "`contacts` of the configuration", nil, []string{"TestContactsAreAnnounced"}},
		{"XEP-0160", "", nil, nil},
		{"XEP-0163", "", pubsub("access-presence", "auto-create", "auto-subscribe", "filtered-notifications", "presence-notifications", "presence-subscribe"), nil},
		{"XEP-0184", "relayed, and made for readers of other protocols", nil, nil},
		{"XEP-0191", "people only", []string{nsBlocking}, nil},
		{"XEP-0198", "with resumption", nil, []string{"TestABrokenConnectionIsResumedWithNothingLostOrRepeated"}},
		{"XEP-0199", "", []string{nsPing}, []string{"TestAPongComesLast"}},
		{"XEP-0202", "", []string{nsTime}, nil},
		{"XEP-0203", "", nil, nil},
		{"XEP-0223", "", nil, nil},
		{"XEP-0249", "", nil, nil},
		{"XEP-0280", "", []string{xmppmap.NSCarbons}, nil},
		{"XEP-0297", "", nil, nil},
		{"XEP-0308", "", nil, nil},
		{"XEP-0313", "accounts, groups and rooms; extended", []string{nsMAM, nsMAMExtended}, nil},
		{"XEP-0333", "", nil, nil},
		{"XEP-0334", "store, no-store, no-copy", nil, []string{"TestMessagesAreRead"}},
		{"XEP-0352", "", nil, nil},
		{"XEP-0359", "", []string{xmppmap.NSStanzaID}, nil},
		{"XEP-0363", "", []string{nsUpload}, nil},
		{"XEP-0368", "", nil, []string{"clients: slixmpp over direct TLS logs in"}},
		{"XEP-0398", "", []string{"urn:xmpp:pep-vcard-conversion:0"}, nil},
		{"XEP-0402", "", nil, nil},
		{"XEP-0410", "", []string{nsSelfPing}, nil},
		{"XEP-0421", "", []string{xmppmap.NSOccupantID}, nil},
		{"XEP-0424", "and version 0 of older clients", nil, nil},
		{"XEP-0425", "", moderationFeatures(), nil},
		{"XEP-0428", "", nil, nil},
		{"XEP-0440", "with `channel_binding`", nil, []string{"TestScramAgreesWithAnotherImplementation"}},
		{"XEP-0441", "", nil, nil},
		{"XEP-0444", "", nil, nil},
		{"XEP-0447", "", nil, []string{"TestSamplesAreWrittenAsBefore"}},
		{"XEP-0461", "", nil, nil},
		{"XEP-0478", "64 KiB before login, `max_stanza` after", nil, []string{"TestLimitsAreAnnounced"}},
	}
}

// announced returns every feature that some entity of the server says it has.
func (f *Frontend) announced() map[string]bool {
	all := map[string]bool{nsUpload: true, nsSelfPing: true, nsStableID: true, xmppmap.NSStanzaID: true, nsData: true}
	add := func(features []string) {
		for _, feature := range features {
			all[feature] = true
		}
	}
	add(f.serverFeatures())
	add(accountFeatures(true))
	add(serviceFeatures())
	add(archiveFeatures())
	add(moderationFeatures())
	for _, d := range []chat.Details{{Conv: chat.Group("g"), Join: chat.ModeAsk, Silent: []chat.Role{chat.RoleMember}}, {Conv: chat.Room("r"), Public: true}} {
		add(convFeatures(&d, &mucSettings{Secret: "x"}))
		add(convFeatures(&d, &mucSettings{OpenJIDs: true}))
	}
	return all
}

func TestWhatIsAnnouncedIsInTheTable(t *testing.T) {
	s := newServer(t, "")
	left := s.announced()
	for _, row := range supported() {
		for _, feature := range row.features {
			if !s.announced()[feature] {
				t.Errorf("%s: %s is announced by nobody", row.spec, feature)
			}
			delete(left, feature)
		}
	}
	for feature := range left {
		t.Errorf("%s is announced and stands in no row", feature)
	}
}

// covering reads the heads of the dialogues: by specification, the sections and the dialogues.
func covering(t *testing.T) (sections, dialogues map[string][]string) {
	t.Helper()
	sections, dialogues = map[string][]string{}, map[string][]string{}
	files := must(filepath.Glob("../../conformance/xmpp/dialog/scripts/*.dialog"))
	if len(files) < 30 {
		t.Fatalf("only %d dialogues", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".dialog")
		_, rest, _ := strings.Cut(string(must(os.ReadFile(file))), "covers: ")
		line, _, _ := strings.Cut(rest, "\n")
		for cited := range strings.SplitSeq(line, ",") {
			spec, section, found := strings.Cut(strings.TrimSpace(cited), " §")
			if found && !slices.Contains(sections[spec], section) {
				sections[spec] = append(sections[spec], section)
			}
			if !slices.Contains(dialogues[spec], name) {
				dialogues[spec] = append(dialogues[spec], name)
			}
		}
	}
	return sections, dialogues
}

// knownTests returns the names of the Go tests of this protocol, and of the scenarios that must have run.
func knownTests() map[string]bool {
	known := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, pattern := range []string{"*_test.go", "xmppwire/*_test.go", "../../mapping/xmppmap/*_test.go"} {
		for _, file := range must(filepath.Glob(pattern)) {
			for _, m := range declared.FindAllStringSubmatch(string(must(os.ReadFile(file))), -1) {
				known[m[1]] = true
			}
		}
	}
	for line := range strings.Lines(string(must(os.ReadFile("../../conformance/required.txt")))) {
		known[strings.TrimSpace(line)] = true
	}
	return known
}

func titles() map[string]string {
	out := map[string]string{}
	row := regexp.MustCompile(`(?m)^\| ((?:RFC|XEP-)[ \d]+) \| (.+) \|$`)
	for _, m := range row.FindAllStringSubmatch(string(must(os.ReadFile("../../docs/specifications.md"))), -1) {
		out[m[1]] = m[2]
	}
	return out
}

func TestDocumentedSupport(t *testing.T) {
	sections, dialogues := covering(t)
	known, title := knownTests(), titles()
	var b strings.Builder
	b.WriteString("| specification | sections in dialogues | status | shown by |\n| --- | --- | --- | --- |\n")
	rows := map[string]bool{}
	for _, row := range supported() {
		rows[row.spec] = true
		var proofs []string
		for _, d := range dialogues[row.spec] {
			proofs = append(proofs, "`"+d+"`")
		}
		for _, test := range row.tests {
			if !known[test] {
				t.Errorf("%s: there is no test %q", row.spec, test)
			}
			proofs = append(proofs, test)
		}
		if len(proofs) == 0 {
			t.Errorf("%s: nothing shows it", row.spec)
		}
		if title[row.spec] == "" {
			t.Errorf("%s: not in docs/specifications.md", row.spec)
		}
		status := row.status
		if status == "" {
			status = "done"
		}
		slices.Sort(sections[row.spec])
		fmt.Fprintf(&b, "| %s %s | %s | %s | %s |\n", row.spec, title[row.spec], strings.Join(sections[row.spec], ", "), status, strings.Join(proofs, ", "))
	}
	for _, spec := range slices.Sorted(maps.Keys(dialogues)) {
		if !rows[spec] {
			t.Errorf("a dialogue covers %s, which stands in no row", spec)
		}
	}
	document := string(must(os.ReadFile(documentPath)))
	before, rest, ok := strings.Cut(document, tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		t.Fatal("the document has no place for the table")
	}
	want := before + tableBegin + b.String() + tableEnd + after
	if want == document {
		return
	}
	if !*update {
		t.Error("docs/protocols/xmpp.md is out of date: make documents")
		return
	}
	if err := os.WriteFile(documentPath, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
