// Package crash kills the gateway in the middle of what it does and asks what it remembers.
package crash
