package osvtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives a part of the folder of real advisories and machines that may
// stand beside the project ("shared/hosts/alpine" for "hosts", "alpine"). The
// test is skipped where it does not.
func Shared(t testing.TB, part ...string) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	name := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, part...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skipf("no real data beside the project: %v", err)
	}
	return name
}
