package dpkg_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
)

// query asks dpkg-query what it has of the database in a folder: the packages
// that count here, one line each.
func query(tb testing.TB, adminDir string) []string {
	tb.Helper()
	tool, err := exec.LookPath("dpkg-query")
	if err != nil {
		tb.Skip("no dpkg-query to compare with")
	}
	const format = `${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n`
	out, err := exec.Command(tool, "--admindir="+adminDir, "-W", "-f", format).Output()
	if err != nil {
		tb.Fatalf("dpkg-query: %v", err)
	}
	var packages []string
	for line := range strings.Lines(string(out)) {
		abbrev, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if want, st := abbrev[0], abbrev[1]; st != 'n' && st != 'c' {
			packages = append(packages, fmt.Sprint(rest, "\t", want == 'h'))
		}
	}
	slices.Sort(packages)
	return packages
}

// lines writes packages as query does.
func lines(packages []inventory.Package) []string {
	var out []string
	for _, p := range packages {
		out = append(out, fmt.Sprint(strings.Join([]string{p.Name, p.Version, p.Arch, p.Source, p.SourceVersion}, "\t"), "\t", p.Held))
	}
	slices.Sort(out)
	return out
}

// agree compares the backend with dpkg-query on one database.
func agree(t *testing.T, adminDir string, fsys fs.FS) inventory.Result {
	t.Helper()
	got, err := dpkg.Backend{}.Collect(t.Context(), &inventory.Target{FS: fsys})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(query(t, adminDir), lines(got.Packages)); diff != "" {
		t.Errorf("-dpkg-query +backend:\n%s", diff)
	}
	return got
}

func TestThisMachine(t *testing.T) {
	if _, err := os.Stat("/var/lib/dpkg/status"); err != nil {
		t.Skipf("not a machine with dpkg: %v", err)
	}
	got := agree(t, "/var/lib/dpkg", os.DirFS("/"))
	dated := slices.ContainsFunc(got.Packages, func(p inventory.Package) bool { return !p.InstalledAt.IsZero() })
	if !dated || len(got.Problems) > 0 {
		t.Errorf("%d packages, some with a date: %t, problems %v", len(got.Packages), dated, got.Problems)
	}
}

// TestAgainstQuery has what is rare on a machine: a journal, above all.
func TestAgainstQuery(t *testing.T) {
	pkg := func(name, status, arch, multi, version string) string {
		return fmt.Sprintf("Package: %s\nStatus: %s\nMaintainer: M\nArchitecture: %s\nMulti-Arch: %s\nVersion: %s\nDescription: d\n\n",
			name, status, arch, multi, version)
	}
	const in, gone = "install ok installed", "purge ok not-installed"
	one, same := pkg("a", in, "amd64", "no", "1"), pkg("a", in, "amd64", "same", "1")
	tests := []struct {
		name, status string
		updates      []string
	}{
		{"upgrade", one, []string{pkg("a", in, "amd64", "no", "2"), pkg("a", in, "amd64", "no", "3")}},
		{"to all", one, []string{pkg("a", in, "all", "no", "2")}},
		{"to another architecture", one, []string{pkg("a", in, "i386", "no", "2")}},
		{"beside another architecture", same, []string{pkg("a", in, "i386", "same", "2")}},
		{"no longer beside", same, []string{pkg("a", in, "all", "no", "2")}},
		{"one of two", same + pkg("a", in, "i386", "same", "1"), []string{pkg("a", in, "i386", "same", "2")}},
		{"removed", one, []string{pkg("a", gone, "amd64", "no", "1")}},
		{"removed, installed again", one, []string{pkg("a", gone, "amd64", "no", "1"), pkg("a", in, "i386", "no", "2")}},
		{"configuration left", one, []string{pkg("a", "deinstall ok config-files", "amd64", "no", "1")}},
		{"new", one, []string{pkg("b", in, "amd64", "no", "1")}},
		{"two in one", one, []string{pkg("b", in, "amd64", "no", "1") + pkg("a", in, "amd64", "no", "4")}},
		{"held", one, []string{pkg("a", "hold ok installed", "amd64", "no", "1")}},
		{"upper case", pkg("Foo_b", in, "amd64", "no", "0:1"), []string{pkg("foo_b", "Install Ok Unpacked", "amd64", "no", "02:1")}},
		{"a line of blanks", strings.Replace(one, "Maintainer", "  \nMaintainer", 1), nil},
		{"a blank before the colon", strings.Replace(one, "Version:", "Version :  ", 1), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "var/lib/dpkg")
			files := map[string]string{"status": tt.status, "updates/tmp.i": "half", "available": "", "info/x": "", "triggers/x": ""}
			for i, u := range tt.updates {
				files[fmt.Sprintf("updates/%04d", i)] = u
			}
			fsys := fstest.MapFS{}
			for name, data := range files {
				fsys["var/lib/dpkg/"+name] = &fstest.MapFile{Data: []byte(data)}
			}
			if err := os.CopyFS(root, fsys); err != nil {
				t.Fatal(err)
			}
			if got := agree(t, dir, fsys); len(got.Problems) > 0 {
				t.Errorf("problems: %v", got.Problems)
			}
		})
	}
}
