package host

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

// file is an open file below a root. It hides the *os.File, which knows the
// scanning machine's path and can do more than read.
type file struct {
	f    *os.File
	name string // as it was asked for
}

// Stat describes the open file, by the name it was asked for.
func (f *file) Stat() (fs.FileInfo, error) {
	info, err := f.f.Stat()
	if err != nil {
		return nil, pathError("stat", f.name, err)
	}
	return named{info, path.Base(f.name)}, nil
}

// Close closes the file.
func (f *file) Close() error { return f.wrap("close", f.f.Close()) }

// wrap names the file in an error. io.EOF is not one.
func (f *file) wrap(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return pathError(op, f.name, err)
}

// regular is an open regular file.
type regular struct{ file }

var (
	_ io.ReaderAt = (*regular)(nil)
	_ io.Seeker   = (*regular)(nil)
)

func (f *regular) Read(p []byte) (int, error) {
	n, err := f.f.Read(p)
	return n, f.wrap("read", err)
}

func (f *regular) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(p, off)
	return n, f.wrap("read", err)
}

func (f *regular) Seek(offset int64, whence int) (int64, error) {
	n, err := f.f.Seek(offset, whence)
	return n, f.wrap("seek", err)
}

// dir is an open directory.
type dir struct {
	file
	fsys     *rootFS
	resolved string // without links, for descriptions of entries
	listed   int    // entries so far
}

var _ fs.ReadDirFile = (*dir)(nil)

// Read implements fs.File; a directory has no bytes.
func (d *dir) Read([]byte) (int, error) {
	return 0, pathError("read", d.name, errors.New("is a directory"))
}

// listingStep is how many entries are asked of the system at a time.
const listingStep = 1024

// ReadDir implements fs.ReadDirFile. What it gives over all calls is limited.
func (d *dir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 {
		return d.next(n)
	}
	var all []fs.DirEntry
	for {
		entries, err := d.next(listingStep)
		all = append(all, entries...)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// next lists up to n more entries. At the limit it looks for one more, to tell a
// full directory from one that is too large.
func (d *dir) next(n int) ([]fs.DirEntry, error) {
	left := d.fsys.maxEntries - d.listed
	entries, err := d.f.ReadDir(min(n, left+1))
	if len(entries) > left {
		entries, err = entries[:left], tooManyEntries(d.fsys.maxEntries)
	}
	d.listed += len(entries)
	for i, e := range entries {
		entries[i] = entry{DirEntry: e, dir: d}
	}
	return entries, d.wrap("readdir", err)
}

// entry is a directory entry that is described through the root.
type entry struct {
	fs.DirEntry
	dir *dir
}

func (e entry) Info() (fs.FileInfo, error) {
	return e.dir.fsys.Lstat(path.Join(e.dir.resolved, e.Name()))
}

func (e entry) String() string { return fs.FormatDirEntry(e) }

// named is a description under the name that was asked for, which a link may
// have changed.
type named struct {
	fs.FileInfo
	name string
}

func (n named) Name() string   { return n.name }
func (n named) String() string { return fs.FormatFileInfo(n) }
