package osvdb_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
)

// reference is the slow way: all parsed records by package.
type reference map[advisories.Package][]*advisories.Advisory

func (r reference) add(a *advisories.Advisory) {
	byPackage := map[advisories.Package][]advisories.Affected{}
	for _, aff := range a.Affected {
		p := advisories.Package{Ecosystem: aff.Package.Ecosystem, Name: ecosystem.CanonicalName(aff.Package.Ecosystem, aff.Package.Name)}
		byPackage[p] = append(byPackage[p], aff)
	}
	for p, affected := range byPackage {
		reduced := *a
		reduced.Details, reduced.Affected = "", affected
		r[p] = append(r[p], &reduced)
	}
}

// lookup gives the records that Affects does not rule out.
func (r reference) lookup(q query) []*advisories.Advisory {
	var list []*advisories.Advisory
	for _, a := range r[advisories.Package{Ecosystem: q.Ecosystem, Name: q.Name}] {
		if m, err := advisories.Affects(a, q); q.Version == "" || m.Affected || err != nil {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *advisories.Advisory) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Every record comes back as it was, and a package's answer, with and without a
// version, is what parsing all records gives.
func TestRealRecords(t *testing.T) {
	db := sharedDB(t)
	ctx := context.Background()
	ref := reference{}
	versions := map[advisories.Package]string{}
	raws := map[string][]byte{}
	refused := 0
	realRecords(t, func(entry string, raw []byte) {
		a, err := advisories.Parse(raw)
		if err != nil {
			refused++
			return
		}
		raws[a.ID] = raw
		ref.add(a)
		for _, aff := range a.Affected {
			p := advisories.Package{Ecosystem: aff.Package.Ecosystem, Name: ecosystem.CanonicalName(aff.Package.Ecosystem, aff.Package.Name)}
			for _, r := range aff.Ranges {
				for _, e := range r.Events {
					versions[p] = max(versions[p], e.Fixed, e.LastAffected)
				}
			}
		}
	})
	checkRecords(t, db, raws)
	if info := db.Info(); info.Records != len(raws) || info.Refused != refused || info.Packages != len(ref) {
		t.Errorf("%+v, want %d records, %d refused, %d packages", info, len(raws), refused, len(ref))
	}
	var qs []query
	for i, p := range slices.SortedFunc(maps.Keys(ref), byName) {
		if i%8 == 0 { // a sample: all take a minute
			qs = append(qs, query{Ecosystem: p.Ecosystem, Name: p.Name}, query{Ecosystem: p.Ecosystem, Name: p.Name, Version: versions[p]})
		}
	}
	answers, err := db.Lookup(ctx, qs)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
		want := ref.lookup(qs[i])
		if !slices.EqualFunc(want, a.Advisories, sameJSON) { // much faster than cmp
			t.Fatalf("%+v: %s", qs[i], gocmp.Diff(want, a.Advisories, cmpopts.EquateEmpty()))
		}
	}
}

func byName(a, b advisories.Package) int {
	return cmp.Or(strings.Compare(a.Ecosystem, b.Ecosystem), strings.Compare(a.Name, b.Name))
}

func sameJSON(a, b *advisories.Advisory) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// checkRecords compares all records with the ones given, and some of them
// asked for one by one.
func checkRecords(t *testing.T, db *osvdb.DB, want map[string][]byte) {
	t.Helper()
	n := 0
	for r, err := range db.All(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.JSON, want[r.ID]) {
			t.Errorf("%s: not the record of the source", r.ID)
		}
		if n++; n%20 == 0 {
			if raw, err := db.Record(context.Background(), r.ID); err != nil || !bytes.Equal(raw, r.JSON) {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
	}
	if n != len(want) {
		t.Errorf("%d records, want %d", n, len(want))
	}
}
