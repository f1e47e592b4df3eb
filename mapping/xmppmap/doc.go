// Package xmppmap translates between XMPP stanzas and the canonical model, both ways, by pure functions of what they are
// given. It opens no socket and asks nobody.
//
// An XMPP message becomes one draft; what in it has no canonical meaning (hints, threads, foreign extensions, several
// languages) is kept as chat.Native, and given back untouched to XMPP readers, live and from the archive. Ids that clients
// make up travel as ClientID with the prefix "xmpp:", so that an id names its protocol: the id attribute that XMPP
// clients see is the sender's own where he used XMPP, and the EventID elsewhere; the stanza-id is the EventID always.
//
// Specifications: RFC 6121, and the XEPs that Table names.
//
// Concurrency: a Map is a value without state; any goroutine may use it.
package xmppmap
