package dpkg_test

import (
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
)

// FuzzCollect reads any bytes as each kind of file. Every package has to be
// whole, every problem has to have a cause, and a second reading has to agree.
func FuzzCollect(f *testing.F) {
	f.Add([]byte(stanza("a", "1", "Source: b (2)")), []byte(stanza("a", "2")), []byte("Package: c\nVersion: 1\n"))
	f.Add([]byte("Package: a\nStatus: hold reinstreq half-installed\nVersion: 1:2-3"), []byte("\x00"), []byte(" x\n"))
	f.Add([]byte("Package: a\r\nStatus: deinstall ok config-files\r\n\r\n"), []byte(stanza("a", "2", "Multi-Arch: same")), []byte{})
	f.Fuzz(func(t *testing.T, status, update, single []byte) {
		fsys := fstest.MapFS{
			"var/lib/dpkg/status":       {Data: status},
			"var/lib/dpkg/updates/0000": {Data: update},
			"var/lib/dpkg/status.d/a":   {Data: single},
		}
		got, err := dpkg.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
		if err != nil {
			t.Fatalf("error %v of a database that can be read", err)
		}
		for _, p := range got.Packages {
			if p.Name == "" || p.Version == "" || len(p.Locations) != 1 || (p.Source == "") != (p.SourceVersion == "") {
				t.Errorf("incomplete package %+v", p)
			}
		}
		for _, p := range got.Problems {
			if p.Path == "" || p.Err == nil {
				t.Errorf("incomplete problem %+v", p)
			}
		}
		again, _ := dpkg.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
		if len(again.Packages) != len(got.Packages) || len(again.Problems) != len(got.Problems) {
			t.Errorf("a second reading gives %d packages, not %d", len(again.Packages), len(got.Packages))
		}
	})
}
