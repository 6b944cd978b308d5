package inventorytest

import (
	"io/fs"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/keeppatched/keeppatched/inventory"
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

// Target makes a target of a file system and the facts of its host, as they
// are: nothing is read, so a zero host stays unknown.
func Target(fsys fs.FS, host inventory.Host) *inventory.Target {
	return &inventory.Target{FS: fsys, Host: host}
}
