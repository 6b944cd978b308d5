package rpm_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
	"github.com/keeppatched/keeppatched/inventory/rpm"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

// TestCancelledBetween cancels while a database is read: no error of the file
// may be made of it.
func TestCancelledBetween(t *testing.T) {
	blobs := make([][]byte, 100)
	for i := range blobs {
		blobs[i] = rpmtest.Package("a", "1", "1", "noarch", rpmtest.Big(5000))
	}
	for name, data := range map[string][]byte{
		"rpmdb.sqlite": rpmtest.SQLite(4096, blobs...),
		"Packages.db":  rpmtest.NDB(blobs...),
		"Packages":     rpmtest.BDB(binary.BigEndian, 4096, blobs...),
	} {
		ctx, cancel := context.WithCancel(context.Background())
		fsys := cancelling{fsys: machine(map[string][]byte{"var/lib/rpm/" + name: data}), cancel: cancel}
		got, err := rpm.Backend{}.Collect(ctx, &inventory.Target{FS: fsys})
		if !errors.Is(err, context.Canceled) || len(got.Problems) > 0 || len(got.Packages) == len(blobs) {
			t.Errorf("%s: %d packages, problems %v, error %v", name, len(got.Packages), got.Problems, err)
		}
	}
}

// cancelling cancels a context at the fiftieth read of a file.
type cancelling struct {
	fsys   fstest.MapFS
	cancel func()
}

func (c cancelling) Open(name string) (fs.File, error) {
	f, err := c.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(c.fsys, name)
	return &countdown{File: f, Reader: bytes.NewReader(data), left: 50, cancel: c.cancel}, err
}

type countdown struct {
	fs.File
	*bytes.Reader
	left   int
	cancel func()
}

func (c *countdown) Read(p []byte) (int, error) { return c.File.Read(p) }

func (c *countdown) ReadAt(p []byte, off int64) (int, error) {
	if c.left--; c.left == 0 {
		c.cancel()
	}
	return c.Reader.ReadAt(p, off)
}

func TestHugeFileIsRefused(t *testing.T) {
	fsys := sized{machine(map[string][]byte{"var/lib/rpm/Packages.db": rpmtest.NDB()})}
	if _, err := collect(t, fsys); !errors.Is(err, read.ErrTooLarge) {
		t.Errorf("Collect gives %v, want %v", err, read.ErrTooLarge)
	}
}

// sized says that every file has 5 GiB.
type sized struct{ fstest.MapFS }

func (s sized) Open(name string) (fs.File, error) {
	f, err := s.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	return sizedFile{f}, nil
}

type sizedFile struct{ fs.File }

func (f sizedFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return sizedInfo{info}, err
}

type sizedInfo struct{ fs.FileInfo }

func (sizedInfo) Size() int64 { return 5 << 30 }

func TestTextsAreLimited(t *testing.T) {
	long := strings.Repeat("x", 1<<10)
	got, err := collect(t, machine(map[string][]byte{
		"var/lib/rpm/Packages.db": rpmtest.NDB(rpmtest.Package("a"+long, "1", "1", "noarch"), rpmtest.Package(long, "1", "1", "noarch")),
	}))
	if err != nil || len(got.Packages) != 1 || len(got.Problems) != 1 {
		t.Errorf("Collect gives %d packages, problems %v, error %v", len(got.Packages), got.Problems, err)
	}
}

func FuzzHeader(f *testing.F) {
	for _, blob := range three {
		f.Add(blob)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		fsys := fstest.MapFS{"var/lib/rpm/Packages.db": {Data: rpmtest.NDB(blob)}}
		got, err := rpm.Backend{}.Collect(context.Background(), &inventory.Target{FS: fsys})
		if len(got.Packages)+len(got.Notes) == 0 && err == nil {
			t.Error("a header is neither package nor key nor error")
		}
		for _, p := range got.Packages {
			all := p.Name + p.Version + p.Arch + p.Source + p.SourceVersion + p.Vendor + p.Module
			if strings.ContainsFunc(all, func(c rune) bool { return c != unicode.ReplacementChar && !unicode.IsPrint(c) }) {
				t.Errorf("package %+v has text that is not printable", p)
			}
			if p.Name == "" || len(p.Version) < len("1-1") {
				t.Errorf("package %+v has no name or version", p)
			}
		}
	})
}
