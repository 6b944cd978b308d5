// Package read opens files of a possibly hostile file system: regular files
// only, no more than a limit, whatever the file says of its size.
package read

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// ErrTooLarge says that a file, line or field is longer than its limit.
var ErrTooLarge = errors.New("larger than the limit")

// ErrNotRegular says that a path is not a regular file (a directory, a FIFO, a
// device): reading it could block or never end.
var ErrNotRegular = errors.New("not a regular file")

// Open opens a regular file and gives its size at that moment.
func Open(fsys fs.FS, name string) (fs.File, int64, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // the first error says more
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
	}
	return f, info.Size(), nil
}

// File reads a whole regular file of at most limit bytes.
func File(fsys fs.FS, name string, limit int64) (data []byte, err error) {
	f, size, err := Open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return all(f, name, size, limit)
}

// all reads f to its end: a file may grow, or lie about its size.
func all(f io.Reader, name string, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, tooLarge(name, limit)
	}
	buf := bytes.NewBuffer(make([]byte, 0, max(size, 0)+bytes.MinRead))
	if _, err := buf.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	if int64(buf.Len()) > limit {
		return nil, tooLarge(name, limit)
	}
	return buf.Bytes(), nil
}

func tooLarge(name string, limit int64) error {
	return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)}
}

// At is a file open for reading at any offset.
type At struct {
	io.ReaderAt
	Size  int64 // when it was opened
	close func() error
}

// Close closes the file.
func (a *At) Close() error { return a.close() }

// OpenAt opens a regular file for reading at any offset. Where the file system
// gives no such access, the file is read to memory, at most limit bytes of it.
func OpenAt(fsys fs.FS, name string, limit int64) (*At, error) {
	f, size, err := Open(fsys, name)
	if err != nil {
		return nil, err
	}
	if r, ok := f.(io.ReaderAt); ok {
		return &At{ReaderAt: r, Size: size, close: f.Close}, nil
	}
	data, err := all(f, name, size, limit)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return &At{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), close: func() error { return nil }}, nil
}
