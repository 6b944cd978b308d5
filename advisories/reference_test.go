package advisories_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/version"
)

// A reference is a slow evaluation of the schema's pseudocode, step by step:
// events are sorted, and walked.
type reference struct {
	less func(a, b string) bool
}

// affected is IsVulnerable of the schema.
func (r reference) affected(a *advisories.Advisory, q advisories.Query) bool {
	for _, e := range a.Affected {
		if e.Package.Ecosystem != q.Ecosystem || e.Package.Name != q.Name {
			continue
		}
		if slices.Contains(e.Versions, q.Version) {
			return true
		}
		for _, span := range e.Ranges {
			if span.Type != advisories.RangeGit && r.beforeLimits(span, q.Version) && r.within(span, q.Version) {
				return true
			}
		}
	}
	return false
}

func (r reference) beforeLimits(span advisories.Range, v string) bool {
	limits := 0
	for _, e := range span.Events {
		if e.Limit != "" {
			limits++
			if strings.Contains(e.Limit, "*") || r.less(v, e.Limit) {
				return true
			}
		}
	}
	return limits == 0
}

func (r reference) within(span advisories.Range, v string) bool {
	type step struct{ at, what string }
	var steps []step
	for _, e := range span.Events {
		for _, s := range []step{{e.Introduced, "introduced"}, {e.LastAffected, "last affected"}, {e.Fixed, "fixed"}} {
			if s.at != "" {
				steps = append(steps, s)
			}
		}
	}
	rank := map[string]int{"introduced": 1, "last affected": 2, "fixed": 3}
	slices.SortStableFunc(steps, func(a, b step) int {
		first := func(s step) bool { return s.what == "introduced" && s.at == "0" }
		switch {
		case first(a) != first(b):
			return map[bool]int{true: -1, false: 1}[first(a)]
		case !first(a) && r.less(a.at, b.at):
			return -1
		case !first(a) && r.less(b.at, a.at):
			return 1
		}
		return rank[a.what] - rank[b.what]
	})
	vulnerable := false
	for _, s := range steps {
		switch s.what {
		case "introduced":
			vulnerable = vulnerable || s.at == "0" || !r.less(v, s.at)
		case "fixed":
			vulnerable = vulnerable && r.less(v, s.at)
		case "last affected":
			vulnerable = vulnerable && !r.less(s.at, v)
		}
	}
	return vulnerable
}

// fixed tries all fixed events from the lowest.
func (r reference) fixed(a *advisories.Advisory, q advisories.Query) string {
	best := ""
	for _, e := range a.Affected {
		if e.Package.Ecosystem != q.Ecosystem || e.Package.Name != q.Name {
			continue
		}
		for _, span := range e.Ranges {
			for _, event := range span.Events {
				f := event.Fixed
				if f == "" || span.Type == advisories.RangeGit || !r.less(q.Version, f) || best != "" && !r.less(f, best) {
					continue
				}
				if !r.affected(a, advisories.Query{Ecosystem: q.Ecosystem, Name: q.Name, Version: f}) {
					best = f
				}
			}
		}
	}
	return best
}

// dpkgLess is the order of Debian's versions.
func dpkgLess(a, b string) bool {
	c, err := version.Dpkg.Compare(a, b)
	return err == nil && c < 0
}

// TestRandomRecords compares with the reference on records that nobody would
// write: every kind of event, in any order and number, in overlapping ranges.
func TestRandomRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	affected, fixed := 0, 0
	for range 30000 {
		a := randomRecord(r)
		q := advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: strconv.Itoa(r.IntN(10))}
		m, err := advisories.Affects(a, q)
		if err != nil {
			t.Fatal(err)
		}
		slow := reference{dpkgLess}
		want, wantFixed := slow.affected(a, q), ""
		if want {
			wantFixed = slow.fixed(a, q)
		}
		if m.Affected != want || m.Fixed != wantFixed {
			text, _ := json.Marshal(a)
			t.Fatalf("%s at %s: got %v, %q; want %v, %q", text, q.Version, m.Affected, m.Fixed, want, wantFixed)
		}
		if m.Affected {
			affected++
		}
		if m.Fixed != "" {
			fixed++
		}
	}
	if affected < 5000 || fixed < 2000 {
		t.Errorf("only %d affected and %d fixed: the records are too plain", affected, fixed)
	}
}

