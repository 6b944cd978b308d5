package apk_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apk"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

const (
	libFile = "lib/apk/db/installed"
	usrFile = "usr/lib/apk/db/installed"
)

func collect(t *testing.T, fsys fs.FS) (inventory.Result, error) {
	t.Helper()
	return apk.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
}

// says gives the texts of problems.
func says(problems []inventory.Problem) []string {
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.Error())
	}
	return texts
}

// brief gives "name version" of each package.
func brief(packages []inventory.Package) []string {
	var texts []string
	for _, p := range packages {
		texts = append(texts, p.Name+" "+p.Version)
	}
	return texts
}

const musl = `C:Q1aCu0LmUDoAFSOX49uHvkYC1WasQ=
P:musl
V:1.2.3-r0
A:x86_64
S:383304
T:the musl c library (libc) implementation
o:musl
m:Somebody <somebody@example.org>
t:1649396308
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1ZZqflKEvStJz4SXV0SDMi3wOtM0=

`

const ssl = "P:libssl3\nV:3.1.4-r1\nA:x86_64\no:openssl\n\n"

func TestConformance(t *testing.T) {
	fsys := inventorytest.FS("-- " + libFile + " --\n" + musl + ssl)
	inventorytest.Run(t, apk.Backend{}, fsys, inventory.Host{})
}

