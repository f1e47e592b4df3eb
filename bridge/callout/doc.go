// Package callout calls the app's own server: it asks for a verdict before something happens, and tells of what has
// happened by an ordered outbox that survives a crash. What is said, and how it is signed, are the front-end's words.
//
// An Outbox keeps calls in a file of its own. Calls of one key (a conversation, mostly) are made one after the other in
// the order of Put; those of different keys at once. A call that is not answered with a 2xx is tried again after 2, 4,
// 8, 16 and 32 seconds, and then put aside with what went wrong; the next of its key follows. What was put aside can be
// listed and put back; the newest ten thousand are kept, for thirty days. A crash repeats a call, it loses none.
//
// # Concurrency
//
// Every method may be called from any goroutine. Run is called once for each Caller, and makes the calls that are its own;
// it starts a goroutine for each call under way, at most maxUnderWay, and returns when the last has ended.
package callout
