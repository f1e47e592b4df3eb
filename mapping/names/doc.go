// Package names translates between the names that protocols write and canonical
// ids, injectively and back: no two users, and no two groups or rooms, share a
// native name in any protocol, whatever characters their ids hold.
//
//   - ZIM writes canonical ids as they are.
//   - WebIM writes user names as they are. A name that a client writes is looked
//     up exactly, then without regard to case, because 1.x clients write lower
//     case. Its addresses do not tell users, groups and rooms apart, and its paths
//     carry few characters: a group or room whose id is no plain word, or is the
//     name of an account, goes by an alias there, twenty decimal digits.
//   - XMPP writes ids as localparts. Clients and servers fold case, width and
//     composition in a localpart, so whatever would be folded, mapped or refused
//     is escaped: Localpart and FromLocalpart, pure functions.
//
// Which domain an address belongs to is not decided here, nor whether a user
// exists: a name without an account still has a canonical id, and the router
// refuses it.
//
// Specifications: RFC 7622, RFC 8265, RFC 6122 (for clients that still prepare
// names so), XEP-0106.
//
// # Concurrency
//
// A Resolver may be used by any goroutine. It holds no lock of its own while it
// asks Aliases.
package names
