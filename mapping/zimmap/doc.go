// Package zimmap translates between ZIM-style packets and the canonical model: pure functions over values, and a
// Directory that a front-end makes for one reader at one moment.
//
// What goes in comes out. What a ZIM message says beyond the model (its sub type, what it can be searched by, the name of
// an upload) stays beside it in Event.Native; its extended data is a field of the message's own, so that other protocols
// carry it too. What other protocols say and ZIM cannot is a row of Table with the fallback that ZIM users see.
//
// Some decisions:
//   - A custom message of sub type n is a chat.Custom of type "zim.custom.n" whose Data is the message's text. One of
//     another protocol is of sub type 0 and says itself as JSON: type, params, text.
//   - A barrage is a chat.Text that is OnlineOnly, in a room. A place on a map is a text; a file with a caption is a
//     message of two items.
//   - A thread is to ZIM a group of its own.
//   - The fields of other protocols' messages are, as a JSON object, the extended data.
//   - Group events are both tips in the history and notices, as in ZIM.
//
// Concurrency: a Map is a value; its functions call nothing but the Directory that they are given.
package zimmap
