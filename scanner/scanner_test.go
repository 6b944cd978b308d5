package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]scanner.Options{
		"nil backend":   {Backends: []inventory.Backend{nil}},
		"nil source":    {Sources: []advisories.Source{nil}},
		"same backends": {Backends: []inventory.Backend{backend{name: "a"}, backend{name: "a"}}},
		"same sources":  {Sources: []advisories.Source{source{name: "a"}, source{name: "a"}}},
		"concurrency":   {Concurrency: -1},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := scanner.New(o); !errors.Is(err, scanner.ErrOptions) {
				t.Errorf("New = %v, want ErrOptions", err)
			}
		})
	}
}

func TestGatherCoverage(t *testing.T) {
	pkgs := []inventory.Package{deb("a", "1", "a", "1")}
	problem := inventory.Problem{Path: "db", Record: "stanza 2", Err: fs.ErrInvalid}
	for _, tc := range []struct {
		backend backend
		status  inventory.Status
		reason  string // part of it
		count   int
	}{
		{backend{result: inventory.Result{Packages: pkgs}}, inventory.StatusOK, "", 1},
		{backend{err: fmt.Errorf("no db: %w", inventory.ErrAbsent)}, inventory.StatusAbsent, "no db", 0},
		{backend{err: fmt.Errorf("form 9: %w", inventory.ErrUnsupported)}, inventory.StatusUnsupported, "form 9", 0},
		{backend{err: fs.ErrPermission}, inventory.StatusFailed, "permission", 0},
		{backend{result: inventory.Result{Packages: pkgs}, err: fs.ErrPermission}, inventory.StatusPartial, "permission", 1},
		{backend{result: inventory.Result{Packages: pkgs, Problems: []inventory.Problem{problem}}}, inventory.StatusPartial, "db: stanza 2: invalid", 1},
		{backend{result: inventory.Result{Problems: []inventory.Problem{problem}}}, inventory.StatusFailed, "db: stanza 2: invalid", 0},
		{backend{panics: true}, inventory.StatusFailed, "panic: boom", 0},
	} {
		tc.backend.name = "fake"
		t.Run(string(tc.status)+" "+tc.reason, func(t *testing.T) {
			inv, err := newScanner(t, []inventory.Backend{tc.backend}).Gather(t.Context(), target(debian))
			if err != nil {
				t.Fatal(err)
			}
			got := inv.Coverage[1]
			if got.Status != tc.status || got.Count != tc.count || !strings.Contains(got.Reason, tc.reason) {
				t.Errorf("coverage = %+v, want %s with %q and count %d", got, tc.status, tc.reason, tc.count)
			}
		})
	}
}

