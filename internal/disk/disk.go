// Package disk sees to it that what was written outlives a power cut.
package disk

import (
	"errors"
	"os"
)

// Sync puts what is known of the file or folder at path on the disk: of a folder, the names in it, as after a rename
// [fsync(2)].
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
