package scanner_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
	"github.com/keeppatched/keeppatched/scanner/report"
)

// record writes an OSV record of one Debian package.
func record(id, pkg, fields string, events ...string) string {
	return fmt.Sprintf(`{"id":%q%s,"affected":[{"package":{"ecosystem":"Debian:12","name":%q},
		"ranges":[{"type":"ECOSYSTEM","events":[%s]}]}]}`, id, fields, pkg, strings.Join(events, ","))
}

const introduced = `{"introduced":"0"}`

func fixed(v string) string { return fmt.Sprintf(`{"fixed":%q}`, v) }

// brief tells a finding in a line.
func brief(f finding.Finding) string {
	var pkgs, ids []string
	for _, p := range f.Packages {
		pkgs = append(pkgs, p.Name)
	}
	for _, a := range f.Advisories {
		ids = append(ids, a.ID)
	}
	return fmt.Sprintf("%s %s [%s] %s %v fixed=%s %s", f.Kind, strings.Join(pkgs, "+"),
		strings.Join(ids, " "), f.State, f.CVEs, f.FixedVersion, f.Level)
}

func assess(t *testing.T, pkgs []inventory.Package, updates []inventory.Update, rs ...string) *finding.Report {
	t.Helper()
	rs = append(rs, record("DSA-0", "unrelated", "", introduced))
	b := backend{name: "dpkg", result: inventory.Result{Packages: pkgs, Updates: updates}}
	s := newScanner(t, []inventory.Backend{b}, source{name: "db", records: records(t, rs...)})
	r, err := s.Scan(t.Context(), target(debian))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindings(t *testing.T) {
	openssl := []inventory.Package{deb("openssl", "3.0.1-1", "openssl", "3.0.1-1"), deb("libssl3", "3.0.1-1", "openssl", "3.0.1-1")}
	curl := []inventory.Package{deb("curl", "7-1", "curl", "7-1")}
	for _, tc := range []struct {
		name    string
		pkgs    []inventory.Package
		updates []inventory.Update
		records []string
		want    []string
	}{
		{
			"two packages of one source are one finding", openssl, nil,
			[]string{record("DEBIAN-CVE-2026-1", "openssl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("3.0.2-1"))},
			[]string{"vulnerability libssl3+openssl [DEBIAN-CVE-2026-1] fix_available [CVE-2026-1] fixed=3.0.2-1 unknown"},
		},
		{
			"an advisory joins the CVEs it was made for, and leads", curl, nil,
			[]string{
				record("DEBIAN-CVE-2026-1", "curl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("7-2")),
				record("DEBIAN-CVE-2026-2", "curl", `,"upstream":["CVE-2026-2"]`, introduced, fixed("7-2")),
				record("DSA-9", "curl", `,"upstream":["CVE-2026-1","CVE-2026-2"]`, introduced, fixed("7-2")),
				record("DSA-8", "curl", `,"upstream":["CVE-2026-3"],"related":["CVE-2026-1"]`, introduced, fixed("7-3")),
			},
			[]string{
				"vulnerability curl [DSA-9 DEBIAN-CVE-2026-1 DEBIAN-CVE-2026-2] fix_available [CVE-2026-1 CVE-2026-2] fixed=7-2 unknown",
				"vulnerability curl [DSA-8] fix_available [CVE-2026-3] fixed=7-3 unknown",
			},
		},
		{
			"the fixed version closes every record of the group", curl, nil,
			[]string{
				record("DSA-1", "curl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("7-2")),
				record("DSA-2", "curl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("7-10")),
			},
			[]string{"vulnerability curl [DSA-1 DSA-2] fix_available [CVE-2026-1] fixed=7-10 unknown"},
		},
		{
			"a fix that another record denies is none to rely on", curl, nil,
			[]string{
				record("DSA-1", "curl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("7-2")),
				record("DSA-2", "curl", `,"upstream":["CVE-2026-1"]`, introduced),
			},
			[]string{"vulnerability curl [DSA-1 DSA-2] affected [CVE-2026-1] fixed=7-2 unknown"},
		},
		{
			"no fix", curl, nil,
			[]string{record("DEBIAN-CVE-2026-1", "curl", `,"aliases":["CVE-2026-1"]`, introduced)},
			[]string{"vulnerability curl [DEBIAN-CVE-2026-1] no_fix [CVE-2026-1] fixed= unknown"},
		},
		{
			"withdrawn and already fixed are no findings", curl, nil,
			[]string{
				record("DSA-1", "curl", `,"withdrawn":"2026-01-01T00:00:00Z"`, introduced, fixed("8")),
				record("DSA-2", "curl", "", introduced, fixed("7-1")),
			},
			nil,
		},
		{
			"the worst severity leads", append(slices.Clone(curl), openssl[0]), nil,
			[]string{
				record("DSA-1", "curl", `,"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"}]`, introduced),
				record("DSA-2", "openssl", `,"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]`, introduced),
			},
			[]string{
				"vulnerability openssl [DSA-2] no_fix [] fixed= critical",
				"vulnerability curl [DSA-1] no_fix [] fixed= low",
			},
		},
		{
			"updates on offer are findings of their own", curl,
			[]inventory.Update{{Backend: "apt", Package: "curl", Arch: "amd64", Installed: "7-1", Version: "7-3", Source: "curl", SourceVersion: "7-3", Security: inventory.SecurityYes}},
			[]string{record("DSA-1", "curl", "", introduced, fixed("7-2"))},
			[]string{
				"vulnerability curl [DSA-1] fix_available [] fixed=7-2 unknown",
				"missing_update curl [] fix_available [] fixed=7-3 unknown",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := assess(t, tc.pkgs, tc.updates, tc.records...)
			var got []string
			ids := map[string]bool{}
			for _, f := range r.Findings {
				got = append(got, brief(f))
				ids[f.ID] = true
			}
			slices.Sort(got)
			slices.Sort(tc.want)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if len(ids) != len(r.Findings) {
				t.Errorf("%d ids for %d findings", len(ids), len(r.Findings))
			}
			if !r.Summary.Complete {
				t.Errorf("incomplete: %+v", r.Coverage)
			}
		})
	}
}

// TestPackageEvidence says which advisories affect which package of a joined
// finding, where it was found, and what is on offer for it.
func TestPackageEvidence(t *testing.T) {
	pkgs := []inventory.Package{deb("libssl3", "3-1", "openssl", "3-1"), deb("libssl-old", "1-1", "openssl", "1-1")}
	offer := inventory.Update{Backend: "apt", Package: "libssl3", Arch: "amd64", Installed: "3-1", Version: "3-9", Security: inventory.SecurityNo}
	r := assess(t, pkgs, []inventory.Update{offer},
		record("DSA-1", "openssl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("2-1")),
		record("DSA-2", "openssl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("3-2")))
	want := []finding.Package{
		{Ecosystem: "Debian:12", Name: "libssl-old", Version: "1-1", Arch: "amd64", Source: "openssl", SourceVersion: "1-1",
			PURL: "pkg:deb/debian/libssl-old@1-1?arch=amd64&distro=debian-12&upstream=openssl", Locations: []string{"var/lib/dpkg/status"},
			Backend: "dpkg", Advisories: []string{"DSA-1", "DSA-2"}, FixedVersion: "3-2"},
		{Ecosystem: "Debian:12", Name: "libssl3", Version: "3-1", Arch: "amd64", Source: "openssl", SourceVersion: "3-1",
			PURL: "pkg:deb/debian/libssl3@3-1?arch=amd64&distro=debian-12&upstream=openssl", Locations: []string{"var/lib/dpkg/status"},
			Backend: "dpkg", Advisories: []string{"DSA-2"}, FixedVersion: "3-2", Candidate: "3-9"},
	}
	if diff := cmp.Diff(want, r.Findings[0].Packages); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
}

func TestPatches(t *testing.T) {
	pkgs := []inventory.Package{deb("curl", "7-1", "curl", "7-1"), deb("libcurl4", "7-1", "curl", "7-1"), deb("vim", "1", "vim", "1")}
	updates := []inventory.Update{
		{Backend: "apt", Package: "curl", Arch: "amd64", Installed: "7-1", Version: "7-4", Security: inventory.SecurityYes},
		{Backend: "apt", Package: "vim", Arch: "amd64", Installed: "1", Version: "2", Security: inventory.SecurityNo, Held: true},
	}
	r := assess(t, pkgs, updates,
		record("DSA-1", "curl", `,"upstream":["CVE-2026-1"]`, introduced, fixed("7-2")),
		record("DSA-2", "curl", `,"upstream":["CVE-2026-2"]`, introduced, fixed("7-3")),
		record("DSA-3", "curl", `,"upstream":["CVE-2026-3"]`, introduced))
	var closes []int
	for i := range r.Patches {
		closes = append(closes, len(r.Patches[i].Closes))
		r.Patches[i].Closes = nil
	}
	want := []finding.Patch{
		{Ecosystem: "Debian:12", Source: "curl", Version: "7-3", CVEs: []string{"CVE-2026-1", "CVE-2026-2"}, Severity: finding.Unknown, Security: true,
			Packages: []finding.PatchPackage{
				{Name: "curl", Arch: "amd64", Installed: "7-1", Candidate: "7-4"},
				{Name: "libcurl4", Arch: "amd64", Installed: "7-1"},
			}},
		{Source: "vim", CVEs: []string{}, Severity: finding.Unknown,
			Packages: []finding.PatchPackage{{Name: "vim", Arch: "amd64", Installed: "1", Candidate: "2", Held: true}}},
	}
	if diff := cmp.Diff(want, r.Patches); diff != "" {
		t.Errorf("patches (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 1}, closes); diff != "" {
		t.Errorf("numbers of closed findings (-want +got):\n%s", diff)
	}
}

// TestPatchesKeepManagersApart says that packages of two package managers are
// upgraded apart, though their sources have one name.
func TestPatchesKeepManagersApart(t *testing.T) {
	updates := []inventory.Update{
		{Backend: "apt", Package: "curl", Installed: "7-1", Version: "7-2", Security: inventory.SecurityYes},
		{Backend: "other", Package: "curl", Installed: "1", Version: "2", Security: inventory.SecurityYes},
	}
	r := assess(t, []inventory.Package{deb("vim", "1", "vim", "1")}, updates)
	var got []string
	for _, p := range r.Patches {
		for _, pp := range p.Packages {
			got = append(got, fmt.Sprintf("%s %s to %s, closes %d", p.Source, pp.Installed, pp.Candidate, len(p.Closes)))
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"curl 1 to 2, closes 1", "curl 7-1 to 7-2, closes 1"}, got); diff != "" {
		t.Errorf("patches (-want +got):\n%s", diff)
	}
}

// TestTwoSources says that of a record two sources have, the newer counts.
func TestTwoSources(t *testing.T) {
	old := record("DSA-1", "curl", `,"modified":"2026-01-01T00:00:00Z"`, introduced)
	recent := record("DSA-1", "curl", `,"modified":"2026-01-02T00:00:00Z"`, introduced, fixed("7-2"))
	for _, order := range [][2]string{{old, recent}, {recent, old}} {
		s := newScanner(t, []inventory.Backend{installed([]inventory.Package{deb("curl", "7-1", "curl", "7-1")})},
			source{name: "a", records: records(t, order[0])}, source{name: "b", records: records(t, order[1])})
		r, err := s.Scan(t.Context(), target(debian))
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != 1 || r.Findings[0].FixedVersion != "7-2" {
			t.Errorf("findings = %+v, want one, fixed in 7-2", r.Findings)
		}
	}
}

// TestDeterministic says that the same input gives the same bytes.
func TestDeterministic(t *testing.T) {
	var pkgs []inventory.Package
	var rs []string
	for i := range 50 {
		name := fmt.Sprintf("p%d", i)
		pkgs = append(pkgs, deb(name, "1", name, "1"), deb("lib"+name, "1", name, "1"))
		rs = append(rs, record(fmt.Sprintf("DSA-%d", i), name, fmt.Sprintf(`,"upstream":["CVE-2026-%d"]`, i%7), introduced, fixed("2")))
	}
	var first []byte
	for range 5 {
		var b bytes.Buffer
		if err := report.JSON(&b, assess(t, pkgs, nil, rs...)); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Fatal("two runs differ")
		}
	}
}

// TestAlmaLinux says how AlmaLinux's records are read: CVEs are in related
// alone, severity is in the summary alone, and bug fixes are updates.
func TestAlmaLinux(t *testing.T) {
	const affected = `"affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"5-2"}]}]}]`
	alma := inventory.Host{OS: inventory.OS{ID: "almalinux", VersionID: "9.4"}}
	s := newScanner(t, []inventory.Backend{bash()}, source{name: "db", records: records(t,
		`{"id":"ALSA-1","summary":"Important: bash security update","related":["CVE-2026-1"],`+affected+`}`,
		`{"id":"ALBA-1","summary":"bash bug fix update","published":"2026-01-01T00:00:00Z",`+affected+`}`)})
	r, err := s.Scan(t.Context(), target(alma))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		got = append(got, brief(f)+" "+f.LevelFrom)
	}
	want := []string{
		"vulnerability bash [ALSA-1] fix_available [CVE-2026-1] fixed=5-2 high AlmaLinux AlmaLinux Important",
		"missing_update bash [ALBA-1] fix_available [] fixed=5-2 unknown ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestLinks says where a finding sends its reader, and that only links to the
// web get there.
func TestLinks(t *testing.T) {
	const refs = `,"references":[{"type":"ADVISORY","url":"https://example.org/other"},{"type":"ADVISORY","url":"https://example.org/DSA-1-2"},` +
		`{"type":"WEB","url":"javascript:alert(1)"},{"type":"WEB","url":"https://example.org/DSA-1:2"}]`
	for _, tc := range []struct{ fields, url string }{
		{refs, "https://example.org/DSA-1-2"},
		{`,"references":[{"type":"ADVISORY","url":"https://example.org/other"}]`, "https://example.org/other"},
		{`,"references":[{"type":"ADVISORY","url":"file:///etc/passwd"}]`, "https://osv.dev/vulnerability/DSA-1:2"},
		{"", "https://osv.dev/vulnerability/DSA-1:2"},
	} {
		r := assess(t, []inventory.Package{deb("curl", "7-1", "curl", "7-1")}, nil, record("DSA-1:2", "curl", tc.fields, introduced))
		if got := r.Findings[0].Advisories[0].URL; got != tc.url {
			t.Errorf("URL = %q, want %q", got, tc.url)
		}
		for _, ref := range r.Findings[0].References {
			if !strings.HasPrefix(ref, "https://") {
				t.Errorf("reference %q", ref)
			}
		}
	}
}

var _ advisories.Describer = source{}
