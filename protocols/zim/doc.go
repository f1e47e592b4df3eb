// Package zim is the ZIM-style front-end: JSON-RPC over WebSocket for clients at /zim, and the server API at /?Action=….
package zim
