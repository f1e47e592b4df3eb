// Package webimwire turns the bytes of the WebIM protocol (MSYNC: protobuf over
// WebSocket) into packets and back, and nothing else: it knows no session, no
// router and no canonical model.
//
// The schema is webim.proto beside this file, proto2, one for all generations of
// the SDKs; the generated code is committed. To make it anew:
//
//	go generate ./protocols/webim/webimwire
//
// A packet is an envelope (MSync) whose payload depends on the command and on the
// direction: Up is what a client sends, Down is what a server sends. A payload
// carries Metas, and a Meta's own payload depends on its namespace (Body).
//
// Around the packet stand the transports: a raw WebSocket frame is one packet
// [webim 3.1]; a SockJS frame is a JSON array of base64 texts, one packet each
// [webim 3.2]; and either may be compressed with linked LZ4 blocks [webim 3.4].
//
// Strings in proto2 are not checked for UTF-8 by the decoder; whoever takes one
// further has to.
//
// Concurrency: everything here is a pure function of its arguments, but for
// Inflater and Deflater, which keep the dictionary of one direction of one
// connection and are to be used by one goroutine at a time.
package webimwire

//go:generate sh -c "protoc --plugin=protoc-gen-go=$(go tool -n protoc-gen-go) --go_out=. --go_opt=paths=source_relative webim.proto"
