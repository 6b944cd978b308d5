package ndb_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/ndb"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

func file() []byte {
	return rpmtest.NDB([]byte("a"), bytes.Repeat([]byte("b"), 5000), bytes.Repeat([]byte("c"), 20))
}

var want = []string{"slot 2: a*1", "slot 4: b*5000", "slot 5: c*20"}

func read(t *testing.T, data []byte) []string {
	t.Helper()
	db, err := ndb.Open(bytes.NewReader(data), int64(len(data)))
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

// The file has the slot page, then the blob of package 1 in 2 blocks, of package
// 2 in 315 and of package 3 in 3.
func TestDamage(t *testing.T) {
	set := func(at int, v uint32) func([]byte) []byte {
		return func(f []byte) []byte { binary.LittleEndian.PutUint32(f[at:], v); return f }
	}
	const slot2, slot4 = 2 * 16, 4 * 16
	tests := []struct {
		name   string
		damage func([]byte) []byte
		want   []string
	}{
		{"none", func(f []byte) []byte { return f }, want},
		{"empty", func([]byte) []byte { return nil }, []string{"ndb header: unexpected EOF"}},
		{"magic", set(0, 1), []string{"not an NDB database"}},
		{"version", set(4, 1), []string{"NDB version 1 is not known"}},
		{
			"slot pages beyond the file",
			func(f []byte) []byte {
				return slices.Concat(rpmtest.NDB()[:12], []byte{2, 0, 0, 0}, rpmtest.NDB()[16:])
			},
			[]string{"page 1: slot page 2 of 2: unexpected EOF"},
		},
		{"slot magic", set(slot2, 0), []string{"slot 2: slot without its magic number", want[1], want[2]}},
		{"package 0", set(slot2+4, 0), []string{"slot 2: slot of package 0 is not valid: 32 bytes at 4096", want[1], want[2]}},
		{"another package", set(slot2+4, 9), []string{"slot 2: slot of package 9 leads to the blob of package 1", want[1], want[2]}},
		{"inside the slots", set(slot2+8, 1), []string{"slot 2: package 1: blob without its magic numbers", want[1], want[2]}},
		{"too few blocks", set(slot2+12, 1), []string{"slot 2: slot of package 1 is not valid: 16 bytes at 4096", want[1], want[2]}},
		{
			"beyond the file", set(slot2+12, 1<<31),
			[]string{"slot 2: package 1: 34359738368 bytes at 4096 are beyond the file's 9216: unexpected EOF", want[1], want[2]},
		},
		{
			"length", set(4096+12, 100),
			[]string{"slot 2: package 1: blob of 100 bytes does not fit its 32", want[1], want[2]},
		},
		{"blob magic", set(4096, 0), []string{"slot 2: package 1: blob without its magic numbers", want[1], want[2]}},
		{"data", func(f []byte) []byte { f[5000] ^= 1; return f }, []string{want[0], "slot 4: package 2: checksum does not match", want[2]}},
		{"freed", set(slot4+8, 0), []string{want[0], want[2]}},
		{
			"cut off", func(f []byte) []byte { return f[:9000] },
			[]string{
				want[0],
				"slot 4: package 2: 5040 bytes at 4128 are beyond the file's 9000: unexpected EOF",
				"slot 5: package 3: 48 bytes at 9168 are beyond the file's 9000: unexpected EOF",
			},
		},
		{
			"slots of one blob", func(f []byte) []byte { copy(f[slot4+16:], f[slot4:slot4+16]); return f },
			[]string{want[0], want[1], "slot 5: package 2: its blocks and those of earlier slots overlap"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, tt.damage(file()))); diff != "" {
				t.Errorf("blobs (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(file())
	f.Add(rpmtest.NDB())
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := ndb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		size := 0
		for blob, err := range db.Blobs() {
			if err == nil {
				size += len(blob.Data)
			}
		}
		if size > len(data) {
			t.Errorf("blobs of %d bytes from a file of %d", size, len(data))
		}
	})
}
