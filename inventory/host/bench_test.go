package host_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/host"
)

func BenchmarkLive(b *testing.B) {
	for b.Loop() {
		target, err := host.Live()
		if err != nil {
			b.Fatal(err)
		}
		if err := target.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a file three directories down: on the plain path, and
// through an absolute link, which has to be walked.
func BenchmarkOpen(b *testing.B) {
	root := b.TempDir()
	file := filepath.Join(root, "var", "lib", "dpkg", "status")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("Package: a\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	if err := os.Symlink("/var/lib/dpkg", filepath.Join(root, "db")); err != nil {
		b.Skip("no symbolic links: ", err)
	}
	target, err := host.Mounted(root)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { closeTarget(b, target) })
	for _, path := range []string{"var/lib/dpkg/status", "db/status"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				f, err := target.FS.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				if err := f.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
