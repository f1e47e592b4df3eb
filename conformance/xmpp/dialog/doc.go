// Package dialog runs conversations that are written down: what clients send, and what they must receive. They run against
// a dragoman of their own and, where a script says that any server should pass it, against Prosody as well, so that a
// mistake in a script shows.
//
// # Scripts
//
// A script is a text file in scripts/. Empty lines and lines that begin with # say nothing. It begins with its head:
//
//	title: Carbon copies reach the other devices
//	covers: XEP-0280 §7, XEP-0297
//	servers: any                 (or: dragoman)
//	people: romeo/orchard romeo/balcony=nurse juliet
//
// Each of the people is a client: an account, made for the script alone, and a resource. "romeo/balcony=nurse" is a second
// client of romeo's account which the script calls nurse. The steps follow, one a line, their XML in indented lines below:
//
//	romeo connects               log in and bind
//	romeo connects quietly       the same; "connects" alone also sends an initial presence and takes its echo
//	romeo sends                  one or more elements
//	romeo receives               these, in this order, and nothing between
//	romeo receives, in any order
//	romeo eventually receives    these, in this order; what comes between is passed over
//	romeo eventually receives, in any order
//	romeo receives nothing       what the server had for him so far has been received: a ping is answered next
//	romeo forgets                the same, but whatever there is is passed over
//	romeo disconnects            closes the stream
//	romeo vanishes               breaks the connection off
//
// # Matching
//
// What is expected must be in what is received; what is received may hold more. Attributes named must be equal, each
// element expected must match one received, text must be equal where any is expected. Further:
//
//	{any}           as a value or text: anything but nothing
//	{none}          as a value: the attribute must not be there
//	{keep:name}     as a value: anything; from then on ${name} stands for it
//	{match:regexp}  as a value or text
//	${name}         a variable. There are domain, rooms, groups (domains of services), NAME (the bare address of a
//	                client), NAME.full, and whatever was kept
//	<d:no>…</d:no>  none of the elements inside may be there; d is declared in every script
package dialog