func TestFields(t *testing.T) {
	fsys := inventorytest.FS("-- " + libFile + " --\n" + musl + ssl + "P:.build-deps\nV:20240101.120000\n\n")
	got, err := collect(t, fsys)
	if err != nil {
		t.Fatal(err)
	}
	want := inventory.Result{
		Packages: []inventory.Package{{
			Backend: "apk", Type: "apk", Name: "musl", Version: "1.2.3-r0", Arch: "x86_64", Source: "musl", SourceVersion: "1.2.3-r0",
			Vendor: "Somebody <somebody@example.org>", Locations: []string{libFile},
		}, {
			Backend: "apk", Type: "apk", Name: "libssl3", Version: "3.1.4-r1", Arch: "x86_64", Source: "openssl", SourceVersion: "3.1.4-r1",
			Locations: []string{libFile},
		}},
		Notes: []string{updatesNote, "left out, virtual packages: 1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestInstalled(t *testing.T) {
	const path = libFile + ": "
	tests := []struct {
		name     string
		text     string
		packages []string
		problems []string
		notes    []string
	}{
		{name: "empty", notes: []string{"no package is recorded as installed"}},
		{
			name:     "empty lines and line ends",
			text:     "\n\n" + strings.ReplaceAll(ssl, "\n", "\r\n") + "\n\nP:a\nV:1\n\n",
			packages: []string{"libssl3 3.1.4-r1", "a 1"},
		},
		{
			name: "incomplete",
			text: "V:1\n\nP:a\n\nP:a b\nV:1\n\nP:-a\nV:1\n\nP:c\nV:1 2\n\nP:\nV:\n\nP:.v\n\n" + ssl,
			problems: []string{
				path + "line 1: no name (P)",
				path + "line 3: a: no version (V)",
				path + `line 5: a b: "a b" is not a package name`,
				path + `line 8: -a: "-a" is not a package name`,
				path + `line 11: c: "1 2" is not a version`,
				path + "line 14: no name (P)",
				path + "line 17: .v: no version (V)",
			},
			packages: []string{"libssl3 3.1.4-r1"},
		},
		{
			name: "damaged",
			text: "what\nP:a\n\x00\nV:1\nx\n\nP:b\nV:1\nT:\x00\n\nP:c\nV:1\nV:2\n\nP:" + strings.Repeat("x", 2000) + "\nV:1\n\n" +
				"P:d\nT:" + strings.Repeat("x", 200_000) + "\nV:1\n?:1\n\n",
			problems: []string{
				path + `line 1: not a field: "what"`,
				path + "line 1: a: 2 more damaged lines",
				path + "line 9: b: T: NUL byte",
				path + "line 13: c: V: field stands twice",
				path + "line 15: P: larger than the limit of 1024 bytes",
				path + "line 15: no name (P)",
				path + `line 21: d: not a field: "?:1"`,
			},
			packages: []string{"a 1", "b 1", "c 1", "d 1"},
		},
		{
			name:     "broken, and odd values",
			text:     "P:a\nV:1\nf:f\n\nP:b\nV:1\nf:s\n\nP:c\nV:1\no:x y\nA:../x\n\n",
			packages: []string{"a 1", "b 1", "c 1"},
			problems: []string{
				path + "line 1: a: marked as broken (f:f): not all its files could be written",
				path + `line 9: c: "x y" is not an origin`,
				path + `line 9: c: "../x" is not an architecture`,
			},
		},
		{
			name:     "twice",
			text:     ssl + "P:libssl3\nV:3.1.4-r1\nA:x86_64\n\n",
			packages: []string{"libssl3 3.1.4-r1"},
			problems: []string{path + `line 6: libssl3: version "3.1.4-r1" is recorded again: version "3.1.4-r1" of lib/apk/db/installed is taken`},
		},
		{
			name:     "cut between lines",
			text:     ssl + "P:a\nV:1\n",
			packages: []string{"libssl3 3.1.4-r1", "a 1"},
			problems: []string{path + "line 6: a: the file ends inside this package: it may be cut"},
		},
		{
			name:     "cut in the version",
			text:     ssl + "P:a\nV:1",
			packages: []string{"libssl3 3.1.4-r1"},
			problems: []string{
				path + "line 6: a: the file ends inside this package: it may be cut",
				path + "line 6: a: no version (V)",
			},
		},
		{
			name:     "cut behind the version",
			text:     ssl + "P:a\nV:1\nF:et",
			packages: []string{"libssl3 3.1.4-r1", "a 1"},
			problems: []string{path + "line 6: a: the file ends inside this package: it may be cut"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, fstest.MapFS{libFile: {Data: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.packages, brief(got.Packages)); diff != "" {
				t.Errorf("packages -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, says(got.Problems)); diff != "" {
				t.Errorf("problems -want +got:\n%s", diff)
			}
			notes := slices.DeleteFunc(got.Notes, func(n string) bool { return n == updatesNote })
			if diff := cmp.Diff(tt.notes, notes, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("notes -want +got:\n%s", diff)
			}
		})
	}
}

// updatesNote stands with every database that has packages.
const updatesNote = "updates that apk has on offer are not read"

// TestPlaces covers where the database can be.
func TestPlaces(t *testing.T) {
	file := &fstest.MapFile{Data: []byte(ssl)}
	tests := []struct {
		name      string
		fsys      fstest.MapFS
		locations []string
		problems  int
		err       string
	}{
		{name: "nowhere", fsys: fstest.MapFS{}, err: libFile + ": not present on this target"},
		{name: "before the merge", fsys: fstest.MapFS{libFile: file}, locations: []string{libFile}},
		{name: "after the merge", fsys: fstest.MapFS{usrFile: file}, locations: []string{usrFile}},
		{
			name:      "lib is a link",
			fsys:      fstest.MapFS{usrFile: file, "lib": {Mode: fs.ModeSymlink, Data: []byte("/usr/lib")}},
			locations: []string{usrFile},
		},
		{
			name:      "another link",
			fsys:      fstest.MapFS{usrFile: file, "lib/apk": {Mode: fs.ModeSymlink, Data: []byte("../usr/lib/apk")}},
			locations: []string{libFile, usrFile},
		},
		{
			name:      "two that differ",
			fsys:      fstest.MapFS{usrFile: file, libFile: {Data: []byte(strings.Replace(ssl, "r1", "r0", 1))}},
			locations: []string{libFile}, problems: 1,
		},
		{
			name:      "one unreadable",
			fsys:      fstest.MapFS{usrFile: file, libFile: {Mode: fs.ModeDir}},
			locations: []string{usrFile}, err: "open lib/apk/db/installed: not a regular file",
		},
		{
			name: "lost",
			fsys: fstest.MapFS{"etc/apk/world": {Data: []byte("musl\n")}},
			err:  libFile + ": no package is recorded, although etc/apk/world names some",
		},
		{
			name: "emptied",
			fsys: fstest.MapFS{"etc/apk/world": {Data: []byte("musl\n")}, libFile: {}},
			err:  libFile + ": no package is recorded, although etc/apk/world names some",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, tt.fsys)
			if err == nil && tt.err != "" || err != nil && err.Error() != tt.err {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			var locations []string
			for _, p := range got.Packages {
				locations = append(locations, p.Locations...)
			}
			if diff := cmp.Diff(tt.locations, locations); diff != "" {
				t.Errorf("locations -want +got:\n%s", diff)
			}
			if len(got.Problems) != tt.problems {
				t.Errorf("problems %v, want %d", got.Problems, tt.problems)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	if _, err := collect(t, fstest.MapFS{}); !errors.Is(err, inventory.ErrAbsent) {
		t.Errorf("error %v, want ErrAbsent", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := apk.Backend{}.Collect(ctx, &inventory.Target{FS: fstest.MapFS{}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestReal compares a real database with a reading of it by other means: the
// lines of each letter. (apk itself is not to be had where tests usually run.)
func TestReal(t *testing.T) {
	root := inventorytest.Shared(t, "hosts", "alpine")
	data, err := os.ReadFile(filepath.Join(root, libFile))
	if err != nil {
		t.Skipf("no real data: %v", err)
	}
	var want []string
	for stanza := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		fields := map[string]string{}
		for line := range strings.Lines(stanza) {
			letter, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			fields[letter] = value
		}
		want = append(want, strings.Join([]string{fields["P"], fields["V"], fields["A"], fields["o"], fields["m"]}, "\t"))
	}
	result, err := collect(t, os.DirFS(root))
	if err != nil || len(result.Problems) > 0 {
		t.Fatalf("error %v, problems %v", err, result.Problems)
	}
	var got []string
	for _, p := range result.Packages {
		got = append(got, strings.Join([]string{p.Name, p.Version, p.Arch, p.Source, p.Vendor}, "\t"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-file +backend:\n%s", diff)
	}
}
