package webim

import (
	"encoding/json"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"dragoman/bridge"
	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
	"dragoman/protocols"
	"dragoman/protocols/webim/webimwire"
)

// Explain implements protocols.Explainer: the packets that a client of the newest
// generation gets, as JSON with their bodies opened.
func (f *frontend) Explain(d *bridge.Delivery, reader chat.UserID) (protocols.Shown, error) {
	shown := grade(d.Event)
	metas, err := f.realm(f.life, f.PublicURL()).FromEvent(d.Record, webimmap.Reader{User: reader, Generation: webimmap.Gen5})
	if err != nil {
		return shown, err
	}
	if len(metas) == 0 {
		if shown.Note == "" {
			shown.Note = "nothing is told, as by this protocol's own server"
		}
		return shown, nil
	}
	list := make([]json.RawMessage, len(metas))
	for i, m := range metas {
		if list[i], err = readable(m); err != nil {
			return shown, err
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	shown.Frame = string(text)
	return shown, err
}

// ReadFrame returns a packet that a client sent, as JSON with the body in it opened. The envelope is left out but for its
// command: older clients keep their token there.
func (f *frontend) ReadFrame(packet []byte) (string, error) {
	up, err := webimwire.DecodeUp(packet)
	if err != nil {
		return "", err
	}
	shown := map[string]json.RawMessage{}
	if meta := up.Sync.GetMeta(); meta != nil {
		opened, err := readable(meta)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(opened, &shown); err != nil {
			return "", err
		}
	}
	shown["command"] = json.RawMessage(strconv.Quote(up.Envelope.GetCommand().String()))
	text, err := json.MarshalIndent(shown, "", "  ")
	return string(text), err
}

// grade looks an event up in the map's table.
func grade(ev *chat.Event) protocols.Shown {
	fidelity, note := webimmap.Table().Shown(ev)
	return protocols.Shown{Fidelity: fidelity, Note: note}
}

// readable writes a Meta with its body in place of the bytes.
func readable(m *webimwire.Meta) (json.RawMessage, error) {
	body, err := webimwire.Body(m)
	if err != nil {
		return nil, err
	}
	opened := json.RawMessage(m.GetPayload())
	if body != nil {
		if opened, err = protojson.Marshal(body); err != nil {
			return nil, err
		}
	}
	outer, ok := proto.Clone(m).(*webimwire.Meta)
	if !ok {
		return nil, nil
	}
	outer.Payload = nil
	envelope, err := protojson.Marshal(outer)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]json.RawMessage{"meta": envelope, "payload": opened})
}
