// Package fidelity holds a running gateway to what docs/mapping.md says: every kind of thing is said by a client of each
// protocol, one to one, in a group and in a room, and what clients of all three hear is compared with what was said, field
// by field.
//
// The clients speak the wire themselves and decode what they hear by what the specifications say, not by the maps.
package fidelity
