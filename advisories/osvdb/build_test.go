package osvdb_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// The same records in any of the layouts give the same file.
func TestLayouts(t *testing.T) {
	loose := folder(small)
	zips := fstest.MapFS{}
	single := ""
	for name, f := range loose {
		dir, base, ok := strings.Cut(name, "/")
		if !ok {
			continue
		}
		archive := fmt.Sprintf("-- %s --\n%s", base, f.Data)
		single += archive
		if old := zips[dir+"/all.zip"]; old != nil {
			archive = string(old.Data) + archive
		}
		zips[dir+"/all.zip"] = file([]byte(archive))
	}
	for name, f := range zips {
		zips[name] = file(zipped(t, string(f.Data)))
	}
	all := zipped(t, single)
	asFS, err := zip.NewReader(bytes.NewReader(all), int64(len(all)))
	if err != nil {
		t.Fatal(err)
	}
	both := maps.Clone(zips)
	maps.Copy(both, fstest.MapFS{"all.zip": file(all), "Debian/README": file([]byte("no record"))})
	onDisk := t.TempDir()
	if err := os.CopyFS(onDisk, zips); err != nil {
		t.Fatal(err)
	}

	path, _ := build(t, loose)
	want := mustRead(t, path)
	for name, src := range map[string]fs.FS{
		"zips": zips, "one zip": fstest.MapFS{"all.zip": file(all)}, "a zip as file system": asFS,
		"all of it twice": both, "a folder of the disk": os.DirFS(onDisk), "files that cannot be read at an offset": plain{zips},
	} {
		t.Run(name, func(t *testing.T) {
			path, stats := build(t, src)
			if !bytes.Equal(mustRead(t, path), want) {
				t.Error("another file")
			}
			if stats.Records != 5 || stats.Refused != 0 || stats.Superseded != 0 {
				t.Errorf("%+v", stats)
			}
			if stats.Size != int64(len(want)) {
				t.Errorf("size %d, want %d", stats.Size, len(want))
			}
		})
	}
}

// plain hides the ReadAt of a file system's files.
type plain struct{ fs.FS }

func (p plain) Open(name string) (fs.File, error) {
	f, err := p.FS.Open(name)
	if _, ok := f.(fs.ReadDirFile); ok || err != nil {
		return f, err
	}
	return struct{ fs.File }{f}, nil
}

func TestDeterministic(t *testing.T) {
	src := manyRecords(2000)
	path, _ := build(t, src)
	want := mustRead(t, path)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 3 {
		if path, _ := build(t, src); !bytes.Equal(mustRead(t, path), want) {
			t.Fatal("the same source gave another file")
		}
	}
}

func TestRoundTrip(t *testing.T) {
	src := folder(small)
	db := built(t, src)
	n := 0
	for name, f := range src {
		id, ok := strings.CutSuffix(filepath.Base(name), ".json")
		if !ok {
			continue
		}
		n++
		raw, err := db.Record(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(f.Data), string(raw)); diff != "" {
			t.Error(diff)
		}
	}
	if n != db.Info().Records {
		t.Errorf("%d records, want %d", db.Info().Records, n)
	}
}

const (
	recordA  = `{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "Debian:12", "name": "old"}}]}`
	recordA2 = `{"id": "A-1", "modified": "2026-01-02T00:00:00Z", "affected": [{"package": {"ecosystem": "Debian:12", "name": "new"}}]}`
)

func TestLatestOfARecord(t *testing.T) {
	for _, src := range []fstest.MapFS{
		{"A/1.json": file([]byte(recordA)), "B/1.json": file([]byte(recordA2))},
		{"B/1.json": file([]byte(recordA)), "A/1.json": file([]byte(recordA2))},
	} {
		path, stats := build(t, src)
		if stats.Records != 1 || stats.Superseded != 1 {
			t.Errorf("%+v", stats)
		}
		db := mustOpen(t, path)
		if got := ids(ask(t, db, "Debian:12", "new", "")); len(got) != 1 {
			t.Errorf("new: %v", got)
		}
		if got := ids(ask(t, db, "Debian:12", "old", "")); len(got) != 0 {
			t.Errorf("old: %v", got)
		}
	}
}

