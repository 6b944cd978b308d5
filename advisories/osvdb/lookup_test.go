package osvdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

func TestLookup(t *testing.T) {
	db := built(t, folder(small))
	tests := []struct {
		name, ecosystem, pkg, version string
		want                          []string
	}{
		{"affected", "Debian:12", "openssl", "3.0.1-2", []string{"DSA-1-1", "DSA-3-1"}},
		{"fixed; what cannot be evaluated stays", "Debian:12", "openssl", "3.0.2-1", []string{"DSA-3-1"}},
		{"every record, the withdrawn too", "Debian:12", "openssl", "", []string{"DSA-1-1", "DSA-2-1", "DSA-3-1"}},
		{"another release", "Debian:11", "openssl", "1.1.1-8", []string{"DSA-1-1"}},
		{"another release, fixed", "Debian:11", "openssl", "1.1.1-9", []string{}},
		{"a record of another ecosystem's folder", "Debian:12", "linux", "6.1-1", []string{"RLSA-1"}},
		{"an ecosystem with a space", "Rocky Linux:9", "kernel", "0:5.14-1", []string{"RLSA-1"}},
		{"the second range", "Rocky Linux:9", "kernel", "0:6-1", []string{"RLSA-1"}},
		{"between the ranges", "Rocky Linux:9", "kernel", "0:5.15-1", []string{}},
		{"a name in another spelling", "PyPI", "ZOPE_interface", "", []string{"PYSEC-1"}},
		{"names of other ecosystems are taken as they are", "Debian:12", "OpenSSL", "", []string{}},
		{"no such package", "Debian:12", "absent", "1", []string{}},
		{"before the first", "Debian:12", "", "1", []string{}},
		{"after the last", "Rocky Linux:9", "zzz", "1", []string{}},
		{"the beginning of a name", "Debian:12", "open", "", []string{}},
		{"a name that goes on", "Debian:12", "openssl\x00DSA", "", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, db, tt.ecosystem, tt.pkg, tt.version)
			if a.Err != nil {
				t.Fatal(a.Err)
			}
			if diff := cmp.Diff(tt.want, ids(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLookupFields(t *testing.T) {
	db := built(t, folder(small))
	got := ask(t, db, "Debian:12", "openssl", "3.0.1-1").Advisories[0]
	var want advisories.Advisory
	raw, err := db.Record(context.Background(), "DSA-1-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	want.Details = ""
	want.Affected = want.Affected[:1]
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	// Several entries of one package keep their own names and their order.
	got = ask(t, db, "PyPI", "zope.interface", "").Advisories[0]
	names := []string{}
	for _, a := range got.Affected {
		names = append(names, a.Package.Name+" "+strings.Join(a.Versions, ","))
	}
	if diff := cmp.Diff([]string{"Zope.Interface 1.0", "zope-interface 2.0"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestNotCovered(t *testing.T) {
	db := built(t, folder(small))
	for _, ecosystem := range []string{"Debian:13", "Debian", "debian:12", "Debian:12 ", "Fedora", "", "PyPI:x", "Debian:12\x00openssl"} {
		if a := ask(t, db, ecosystem, "openssl", "1"); !errors.Is(a.Err, advisories.ErrNotCovered) || len(a.Advisories) > 0 {
			t.Errorf("%q: error %v, advisories %v", ecosystem, a.Err, ids(a))
		}
	}
	// One query's gap does not touch another's answer.
	answers, err := db.Lookup(context.Background(), []query{
		{Ecosystem: "Fedora", Name: "openssl"}, {Ecosystem: "Debian:11", Name: "openssl"}, {Ecosystem: "Fedora", Name: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	if answers[0].Err == nil || answers[2].Err == nil || answers[1].Err != nil || len(answers[1].Advisories) != 1 {
		t.Errorf("got %v", answers)
	}
}

func TestRecordNotFound(t *testing.T) {
	db := built(t, folder(small))
	for _, id := range []string{"", "DSA-1", "DSA-1-1 ", "zzz", "A"} {
		if raw, err := db.Record(context.Background(), id); !errors.Is(err, advisories.ErrNotFound) || raw != nil {
			t.Errorf("%q: %s, %v", id, raw, err)
		}
	}
}

func TestInfo(t *testing.T) {
	db := built(t, folder(small))
	newest := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	want := osvdb.Info{Format: 1, AsOf: newest, Newest: newest, Records: 5, Packages: 5, Ecosystems: 4}
	if diff := cmp.Diff(want, db.Info()); diff != "" {
		t.Error(diff)
	}
	if got, want := db.Describe(), "5 records of 4 ecosystems as of 2026-03-03"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := db.Check(); err != nil {
		t.Errorf("nothing was refused: %v", err)
	}
	list, err := db.Ecosystems(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if diff := cmp.Diff([]osvdb.Ecosystem{
		{Name: "Debian:11", Records: 1, Newest: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)},
		{Name: "Debian:12", Records: 4, Newest: newest},
		{Name: "PyPI", Records: 1, Newest: first},
		{Name: "Rocky Linux:9", Records: 1, Newest: first},
	}, list); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]time.Time{"Debian:12": newest, "PyPI": first, "Debian": {}, "Debian:99": {}} {
		if got, err := db.Newest(context.Background(), name); err != nil || !got.Equal(want) {
			t.Errorf("Newest(%q) = %v, %v, want %v", name, got, err, want)
		}
	}
}

// manyRecords is an export of one ecosystem with n records, which all affect
// the package "common" and each a package of its own, so that the tables have
// several levels.
func manyRecords(n int) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := range n {
		id := fmt.Sprintf("DSA-%05d", i)
		fsys["Debian/"+id+".json"] = file(fmt.Appendf(nil,
			`{"id": %q, "modified": "2026-01-01T00:00:00Z", "summary": %q, "affected": [
			{"package": {"ecosystem": "Debian:12", "name": "common"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "%d"}]}]},
			{"package": {"ecosystem": "Debian:12", "name": "p%d"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}`,
			id, strings.Repeat(id, 50), i, i))
	}
	return fsys
}

func TestManyRecords(t *testing.T) {
	const n = 5000
	db := built(t, manyRecords(n))
	all := ask(t, db, "Debian:12", "common", "")
	if len(all.Advisories) != n {
		t.Fatalf("%d advisories, want %d", len(all.Advisories), n)
	}
	for i, a := range all.Advisories {
		if want := fmt.Sprintf("DSA-%05d", i); a.ID != want || a.Summary != strings.Repeat(want, 50) || a.Affected[0].Ranges[0].Events[1].Fixed != fmt.Sprint(i) {
			t.Fatalf("%d: %+v", i, a)
		}
	}
	if got := len(ask(t, db, "Debian:12", "common", "4990").Advisories); got != 9 {
		t.Errorf("%d records affect 4990, want 9", got)
	}
	count := 0
	for r, err := range db.All(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("DSA-%05d", count); r.ID != want || !strings.Contains(string(r.JSON), want) {
			t.Fatalf("record %d is %s: %s", count, r.ID, r.JSON)
		}
		count++
	}
	if count != n {
		t.Errorf("%d records, want %d", count, n)
	}
}

// Answers are by index, whatever the order of the queries, also from several
// goroutines at once.
func TestConcurrentLookups(t *testing.T) {
	const n = 3000
	db := built(t, manyRecords(n))
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			qs := make([]query, 1000)
			for i := range qs {
				qs[i] = query{Ecosystem: "Debian:12", Name: fmt.Sprintf("p%d", (i*37+g*101)%(n+n/2)), Version: "1"}
			}
			answers, err := db.Lookup(context.Background(), qs)
			if err != nil {
				t.Error(err)
				return
			}
			for i, a := range answers {
				k := (i*37 + g*101) % (n + n/2)
				want := []string{fmt.Sprintf("DSA-%05d", k)}
				if k >= n {
					want = []string{}
				}
				if diff := cmp.Diff(want, ids(a)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	group.Wait()
}

func TestLookupEnds(t *testing.T) {
	db := built(t, folder(small))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := db.Lookup(ctx, []query{{Ecosystem: "Debian:12", Name: "openssl"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Lookup: %v", err)
	}
	if _, err := db.Record(ctx, "DSA-1-1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Record: %v", err)
	}
	for _, err := range db.All(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("All: %v", err)
		}
	}
	if answers, err := db.Lookup(context.Background(), nil); err != nil || len(answers) != 0 {
		t.Errorf("no queries: %v, %v", answers, err)
	}
}

func TestNoAllocationForAbsent(t *testing.T) {
	db := built(t, manyRecords(3000))
	allocs := func(n int) float64 {
		qs := make([]query, n)
		for i := range qs {
			qs[i] = query{Ecosystem: "Debian:12", Name: fmt.Sprintf("absent%d", i), Version: "1"}
		}
		return testing.AllocsPerRun(5, func() {
			if _, err := db.Lookup(context.Background(), qs); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(1000), allocs(20000); many > few+100 {
		t.Errorf("%v allocations for 1,000 packages, %v for 20,000", few, many)
	}
}
