// Package zimwire turns bytes into packets of the ZIM-style protocol and back, and nothing else.
//
// There are two of them. The client protocol is JSON-RPC 2.0, one object a WebSocket text frame: a request is the
// call of one ZIM client method with its parameters by name, a notification from the server is one ZIM event. The
// server protocol is the server API's: query parameters, a JSON body, an envelope with Code, Message and RequestId.
// Names and values are those of zego-zim-web 2.29.0 and of the server API's pages; docs/protocols/zim.md has the rest.
// With them stand what proves who speaks: token04 and Signature 2.0.
//
// The package knows nothing of conversations, accounts or storage: mapping/zimmap gives packets their meaning.
//
// Members of a struct are told apart by case, a repeated member and invalid UTF-8 are errors, and a list or a map that
// is nil is written as [] or {}: clients need not ask for null.
//
// Concurrency: everything here is a value or a pure function.
package zimwire
