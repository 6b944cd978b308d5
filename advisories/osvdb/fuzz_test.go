package osvdb_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// FuzzOpen reads files of any bytes.
func FuzzOpen(f *testing.F) {
	path, _ := build(f, folder(small))
	whole := mustRead(f, path)
	f.Add(whole)
	f.Add(whole[:osvdb.HeaderSize])
	f.Add([]byte("KPOSVDB\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := everything(b); err != nil && !known(err) {
			t.Error(err)
		}
	})
}

// FuzzBlocks reads files whose sums are right and whose blocks are any bytes.
func FuzzBlocks(f *testing.F) {
	head := string(osvdb.AppendHead(nil, &advisories.Advisory{ID: "DSA-1-1"}))
	f.Add(osvdb.Block("DSA-1-1", "{}"), osvdb.Block("DSA-1-1", head),
		osvdb.Block("Debian:12\x00openssl\x00DSA-1-1", "\x00\x00"), osvdb.Block("Debian:12", "\x01\x00"), byte(0))
	f.Add([]byte{}, []byte{}, osvdb.Block("x", osvdb.RefTo(512, 9, 9, [32]byte{})), []byte("\xff\xff\xff\xff"), byte(1))
	f.Fuzz(func(t *testing.T, records, heads, packages, ecosystems []byte, height byte) {
		h := func(bit int) uint32 { return uint32(height>>bit) & 3 }
		b, _, err := osvdb.RawFile([4]osvdb.RawTable{{records, h(0)}, {heads, h(2)}, {packages, h(4)}, {ecosystems, h(6)}}, osvdb.Info{})
		if err != nil {
			t.Skip(err)
		}
		if _, err := everything(b); err != nil && !known(err) {
			t.Error(err)
		}
	})
}

// FuzzRecord writes any record and reads the same again.
func FuzzRecord(f *testing.F) {
	for _, file := range folder(small) {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a advisories.Advisory
		if json.Unmarshal(raw, &a) != nil {
			t.Skip("no record")
		}
		want := a
		want.Details, want.Affected = "", nil
		got, err := osvdb.DecodeHead(string(osvdb.AppendHead(nil, &a)))
		if err != nil {
			t.Fatal(err)
		}
		opts := cmp.Options{cmpopts.EquateEmpty()}
		if diff := cmp.Diff(&want, got, opts); diff != "" {
			t.Error(diff)
		}
		for i := range a.Affected {
			a.Affected[i].Package.Ecosystem = "e"
			a.Affected[i].Package.Name += "n" // an empty name stands for the key's
		}
		var parts advisories.Advisory
		if err := osvdb.DecodeAffected(&parts, string(osvdb.AppendAffected(nil, "n", a.Withdrawn, a.Affected)), "e", "n"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.Affected, parts.Affected, opts); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzValues reads values of any bytes.
func FuzzValues(f *testing.F) {
	f.Add("")
	f.Add("\x00\x01\x00\x00\x00\x01\x09ECOSYSTEM\x00\x02\x01\x010\x02\x011\x00\x00\x00")
	f.Add("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, s string) {
		var a advisories.Advisory
		if err := osvdb.DecodeAffected(&a, s, "e", "n"); err == nil {
			var again advisories.Advisory
			if err := osvdb.DecodeAffected(&again, string(osvdb.AppendAffected(nil, "n", a.Withdrawn, a.Affected)), "e", "n"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a, again, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		}
		if h, err := osvdb.DecodeHead(s); err == nil {
			again, err := osvdb.DecodeHead(string(osvdb.AppendHead(nil, h)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(h, again, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		}
	})
}