func randomRecord(r *rand.Rand) *advisories.Advisory {
	a := &advisories.Advisory{ID: "X-1"}
	for range 1 + r.IntN(3) {
		e := debian()
		for range r.IntN(3) {
			text := "introduced " + strconv.Itoa(r.IntN(8))
			for range r.IntN(5) {
				kind := []string{"introduced", "introduced", "fixed", "fixed", "fixed", "last_affected", "limit"}[r.IntN(7)]
				text += ", " + kind + " " + strconv.Itoa(1+r.IntN(9))
			}
			span := span(advisories.RangeEcosystem, text)
			r.Shuffle(len(span.Events), func(i, j int) { span.Events[i], span.Events[j] = span.Events[j], span.Events[i] })
			e.Ranges = append(e.Ranges, span)
		}
		if r.IntN(4) == 0 {
			e.Versions = []string{strconv.Itoa(r.IntN(10))}
		}
		a.Affected = append(a.Affected, e)
	}
	return a
}

// TestLongChain holds a fix back through very many ranges, as a hostile record
// could: the time must not grow with the square of their number.
func TestLongChain(t *testing.T) {
	const n = 100000
	a := &advisories.Advisory{ID: "X-1", Affected: []advisories.Affected{debian()}}
	for i := n; i > 0; i-- {
		a.Affected[0].Ranges = append(a.Affected[0].Ranges,
			span(advisories.RangeEcosystem, "introduced "+strconv.Itoa(i)+", fixed "+strconv.Itoa(i+1)))
	}
	m, err := advisories.Affects(a, advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: "1"})
	if m.Fixed != strconv.Itoa(n+1) || err != nil {
		t.Errorf("fixed in %q, %v; want %d", m.Fixed, err, n+1)
	}
}

func TestNoAllocation(t *testing.T) {
	a := &advisories.Advisory{ID: "X-1", Affected: []advisories.Affected{debian("introduced 0, fixed 1.0-2")}}
	for _, tt := range []struct {
		version string
		most    float64
	}{{"1.0-2", 0}, {"1.0-1", 1}} { // one for Entries
		q := advisories.Query{Ecosystem: "Debian:12", Name: "p", Version: tt.version}
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := advisories.Affects(a, q); err != nil {
				t.Error(err)
			}
		})
		if allocs > tt.most {
			t.Errorf("%s: %v allocations, want at most %v", tt.version, allocs, tt.most)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := advisories.Parse([]byte(`{"id": "X-1", "modified": "2024-01-02T03:04:05.678Z", "unknown": {"deep": [1]},
		"affected": [{"package": {"ecosystem": "Go", "name": "stdlib", "purl": "pkg:golang/stdlib"}, "new_field": 1,
			"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"limit": "*"}], "database_specific": {}}]}]}`))
	want := &advisories.Advisory{ID: "X-1", Modified: time.Date(2024, 1, 2, 3, 4, 5, 678e6, time.UTC), Affected: []advisories.Affected{{
		Package: advisories.Package{Ecosystem: "Go", Name: "stdlib", PURL: "pkg:golang/stdlib"},
		Ranges:  []advisories.Range{span(advisories.RangeSemVer, "introduced 0, limit *")},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		schema     bool   // wraps ErrSchema
		says       string // part of the error
	}{
		{"nothing", "", false, "JSON"},
		{"no object", "[]", false, "array"},
		{"null", "null", true, "no id"},
		{"no id", `{"schema_version": "1.7.0"}`, true, "no id"},
		{"cut short", `{"id": "X-1", "aff`, false, "JSON"},
		{"wrong type", `{"id": "X-1", "affected": 7}`, false, `"X-1"`},
		{"wrong type before the id", `{"affected": 7, "id": "X-1"}`, false, `"X-1"`},
		{"wrong time", `{"id": "X-1", "withdrawn": "yesterday"}`, false, `"X-1"`},
		{"later major version", `{"id": "X-1", "schema_version": "2.0.0"}`, true, `"2.0.0"`},
		{"no version", `{"id": "X-1", "schema_version": "new"}`, true, `"new"`},
		{"long id", `{"id": "` + strings.Repeat("X", 1000) + `", "schema_version": "2"}`, true, `X"...`},
	}
	for _, tt := range tests {
		_, err := advisories.Parse([]byte(tt.text))
		if err == nil || errors.Is(err, advisories.ErrSchema) != tt.schema || !strings.Contains(err.Error(), tt.says) || len(err.Error()) > 300 {
			t.Errorf("%s: %v; want it to say %s, and ErrSchema: %v", tt.name, err, tt.says, tt.schema)
		}
	}
	for _, v := range []string{"", "1.0.0", "1.9.0", "1", "0.8"} {
		if _, err := advisories.Parse([]byte(`{"id": "X-1", "schema_version": "` + v + `"}`)); err != nil {
			t.Errorf("schema_version %q: %v", v, err)
		}
	}
}

// seeds are records for the fuzz targets.
var seeds = []string{
	`{}`, `null`, `{"id": "X"}`,
	`{"id":"X","affected":[{"package":{"ecosystem":"Debian:12","name":"p"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}],"versions":["1","3"]}]}`,
	`{"id":"X","affected":[{"package":{"ecosystem":"Debian:12","name":"p"},"ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"2"},{"introduced":"1"},{"limit":"9"},{"last_affected":"5"}]},{"type":"GIT","events":[]}]},{"package":{"ecosystem":"Debian:12","name":"p"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2"},{"fixed":"4"}]}]}]}`,
	`{"id":"X","withdrawn":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`,
	`{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"P.q"},"versions":["1.0"],"severity":[{"type":"CVSS_V3","score":"x"}]}]}`,
	`{"id":"X","affected":[{"package":{"ecosystem":"Alpine:v3.18","name":"p"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1_rc1-r1"},{"introduced":"1","fixed":"2"},{}]}]}]}`,
}

// FuzzParse: what was parsed can be written and parsed again, and is the same.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := advisories.Parse(data)
		if err != nil {
			return
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Skip(err) // a year that RFC 3339 cannot write
		}
		again, err := advisories.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		text2, err := json.Marshal(again)
		if diff := cmp.Diff(string(text), string(text2)); diff != "" || err != nil {
			t.Fatalf("%v (-first +second)\n%s", err, diff)
		}
	})
}

