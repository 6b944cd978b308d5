package scanner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner"
)

// backend is a backend that returns what it holds.
type backend struct {
	name   string
	result inventory.Result
	err    error
	panics bool
}

func (b backend) Name() string { return b.name }

func (b backend) Collect(ctx context.Context, _ *inventory.Target) (inventory.Result, error) {
	if b.panics {
		panic("boom")
	}
	return b.result, b.err
}

// source is a source of the records it holds, by package. It answers
// ErrNotCovered for ecosystems it has no record of.
type source struct {
	name    string
	records []*advisories.Advisory
	err     error            // of the whole source
	errs    map[string]error // of queries, by package name
	panics  bool
	short   bool  // one answer too few
	lacks   error // what it knows that it does not hold
}

func (s source) Name() string     { return s.name }
func (s source) Describe() string { return fmt.Sprintf("%d records", len(s.records)) }

// Newest is the latest change of a record of the ecosystem.
func (s source) Newest(_ context.Context, ecosystem string) (time.Time, error) {
	var newest time.Time
	for _, a := range s.records {
		for _, f := range a.Affected {
			if f.Package.Ecosystem == ecosystem && a.Modified.After(newest) {
				newest = a.Modified
			}
		}
	}
	return newest, nil
}

func (s source) Check() error { return s.lacks }

func (s source) Lookup(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	switch {
	case s.panics:
		panic("boom")
	case s.err != nil:
		return nil, s.err
	}
	answers := make([]advisories.Answer, len(qs))
	for i, q := range qs {
		answers[i] = s.answer(q)
	}
	if s.short {
		answers = answers[1:]
	}
	return answers, nil
}

func (s source) answer(q advisories.Query) advisories.Answer {
	if err := s.errs[q.Name]; err != nil {
		return advisories.Answer{Err: err}
	}
	covered := false
	var found []*advisories.Advisory
	for _, a := range s.records {
		for _, f := range a.Affected {
			covered = covered || f.Package.Ecosystem == q.Ecosystem
			if f.Package.Ecosystem == q.Ecosystem && f.Package.Name == q.Name && !slices.Contains(found, a) {
				found = append(found, a)
			}
		}
	}
	if !covered {
		return advisories.Answer{Err: fmt.Errorf("%w: %s", advisories.ErrNotCovered, q.Ecosystem)}
	}
	return advisories.Answer{Advisories: found}
}

// records parses records written as JSON.
func records(t *testing.T, texts ...string) []*advisories.Advisory {
	t.Helper()
	var as []*advisories.Advisory
	for _, text := range texts {
		a := new(advisories.Advisory)
		if err := json.Unmarshal([]byte(text), a); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		as = append(as, a)
	}
	return as
}

var (
	noon   = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	debian = inventory.Host{OS: inventory.OS{ID: "debian", VersionID: "12", Codename: "bookworm", Family: "debian"}}
)

// deb is an installed Debian package.
func deb(name, version, source, sourceVersion string) inventory.Package {
	return inventory.Package{
		Backend: "dpkg", Type: "deb", Name: name, Version: version, Arch: "amd64",
		Source: source, SourceVersion: sourceVersion, Locations: []string{"var/lib/dpkg/status"},
	}
}

// newScanner makes a scanner whose clock stands at noon.
func newScanner(t testing.TB, bs []inventory.Backend, ss ...advisories.Source) *scanner.Scanner {
	t.Helper()
	s, err := scanner.New(scanner.Options{
		Backends: bs, Sources: ss, Now: func() time.Time { return noon },
		Tool: inventory.Tool{Name: "test", Version: "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// target is a machine without files, for backends that need none.
func target(h inventory.Host) *inventory.Target {
	return &inventory.Target{FS: fstest.MapFS{}, Host: h}
}