func TestRefusedRecords(t *testing.T) {
	src := fstest.MapFS{
		"E/1.json":        file([]byte(recordA)),
		"E/2.json":        file([]byte(`{"id": `)),
		"E/3.json":        file([]byte(`{"modified": "2026-01-01T00:00:00Z"}`)),
		"E/4.json":        file([]byte(`{"id": "A\u0000B"}`)),
		"E/5.json":        file([]byte(`{"id": "B-1", "affected": [{"package": {"ecosystem": "E\u0000", "name": "n"}}]}`)),
		"E/6.json":        file([]byte(`{"id": "B-2", "affected": [{"package": {"ecosystem": "E", "name": "n\u0000"}}]}`)),
		"E/7.json":        file([]byte(`{"id": "` + strings.Repeat("x", 5000) + `"}`)),
		"E/8.json":        file(append([]byte(recordA), bytes.Repeat([]byte(" "), 16<<20)...)),
		"E/9.json":        file(nil),
		"E/link.json":     {Mode: fs.ModeNamedPipe | 0o644},
		"E/folder.json/x": file(nil),
	}
	path, stats := build(t, src)
	db := mustOpen(t, path)
	if stats.Records != 1 || stats.Refused != 9 || len(stats.Problems) != 9 || db.Info().Refused != 9 {
		t.Errorf("%+v", stats)
	}
	if want := "9 more records were refused"; !strings.Contains(db.Describe(), want) {
		t.Errorf("%q does not say %q", db.Describe(), want)
	}
	if err := db.Check(); err == nil || !strings.HasPrefix(err.Error(), "9 records") {
		t.Errorf("Check: %v", err)
	}
	for i, p := range stats.Problems[:8] {
		if want := fmt.Sprintf("%d.json", i+2); p.Source != "E" || p.Entry != want || p.Err == nil {
			t.Errorf("problem %d: %v", i, p)
		}
	}
	if !errors.Is(stats.Problems[6], osvdb.ErrLimit) {
		t.Errorf("the large one: %v", stats.Problems[6])
	}
}