// FuzzAffects: the record stays as it is, the answer holds together, and where
// all of it can be told it is the reference's.
func FuzzAffects(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), "Debian:12", "p", "1")
		f.Add([]byte(s), "PyPI", "p-q", "1.0")
		f.Add([]byte(s), "Go", "p", "1.0.0")
	}
	f.Fuzz(func(t *testing.T, data []byte, ecosystem, name, v string) {
		a, err := advisories.Parse(data)
		if err != nil {
			return
		}
		before, _ := json.Marshal(a)
		q := advisories.Query{Ecosystem: ecosystem, Name: name, Version: v}
		m, err := advisories.Affects(a, q)
		if after, _ := json.Marshal(a); string(before) != string(after) {
			t.Fatalf("%s became %s", before, after)
		}
		if m.Affected != (len(m.Entries) > 0) || !slices.IsSorted(m.Entries) || m.Withdrawn && m.Affected || !m.Affected && m.Fixed != "" {
			t.Fatalf("%+v", m)
		}
		if err != nil || m.Withdrawn || ecosystem != "Debian:12" || v == "" || hasLists(a) {
			return
		}
		slow := reference{dpkgLess}
		if want := slow.affected(a, q); want != m.Affected {
			t.Fatalf("got %v, want %v", m.Affected, want)
		}
		if m.Affected && m.Fixed != "" && slow.affected(a, advisories.Query{Ecosystem: ecosystem, Name: name, Version: m.Fixed}) {
			t.Fatalf("fixed in %q, which is affected", m.Fixed)
		}
	})
}

// hasLists reports whether a record has what the reference does not know: lists
// of versions, which it compares as text, and ranges in another order.
func hasLists(a *advisories.Advisory) bool {
	return slices.ContainsFunc(a.Affected, func(e advisories.Affected) bool {
		return len(e.Versions) > 0 || slices.ContainsFunc(e.Ranges, func(r advisories.Range) bool { return r.Type != advisories.RangeEcosystem })
	})
}