// TestGatherKeepsOthers says that one broken backend takes nothing away.
func TestGatherKeepsOthers(t *testing.T) {
	s := newScanner(t, []inventory.Backend{
		backend{name: "broken", panics: true},
		backend{name: "dpkg", result: inventory.Result{Packages: []inventory.Package{deb("b", "1", "b", "1"), deb("a", "1", "a", "1")}}},
	})
	inv, err := s.Gather(t.Context(), target(debian))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range inv.Packages {
		names = append(names, p.Name+" "+p.PURL)
	}
	want := []string{"a pkg:deb/debian/a@1?arch=amd64&distro=debian-12", "b pkg:deb/debian/b@1?arch=amd64&distro=debian-12"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
}

func TestCancelled(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	s := newScanner(t, []inventory.Backend{backend{name: "dpkg"}}, source{name: "db"})
	if _, err := s.Scan(ctx, target(debian)); !errors.Is(err, why) {
		t.Errorf("Scan = %v, want the cause", err)
	}
	if _, err := s.Assess(ctx, &inventory.Inventory{}); !errors.Is(err, why) {
		t.Errorf("Assess = %v, want the cause", err)
	}
}

func TestMisuse(t *testing.T) {
	s := newScanner(t, nil)
	if _, err := s.Gather(t.Context(), nil); !errors.Is(err, scanner.ErrOptions) {
		t.Errorf("Gather(nil) = %v, want ErrOptions", err)
	}
	if _, err := s.Assess(t.Context(), nil); !errors.Is(err, scanner.ErrOptions) {
		t.Errorf("Assess(nil) = %v, want ErrOptions", err)
	}
}

const curlRecord = `{"id":"DSA-1","summary":"curl","upstream":["CVE-2026-1"],"affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},
	"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}`

// TestNeverSilentlyClean is the product's first promise: whatever keeps a
// package from being assessed makes the report incomplete and says why.
func TestNeverSilentlyClean(t *testing.T) {
	curl := []inventory.Package{deb("curl", "3", "curl", "3")}
	good := source{name: "db", records: records(t, curlRecord)}
	fedora := inventory.Host{OS: inventory.OS{ID: "fedora", VersionID: "35"}}
	for _, tc := range []struct {
		name     string
		host     inventory.Host
		backends []inventory.Backend
		sources  []advisories.Source
		complete bool
		part     string // of the entry that tells
		reason   string // part of it
	}{
		{"all seen", debian, []inventory.Backend{installed(curl)}, []advisories.Source{good}, true, "", ""},
		{"no backend", debian, nil, []advisories.Source{good}, false, "backend", "no installed package"},
		{"no package database", debian, []inventory.Backend{backend{name: "dpkg", err: inventory.ErrAbsent}}, []advisories.Source{good}, false, "backend", "no installed package"},
		{"empty package database", debian, []inventory.Backend{installed(nil)}, []advisories.Source{good}, false, "backend", "no installed package"},
		{"absent with problems", debian, []inventory.Backend{installed(curl), backend{name: "rpm", err: inventory.ErrAbsent,
			result: inventory.Result{Problems: []inventory.Problem{{Path: "rpmdb", Err: fs.ErrInvalid}}}}}, []advisories.Source{good}, false, "backend", "rpmdb: invalid"},
		{"no source", debian, []inventory.Backend{installed(curl)}, nil, false, "source", "not assessed"},
		{"source fails", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", err: fs.ErrClosed}}, false, "source", "already closed"},
		{"source panics", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", panics: true}}, false, "source", "panic: boom"},
		{"wrong count", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", records: good.records, short: true}}, false, "source", "0 answers to 1 queries"},
		{"query fails", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", records: good.records, errs: map[string]error{"curl": fs.ErrInvalid}}}, false, "source", "1 of 1 queries failed"},
		{"source not whole", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", records: good.records, lacks: fs.ErrInvalid}}, false, "source", "invalid argument"},
		{"release not covered", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db"}}, false, "ecosystem", "not covered"},
		{"one source fails", debian, []inventory.Backend{installed(curl)}, []advisories.Source{good, source{name: "api", err: fs.ErrClosed}}, false, "source", "already closed"},
		{"no ecosystem", fedora, []inventory.Backend{bash()}, []advisories.Source{good}, false, "ecosystem", "1 packages not assessed"},
		{"bad version", debian, []inventory.Backend{installed([]inventory.Package{deb("curl", "no version", "curl", "no version")})}, []advisories.Source{good}, false, "ecosystem", "not a version"},
		{"source unknown", debian, []inventory.Backend{installed([]inventory.Package{deb("curl", "3", "", "")})}, []advisories.Source{good}, false, "ecosystem", "source package unknown"},
		{"bad record", debian, []inventory.Backend{installed(curl)}, []advisories.Source{source{name: "db", records: records(t, strings.ReplaceAll(curlRecord, `"2"`, `"no version"`))}}, false, "ecosystem", "DSA-1"},
		{"unknown system", inventory.Host{}, []inventory.Backend{installed(curl)}, []advisories.Source{good}, false, "host", "not known"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := newScanner(t, tc.backends, tc.sources...).Scan(t.Context(), target(tc.host))
			if err != nil {
				t.Fatal(err)
			}
			if r.Summary.Complete != tc.complete {
				t.Errorf("complete = %v, want %v", r.Summary.Complete, tc.complete)
			}
			if tc.part == "" {
				return
			}
			for _, c := range r.Coverage {
				if c.Part == tc.part && c.Status != inventory.StatusOK && strings.Contains(c.Reason, tc.reason) {
					return
				}
			}
			t.Errorf("no entry of %s tells %q in %+v", tc.part, tc.reason, r.Coverage)
		})
	}
}

func installed(ps []inventory.Package) backend {
	return backend{name: "dpkg", result: inventory.Result{Packages: ps}}
}

func bash() backend {
	return backend{name: "rpm", result: inventory.Result{Packages: []inventory.Package{
		{Backend: "rpm", Type: "rpm", Name: "bash", Version: "5-1", Source: "bash", SourceVersion: "5-1", Locations: []string{"rpmdb"}},
	}}}
}

// TestAgeIsTold says that a report tells how recent each ecosystem's data is.
func TestAgeIsTold(t *testing.T) {
	old := source{name: "db", records: records(t, strings.Replace(curlRecord, `"id"`, `"modified":"2020-06-08T00:00:00Z","id"`, 1))}
	s := newScanner(t, []inventory.Backend{installed([]inventory.Package{deb("curl", "3", "curl", "3")})}, old)
	r, err := s.Scan(t.Context(), target(debian))
	if err != nil {
		t.Fatal(err)
	}
	last := r.Coverage[len(r.Coverage)-1]
	if last.Name != "Debian:12" || len(last.Notes) == 0 || last.Notes[0] != "The newest record in db is of 2020-06-08." {
		t.Errorf("coverage = %+v", last)
	}
}

// TestEmptyIsArrays says that a report of nothing has empty arrays, never null.
func TestEmptyIsArrays(t *testing.T) {
	r, err := newScanner(t, nil).Scan(t.Context(), target(debian))
	if err != nil {
		t.Fatal(err)
	}
	want := &finding.Report{Findings: []finding.Finding{}, Patches: []finding.Patch{}}
	if diff := cmp.Diff(want.Findings, r.Findings); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.Patches, r.Patches); diff != "" {
		t.Error(diff)
	}
}
