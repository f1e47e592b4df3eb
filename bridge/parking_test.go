package bridge_test

import (
	"testing"
	"time"

	"dragoman/bridge"
	"dragoman/bridge/chat"
)

func TestWhoComesBackInTimeHasNotLeftTheRoom(t *testing.T) {
	log := newMemLog()
	c := room(log, "r", chat.Details{})
	inBubble(t, log, func(t *testing.T, r *bridge.Router) {
		parking := bridge.NewParking(r, time.Minute)
		gone := 0
		witness := open(t, r, actor("witness", "1"), bridge.FromNow())
		enter(t, r, witness, c, "")
		next(t, witness)
		bob := open(t, r, actor("bob", "1"), bridge.FromNow())
		enter(t, r, bob, c, "")
		next(t, witness)
		next(t, bob)
		before := bob.Position()
		note := say(t, r, actor("witness", "1"), chat.Peer("bob", "witness"), "stored")
		next(t, bob)

		parking.Park(bob, nil, func() { gone++ })
		said := say(t, r, actor("witness", "1"), c, "while you were away")
		wait(30 * time.Second)
		back, missed := parking.Take(chat.Reader{User: "bob", Device: "1"})
		if back != bob || len(missed) != 1 || missed[0].Event.ID != said.ID {
			t.Fatalf("back %v, missed %v", back, missed)
		}
		back.Rewind(before) // the client has not seen what was stored
		if d := next(t, back); d.Event.ID != note.ID {
			t.Fatalf("%+v", d.Event)
		}
		if d := next(t, witness); d.Event.ID != note.ID {
			t.Fatalf("%+v", d.Event)
		}
		if d := next(t, witness); d.Event.ID != said.ID {
			t.Fatalf("the room was told %+v", d.Event)
		}

		parking.Park(back, missed, func() { gone++ })
		wait(2 * time.Minute)
		if d := next(t, witness); d.Event.Body.(chat.Membership).Change != chat.ChangeLeave {
			t.Fatalf("%+v", d.Event)
		}
		if again, _ := parking.Take(chat.Reader{User: "bob", Device: "1"}); again != nil || gone != 1 {
			t.Errorf("%v waits after its time, gone %d times", again, gone)
		}

		bob = open(t, r, actor("bob", "1"), bridge.FromNow())
		parking.Park(bob, nil, func() { gone++ }) // it is in no room
		if gone != 2 || r.Online("bob") {
			t.Errorf("gone %d times, online %v", gone, r.Online("bob"))
		}
		enter(t, r, witness, c, "")
		parking.Close()
		parking.Park(witness, nil, func() { gone++ })
		if gone != 3 {
			t.Errorf("gone %d times after the end", gone)
		}
	})
}
