package inventorytest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
)

// observer is a file system that remembers what was opened, with which path,
// and whether it was closed again.
type observer struct {
	fsys fs.FS

	mu      sync.Mutex
	invalid []string       // paths that io/fs does not allow
	open    map[string]int // how many files are open, by path
	regular []string       // regular files that were opened
}

// Open implements fs.FS.
func (o *observer) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.invalid = append(o.invalid, name)
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := o.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open == nil {
		o.open = map[string]int{}
	}
	o.open[name]++
	if info.Mode().IsRegular() && !slices.Contains(o.regular, name) {
		o.regular = append(o.regular, name)
	}
	return capable(f, sync.OnceFunc(func() { o.closed(name) })), nil
}

func (o *observer) closed(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open[name]--
}

// faults are the rules that were broken so far.
func (o *observer) faults() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs []error
	for _, name := range o.invalid {
		errs = append(errs, fmt.Errorf("opens %q, which is not a path of io/fs", name))
	}
	for name, n := range o.open {
		if n > 0 {
			errs = append(errs, fmt.Errorf("leaves %q open, %d times", name, n))
		}
	}
	return errors.Join(errs...)
}

// capable wraps a file so that closing it is seen, and so that it can neither
// more nor less than before: list a directory, read at an offset.
func capable(f fs.File, onClose func()) fs.File {
	w := watched{File: f, onClose: onClose}
	if d, ok := f.(fs.ReadDirFile); ok {
		return watchedDir{watched: w, dir: d}
	}
	if r, ok := f.(io.ReaderAt); ok {
		return watchedAt{watched: w, ReaderAt: r}
	}
	return w
}

type watched struct {
	fs.File
	onClose func()
}

func (w watched) Close() error {
	w.onClose()
	return w.File.Close()
}

type watchedAt struct {
	watched
	io.ReaderAt
}

type watchedDir struct {
	watched
	dir fs.ReadDirFile
}

func (w watchedDir) ReadDir(n int) ([]fs.DirEntry, error) { return w.dir.ReadDir(n) }

// sequential is a file system whose files can only be read from start to end,
// as those of a compressed image.
type sequential struct{ fsys fs.FS }

// Open implements fs.FS.
func (s sequential) Open(name string) (fs.File, error) {
	f, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	if _, ok := f.(fs.ReadDirFile); ok {
		return f, nil
	}
	return struct{ fs.File }{f}, nil
}
