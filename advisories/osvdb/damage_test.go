package osvdb_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// everything reads all that a database has to say, as text.
func everything(b []byte) (string, error) {
	ctx := context.Background()
	db, err := osvdb.OpenReaderAt(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	var s strings.Builder
	fmt.Fprintln(&s, db.Info())
	list, err := db.Ecosystems(ctx)
	if err != nil {
		return "", err
	}
	fmt.Fprintln(&s, list)
	var qs []query
	for _, e := range append(list, osvdb.Ecosystem{Name: "Fedora"}) {
		for _, name := range []string{"openssl", "linux", "kernel", "zope.interface", "absent"} {
			qs = append(qs, query{Ecosystem: e.Name, Name: name}, query{Ecosystem: e.Name, Name: name, Version: "3.0.1-1"})
		}
	}
	answers, err := db.Lookup(ctx, qs)
	if err != nil {
		return "", err
	}
	for _, a := range answers {
		fmt.Fprintln(&s, a.Err)
		for _, adv := range a.Advisories {
			fmt.Fprintf(&s, "%+v\n", *adv)
		}
	}
	for r, err := range db.All(ctx) {
		if err != nil {
			return "", err
		}
		if _, err := db.Record(ctx, r.ID); err != nil {
			return "", err
		}
		fmt.Fprintf(&s, "%s %s\n", r.ID, r.JSON)
	}
	return s.String(), nil
}

// known says whether an error is one that the package promises for bad files.
func known(err error) bool {
	return errors.Is(err, osvdb.ErrCorrupt) || errors.Is(err, osvdb.ErrNotDatabase) || errors.Is(err, osvdb.ErrFormat)
}

func TestTruncated(t *testing.T) {
	path, _ := build(t, folder(small))
	whole := mustRead(t, path)
	for n := range whole {
		if got, err := everything(whole[:n]); !known(err) {
			t.Errorf("%d of %d bytes: %v, %q", n, len(whole), err, got)
		}
	}
	if _, err := everything(append(bytes.Clone(whole), 0)); !known(err) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestFlipped(t *testing.T) {
	path, _ := build(t, folder(small))
	whole := mustRead(t, path)
	want, err := everything(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for _, bits := range []byte{0x01, 0x80, 0xff} {
			whole[i] ^= bits
			got, err := everything(whole)
			whole[i] ^= bits
			unused := i >= osvdb.HeaderUsed && i < osvdb.HeaderSize
			switch {
			case err != nil && !known(err):
				t.Errorf("byte %d ^ %#x: %v", i, bits, err)
			case err == nil && got != want:
				t.Errorf("byte %d ^ %#x: a wrong answer", i, bits)
			case (err == nil) != unused:
				t.Errorf("byte %d ^ %#x: %v", i, bits, err)
			}
		}
	}
}

// A file may be damaged, or cut, after it was opened.
func TestDamagedWhileOpen(t *testing.T) {
	path, _ := build(t, manyRecords(2000))
	db := mustOpen(t, path)
	if err := os.Truncate(path, 4096); err != nil {
		t.Fatal(err)
	}
	_, err := db.Lookup(context.Background(), []query{{Ecosystem: "Debian:12", Name: "common"}})
	if !errors.Is(err, osvdb.ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "block at") {
		t.Errorf("want an error that names file and block, got %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path, _ := build(t, folder(small))
	whole := mustRead(t, path)
	other := bytes.Clone(whole)
	other[8] = 2
	tests := []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"empty", nil, osvdb.ErrNotDatabase, ""},
		{"text", []byte(strings.Repeat("no database\n", 100)), osvdb.ErrNotDatabase, ""},
		{"a zip", zipped(t, small), osvdb.ErrNotDatabase, ""},
		{"another version", other, osvdb.ErrFormat, "it has 2, this program reads 1: build it again"},
		{"only the beginning", whole[:8], osvdb.ErrCorrupt, "cut short"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.osvdb")
			if err := os.WriteFile(path, tt.data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := osvdb.Open(path)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := osvdb.Open(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := osvdb.Open(t.TempDir()); !errors.Is(err, osvdb.ErrNotDatabase) {
		t.Errorf("a folder: %v", err)
	}
}

// withHeader changes a header and makes its sum right again.
func withHeader(whole []byte, change func(header []byte)) []byte {
	b := bytes.Clone(whole)
	change(b)
	sum := sha256.Sum256(b[:osvdb.HeaderUsed-32])
	copy(b[osvdb.HeaderUsed-32:], sum[:])
	return b
}

func TestHostileHeader(t *testing.T) {
	path, _ := build(t, folder(small))
	whole := mustRead(t, path)
	// Every integer of the header, made as large as can be: the sums match, and
	// what they say does not.
	for i := 12; i < osvdb.HeaderUsed-32; i += 4 {
		for _, v := range []uint32{0, 1, 1 << 31, 1<<32 - 1} {
			b := withHeader(whole, func(h []byte) { binary.LittleEndian.PutUint32(h[i:], v) })
			if bytes.Equal(b, whole) {
				continue
			}
			if _, err := everything(b); err != nil && !known(err) {
				t.Errorf("byte %d = %#x: %v", i, v, err)
			}
		}
	}
}

// Files whose sums are right and whose content is not.
func TestHostileBlocks(t *testing.T) {
	head := string(osvdb.AppendHead(nil, &advisories.Advisory{ID: "DSA-1-1"}))
	eco := "\x01\x00"
	good := [4]osvdb.RawTable{
		{Block: osvdb.Block("DSA-1-1", "{}")},
		{Block: osvdb.Block("DSA-1-1", head)},
		{Block: osvdb.Block("Debian:12\x00openssl\x00DSA-1-1", "\x00\x00")},
		{Block: osvdb.Block("Debian:12", eco)},
	}
	raw := func(t *testing.T, tables [4]osvdb.RawTable) []byte {
		t.Helper()
		b, _, err := osvdb.RawFile(tables, osvdb.Info{})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if got, err := everything(raw(t, good)); err != nil || !strings.Contains(got, "DSA-1-1") {
		t.Fatalf("the good file: %v, %s", err, got)
	}
	const heads, packages, ecosystems = 1, 2, 3
	tests := []struct {
		name   string
		table  int
		block  []byte
		height uint32
	}{
		{"no block", packages, nil, 0},
		{"more entries than bytes", packages, []byte("\xff\xff\xff\xff"), 0},
		{"an entry beyond the end", packages, []byte("\x01a\xff\x00\x00\x00\x01\x00\x00\x00"), 0},
		{"bytes without an entry", packages, []byte("abc\x00\x00\x00\x00"), 0},
		{"a key longer than its entry", packages, []byte("\x7fa\x02\x00\x00\x00\x01\x00\x00\x00"), 0},
		{"an endless number", packages, append(bytes.Repeat([]byte{0xff}, 20), 20, 0, 0, 0, 1, 0, 0, 0), 0},
		{"keys out of order", ecosystems, osvdb.Block("b", eco, "Debian:12", eco), 0},
		{"a key twice", ecosystems, osvdb.Block("Debian:12", eco, "Debian:12", eco), 0},
		{"an index of nothing", packages, osvdb.Block("x", "not a ref"), 1},
		{"an index that names another block", packages, osvdb.Block("zzz", osvdb.RefTo(0, 1, 1, [32]byte{})), 1},
		{"an index beyond the file", packages, osvdb.Block("zzz", osvdb.RefTo(1<<63, 1<<31, 1, [32]byte{})), 1},
		{"a block of 4 GiB", packages, osvdb.Block("zzz", osvdb.RefTo(512, 1, 1<<32-1, [32]byte{})), 1},
		{"too high", packages, osvdb.Block("x", ""), 1 << 31},
		{"more affected than bytes", packages, osvdb.Block("Debian:12\x00openssl\x00DSA-1-1", "\x00\xff\xff\xff\xff\x0f"), 0},
		{"bytes after the value", packages, osvdb.Block("Debian:12\x00openssl\x00DSA-1-1", "\x00\x00\x00"), 0},
		{"a package of no record", packages, osvdb.Block("Debian:12\x00openssl\x00DSA-9-9", "\x00\x00"), 0},
		{"a head of another record", heads, osvdb.Block("DSA-1-1", strings.Replace(head, "DSA-1-1", "DSA-1-2", 1)), 0},
		{"a head cut short", heads, osvdb.Block("DSA-1-1", head[:len(head)-2]), 0},
		{"no head", heads, osvdb.Block(), 0},
		{"an ecosystem without its numbers", ecosystems, osvdb.Block("Debian:12", ""), 0},
		{"a time that is none", ecosystems, osvdb.Block("Debian:12", "\x01\x02"), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tables := good
			tables[tt.table] = osvdb.RawTable{Block: tt.block, Height: tt.height}
			if got, err := everything(raw(t, tables)); !errors.Is(err, osvdb.ErrCorrupt) {
				t.Errorf("%v, %q", err, got)
			}
		})
	}
}

// An index whose sums are right and whose keys are not.
func TestHostileIndex(t *testing.T) {
	leaf := osvdb.RawTable{Block: osvdb.Block("Debian:11", "\x01\x00", "Debian:12", "\x01\x00")}
	_, refs, err := osvdb.RawFile([4]osvdb.RawTable{leaf, leaf}, osvdb.Info{})
	if err != nil {
		t.Fatal(err)
	}
	good := osvdb.Block("Debian:12", refs[0])
	tests := []struct {
		name   string
		block  []byte
		height uint32
		want   error
	}{
		{"good", good, 1, nil},
		{"a last key that the leaf has not", osvdb.Block("Debian:99", refs[0]), 1, osvdb.ErrCorrupt},
		{"a leaf twice", osvdb.Block("Debian:12", refs[0], "Debian:13", refs[0]), 1, osvdb.ErrCorrupt},
		{"a leaf where an index should be", good, 2, osvdb.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _, err := osvdb.RawFile([4]osvdb.RawTable{leaf, leaf, {Block: osvdb.Block()}, {Block: tt.block, Height: tt.height}}, osvdb.Info{})
			if err != nil {
				t.Fatal(err)
			}
			db, err := osvdb.OpenReaderAt(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			list, err := db.Ecosystems(context.Background())
			if !errors.Is(err, tt.want) || err == nil && len(list) != 2 {
				t.Errorf("%v, %v", list, err)
			}
		})
	}
}

func TestCache(t *testing.T) {
	c := osvdb.NewCache(100)
	for offset := range uint64(4) {
		c.Put(offset, 25)
	}
	c.Has(0)     // used again: now the newest
	c.Put(9, 25) // in place of the oldest
	c.Put(8, 26) // too large to keep
	got := map[uint64]bool{}
	for _, offset := range []uint64{0, 1, 2, 3, 8, 9} {
		got[offset] = c.Has(offset)
	}
	if diff := cmp.Diff(map[uint64]bool{0: true, 1: false, 2: true, 3: true, 8: false, 9: true}, got); diff != "" {
		t.Error(diff)
	}
}
