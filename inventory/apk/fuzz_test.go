package apk_test

import (
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apk"
)

// FuzzCollect reads any bytes as a database. Every package has to be whole, and
// every problem has to have a cause.
func FuzzCollect(f *testing.F) {
	f.Add([]byte(musl+ssl), []byte(ssl))
	f.Add([]byte("P:a\nV:1"), []byte("P:.a\r\nV:1\r\n\r\n\x00"))
	f.Add([]byte("f:f\nP:a\nV:1\no:x y\n\n"), []byte{})
	f.Fuzz(func(t *testing.T, lib, usr []byte) {
		fsys := fstest.MapFS{libFile: {Data: lib}, usrFile: {Data: usr}}
		got, err := apk.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
		if err != nil {
			t.Fatalf("error %v of a database that can be read", err)
		}
		for _, p := range got.Packages {
			if p.Name == "" || p.Version == "" || len(p.Locations) == 0 || (p.Source == "") != (p.SourceVersion == "") {
				t.Errorf("incomplete package %+v", p)
			}
		}
		for _, p := range got.Problems {
			if p.Path == "" || p.Err == nil {
				t.Errorf("incomplete problem %+v", p)
			}
		}
	})
}
