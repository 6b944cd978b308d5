package rpm_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
	"github.com/keeppatched/keeppatched/inventory/rpm"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

func scriptPackage(name, version string, size int) []byte {
	return rpmtest.Package(name, version, "1", "noarch", rpmtest.Big(size))
}

// BenchmarkHosts reads the real machines.
func BenchmarkHosts(b *testing.B) {
	hosts := inventorytest.Shared(b, "hosts")
	for _, m := range machines {
		b.Run(m.name, func(b *testing.B) {
			bench(b, &inventory.Target{FS: os.DirFS(filepath.Join(hosts, m.name))})
		})
	}
}

// BenchmarkLarge reads 700 packages of 45 KB each, as much as a large machine
// has, in every form, from a file on disk.
func BenchmarkLarge(b *testing.B) {
	blobs := make([][]byte, 700)
	for i := range blobs {
		blobs[i] = scriptPackage("package", "1", 45_000)
	}
	for name, data := range map[string][]byte{
		"rpmdb.sqlite": rpmtest.SQLite(16384, blobs...),
		"Packages.db":  rpmtest.NDB(blobs[:250]...), // as many as one slot page holds
		"Packages":     rpmtest.BDB(binary.LittleEndian, 4096, blobs...),
	} {
		b.Run(name, func(b *testing.B) {
			root := b.TempDir()
			dir := filepath.Join(root, "var/lib/rpm")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			bench(b, &inventory.Target{FS: os.DirFS(root)})
		})
	}
}

// BenchmarkHeaders reads 700 packages from memory: what is left without a disk.
func BenchmarkHeaders(b *testing.B) {
	blobs := make([][]byte, 700)
	for i := range blobs {
		blobs[i] = scriptPackage("package", "1", 300)
	}
	data := rpmtest.BDB(binary.LittleEndian, 4096, blobs...)
	bench(b, &inventory.Target{FS: fstest.MapFS{"var/lib/rpm/Packages": {Data: data}}})
}

func bench(b *testing.B, target *inventory.Target) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (rpm.Backend{}).Collect(context.Background(), target); err != nil {
			b.Fatal(err)
		}
	}
}
