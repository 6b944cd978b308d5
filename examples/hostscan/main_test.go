package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// machine is a small Debian machine and an export of advisories for it.
const machine = `
-- root/etc/os-release --
ID=debian
VERSION_ID="12"
VERSION_CODENAME=bookworm
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
-- root/var/lib/dpkg/status --
Package: curl
Status: install ok installed
Architecture: amd64
Version: 7.88.1-10
Maintainer: Somebody <somebody@example.org>

-- root/etc/apt/sources.list --
deb http://deb.example.org/debian bookworm main
-- root/var/lib/apt/lists/deb.example.org_debian_dists_bookworm_InRelease --
Origin: Debian
Label: Debian
Suite: oldstable
Codename: bookworm
Date: Sat, 31 Jan 2026 08:00:00 UTC
Valid-Until: Sat, 07 Feb 2026 08:00:00 UTC
Components: main
-- root/var/lib/apt/lists/deb.example.org_debian_dists_bookworm_main_binary-amd64_Packages --
Package: curl
Architecture: amd64
Version: 7.88.1-10
-- export/ecosystems.txt --
Debian
-- export/Debian/DSA-1.json --
{"id":"DSA-1","modified":"2026-01-30T00:00:00Z","summary":"curl - security update","upstream":["CVE-2026-1"],"affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"7.88.1-11"}]}]}]}
-- clean/Debian/DSA-1.json --
{"id":"DSA-1","modified":"2026-01-30T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"7.88.1-9"}]}]}]}
-- empty/nothing --
`

// lay writes the machine to a folder of the test, and keeps the user's own
// database out of it.
func lay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(machine)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("HOME", dir)
	t.Chdir(dir)
	return dir
}

// hostscan runs the program.
func hostscan(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestOutcomes(t *testing.T) {
	lay(t)
	const at = "2026-01-31T12:00:00Z"
	for _, tc := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // parts
	}{
		{"vulnerable", []string{"-root", "root", "-db", "export", "-at", at}, exitWarning, "7.88.1-11", ""},
		{"clean", []string{"-root", "root", "-db", "clean", "-at", at}, exitOK, "OK - 0 vulnerabilities", ""},
		{"lists that have expired", []string{"-root", "root", "-db", "clean", "-at", "2026-03-01"}, exitUnknown, "valid until 2026-02-07", ""},
		{"offline without a database", []string{"-root", "root", "-offline", "-at", at}, exitUnknown, "vulnerabilities were not assessed", ""},
		{"advisories off", []string{"-root", "root", "-osv", "off", "-at", at}, exitUnknown, "vulnerabilities were not assessed", ""},
		{"version", []string{"-version"}, exitOK, "hostscan ", ""},
		{"not a root", []string{"-root", "empty", "-osv", "off"}, exitUnknown, "", "empty"},
		{"no such root", []string{"-root", "missing", "-osv", "off"}, exitUnknown, "", "missing"},
		{"no such database", []string{"-root", "root", "-db", "missing.db"}, exitUnknown, "", "missing.db"},
		{"not a database", []string{"-root", "root", "-db", "root/etc/os-release"}, exitUnknown, "", "os-release"},
		{"no such inventory", []string{"-inventory", "missing.json", "-osv", "off"}, exitUnknown, "", "missing.json"},
		{"an SBOM", []string{"-sbom", "x.json"}, exitUnknown, "", "not supported yet"},
		{"unknown format", []string{"-format", "xml"}, exitUnknown, "", `"xml"`},
		{"unknown flag", []string{"-nonsense"}, exitUnknown, "", "-nonsense"},
		{"stray argument", []string{"stray"}, exitUnknown, "", `"stray"`},
		{"bad time", []string{"-at", "noon"}, exitUnknown, "", `"noon"`},
		{"root and inventory", []string{"-root", "root", "-inventory", "x"}, exitUnknown, "", "exclude"},
		{"offline and API", []string{"-offline", "-osv", "http://127.0.0.1:1"}, exitUnknown, "", "exclude"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stdout, stderr := hostscan(t, "", tc.args...)
			if code != tc.code || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) {
				t.Errorf("exit code %d, want %d\nstdout (want %q):\n%s\nstderr (want %q):\n%s",
					code, tc.code, tc.stdout, stdout, tc.stderr, stderr)
			}
			if tc.stderr == "" && stderr != "" {
				t.Errorf("stderr is not empty: %q", stderr)
			}
		})
	}
}

