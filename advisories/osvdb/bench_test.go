package osvdb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

type query = advisories.Query

// affectedQueries makes queries of a map from NAME@EVR.
func affectedQueries(expected map[string][]string) (qs []query) {
	for _, key := range slices.Sorted(maps.Keys(expected)) {
		name, version, _ := strings.Cut(key, "@")
		qs = append(qs, query{Ecosystem: "AlmaLinux:8", Name: name, Version: version})
	}
	return qs
}

// currentQueries makes n queries, none affected, for names that AlmaLinux 8's
// records have and expected has not.
func currentQueries(t testing.TB, expected map[string][]string, n int) (qs []query) {
	t.Helper()
	names := map[string]bool{}
	realRecords(t, func(entry string, raw []byte) {
		if !strings.HasPrefix(entry, "AL") {
			return
		}
		var a advisories.Advisory
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		for _, aff := range a.Affected {
			if aff.Package.Ecosystem == "AlmaLinux:8" {
				names[aff.Package.Name] = true
			}
		}
	})
	for key := range expected {
		name, _, _ := strings.Cut(key, "@")
		delete(names, name)
	}
	sorted := slices.Sorted(maps.Keys(names))
	for i := range n {
		qs = append(qs, query{Ecosystem: "AlmaLinux:8", Name: sorted[len(sorted)*i/n], Version: "99:1-1.el8"})
	}
	return qs
}

func BenchmarkBuild(b *testing.B) {
	src := os.DirFS(osvtest.Shared(b, "osv"))
	dst := filepath.Join(b.TempDir(), "all.osvdb")
	for b.Loop() {
		stats, err := osvdb.Build(context.Background(), dst, src, osvdb.BuildOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(stats.Size), "file-bytes")
	}
}

func BenchmarkOpen(b *testing.B) {
	_ = sharedDB(b)
	b.ReportAllocs()
	for b.Loop() {
		db, err := osvdb.Open(sharedFile)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHost opens the database and asks for a host's 700 packages, as a
// scan does, nothing being in memory yet.
func BenchmarkHost(b *testing.B) {
	_ = sharedDB(b)
	qs := hostQueries(b)
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		db, err := osvdb.Open(sharedFile)
		if err != nil {
			b.Fatal(err)
		}
		answers, err := db.Lookup(context.Background(), qs)
		if err != nil {
			b.Fatal(err)
		}
		found = 0
		for _, a := range answers {
			found += len(a.Advisories)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(found), "pairs")
}

// BenchmarkAbsent asks for a million packages without advisories.
func BenchmarkAbsent(b *testing.B) {
	db := sharedDB(b)
	qs := make([]query, 1_000_000)
	for i := range qs {
		qs[i] = query{Ecosystem: "Debian:12", Name: fmt.Sprintf("absent-%07d", i*7919%len(qs)), Version: "1.0-1"}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Lookup(context.Background(), qs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(qs))*float64(b.N)/b.Elapsed().Seconds(), "packages/s")
}

// BenchmarkOne asks for one package, its block being in memory.
func BenchmarkOne(b *testing.B) {
	db := sharedDB(b)
	qs := []query{{Ecosystem: "Debian:12", Name: "openssl", Version: "99"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Lookup(context.Background(), qs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	db := sharedDB(b)
	var ids []string
	for r, err := range db.All(context.Background()) {
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := db.Record(context.Background(), ids[i*7919%len(ids)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
