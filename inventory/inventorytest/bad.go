package inventorytest

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"sync/atomic"
	"testing/fstest"
	"time"
)

// overlay is a file system with one file replaced.
type overlay struct {
	fs.FS
	name string
	open func() (fs.File, error)
}

// Open implements fs.FS.
func (o *overlay) Open(name string) (fs.File, error) {
	if name == o.name {
		return o.open()
	}
	return o.FS.Open(name)
}

func always() bool { return true }

func memory(what, name string, data []byte) variant {
	fsys := fstest.MapFS{name: {Data: data, Mode: 0o644}}
	return variant{what: what, name: name, open: func() (fs.File, error) { return fsys.Open(name) }}
}

func directory(name string) variant {
	fsys := fstest.MapFS{name: {Mode: fs.ModeDir | 0o755}}
	open := func() (fs.File, error) { return fsys.Open(name) }
	return variant{what: "a directory", name: name, open: open, failed: always}
}

func unreadable(name string) variant {
	open := func() (fs.File, error) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return variant{what: "unreadable", name: name, open: open, failed: always}
}

var errMedium = errors.New("input/output error")

// failing is a file that can be read up to an offset, and not beyond.
func failing(name string, data []byte, at int) variant {
	hit := new(atomic.Bool)
	read := func(p []byte, off int64) (int, error) {
		if off >= int64(at) {
			hit.Store(true)
			return 0, &fs.PathError{Op: "read", Path: name, Err: errMedium}
		}
		return copy(p, data[off:at]), nil
	}
	open := func() (fs.File, error) {
		return &made{name: name, size: int64(len(data)), read: read}, nil
	}
	what := "failing at its start"
	if at > 0 {
		what = "failing in the middle"
	}
	return variant{what: what, name: name, open: open, failed: hit.Load}
}

// endless is a file that repeats its content for ever, as one that another
// process keeps writing to. Its size is what it was before that.
type endless struct {
	name   string
	size   int64
	data   []byte
	cancel func()
	read   atomic.Int64
}

func (e *endless) open() (fs.File, error) {
	return &made{name: e.name, size: e.size, read: e.readAt}, nil
}

func (e *endless) readAt(p []byte, off int64) (int, error) {
	n := copy(p, e.data[off%int64(len(e.data)):])
	for n < len(p) {
		n += copy(p[n:], e.data)
	}
	total := e.read.Add(int64(n))
	if total > endlessCancel {
		e.cancel()
	}
	if total > endlessLimit {
		return 0, &fs.PathError{Op: "read", Path: e.name, Err: errMedium}
	}
	return n, nil
}

// made is a regular file whose content a function makes up. The function may
// give fewer bytes than asked for.
type made struct {
	name string
	size int64
	off  int64
	read func(p []byte, off int64) (int, error)
}

var _ io.ReaderAt = (*made)(nil)

func (m *made) Stat() (fs.FileInfo, error) { return m, nil }
func (m *made) Close() error               { return nil }

func (m *made) Read(p []byte) (int, error) {
	n, err := m.read(p, m.off)
	m.off += int64(n)
	return n, err
}

// ReadAt implements io.ReaderAt, which fills p or says why not.
func (m *made) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = m.read(p[n:], off+int64(n))
		n += k
	}
	return n, err
}

// The file's description.

func (m *made) Name() string       { return path.Base(m.name) }
func (m *made) Size() int64        { return m.size }
func (m *made) Mode() fs.FileMode  { return 0o644 }
func (m *made) ModTime() time.Time { return time.Time{} }
func (m *made) IsDir() bool        { return false }
func (m *made) Sys() any           { return nil }
