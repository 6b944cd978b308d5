package apk_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apk"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func benchmark(b *testing.B, data []byte) {
	fsys := fstest.MapFS{libFile: {Data: data}}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (apk.Backend{}).Collect(b.Context(), &inventory.Target{FS: fsys}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReal reads a small container's database.
func BenchmarkReal(b *testing.B) {
	data, err := os.ReadFile(inventorytest.Shared(b, "hosts", "alpine", libFile))
	if err != nil {
		b.Skipf("no real data: %v", err)
	}
	benchmark(b, data)
}

// BenchmarkLarge reads 10,000 packages of 60 files each.
func BenchmarkLarge(b *testing.B) {
	files := "F:usr/lib/something\n" + strings.Repeat("R:libsomething.so.1\na:0:0:755\nZ:Q1ZZqflKEvStJz4SXV0SDMi3wOtM0=\n", 60)
	var data bytes.Buffer
	for i := range 10_000 {
		fmt.Fprintf(&data, "C:Q1aCu0LmUDoAFSOX49uHvkYC1WasQ=\nP:package-%d\nV:%d.0-r1\nA:x86_64\no:source-%d\nm:Somebody <somebody@example.org>\n%s\n", i, i, i/3, files)
	}
	benchmark(b, data.Bytes())
}