// TestHalves says that gathering here and assessing there gives the report
// that doing both at once gives.
func TestHalves(t *testing.T) {
	dir := lay(t)
	args := []string{"-db", "export", "-format", "json", "-at", "2026-01-31"}
	_, whole, _ := hostscan(t, "", append(args, "-root", "root")...)

	if code, _, stderr := hostscan(t, "", "-root", "root", "-gather", "-at", "2026-01-31", "-o", "inv.json"); code != exitOK {
		t.Fatalf("gather: %d %s", code, stderr)
	}
	text, err := os.ReadFile(filepath.Join(dir, "inv.json"))
	if err != nil {
		t.Fatal(err)
	}
	inv := new(inventory.Inventory)
	if err := json.Unmarshal(text, inv); err != nil || len(inv.Packages) != 1 {
		t.Fatalf("inventory: %v, %d packages", err, len(inv.Packages))
	}
	_, fromFile, _ := hostscan(t, "", append(args, "-inventory", "inv.json")...)
	_, fromStdin, _ := hostscan(t, string(text), append(args, "-inventory", "-")...)
	for name, got := range map[string]string{"file": fromFile, "stdin": fromStdin} {
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("from %s (-whole +halves):\n%s", name, diff)
		}
	}
	r := new(finding.Report)
	if err := json.Unmarshal([]byte(whole), r); err != nil || len(r.Findings) != 1 {
		t.Errorf("report: %v, %d findings", err, len(r.Findings))
	}
}

// TestBadInventory says that an inventory that cannot be read is no result.
func TestBadInventory(t *testing.T) {
	lay(t)
	for name, text := range map[string]string{
		"empty": "", "no JSON": "x", "two": `{"schema_version":"1.0"} {}`, "cut": `{"schema_version":"1.0","packages":[`, "later": `{"schema_version":"2.0"}`, "no version": `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := hostscan(t, text, "-inventory", "-", "-osv", "off")
			if code != exitUnknown || stdout != "" || !strings.Contains(stderr, "inventory -") {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
	// One that says nothing of what was looked at is never clean.
	code, stdout, _ := hostscan(t, `{"schema_version":"1.0","packages":[],"updates":[],"coverage":[]}`, "-inventory", "-", "-db", "clean")
	if code != exitUnknown || !strings.Contains(stdout, "UNKNOWN") {
		t.Errorf("exit code %d, stdout %q", code, stdout)
	}
}

// TestUnreachable says that without a network the machine is still scanned,
// and nothing is called clean.
func TestUnreachable(t *testing.T) {
	lay(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0") // a port where nobody answers
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := hostscan(t, "", "-root", "root", "-osv", "http://"+addr, "-at", "2026-01-31")
	if code != exitUnknown || !strings.Contains(stdout, "not assessed") || !strings.Contains(stdout, "UNKNOWN") {
		t.Errorf("exit code %d, stdout:\n%s", code, stdout)
	}
}

// TestTwoSources says that a database and an API that are both named are both
// asked.
func TestTwoSources(t *testing.T) {
	lay(t)
	code, stdout, _ := hostscan(t, "", "-root", "root", "-db", "export", "-osv", "http://127.0.0.1:1", "-at", "2026-01-31")
	if code != exitUnknown || !strings.Contains(stdout, "osvdev") || !strings.Contains(stdout, "7.88.1-11") {
		t.Errorf("exit code %d, stdout:\n%s", code, stdout)
	}
}

// TestOutputIsWhole says that a result that cannot be written leaves the old
// one, and nothing half done.
func TestOutputIsWhole(t *testing.T) {
	dir := lay(t)
	if code, _, stderr := hostscan(t, "", "-root", "root", "-osv", "off", "-o", filepath.Join("missing", "r.txt")); code != exitUnknown || stderr == "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	hostscan(t, "", "-root", "root", "-osv", "off", "-o", "r.txt")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".hostscan") {
			t.Errorf("left over: %s", e.Name())
		}
	}
}
