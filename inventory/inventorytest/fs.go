// Package inventorytest is the kit for authors of inventory backends.
package inventorytest

import (
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// FS makes a file system from a txtar archive: one file for each of its parts,
// with paths as io/fs wants them (no leading slash).
func FS(archive string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return fsys
}
