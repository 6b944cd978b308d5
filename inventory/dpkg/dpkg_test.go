package dpkg_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func collect(t *testing.T, fsys fs.FS) (inventory.Result, error) {
	t.Helper()
	return dpkg.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
}

// says gives the texts of problems.
func says(problems []inventory.Problem) []string {
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.Error())
	}
	return texts
}

// brief gives "name version arch" of each package.
func brief(packages []inventory.Package) []string {
	var texts []string
	for _, p := range packages {
		texts = append(texts, strings.TrimSpace(p.Name+" "+p.Version+" "+p.Arch))
	}
	return texts
}

func TestConformance(t *testing.T) {
	fsys := inventorytest.FS(`
-- var/lib/dpkg/status --
Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b2
Source: bash (5.2.15-2)

Package: libc6
Status: hold ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9+deb12u10
Source: glibc

-- var/lib/dpkg/updates/0000 --
Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b7
Source: bash (5.2.15-2)
-- var/lib/dpkg/status.d/tzdata --
Package: tzdata
Architecture: all
Version: 2024a-0+deb12u1
-- var/lib/dpkg/info/libc6:amd64.list --
/usr
`)
	inventorytest.Run(t, dpkg.Backend{}, fsys, inventory.Host{})
}

func TestFields(t *testing.T) {
	unpacked := time.Date(2025, 5, 20, 10, 0, 0, 0, time.UTC)
	fsys := inventorytest.FS(`
-- var/lib/dpkg/status --
Package: libssl3
Status: hold ok installed
Priority: optional
Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>
Architecture: amd64
Multi-Arch: same
Source: openssl (1:3.0.15-1~deb12u1)
Version: 0:3.0.15-1~deb12u1+b1
Origin: Debian
Conffiles:
 /etc/x 1234
Description: Secure Sockets Layer toolkit
 Version: 9

Package: Bash
Status: install ok installed
Architecture: amd64
Version: 5.2

`)
	fsys["var/lib/dpkg/info/libssl3:amd64.list"] = &fstest.MapFile{ModTime: unpacked.In(time.FixedZone("", 3600))}
	fsys["var/lib/dpkg/info/bash.list"] = &fstest.MapFile{ModTime: time.Unix(0, 0)}
	got, err := collect(t, fsys)
	if err != nil {
		t.Fatal(err)
	}
	status := []string{"var/lib/dpkg/status"}
	want := inventory.Result{Packages: []inventory.Package{{
		Backend: "dpkg", Type: "deb", Name: "libssl3", Version: "3.0.15-1~deb12u1+b1", Arch: "amd64",
		Source: "openssl", SourceVersion: "1:3.0.15-1~deb12u1",
		Vendor: "Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>", Origin: "Debian",
		InstalledAt: unpacked, Held: true, Locations: status,
	}, {
		Backend: "dpkg", Type: "deb", Name: "bash", Version: "5.2", Arch: "amd64",
		Source: "bash", SourceVersion: "5.2", Locations: status,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// stanza is an installed package, with further lines.
func stanza(name, version string, more ...string) string {
	return "Package: " + name + "\nStatus: install ok installed\nVersion: " + version + "\n" +
		strings.Join(append(more, "\n"), "\n")
}

// TestStatus covers single status files.
func TestStatus(t *testing.T) {
	const path = "var/lib/dpkg/status: "
	good := stanza("good", "1")
	tests := []struct {
		name     string
		status   string
		packages []string
		problems []string
		notes    []string
	}{
		{
			name: "states",
			status: "Package: a\nStatus: install ok unpacked\nVersion: 1\n\n" +
				"Package: b\nStatus: install ok half-configured\nVersion: 1\n\n" +
				"Package: c\nStatus: install ok triggers-awaited\nVersion: 1\n\n" +
				"Package: d\nStatus: Install OK Triggers-Pending\nVersion: 1\n\n" +
				"Package: e\nStatus: deinstall ok config-files\nVersion: 1\n\n" +
				"Package: f\nStatus: purge ok not-installed\n\n" +
				"Package: g\nStatus: install reinstreq half-installed\nVersion: 1\n\n" +
				"Package: h\nStatus: install reinstreq unpacked\nVersion: 1\n\n",
			packages: []string{"a 1", "b 1", "c 1", "d 1", "g 1", "h 1"},
			problems: []string{
				path + "line 24: g: half-installed: which files are there is not certain",
				path + "line 28: h: must be reinstalled (reinstreq): which files are there is not certain",
			},
			notes: []string{
				"left out, removed except for configuration (config-files): 1",
				"left out, not installed (not-installed): 1",
			},
		},
		{
			name: "two architectures",
			status: stanza("libc6", "2", "Architecture: amd64", "Multi-Arch: same") +
				stanza("libc6", "2", "Architecture: i386", "Multi-Arch: same"),
			packages: []string{"libc6 2 amd64", "libc6 2 i386"},
		},
		{
			name:     "twice",
			status:   stanza("a", "1") + stanza("a", "2") + good,
			packages: []string{"a 1", "good 1"},
			problems: []string{path + `line 5: a: version "2" is recorded again: version "1" of var/lib/dpkg/status, line 1, is taken`},
		},
		{
			name: "bad stanzas",
			status: "Status: install ok installed\nVersion: 1\n\n" +
				"Package: b\nStatus: install ok installed\n\n" +
				"Package: c\nVersion: 1\n\n" +
				"Package: d\nStatus: install ok\nVersion: 1\n\n" +
				"Package: e\nStatus: install ok installed now\nVersion: 1\n\n" +
				"Package: f\nStatus: wish well shiny\nVersion: 1\n\n" +
				"Package: a/b\nStatus: install ok installed\nVersion: 1\n\n" + good,
			packages: []string{"good 1"},
			problems: []string{
				path + "line 1: no Package field",
				path + "line 4: b: no Version field",
				path + "line 7: c: no Status field: dpkg does not count it as installed",
				path + "line 10: d: the Status field has 2 words, not 3",
				path + "line 14: e: the Status field has 4 words, not 3",
				path + "line 18: f: the Status field has an unknown want, \"wish\"\n" +
					"the Status field has an unknown flag, \"well\"\nthe Status field has an unknown state, \"shiny\"",
				path + `line 22: "a/b" is not a package name`,
			},
		},
		{
			name: "bad versions",
			status: stanza("a", "1 2") + stanza("b", "x:2") + stanza("c", "1:") + stanza("d", "1-") +
				stanza("e", "1:-2") + stanza("f", "-1:2") + stanza("g", "99999999999:1") + stanza("h", "1\x1b[2J") +
				stanza("i", "") + stanza("j", "1ö"),
			problems: []string{
				path + `line 1: a: version "1 2" has the byte 0x20 in it`,
				path + `line 5: b: version "x:2": "x" is not an epoch`,
				path + `line 9: c: version "1:" has an empty part`,
				path + `line 13: d: version "1-" has an empty part`,
				path + `line 17: e: version "1:-2" has an empty part`,
				path + `line 21: f: version "-1:2": "-1" is not an epoch`,
				path + `line 25: g: version "99999999999:1": "99999999999" is not an epoch`,
				path + `line 29: h: version "1\x1b[2J" has the byte 0x1b in it`,
				path + `line 33: i: version "" has an empty part`,
				path + `line 37: j: version "1ö" has the byte 0xc3 in it`,
			},
			notes: []string{"no package is recorded as installed"},
		},
		{
			name:     "odd versions that dpkg takes",
			status:   stanza("a", "abc") + stanza("b", "1_2") + stanza("c", "01:2") + stanza("d", "1:2:3-4-5"),
			packages: []string{"a abc", "b 1_2", "c 1:2", "d 1:2:3-4-5"},
		},
		{
			name:     "bad source and architecture",
			status:   stanza("a", "1", "Source: \x1b (2)", "Architecture: ../x"),
			packages: []string{"a 1"},
			problems: []string{path + "line 1: a: \"../x\" is not an architecture\n\"\\x1b (2)\" is not a source package"},
		},
		{
			name: "damaged lines",
			status: "garbage\nPackage: a\nStatus: install ok installed\n\x00\x00\x00\nVersion: 1\n\n" +
				" lost\n\nPackage: b\nStatus: install ok installed\nVersion: 1\nVersion: 2\n\n",
			packages: []string{"a 1", "b 1"},
			problems: []string{
				path + `line 1: a: not a field: "garbage"`,
				path + "line 4: a: NUL byte",
				path + "line 7: not a field: a continuation line with nothing before it",
				path + "line 7: no Package field",
				path + "line 12: b: field stands twice: Version",
			},
		},
		{
			name:     "cut in the version",
			status:   good + "Package: a\nStatus: install ok installed\nVersion: 1.2",
			packages: []string{"good 1"},
			problems: []string{
				path + "line 5: a: the file ends inside this stanza: it may be cut",
				path + "line 5: a: the file ends inside the Version field: it may be cut",
			},
		},
		{
			name:     "cut behind the version",
			status:   good + "Package: a\nStatus: install ok installed\nVersion: 1.2\nDescrip",
			packages: []string{"good 1", "a 1.2"},
			problems: []string{
				path + `line 8: a: not a field: "Descrip"`,
				path + "line 5: a: the file ends inside this stanza: it may be cut",
			},
		},
		{
			name:     "carriage returns",
			status:   strings.ReplaceAll(good, "\n", "\r\n"),
			packages: []string{"good 1"},
		},
		{
			name:  "empty",
			notes: []string{"no package is recorded as installed"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, fstest.MapFS{"var/lib/dpkg/status": {Data: []byte(tt.status)}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.packages, brief(got.Packages)); diff != "" {
				t.Errorf("packages -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, says(got.Problems)); diff != "" {
				t.Errorf("problems -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, got.Notes); diff != "" {
				t.Errorf("notes -want +got:\n%s", diff)
			}
		})
	}
}

// TestSource covers the forms of the Source field.
func TestSource(t *testing.T) {
	tests := []struct{ field, name, version string }{
		{"b", "b", "1"},
		{"b (2)", "b", "2"},
		{"b ( 2 )", "b", "2"},
		{"b (2", "b", "2"},
		{"b (1:2) x", "b", "1:2"},
		{"b\t(2)", "b", "2"},
		{"(2)", "", ""},
		{"b ()", "", ""},
		{"b (x y)", "", ""},
	}
	for _, tt := range tests {
		fsys := fstest.MapFS{"var/lib/dpkg/status": {Data: []byte(stanza("a", "1", "Source: "+tt.field))}}
		got, err := collect(t, fsys)
		if err != nil || len(got.Packages) != 1 {
			t.Fatalf("Source: %s: %d packages, error %v", tt.field, len(got.Packages), err)
		}
		p := got.Packages[0]
		if p.Source != tt.name || p.SourceVersion != tt.version || (p.Source == "") != (len(got.Problems) == 1) {
			t.Errorf("Source: %s: %q %q, problems %v; want %q %q", tt.field, p.Source, p.SourceVersion, got.Problems, tt.name, tt.version)
		}
	}
}
