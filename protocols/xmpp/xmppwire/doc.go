// Package xmppwire turns bytes into XMPP elements and back, and does nothing else.
//
// A TCP stream is cut by a [Reader]: header, first-level elements, end. A WebSocket message is one element
// [RFC 7395 §3.3], read by [DecodeFrame]. Both give an [Element], a small tree whose names are resolved: no prefix
// survives decoding, so what we write is always encoded anew and never spliced. [Stanza] is the view of an element
// that the sessions work with.
//
// The scanner enforces RFC 6120 §11 itself: no comments, processing instructions, document types or entities beyond
// the five of XML; UTF-8 only; well-formed with namespaces; bounded in size, depth, elements and attributes. What it
// refuses, it refuses with the stream error of that name (mellium.im/xmpp/stream). An element that uses prefixes
// other than xml: is shown to mattermost/xml-roundtrip-validator as well before it counts. The same
// validator and encoding/xml are the oracles of the fuzz test.
//
// Specifications: XML 1.0 (Fifth Edition), Namespaces in XML 1.0, RFC 6120 §4 and §11, RFC 7395.
//
// Concurrency: a Reader belongs to one goroutine. Elements and stanzas are values for sharing once nobody changes
// them; nothing in here locks.
package xmppwire
