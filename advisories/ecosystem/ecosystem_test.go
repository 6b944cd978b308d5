package ecosystem_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/version"
)

// schema are the ecosystems of the OSV schema 1.7.5, then those of 1.8 and 1.9.
const schema = `AlmaLinux, Alpaquita, Alpine, Android, Azure Linux, BellSoft Hardened Containers, Bioconductor, Bitnami,
Chainguard, CleanStart, ConanCenter, CRAN, crates.io, Debian, Docker Hardened Images, Echo, FreeBSD, GHC, GitHub Actions,
Go, Hackage, Hex, Julia, Kubernetes, Linux, Mageia, Maven, MinimOS, npm, NuGet, opam, openEuler, openSUSE, OSS-Fuzz,
Packagist, Photon OS, Pub, PyPI, Red Hat, Rocky Linux, Root, RubyGems, SUSE, SwiftURL, TuxCare, Ubuntu, VSCode, Wolfi,
vcpkg, WordPress, Homebrew`

func TestTable(t *testing.T) {
	want := strings.FieldsFunc(schema, func(r rune) bool { return r == ',' || r == '\n' })
	for i := range want {
		want[i] = strings.TrimSpace(want[i])
	}
	want = slices.DeleteFunc(want, func(s string) bool { return s == "" })
	slices.Sort(want)
	var got []string
	for _, e := range ecosystem.All() {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table is not the schema's, in order (-want +got)\n%s", diff)
	}
	for _, e := range ecosystem.All() {
		found, ok := ecosystem.Get(e.Name)
		if diff := cmp.Diff(e, found); diff != "" || !ok {
			t.Errorf("Get(%q) is not what All lists: %v (-want +got)\n%s", e.Name, ok, diff)
		}
		if found, ok = ecosystem.Get(e.Name + ":1:2"); !ok || found.Name != e.Name {
			t.Errorf("Get(%q) gives %v, %q", e.Name+":1:2", ok, found.Name)
		}
		if !slices.Contains([]ecosystem.NameKey{ecosystem.KeyName, ecosystem.KeySource, ecosystem.KeyBoth}, e.Key) {
			t.Errorf("%s: unknown name key %q", e.Name, e.Key)
		}
		for _, s := range append(slices.Clone(e.Limits), e.Suffix) {
			if s != "" && !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is not a sentence", e.Name, s)
			}
		}
	}
}

func TestGetUnknown(t *testing.T) {
	for _, name := range []string{"", ":", "debian", "Debian ", "Fedora", "Fedora:35", "[EMPTY]", "GIT", "zzz"} {
		if info, ok := ecosystem.Get(name); ok {
			t.Errorf("Get(%q) gives %q", name, info.Name)
		}
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		ecosystem, a, b string
		want            int
		err             error
	}{
		{"Debian:12", "1.0~rc1", "1.0", -1, nil},
		{"Ubuntu:22.04:LTS", "1:1", "2", 1, nil},
		{"AlmaLinux:9", "1.0^1", "1.0", 1, nil},
		{"Red Hat:enterprise_linux:9::baseos", "0:1.0-1", "1.0-1", 0, nil},
		{"Alpine:v3.18", "1.0_rc1", "1.0", -1, nil},
		{"Go", "1.0.0-rc.1", "v1.0.0", -1, nil},
		{"Root:Debian:12", "1.0~rc1", "1.0", -1, nil},
		{"Root:Alpine:3.18", "1.0_rc1", "1.0", -1, nil},
		{"Docker Hardened Images:Debian:13", "1.0~rc1", "1.0", -1, nil},
		{"Debian:12", "1:", "1", 0, version.ErrInvalid},
		{"PyPI", "1", "1", 0, version.ErrScheme},
		{"Root:PyPI", "1", "1", 0, version.ErrScheme},
		{"Root", "1", "1", 0, version.ErrScheme},
		{"Root:Root:Debian:12", "1", "1", 0, version.ErrScheme},
		{"GitHub Actions", "1", "1", 0, version.ErrScheme},
		{"Fedora:35", "1", "1", 0, version.ErrScheme},
		{"", "1", "1", 0, version.ErrScheme},
	}
	for _, tt := range tests {
		got, err := ecosystem.Compare(tt.ecosystem, tt.a, tt.b)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Compare(%q, %q, %q) = %d, %v; want %d, %v", tt.ecosystem, tt.a, tt.b, got, err, tt.want, tt.err)
		}
	}
}

func TestSpeaks(t *testing.T) {
	for _, pair := range [][2]string{{"Debian", "Debian:12"}, {"Debian:12", "Debian"}, {"Ubuntu:22.04:LTS", "Ubuntu:22.04"},
		{"Ubuntu:Pro:22.04:LTS", "Ubuntu:22.04:LTS"}, {"Rocky Linux:8", "Rocky Linux:9"}} {
		if ecosystem.Speaks(pair[0], pair[1]) {
			t.Errorf("a record of %q is taken for one of %q", pair[0], pair[1])
		}
	}
	if !ecosystem.Speaks("Debian:12", "Debian:12") {
		t.Error("a record is not taken for one of its own ecosystem")
	}
}

func TestCanonicalName(t *testing.T) {
	for _, tt := range [][3]string{
		{"PyPI", "requests", "requests"}, {"PyPI", "Ruamel.Yaml", "ruamel-yaml"}, {"PyPI", "a-_.b", "a-b"},
		{"PyPI", "A__B--c", "a-b-c"}, {"PyPI", "", ""}, {"PyPI", "-", "-"}, {"PyPI", "Ä_", "Ä-"},
		{"npm", "@Scope/A_b", "@Scope/A_b"}, {"Debian:12", "G++", "G++"},
	} {
		if got := ecosystem.CanonicalName(tt[0], tt[1]); got != tt[2] {
			t.Errorf("CanonicalName(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

func FuzzCanonicalName(f *testing.F) {
	for _, s := range []string{"", "a", "A.b", "a-_-b", "\xff_", "__"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := ecosystem.CanonicalName("PyPI", name)
		if twice := ecosystem.CanonicalName("PyPI", once); twice != once {
			t.Errorf("%q becomes %q, and that %q", name, once, twice)
		}
	})
}
