package read_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// oneFile is a file system of one file that says one size and gives content.
type oneFile struct {
	size    int64
	mode    fs.FileMode
	content io.Reader
	closed  int
	failure error // of Close
}

func (f *oneFile) Open(string) (fs.File, error) { return f, nil }
func (f *oneFile) Read(p []byte) (int, error)   { return f.content.Read(p) }
func (f *oneFile) Close() error                 { f.closed++; return f.failure }
func (f *oneFile) Stat() (fs.FileInfo, error)   { return f, nil }
func (f *oneFile) Name() string                 { return "file" }
func (f *oneFile) Size() int64                  { return f.size }
func (f *oneFile) Mode() fs.FileMode            { return f.mode }
func (f *oneFile) ModTime() time.Time           { return time.Time{} }
func (f *oneFile) IsDir() bool                  { return f.mode.IsDir() }
func (f *oneFile) Sys() any                     { return nil }

// endless is a file that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

var errMedium = errors.New("input/output error")

func text(s string) io.Reader { return strings.NewReader(s) }

func TestFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		file oneFile
		want string
		err  error
	}{
		{"whole", oneFile{size: 5, content: text("hello")}, "hello", nil},
		{"empty", oneFile{content: text("")}, "", nil},
		{"as large as the limit", oneFile{size: 10, content: text("0123456789")}, "0123456789", nil},
		{"larger", oneFile{size: 11, content: text("0123456789a")}, "", read.ErrTooLarge},
		{"of /proc, which says 0", oneFile{size: 0, content: text("hello")}, "hello", nil},
		{"grows within the limit", oneFile{size: 2, content: text("hello")}, "hello", nil},
		{"grows past the limit", oneFile{size: 2, content: text("0123456789a")}, "", read.ErrTooLarge},
		{"never ends", oneFile{size: 2, content: endless{}}, "", read.ErrTooLarge},
		{"shrinks", oneFile{size: 9, content: text("hello")}, "hello", nil},
		{"says an absurd size", oneFile{size: 1 << 62, content: text("hello")}, "", read.ErrTooLarge},
		{"says a negative size", oneFile{size: -5000, content: text("hello")}, "hello", nil},
		{"fails in the middle", oneFile{size: 9, content: io.MultiReader(text("he"), failing{})}, "", errMedium},
		{"fails to close", oneFile{size: 5, content: text("hello"), failure: errMedium}, "hello", errMedium},
		{"directory", oneFile{mode: fs.ModeDir, content: text("")}, "", read.ErrNotRegular},
		{"FIFO", oneFile{mode: fs.ModeNamedPipe, content: endless{}}, "", read.ErrNotRegular},
		{"device", oneFile{mode: fs.ModeDevice | fs.ModeCharDevice, content: endless{}}, "", read.ErrNotRegular},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read.File(&tt.file, "dir/file", 10)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("File = %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
			if err != nil && tt.file.failure == nil && !strings.Contains(err.Error(), "dir/file") {
				t.Errorf("error %q does not name the file", err)
			}
			if tt.file.closed != 1 {
				t.Errorf("closed %d times, want once", tt.file.closed)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errMedium }

func TestFileAbsent(t *testing.T) {
	if _, err := read.File(fstest.MapFS{}, "gone", 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("File gives %v, want fs.ErrNotExist", err)
	}
}

func TestOpenAt(t *testing.T) {
	direct := fstest.MapFS{"file": {Data: []byte("hello")}}
	sequential := &oneFile{size: 5, content: text("hello")}
	for name, fsys := range map[string]fs.FS{"direct": direct, "sequential": sequential} {
		a, err := read.OpenAt(fsys, "file", 10)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(a, 1, 3))
		if !bytes.Equal(got, []byte("ell")) || err != nil || a.Size != 5 {
			t.Errorf("%s: %q of %d bytes, %v, want ell of 5", name, got, a.Size, err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("%s: Close: %v", name, err)
		}
	}
	if sequential.closed != 1 {
		t.Errorf("file read to memory was closed %d times, want once", sequential.closed)
	}
}

func TestOpenAtLimit(t *testing.T) {
	// Direct access needs no memory, so it has no limit.
	a, err := read.OpenAt(fstest.MapFS{"file": {Data: make([]byte, 100)}}, "file", 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	f := &oneFile{size: 5, content: endless{}}
	if _, err := read.OpenAt(f, "file", 10); !errors.Is(err, read.ErrTooLarge) || f.closed != 1 {
		t.Errorf("OpenAt of an endless file gives %v, closed %d times, want ErrTooLarge, once", err, f.closed)
	}
	f = &oneFile{mode: fs.ModeNamedPipe, content: endless{}}
	if _, err := read.OpenAt(f, "file", 10); !errors.Is(err, read.ErrNotRegular) || f.closed != 1 {
		t.Errorf("OpenAt of a FIFO gives %v, closed %d times, want ErrNotRegular, once", err, f.closed)
	}
}
