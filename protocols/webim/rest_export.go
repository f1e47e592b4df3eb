package webim

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// exportRoutes are what was said, hour by hour [webim 18.2.5].
func exportRoutes() map[string]route {
	return map[string]route{
		"GET /chatmessages/{hour}":      {server, (*call).exportLinks},
		"GET /chatmessages/{hour}/file": {anybody, (*call).exportFile},
	}
}

const (
	// exportLife is how long the link to an hour's file is good.
	exportLife = 10 * time.Minute
	// exportPage is how many messages are read from the log at a time.
	exportPage = 500
)

// hour reads yyyyMMddHH, in UTC.
func (c *call) hour() (time.Time, error) {
	from, err := time.Parse("2006010215", c.named["hour"])
	if err != nil {
		return from, chat.Refuse(chat.Invalid, "illegal arguments: time is not yyyyMMddHH")
	}
	return from, nil
}

func errNoExport() error {
	return &restError{status: http.StatusNotFound, word: "storage_object_not_found", text: "Failed to find chat message history download url for appkey"}
}

// exportLinks answers where the file of an hour is. An hour that has not ended, or in which nobody spoke, has none.
func (c *call) exportLinks() (reply, error) {
	from, err := c.hour()
	if err != nil {
		return reply{}, err
	}
	if c.Now().Before(from.Add(time.Hour)) {
		return reply{}, errNoExport()
	}
	some, err := c.Store.Said(c.ctx, from, from.Add(time.Hour), 0, 1)
	if err == nil && len(some) == 0 {
		err = errNoExport()
	}
	if err != nil {
		return reply{}, err
	}
	until := strconv.FormatInt(c.Now().Add(exportLife).Unix(), 10)
	link := c.frontend.base(c.r) + "/" + c.org + "/" + c.app + c.path() + "/file?Expires=" + until + "&Signature=" + c.exportProof(until)
	return reply{Data: []map[string]string{{"url": link}}}, nil
}

// exportProof lets who has the link, and nobody else, read the hour that the path names until a time in Unix s.
func (c *call) exportProof(until string) string {
	return hex.EncodeToString(c.proof(ofExport, c.named["hour"]+" "+until))
}

// exported is one message in a file.
type exported struct {
	ID        string           `json:"msg_id"`
	Timestamp int64            `json:"timestamp"` // ms
	Direction string           `json:"direction"`
	From      string           `json:"from"`
	To        string           `json:"to"`
	ChatType  string           `json:"chat_type"`
	Payload   webimmap.Payload `json:"payload"`
}

// exportFile writes an hour as it is read: a line of JSON a message, compressed.
func (c *call) exportFile() (reply, error) {
	from, err := c.hour()
	if err != nil {
		return reply{}, err
	}
	until := c.query("Expires")
	expires, err := strconv.ParseInt(until, 10, 64)
	if err != nil || !equalText(c.query("Signature"), c.exportProof(until)) || c.Now().Unix() > expires {
		return reply{}, &restError{status: http.StatusForbidden, word: "forbidden_op", text: "the link is not, or no longer, good"}
	}
	c.w.Header().Set("Content-Type", "application/gzip")
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+c.named["hour"]+`.gz"`)
	packed := gzip.NewWriter(c.w)
	if err := c.export(json.NewEncoder(packed), from); err != nil {
		// The answer has begun: without its end it is no gzip file, and the reader notices.
		c.Log.Err(err).Str("hour", c.named["hour"]).Msg("export broken off")
		return reply{Written: true}, nil
	}
	if err := packed.Close(); err != nil {
		c.Log.Debug().Err(err).Msg("export not taken")
	}
	return reply{Written: true}, nil
}

func (c *call) export(to *json.Encoder, from time.Time) error {
	to.SetEscapeHTML(false)
	for after := chat.EventID(0); ; {
		page, err := c.Store.Said(c.ctx, from, from.Add(time.Hour), after, exportPage)
		if err != nil {
			return err
		}
		for i := range page {
			after = page[i].ID
			payload, ok := c.realm.PayloadOf(&page[i].Event)
			if _, gone := page[i].Body.(chat.Message).Content.(chat.Recalled); !ok || gone {
				continue
			}
			row := exported{
				ID: page[i].ID.String(), Timestamp: page[i].Time.UnixMilli(), Direction: "outgoing", From: payload.From, To: payload.To,
				ChatType: payload.Type, Payload: payload,
			}
			if err := to.Encode(row); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
	}
}
