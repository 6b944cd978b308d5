package dpkg_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
)

func benchmark(b *testing.B, fsys fs.FS) {
	info, err := fs.Stat(fsys, "var/lib/dpkg/status")
	if err != nil {
		b.Skipf("nothing to read: %v", err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (dpkg.Backend{}).Collect(b.Context(), &inventory.Target{FS: fsys}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkThisMachine reads this machine, the dates of packages included.
func BenchmarkThisMachine(b *testing.B) { benchmark(b, os.DirFS("/")) }

// BenchmarkParse reads this machine's status file alone, from memory.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		b.Skipf("not a machine with dpkg: %v", err)
	}
	benchmark(b, noDates{fstest.MapFS{"var/lib/dpkg/status": {Data: data}}})
}

// BenchmarkLarge reads a made-up machine with 100,000 packages.
func BenchmarkLarge(b *testing.B) {
	var status bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&status, "Package: package-%d\nStatus: install ok installed\nPriority: optional\n"+
			"Maintainer: Somebody <somebody@example.org>\nArchitecture: amd64\nSource: source-%d\nVersion: 1:%d.0-1\n"+
			"Depends: libc6 (>= 2.34), libfoo\nDescription: made up\n A package that does not exist,\n described in two lines.\n\n", i, i/3, i)
	}
	benchmark(b, noDates{fstest.MapFS{"var/lib/dpkg/status": {Data: status.Bytes()}}})
}

// noDates spares the benchmarks of parsing the search for dates.
type noDates struct{ fstest.MapFS }

func (n noDates) Stat(name string) (fs.FileInfo, error) {
	if name != "var/lib/dpkg/status" {
		return nil, fs.ErrNotExist
	}
	return n.MapFS.Stat(name)
}
