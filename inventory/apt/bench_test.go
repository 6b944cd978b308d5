package apt_test

import (
	"os"
	"testing"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apt"
)

// BenchmarkThisMachine reads the machine that it runs on.
func BenchmarkThisMachine(b *testing.B) {
	target := &inventory.Target{FS: os.DirFS("/")}
	if _, err := (apt.Backend{}).Collect(b.Context(), target); err != nil {
		b.Skipf("nothing to read: %v", err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (apt.Backend{}).Collect(b.Context(), target); err != nil {
			b.Fatal(err)
		}
	}
}
