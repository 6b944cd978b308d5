package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
	"github.com/keeppatched/keeppatched/scanner/report"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is a report with something of everything.
func sample() *finding.Report {
	openssl := finding.Package{
		Ecosystem: "Debian:12", Name: "libssl3", Version: "3.0.1-1", Arch: "amd64", Source: "openssl",
		Locations: []string{"var/lib/dpkg/status"}, Backend: "dpkg", Advisories: []string{"DSA-1"}, FixedVersion: "3.0.2-1", Candidate: "3.0.3-1",
	}
	zlib := finding.Package{Name: "zlib1g", Version: "1.2", Source: "zlib", Locations: []string{}, Backend: "dpkg"}
	return &finding.Report{
		SchemaVersion: finding.SchemaVersion,
		Tool:          inventory.Tool{Name: "test", Version: "1"},
		GeneratedAt:   time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
		Host:          inventory.Host{Name: "web1", OS: inventory.OS{ID: "debian", VersionID: "12", PrettyName: "Debian GNU/Linux 12 (bookworm)"}},
		Coverage: []inventory.Coverage{
			{Part: "host", Name: "debian", Status: inventory.StatusOK, Count: 1},
			{Part: "backend", Name: "dpkg", Status: inventory.StatusOK, Count: 3, Notes: []string{"1 package removed, its configuration kept.", "another note."}},
			{Part: "backend", Name: "rpm", Status: inventory.StatusAbsent, Reason: "not present on this target"},
			{Part: "backend", Name: "apt", Status: inventory.StatusFailed, Reason: "no package lists: whether updates wait is not known"},
		},
		Inventory: finding.Inventory{Packages: 3, Updates: 1},
		Findings: []finding.Finding{
			{
				ID: "kp-0000000000000001", Kind: finding.Vulnerability, Title: "openssl - security update", Packages: []finding.Package{openssl},
				Advisories: []finding.Advisory{{ID: "DSA-1", Source: "Debian", URL: "https://example.org/DSA-1"}},
				CVEs:       []string{"CVE-2026-1", "CVE-2026-2", "CVE-2026-3"}, Level: finding.High, LevelFrom: "Debian urgency high",
				Severity: []finding.Severity{{Authority: "Debian", Scale: "urgency", Value: "high"}},
				State:    finding.FixAvailable, FixedVersion: "3.0.2-1", References: []string{},
			},
			{
				ID: "kp-0000000000000002", Kind: finding.Vulnerability, Title: "CVE-2026-9 in zlib", Packages: []finding.Package{zlib},
				Advisories: []finding.Advisory{{ID: "DEBIAN-CVE-2026-9"}}, CVEs: []string{"CVE-2026-9"}, Level: finding.Unknown,
				Severity: []finding.Severity{}, State: finding.NoFix, References: []string{},
			},
			{
				ID: "kp-0000000000000003", Kind: finding.MissingUpdate, Title: "vim: update 2 is available",
				Packages:   []finding.Package{{Name: "vim", Version: "1", Locations: []string{}, Backend: "dpkg", Candidate: "2", Held: true}},
				Advisories: []finding.Advisory{}, CVEs: []string{}, Severity: []finding.Severity{}, Level: finding.Unknown,
				State: finding.FixAvailable, FixedVersion: "2", References: []string{},
				Update: &finding.Update{Version: "2", Security: inventory.SecurityNo, Held: true},
			},
		},
		Patches: []finding.Patch{
			{
				Ecosystem: "Debian:12", Source: "openssl", Version: "3.0.2-1", Closes: []string{"kp-0000000000000001"},
				CVEs: []string{"CVE-2026-1", "CVE-2026-2", "CVE-2026-3"}, Severity: finding.High, Security: true,
				Packages: []finding.PatchPackage{{Name: "libssl3", Arch: "amd64", Installed: "3.0.1-1", Candidate: "3.0.3-1"}},
			},
			{
				Source: "vim", Closes: []string{"kp-0000000000000003"}, CVEs: []string{}, Severity: finding.Unknown,
				Packages: []finding.PatchPackage{{Name: "vim", Installed: "1", Candidate: "2", Held: true}},
			},
		},
		Summary: finding.Summary{
			Packages: 3, Assessed: 3, Findings: 3, Patches: 2,
			ByKind:  map[finding.Kind]int{finding.Vulnerability: 2, finding.MissingUpdate: 1},
			ByState: map[finding.State]int{finding.FixAvailable: 2, finding.NoFix: 1}, BySeverity: map[finding.Level]int{finding.High: 1, finding.Unknown: 1},
		},
	}
}

func TestGolden(t *testing.T) {
	clean := sample()
	clean.Findings, clean.Patches = []finding.Finding{}, []finding.Patch{}
	clean.Coverage = clean.Coverage[:2]
	clean.Summary = finding.Summary{Complete: true, Packages: 3, Assessed: 3}
	for _, tc := range []struct {
		file  string
		write func(*bytes.Buffer) error
	}{
		{"table.txt", func(b *bytes.Buffer) error { return report.Table(b, sample(), report.TableOptions{}) }},
		{"table-80.txt", func(b *bytes.Buffer) error { return report.Table(b, sample(), report.TableOptions{Width: 80}) }},
		{"table-color.txt", func(b *bytes.Buffer) error { return report.Table(b, sample(), report.TableOptions{Color: true}) }},
		{"table-clean.txt", func(b *bytes.Buffer) error { return report.Table(b, clean, report.TableOptions{}) }},
		{"report.json", func(b *bytes.Buffer) error { return report.JSON(b, sample()) }},
	} {
		t.Run(tc.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := tc.write(&b); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tc.file)
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestJSONComesBack says that a report survives its JSON form.
func TestJSONComesBack(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	got := new(finding.Report)
	if err := json.Unmarshal(b.Bytes(), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTableIsHarmless says that nothing a machine or an advisory says reaches
// the terminal as a command, and that the first line stays short.
func TestTableIsHarmless(t *testing.T) {
	const evil = "\x1b[2Jx\r\n\u202eq\u009b1m\x00"
	r := sample()
	r.Host.Name, r.Host.OS.PrettyName = evil, evil
	for i := range r.Coverage {
		r.Coverage[i].Name, r.Coverage[i].Reason, r.Coverage[i].Notes = evil, evil, []string{evil}
		r.Coverage[i].Status = evil
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Title, f.CVEs, f.Level = evil, []string{evil}, evil
		f.Packages[0].Name, f.Packages[0].Source, f.Packages[0].Version = evil, evil, evil
		for j := range f.Advisories {
			f.Advisories[j].ID = evil
		}
	}
	for i := range r.Patches {
		p := &r.Patches[i]
		p.Source, p.Version, p.CVEs, p.Severity = evil, evil, []string{evil}, evil
		p.Packages[0] = finding.PatchPackage{Name: evil, Installed: evil, Candidate: evil}
	}
	for _, width := range []int{0, 1, 40, 100} {
		var b bytes.Buffer
		if err := report.Table(&b, r, report.TableOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexAny(b.String(), "\x1b\r\x00\u009b\u202e"); i >= 0 {
			t.Errorf("width %d: a control character at %d of %q", width, i, b.String())
		}
		if line, _, _ := strings.Cut(b.String(), "\n"); len(line) > 60 {
			t.Errorf("first line has %d characters: %q", len(line), line)
		}
	}
}
