package bdb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/bdb"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

const pageSize = 512

// file has the metadata page, then 1 the hash page of key 0, 2 of package 1, 3 of
// package 2, 4 to 6 its overflow pages, 7 the hash page of package 3.
func file(order rpmtest.ByteOrder) []byte {
	return rpmtest.BDB(order, pageSize, []byte("a"), bytes.Repeat([]byte("b"), 1000), bytes.Repeat([]byte("c"), 20))
}

var want = []string{"hnum 1: a*1", "hnum 2: b*1000", "hnum 3: c*20"}

func read(t *testing.T, data []byte) []string {
	t.Helper()
	db, err := bdb.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return []string{err.Error()}
	}
	var got []string
	for blob, err := range db.Blobs() {
		if err != nil {
			got = append(got, fmt.Sprintf("%v: %v", blob.Record, err))
			continue
		}
		got = append(got, fmt.Sprintf("%v: %s*%d", blob.Record, blob.Data[:1], len(blob.Data)))
	}
	return got
}

func TestDamage(t *testing.T) {
	le := binary.LittleEndian
	set16 := func(page, at int, v uint16) func([]byte) []byte {
		return func(f []byte) []byte { le.PutUint16(f[page*pageSize+at:], v); return f }
	}
	set32 := func(page, at int, v uint32) func([]byte) []byte {
		return func(f []byte) []byte { le.PutUint32(f[page*pageSize+at:], v); return f }
	}
	set8 := func(page, at int, v byte) func([]byte) []byte {
		return func(f []byte) []byte { f[page*pageSize+at] = v; return f }
	}
	const item = pageSize - 5 - 12 // of package 2, which leads to page 4
	tests := []struct {
		name   string
		damage func([]byte) []byte
		want   []string
	}{
		{"none", func(f []byte) []byte { return f }, want},
		{"empty", func([]byte) []byte { return nil }, []string{"metadata of Berkeley DB: unexpected EOF"}},
		{"magic", set32(0, 12, 0x42), []string{"not a Berkeley DB hash database"}},
		{"b-tree", set32(0, 12, 0x053162), []string{"unsupported kind of Berkeley DB: b-tree"}},
		{"version", set32(0, 16, 7), []string{"unsupported kind of Berkeley DB: hash version 7"}},
		{"encrypted", set8(0, 24, 1), []string{"unsupported kind of Berkeley DB: encrypted or with checksums"}},
		{"page size", set32(0, 20, 1<<20), []string{"page size 1048576 of Berkeley DB is not valid"}},
		{"freed page", set8(2, 25, 0), []string{want[1], want[2]}},
		{"page number", set32(2, 8, 3), []string{"page 2: hash page calls itself page 3", want[1], want[2]}},
		{"odd entries", set16(2, 20, 3), []string{"page 2: hash page with 3 entries", want[1], want[2]}},
		{"many entries", set16(2, 20, 400), []string{"page 2: hash page with 400 entries", want[1], want[2]}},
		{"key beyond the page", set16(2, 26, 512), []string{"page 2: entry 0 of the hash page is out of bounds", want[1], want[2]}},
		{"value in the index", set16(2, 28, 20), []string{"page 2: entry 0 of the hash page is out of bounds", want[1], want[2]}},
		{"key of another kind", set8(2, pageSize-5, 3), []string{"page 2: key is not a package number", want[1], want[2]}},
		{"value of another kind", set8(3, item, 4), []string{want[0], "hnum 2: value is an item of type 4 and 12 bytes", want[2]}},
		{
			"chain that loops", set32(5, 16, 4),
			[]string{want[0], "hnum 2: overflow chain breaks at page 4 after 972 of 1000 bytes", want[2]},
		},
		{
			"chain that ends early", set32(5, 16, 0),
			[]string{want[0], "hnum 2: overflow chain breaks at page 0 after 972 of 1000 bytes", want[2]},
		},
		{
			"chain to a hash page", set32(5, 16, 7),
			[]string{want[0], "hnum 2: page 7 is not the overflow page it should be", want[2]},
		},
		{
			"empty overflow page", set16(5, 22, 0),
			[]string{want[0], "hnum 2: page 5 is not the overflow page it should be", want[2]},
		},
		{
			"chain out of the file", set32(3, item+4, 1<<31),
			[]string{want[0], "hnum 2: overflow chain breaks at page 2147483648 after 0 of 1000 bytes", want[2]},
		},
		{
			"lying length", set32(3, item+8, 1<<20),
			[]string{want[0], "hnum 2: value of 1048576 bytes does not fit the file", want[2]},
		},
		{
			"length beyond the limit", set32(3, item+8, 1<<31),
			[]string{want[0], "hnum 2: header larger than the limit of 67108864 bytes", want[2]},
		},
		{
			"cut off", func(f []byte) []byte { return f[:len(f)-1] },
			[]string{want[0], want[1], "page 7: the file ends before its last page, 7: unexpected EOF"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, tt.damage(file(le)))); diff != "" {
				t.Errorf("blobs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBigEndian(t *testing.T) {
	if diff := cmp.Diff(want, read(t, file(binary.BigEndian))); diff != "" {
		t.Errorf("blobs (-want +got):\n%s", diff)
	}
}

// badPage fails for every read that touches a page.
type badPage struct {
	*bytes.Reader
	n int64
}

func (b badPage) ReadAt(p []byte, off int64) (int, error) {
	if off < (b.n+1)*pageSize && off+int64(len(p)) > b.n*pageSize {
		return 0, errors.New("bad sector")
	}
	return b.Reader.ReadAt(p, off)
}

func TestBadPageCostsNoOther(t *testing.T) {
	data := file(binary.LittleEndian)
	db, err := bdb.Open(badPage{bytes.NewReader(data), 2}, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for blob, err := range db.Blobs() {
		got = append(got, fmt.Sprintf("%v: %v", blob.Record, err))
	}
	if diff := cmp.Diff([]string{"page 2: bad sector", "hnum 2: <nil>", "hnum 3: <nil>"}, got); diff != "" {
		t.Errorf("blobs (-want +got):\n%s", diff)
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(file(binary.LittleEndian))
	f.Add(file(binary.BigEndian))
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := bdb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		size := 0
		for blob, err := range db.Blobs() {
			if err == nil {
				size += len(blob.Data)
			}
		}
		// A value on overflow pages may repeat a hash page's bytes, not more.
		if size > 2*len(data) {
			t.Errorf("blobs of %d bytes from a file of %d", size, len(data))
		}
	})
}
