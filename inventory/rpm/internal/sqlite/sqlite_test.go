package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/sqlite"
)

// read gives each row and error as a line.
func read(t *testing.T, db *sqlite.DB) []string {
	t.Helper()
	var got []string
	for blob, err := range db.Blobs("packages", 1) {
		if err != nil {
			got = append(got, fmt.Sprintf("%v: %v", blob.Record, err))
			continue
		}
		got = append(got, fmt.Sprintf("%v: %s*%d", blob.Record, blob.Data[:1], len(blob.Data)))
	}
	return got
}

func open(t *testing.T, file []byte, log *sqlite.Log) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(bytes.NewReader(file), int64(len(file)), log)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func rows() [][]byte {
	return [][]byte{[]byte("a"), bytes.Repeat([]byte("b"), 5000), bytes.Repeat([]byte("c"), 70)}
}

var wantRows = []string{"hnum 1: a*1", "hnum 2: b*5000", "hnum 3: c*70"}

func TestPageSizes(t *testing.T) {
	for size := 512; size <= 65536; size *= 2 {
		if diff := cmp.Diff(wantRows, read(t, open(t, rpmtest.SQLite(size, rows()...), nil))); diff != "" {
			t.Errorf("pages of %d bytes (-want +got):\n%s", size, diff)
		}
	}
}