// rawEntry writes an entry whose header says what the test wants.
func rawEntry(t *testing.T, w *zip.Writer, h zip.FileHeader, data []byte) {
	t.Helper()
	e, err := w.CreateRaw(&h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(data); err != nil {
		t.Fatal(err)
	}
}

func TestHostileZip(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	record := func(id string) []byte { return []byte(`{"id": "` + id + `", "modified": "2026-01-01T00:00:00Z"}`) }
	for _, name := range []string{"../../etc/passwd", "/abs.json", `C:\x`, "a/b/../c.json", "", "\xff\xfe", strings.Repeat("n", 60000)} {
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(record(fmt.Sprintf("ODD-%d", len(name)))); err != nil {
			t.Fatal(err)
		}
	}
	stored := func(name string, size uint64, sum uint32, data []byte) {
		rawEntry(t, w, zip.FileHeader{Name: name, Method: zip.Store, CRC32: sum, CompressedSize64: uint64(len(data)), UncompressedSize64: size}, data)
	}
	data := record("LIE-1")
	stored("less.json", uint64(len(data))-2, crc32.ChecksumIEEE(data), data)
	stored("more.json", uint64(len(data))+9, crc32.ChecksumIEEE(data), data)
	stored("sum.json", uint64(len(data)), 1, data)
	stored("huge.json", 1<<50, crc32.ChecksumIEEE(data), data)
	rawEntry(t, w, zip.FileHeader{Name: "method.json", Method: 99, CompressedSize64: 1, UncompressedSize64: 1}, []byte("x"))
	bomb, err := w.Create("bomb.json")
	if err != nil {
		t.Fatal(err)
	}
	for range 17 {
		if _, err := bomb.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Create("folder/"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path, stats := build(t, fstest.MapFS{"E/all.zip": file(buf.Bytes())})
	if stats.Records != 7 || stats.Refused != 6 {
		t.Errorf("%d records, %v", stats.Records, stats.Problems)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files beside the database: %v, %v", entries, err)
	}
}

// What cannot be built leaves the old file, and nothing else.
func TestFailedBuild(t *testing.T) {
	good, _ := build(t, folder(small))
	old := mustRead(t, good)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	cutZip := zipped(t, small)
	cutZip = cutZip[:len(cutZip)-30]
	tests := []struct {
		name string
		ctx  context.Context
		src  fs.FS
		want error // nil: any
	}{
		{"no folder", context.Background(), os.DirFS(filepath.Join(t.TempDir(), "absent")), fs.ErrNotExist},
		{"an empty folder", context.Background(), fstest.MapFS{}, osvdb.ErrEmpty},
		{"no record that can be read", context.Background(), fstest.MapFS{"E/1.json": file([]byte("x"))}, osvdb.ErrEmpty},
		{"a zip cut short", context.Background(), fstest.MapFS{"E/1.json": file([]byte(recordA)), "F/all.zip": file(cutZip)}, zip.ErrFormat},
		{"a zip that is a folder", context.Background(), fstest.MapFS{"E/1.json": file([]byte(recordA)), "F/all.zip/x": file(nil)}, nil},
		{"the context's end", canceled, folder(small), context.Canceled},
		{"a source that changes", context.Background(), &changing{FS: fstest.MapFS{"E/1.json": file([]byte(recordA))}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dst := filepath.Join(t.TempDir(), "kept.osvdb")
			if err := os.WriteFile(dst, old, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := osvdb.Build(tt.ctx, dst, tt.src, osvdb.BuildOptions{})
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if !bytes.Equal(mustRead(t, dst), old) {
				t.Error("the old file has changed")
			}
			if entries, err := os.ReadDir(filepath.Dir(dst)); err != nil || len(entries) != 1 {
				t.Errorf("left behind: %v, %v", entries, err)
			}
		})
	}
	if _, err := osvdb.Build(context.Background(), filepath.Join(t.TempDir(), "no", "folder"), folder(small), osvdb.BuildOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a destination without a folder: %v", err)
	}
}

// changing gives another record each time it is read.
type changing struct {
	fs.FS
	reads int
}

func (c *changing) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".json") {
		c.reads++
		return fstest.MapFS{name: file(fmt.Appendf(nil, `{"id": "A-1", "summary": "%d"}`, c.reads))}.Open(name)
	}
	return c.FS.Open(name)
}

// An open database keeps its file while a new one takes the name.
func TestReplace(t *testing.T) {
	path, _ := build(t, folder(small))
	old := mustOpen(t, path)
	if _, err := osvdb.Build(context.Background(), path, manyRecords(10), osvdb.BuildOptions{}); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip("Windows does not replace a file that is open:", err)
		}
		t.Fatal(err)
	}
	if got := ids(ask(t, old, "Debian:11", "openssl", "")); len(got) != 1 {
		t.Errorf("the old database: %v", got)
	}
	if got := ids(ask(t, mustOpen(t, path), "Debian:12", "p3", "")); len(got) != 1 {
		t.Errorf("the new database: %v", got)
	}
}

func TestBuildOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.osvdb")
	asOf := time.Date(2026, 4, 5, 6, 7, 8, 0, time.FixedZone("", 3600))
	calls, last := 0, 0
	stats, err := osvdb.Build(context.Background(), path, manyRecords(1000), osvdb.BuildOptions{
		AsOf: asOf, Builder: "test 1.0",
		Progress: func(done, total int) {
			if done < last || done > total {
				t.Errorf("%d after %d of %d", done, last, total)
			}
			calls, last = calls+1, done
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls < 4 {
		t.Errorf("%d calls", calls)
	}
	info := mustOpen(t, path).Info()
	if info.Builder != "test 1.0" || !info.AsOf.Equal(asOf) || !info.Newest.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", info)
	}
	if diff := cmp.Diff(stats.Info, info); diff != "" {
		t.Error(diff)
	}
}

func TestAbsentFolders(t *testing.T) {
	src := folder(small)
	src["ecosystems.txt"] = file([]byte("Debian\r\nAlpine\n\nPyPI\nGo"))
	_, stats := build(t, src)
	if diff := cmp.Diff([]string{"Alpine", "Go"}, stats.Absent); diff != "" {
		t.Error(diff)
	}
}
