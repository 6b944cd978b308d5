package advisories_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/version"
)

// records parses all records of an ecosystem's export.
func records(t testing.TB, ecosystem string) []*advisories.Advisory {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(osvtest.Shared(t, "osv"), ecosystem, "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []*advisories.Advisory
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		a, err := advisories.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func TestSamplesParse(t *testing.T) {
	n := 0
	err := filepath.WalkDir(osvtest.Shared(t, "osv-samples"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		a, err := advisories.Parse(data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		n++
		for i := range a.Affected {
			p := a.Affected[i].Package
			if _, ok := ecosystem.Get(p.Ecosystem); p.Ecosystem != "" && !ok {
				t.Errorf("%s: ecosystem %q is not in the table", a.ID, p.Ecosystem)
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d samples, %v", n, err)
	}
}

// TestAlmaLinuxHost evaluates what is installed on a machine made of AlmaLinux
// packages, and compares with what the schema's evaluation is known to give.
func TestAlmaLinuxHost(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(osvtest.Shared(t, "hosts"), "almalinux8", "expected.json"))
	if err != nil {
		t.Skip(err)
	}
	var want map[string][]string
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	byName := map[string][]*advisories.Advisory{}
	for _, a := range records(t, "AlmaLinux") {
		for _, e := range a.Affected {
			if list := byName[e.Package.Name]; len(list) == 0 || list[len(list)-1] != a {
				byName[e.Package.Name] = append(list, a)
			}
		}
	}
	got := map[string][]string{}
	for installed := range want {
		name, evr, _ := strings.Cut(installed, "@")
		ids := []string{}
		for _, a := range byName[name] {
			m, err := advisories.Affects(a, advisories.Query{Ecosystem: "AlmaLinux:8", Name: name, Version: evr})
			if err != nil {
				t.Error(err)
			}
			if m.Affected && !slices.Contains(ids, a.ID) {
				ids = append(ids, a.ID)
			}
		}
		slices.Sort(ids)
		got[installed] = ids
	}
	for _, ids := range want {
		slices.Sort(ids)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// agree compares Affects with the reference on versions at, below and above
// every bound of a record.
func agree(t *testing.T, r reference, valid func(string) error, a *advisories.Advisory, around func(string) []string) int {
	t.Helper()
	n := 0
	for _, p := range packages(a) {
		for _, v := range boundsOf(a, p, around) {
			if valid(v) != nil {
				continue
			}
			q := advisories.Query{Ecosystem: p.Ecosystem, Name: p.Name, Version: v}
			m, err := advisories.Affects(a, q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			want := r.affected(a, q)
			fixed := ""
			if want {
				fixed = r.fixed(a, q)
			}
			if m.Affected != want || m.Fixed != fixed && (m.Fixed == "" || fixed == "" || r.less(m.Fixed, fixed) || r.less(fixed, m.Fixed)) {
				t.Errorf("%s %+v: got %v, fixed in %q; want %v, %q", a.ID, q, m.Affected, m.Fixed, want, fixed)
			}
			n++
		}
	}
	return n
}

func packages(a *advisories.Advisory) []advisories.Package {
	var out []advisories.Package
	for _, e := range a.Affected {
		p := advisories.Package{Ecosystem: e.Package.Ecosystem, Name: e.Package.Name}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func boundsOf(a *advisories.Advisory, p advisories.Package, around func(string) []string) []string {
	out := around("1")
	for _, e := range a.Affected {
		if e.Package.Ecosystem != p.Ecosystem || e.Package.Name != p.Name {
			continue
		}
		for _, r := range e.Ranges {
			for _, event := range r.Events {
				for _, v := range []string{event.Introduced, event.Fixed, event.LastAffected} {
					if v != "" && r.Type != advisories.RangeGit {
						out = append(out, around(v)...)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestRealRecords compares with the reference on all real records.
func TestRealRecords(t *testing.T) {
	tests := []struct {
		ecosystem string
		order     version.Scheme
		around    func(string) []string
		skip      bool // records with an invalid version
	}{
		{"Debian", version.Dpkg, func(v string) []string { return []string{v, v + "~", v + "+b1"} }, false},
		{"AlmaLinux", version.RPM, func(v string) []string { return []string{v, v + "~", v + ".1"} }, false},
		{"Alpine", version.APK, func(v string) []string { return []string{v, strings.Replace(v, "-r", "_rc1-r", 1), v + "1"} }, true},
		{"Go", version.SemVer, func(v string) []string { return []string{v, v + "-0", v + ".0", strings.Replace(v, ".", ".1", 1)} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.ecosystem, func(t *testing.T) {
			t.Parallel()
			less := func(a, b string) bool {
				c, err := tt.order.Compare(a, b)
				return err == nil && c < 0
			}
			n := 0
			for _, a := range records(t, tt.ecosystem) {
				if !a.Withdrawn.IsZero() || tt.skip && hasInvalid(a, tt.order) {
					continue
				}
				n += agree(t, reference{less}, tt.order.Check, a, tt.around)
			}
			if n == 0 {
				t.Error("nothing was compared")
			}
			t.Logf("%d versions", n)
		})
	}
}

func hasInvalid(a *advisories.Advisory, order version.Scheme) bool {
	for _, e := range a.Affected {
		for _, r := range e.Ranges {
			for _, event := range r.Events {
				for _, v := range []string{event.Fixed, event.LastAffected} {
					if v != "" && order.Check(v) != nil {
						return true
					}
				}
			}
		}
	}
	return false
}

// TestDebianByDpkg compares with a reference that asks dpkg for the order.
func TestDebianByDpkg(t *testing.T) {
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("dpkg is not installed")
	}
	dpkg := func(a, b string) bool {
		return exec.Command("dpkg", "--compare-versions", a, "lt", b).Run() == nil
	}
	n := 0
	all := records(t, "Debian")
	for i := 0; i < len(all); i += len(all) / 40 {
		n += agree(t, reference{dpkg}, version.Dpkg.Check, all[i], func(v string) []string { return []string{v, v + "~", v + "+b1"} })
	}
	t.Logf("%d versions", n)
}

func BenchmarkAffects(b *testing.B) {
	for _, name := range []string{"Debian", "AlmaLinux", "Alpine", "Go"} {
		b.Run(name, func(b *testing.B) {
			type question struct {
				a *advisories.Advisory
				q advisories.Query
			}
			var qs []question
			for _, a := range records(b, name) {
				if len(a.Affected) > 0 {
					p := a.Affected[len(a.Affected)-1].Package
					qs = append(qs, question{a, advisories.Query{Ecosystem: p.Ecosystem, Name: p.Name, Version: map[bool]string{true: "1.2.3", false: "1.2.3-r1"}[name == "Go"]}})
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := advisories.Affects(qs[i].a, qs[i].q); err != nil && name != "Alpine" {
					b.Fatal(err)
				}
				i = (i + 1) % len(qs)
			}
		})
	}
}