// The pages of rpmtest.SQLite(512, rows()...): 1 schema, 2 root, 3 leaf of row
// 1, 4 leaf of row 2, 5 to 13 its overflow pages, 14 leaf of row 3.
func TestDamage(t *testing.T) {
	page := func(file []byte, n int) []byte { return file[(n-1)*512 : n*512 : n*512] }
	be := binary.BigEndian
	tests := []struct {
		name   string
		damage func(file []byte) []byte
		want   []string
	}{
		{"none", func(f []byte) []byte { return f }, wantRows},
		{
			"overflow chain that loops",
			func(f []byte) []byte { be.PutUint32(page(f, 7), 6); return f },
			[]string{wantRows[0], "hnum 2: overflow chain breaks at page 6 after 1956 of 5004 bytes", wantRows[2]},
		},
		{
			"overflow chain that ends early",
			func(f []byte) []byte { be.PutUint32(page(f, 7), 0); return f },
			[]string{wantRows[0], "hnum 2: overflow chain breaks at page 0 after 1956 of 5004 bytes", wantRows[2]},
		},
		{
			"overflow chain into the tree",
			func(f []byte) []byte { be.PutUint32(page(f, 7), 2); return f },
			[]string{wantRows[0], "hnum 2: overflow chain breaks at page 2 after 1956 of 5004 bytes", wantRows[2]},
		},
		{
			"tree that loops",
			func(f []byte) []byte { be.PutUint32(page(f, 2)[8:], 2); return f },
			[]string{wantRows[0], wantRows[1], "page 2: page is not part of this tree: out of range, too deep or seen before"},
		},
		{
			"child out of range",
			func(f []byte) []byte { be.PutUint32(page(f, 2)[8:], 1<<31); return f },
			[]string{wantRows[0], wantRows[1], "page 2147483648: page is not part of this tree: out of range, too deep or seen before"},
		},
		{
			"leaf of another kind",
			func(f []byte) []byte { page(f, 4)[0] = 10; return f },
			[]string{wantRows[0], "page 4: page of type 10 is not part of a table", wantRows[2]},
		},
		{
			"more cells than fit",
			func(f []byte) []byte { be.PutUint16(page(f, 4)[3:], 300); return f },
			[]string{wantRows[0], "page 4: page has more cells than fit", wantRows[2]},
		},
		{
			"cell beyond the page",
			func(f []byte) []byte { be.PutUint16(page(f, 4)[8:], 600); return f },
			[]string{wantRows[0], "page 4: cell at 600: it is beyond the page", wantRows[2]},
		},
		{
			"cells that overlap",
			func(f []byte) []byte {
				leaf := page(f, 14)
				be.PutUint16(leaf[3:], 8)
				for i := 1; i < 8; i++ {
					copy(leaf[8+2*i:], leaf[8:10])
				}
				return f
			},
			[]string{
				wantRows[0], wantRows[1], wantRows[2], wantRows[2], wantRows[2], wantRows[2], wantRows[2], wantRows[2],
				"page 14: cell at 436: cells overlap", "page 14: cell at 436: cells overlap",
			},
		},
		{
			"lying payload size",
			func(f []byte) []byte {
				leaf := page(f, 3)
				at := be.Uint16(leaf[8:])
				copy(leaf[at-8:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
				be.PutUint16(leaf[8:], at-8)
				return f
			},
			[]string{"page 3: cell at 498: payload of 18446744073709551615 bytes does not fit the page", wantRows[1], wantRows[2]},
		},
		{
			"cut off",
			func(f []byte) []byte { return f[:len(f)-600] },
			[]string{
				wantRows[0], "hnum 2: overflow chain breaks at page 13 after 4496 of 5004 bytes",
				"page 14: page is not part of this tree: out of range, too deep or seen before",
			},
		},
		{
			"another table",
			func(f []byte) []byte { return bytes.ReplaceAll(f, []byte("Packages"), []byte("Bagpipes")) },
			[]string{"page 1: schema: no such table: packages"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := read(t, open(t, tt.damage(rpmtest.SQLite(512, rows()...)), nil))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	with := func(at int, b byte) []byte {
		f := rpmtest.SQLite(512)
		f[at] = b
		return f
	}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "SQLite header: unexpected EOF"},
		{"other magic", with(0, 'X'), "not an SQLite database"},
		{"page size", with(17, 3), "SQLite page size 515 is not valid"},
		{"reserved", with(20, 33), "SQLite page of 512 bytes with 33 reserved"},
		{"read version", with(19, 3), "unsupported kind of SQLite database: read version 3"},
		{"encoding", with(59, 3), "unsupported kind of SQLite database: text encoding 3"},
	}
	for _, tt := range tests {
		_, err := sqlite.Open(bytes.NewReader(tt.file), int64(len(tt.file)), nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: Open gives %v, want %s", tt.name, err, tt.want)
		}
	}
}

// frames are the pages of a file as frames of one transaction.
func frames(pageSize int, file []byte) []rpmtest.Frame {
	var fs []rpmtest.Frame
	for n := 0; n < len(file)/pageSize; n++ {
		fs = append(fs, rpmtest.Frame{Page: uint32(n + 1), Data: file[n*pageSize:][:pageSize]})
	}
	fs[len(fs)-1].Commit = uint32(len(fs))
	return fs
}

func TestLog(t *testing.T) {
	const size = 512
	before := rpmtest.SQLite(size, []byte("z"))
	first := frames(size, rpmtest.SQLite(size, rows()[:2]...))
	second := frames(size, rpmtest.SQLite(size, rows()...))
	none := []string{"hnum 1: z*1"}
	both := append(append([]rpmtest.Frame(nil), first...), second...)
	tests := []struct {
		name       string
		frames     []rpmtest.Frame
		damage     func(log []byte) []byte
		want       []string
		unfinished int
		err        string
	}{
		{name: "no frame", want: none},
		{name: "one commit", frames: first, want: wantRows[:2]},
		{name: "the later wins", frames: both, want: wantRows},
		{name: "no commit", frames: first[:3], want: none, unfinished: 3},
		{name: "commit, then none", frames: both[:len(first)+2], want: wantRows[:2], unfinished: 2},
		{
			name: "frame of an earlier use", frames: both, want: wantRows[:2],
			damage: func(log []byte) []byte { log[32+len(first)*(size+24)+8] ^= 1; return log },
		},
		{
			name: "damage before a commit", frames: both, want: wantRows[:2],
			damage: func(log []byte) []byte { log[32+len(first)*(size+24)+100] ^= 1; return log },
			err:    "frame at 7000: checksum does not match, and the commit at 13968 is lost", unfinished: 13,
		},
		{
			name: "damage after the last commit", frames: both[:len(first)+2], want: wantRows[:2],
			damage:     func(log []byte) []byte { log[32+len(first)*(size+24)+100] ^= 1; return log },
			unfinished: 2,
		},
		{
			name: "cut off in a frame", frames: both, want: wantRows[:2],
			damage: func(log []byte) []byte { return log[:len(log)-1] },
			err:    "frame 27: unexpected EOF", unfinished: 13,
		},
		{
			name: "cut off in a frame's header", frames: both, want: wantRows[:2],
			damage: func(log []byte) []byte { return log[:len(log)-size-1] },
			err:    "the last frame: unexpected EOF", unfinished: 13,
		},
	}
	for _, tt := range tests {
		for _, bigEndian := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, big-endian %t", tt.name, bigEndian), func(t *testing.T) {
				data := rpmtest.WAL(size, bigEndian, tt.frames...)
				if tt.damage != nil {
					data = tt.damage(data)
				}
				log, err := sqlite.OpenLog(bytes.NewReader(data), int64(len(data)))
				if got := fmt.Sprint(err); got != tt.err && (err != nil || tt.err != "") {
					t.Errorf("OpenLog gives %v, want %s", err, tt.err)
				}
				if log.Unfinished != tt.unfinished {
					t.Errorf("%d unfinished frames, want %d", log.Unfinished, tt.unfinished)
				}
				if diff := cmp.Diff(tt.want, read(t, open(t, before, log))); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestLogThatIsNone(t *testing.T) {
	good := rpmtest.WAL(512, false)
	for name, at := range map[string]int{"magic": 0, "version": 7, "page size": 11, "salt": 17, "checksum": 31} {
		bad := bytes.Clone(good)
		bad[at] ^= 0x40
		if log, err := sqlite.OpenLog(bytes.NewReader(bad), int64(len(bad))); log != nil || err == nil {
			t.Errorf("%s: OpenLog gives %v and error %v, want an error only", name, log, err)
		}
	}
	if log, err := sqlite.OpenLog(bytes.NewReader(nil), 0); log != nil || err != nil {
		t.Errorf("empty: OpenLog gives %v and %v, want neither", log, err)
	}
}

func TestLogOfAnotherDatabase(t *testing.T) {
	file := rpmtest.SQLite(512, rows()...)
	for name, frame := range map[string]rpmtest.Frame{
		"page size": {Page: 1, Commit: 1, Data: rpmtest.SQLite(1024)[:1024]},
		"too many":  {Page: 2, Commit: 1 << 30, Data: file[512:1024]},
		"no header": {Page: 1, Commit: 14, Data: make([]byte, 512)},
	} {
		data := rpmtest.WAL(len(frame.Data), false, frame)
		log, err := sqlite.OpenLog(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(bytes.NewReader(file), int64(len(file)), log); err == nil || !strings.Contains(err.Error(), "write-ahead log") {
			t.Errorf("%s: Open gives %v, want an error of the log", name, err)
		}
	}
}

func TestUnchanged(t *testing.T) {
	file := rpmtest.SQLite(512, rows()...)
	data := rpmtest.WAL(512, false, frames(512, file)...)
	log, err := sqlite.OpenLog(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, file, log)
	if err := db.Unchanged(); err != nil {
		t.Errorf("Unchanged gives %v", err)
	}
	data[16]++ // another salt: the log was started over
	if err := db.Unchanged(); !errors.Is(err, sqlite.ErrChanged) {
		t.Errorf("after the log was started over Unchanged gives %v", err)
	}
	data[16]--
	file[27]++ // the change counter
	if err := db.Unchanged(); !errors.Is(err, sqlite.ErrChanged) {
		t.Errorf("after a transaction Unchanged gives %v", err)
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(rpmtest.SQLite(512, rows()...))
	f.Add(rpmtest.SQLite(4096))
	f.Fuzz(func(t *testing.T, file []byte) { drain(t, file, nil) })
}

func FuzzLog(f *testing.F) {
	file := rpmtest.SQLite(512, rows()...)
	f.Add(rpmtest.WAL(512, false, frames(512, file)...))
	f.Add(rpmtest.WAL(512, true, frames(512, file)[:4]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		log, err := sqlite.OpenLog(bytes.NewReader(data), int64(len(data)))
		if log == nil && err == nil && len(data) > 0 {
			t.Error("OpenLog gives neither a log nor an error")
		}
		drain(t, file, log)
	})
}

// FuzzLogPages gets behind the checksums: the log is well-formed, its pages are
// not.
func FuzzLogPages(f *testing.F) {
	file := rpmtest.SQLite(512, rows()...)
	f.Add(uint32(1), uint32(len(file)/512), file)
	f.Fuzz(func(t *testing.T, first, commit uint32, pages []byte) {
		var fs []rpmtest.Frame
		for ; len(pages) >= 512; pages = pages[512:] {
			fs = append(fs, rpmtest.Frame{Page: first + uint32(len(fs)), Data: pages[:512]})
		}
		if len(fs) == 0 {
			return
		}
		fs[len(fs)-1].Commit = commit
		data := rpmtest.WAL(512, false, fs...)
		log, _ := sqlite.OpenLog(bytes.NewReader(data), int64(len(data))) // page 0 is an error
		if log == nil {
			t.Fatal("a well-formed log is refused")
		}
		drain(t, file, log)
	})
}

// drain reads everything and checks that the work is in proportion to the input.
func drain(t *testing.T, file []byte, log *sqlite.Log) {
	db, err := sqlite.Open(bytes.NewReader(file), int64(len(file)), log)
	if err != nil {
		return
	}
	n, size := 0, 0
	for blob, err := range db.Blobs("Packages", 1) {
		if n++; err == nil {
			size += len(blob.Data)
		}
	}
	if most := len(file) + 1<<16; log == nil && (n > most || size > most) {
		t.Errorf("%d rows with %d bytes from a file of %d", n, size, len(file))
	}
}
