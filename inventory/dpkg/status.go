package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// maxFiles is how many files of a directory are read: dpkg's own journal has
// at most 250, an image some hundred packages.
const maxFiles = 10_000

// errChanged says that dpkg was at work.
var errChanged = errors.New("dpkg changed the database while it was read: the packages may be mixed from before and after")

// readStatus reads the status file and what dpkg has not folded into it yet.
func (db *database) readStatus(ctx context.Context, fsys fs.FS) error {
	before, err := fs.Stat(fsys, statusFile)
	if err != nil {
		return err
	}
	if err := db.readFile(ctx, fsys, statusFile, statusForm, db.add); err != nil {
		return err
	}
	if err := db.readUpdates(ctx, fsys); err != nil {
		return err
	}
	after, err := fs.Stat(fsys, statusFile)
	if err != nil {
		return err
	}
	if !after.ModTime().Equal(before.ModTime()) || after.Size() != before.Size() {
		db.problems.Add(inventory.Problem{Path: statusFile, Err: errChanged})
	}
	return nil
}

// readStatusDir reads status.d, where an image without dpkg has a file for
// each package. Beside some of them lie the checksums of the package's files.
func (db *database) readStatusDir(ctx context.Context, fsys fs.FS) error {
	names, err := list(fsys, statusDir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".md5sums") {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		file := path.Join(statusDir, name)
		err := db.readFile(ctx, fsys, file, statusDirForm, db.add)
		if err := db.survive(ctx, file, err); err != nil {
			return err
		}
	}
	return nil
}

// survive makes a problem of the failure to read one file of many.
func (db *database) survive(ctx context.Context, file string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	db.problems.Add(inventory.Problem{Path: file, Err: err})
	return nil
}

// list gives the names in a directory, sorted. Too many are an error.
func list(fsys fs.FS, dir string) (names []string, err error) {
	f, err := fsys.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: dir, Err: errors.New("not a directory")}
	}
	entries, err := d.ReadDir(maxFiles + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(entries) > maxFiles {
		return nil, fmt.Errorf("%s: more than %d files", dir, maxFiles)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names, nil
}
