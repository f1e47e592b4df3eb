// Package configs reads and checks the gateway's configuration: documented
// defaults, a YAML file, environment variables and flags, the later over the
// earlier. A key that the documented defaults do not have is an error, which names
// the line.
//
// The sections of the protocols stay raw: each front-end decodes its own, so that
// a new protocol needs no change here. The package imports nothing of the module.
//
// # Concurrency
//
// Load is a function; a Config and its Sections are values that nobody changes.
package configs
