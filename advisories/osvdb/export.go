package osvdb

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

const (
	// maxRecord bounds one record. The largest in OSV's export have a few MiB.
	maxRecord = 16 << 20
	// maxEntries bounds the records of a source; OSV's export has 1.8 million.
	maxEntries = 16 << 20
	// maxBytes bounds what all records take together, without compression.
	maxBytes = 64 << 30
	// maxZip bounds a zip in a file system that cannot read at an offset, so
	// that it must be held in memory.
	maxZip = 512 << 20

	allZip = "all.zip"
)

// export is a source of records in the layout of OSV's export bucket. close
// must follow list, whatever list returned.
type export struct {
	fsys    fs.FS
	entries []exportEntry
	closers []io.Closer
	// absent are the names in ecosystems.txt that have no folder.
	absent []string
}

// exportEntry is one file that should hold a record.
type exportEntry struct {
	source string    // the zip or folder it is in
	name   string    // within source
	zipped *zip.File // nil: a file of its own
}

// list finds the records of a source: those of the root and of each folder
// below it, from all.zip where there is one, else from *.json.
func (x *export) list() error {
	root, err := fs.ReadDir(x.fsys, ".")
	if err != nil {
		return err
	}
	if err := x.addFolder(".", root); err != nil {
		return err
	}
	for _, d := range root {
		if !isDir(x.fsys, d) {
			continue
		}
		files, err := fs.ReadDir(x.fsys, d.Name())
		if err != nil {
			return err
		}
		if err := x.addFolder(d.Name(), files); err != nil {
			return err
		}
	}
	x.absent, err = absentFolders(x.fsys)
	return err
}

// close closes the zips. They were only read: there is nothing to lose.
func (x *export) close() {
	for _, c := range x.closers {
		_ = c.Close()
	}
}

func (x *export) addFolder(dir string, files []fs.DirEntry) error {
	for _, f := range files {
		if f.Name() == allZip {
			return x.addZip(path.Join(dir, allZip))
		}
	}
	for _, f := range files {
		if path.Ext(f.Name()) == ".json" && !f.IsDir() {
			x.entries = append(x.entries, exportEntry{source: dir, name: f.Name()})
		}
	}
	return x.checkCount(dir)
}

// addZip lists a zip. Names in it are for messages only: nothing is ever
// written by them.
func (x *export) addZip(name string) error {
	r, size, err := x.readerAt(name)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "/") {
			x.entries = append(x.entries, exportEntry{source: name, name: f.Name, zipped: f})
		}
	}
	return x.checkCount(name)
}

func (x *export) checkCount(name string) error {
	if len(x.entries) > maxEntries {
		return fmt.Errorf("%s: more than %d records: %w", name, maxEntries, ErrLimit)
	}
	return nil
}

// readerAt opens a file for reading at any offset.
func (x *export) readerAt(name string) (io.ReaderAt, int64, error) {
	f, info, err := openRegular(x.fsys, name)
	if err != nil {
		return nil, 0, err
	}
	x.closers = append(x.closers, f)
	if r, ok := f.(io.ReaderAt); ok {
		return r, info.Size(), nil
	}
	b, err := readLimited(f, maxZip)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return bytes.NewReader(b), int64(len(b)), nil
}

// read gives the bytes of an entry.
func (x *export) read(e exportEntry) (b []byte, err error) {
	f, err := x.open(e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return readLimited(f, maxRecord)
}

func (x *export) open(e exportEntry) (io.ReadCloser, error) {
	if e.zipped == nil {
		f, _, err := openRegular(x.fsys, path.Join(e.source, e.name))
		return f, err
	}
	if e.zipped.UncompressedSize64 > maxRecord {
		return nil, tooLarge(maxRecord)
	}
	return e.zipped.Open()
}

// openRegular opens a regular file: to open a FIFO or a device could block.
func openRegular(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	f, err := fsys.Open(name)
	return f, info, err
}

// readLimited reads to the end, whatever a file says of its size.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = tooLarge(limit)
	}
	return b, err
}

func tooLarge(limit int64) error { return fmt.Errorf("larger than %d bytes: %w", limit, ErrLimit) }

// isDir says whether an entry is a folder or a link to one.
func isDir(fsys fs.FS, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return d.IsDir()
	}
	info, err := fs.Stat(fsys, d.Name())
	return err == nil && info.IsDir()
}

// absentFolders compares ecosystems.txt, where there is one, with the folders.
func absentFolders(fsys fs.FS) ([]string, error) {
	f, _, err := openRegular(fsys, "ecosystems.txt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := readLimited(f, 1<<20)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("ecosystems.txt: %w", err)
	}
	var absent []string
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		name := strings.TrimSpace(lines.Text())
		if name == "" {
			continue
		}
		if _, err := fs.Stat(fsys, name); err != nil {
			absent = append(absent, name)
		}
	}
	return absent, nil
}
