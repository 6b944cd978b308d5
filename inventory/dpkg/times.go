package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// readTimes finds out when the packages were unpacked. dpkg keeps no date, but
// it writes the list of a package's files, info/NAME.list, when it unpacks a
// version of it. (It writes it again when another package takes over some of
// the files: the date is then too late, never too early.) Where there is no
// list, as in most images without dpkg, the date is unknown, and that is no
// problem. The error is the context's.
func (db *database) readTimes(ctx context.Context, fsys fs.FS) error {
	lists, err := fs.Sub(fsys, infoDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		db.problems.Add(inventory.Problem{Path: infoDir, Err: err})
		return nil
	}
	failed := 0
	var first error
	for i := range db.records {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := &db.records[i]
		if !r.state.onDisk() {
			continue
		}
		var err error
		if r.InstalledAt, err = unpackedAt(lists, r); err != nil {
			if failed == 0 {
				first = err
			}
			failed++
		}
	}
	if failed > 0 {
		err := fmt.Errorf("the time of %d packages could not be seen, the first: %w", failed, first)
		db.problems.Add(inventory.Problem{Path: infoDir, Err: err})
	}
	return nil
}

// unpackedAt gives the date of a package's list of files, UTC; zero where there
// is none. Packages that may be installed for several architectures have that
// of theirs in the list's name, since dpkg 1.16.2.
func unpackedAt(lists fs.FS, r *record) (time.Time, error) {
	if r.same {
		t, err := modified(lists, r.Name+":"+r.Arch+".list")
		if !errors.Is(err, fs.ErrNotExist) {
			return t, err
		}
	}
	t, err := modified(lists, r.Name+".list")
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	return t, err
}

// modified gives when a list was modified. Dates outside of 1970 to 9999 are
// none: image builders set the first second of 1970 for "no date".
func modified(lists fs.FS, list string) (time.Time, error) {
	info, err := fs.Stat(lists, list)
	if err != nil {
		return time.Time{}, err
	}
	if !info.Mode().IsRegular() {
		return time.Time{}, &fs.PathError{Op: "stat", Path: infoDir + "/" + list, Err: read.ErrNotRegular}
	}
	t := info.ModTime().UTC()
	if t.Unix() <= 0 || t.Year() > 9999 {
		return time.Time{}, nil
	}
	return t, nil
}
