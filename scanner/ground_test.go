package scanner_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/all"
	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// scratch is a folder for all tests of the package.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "keeppatched-test-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir) // the tests have ended
	os.Exit(code)
}

// buildOnce makes the database of all real records, once for all tests.
var buildOnce = sync.OnceValues(func() (string, error) {
	file := filepath.Join(scratch, "osv.db")
	_, err := osvdb.Build(context.Background(), file, os.DirFS(filepath.Join("..", "..", "shared", "osv")), osvdb.BuildOptions{})
	return file, err
})

// openReal opens the database of all real records.
func openReal(t testing.TB) *osvdb.DB {
	t.Helper()
	inventorytest.Shared(t, "osv")
	file, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	db, err := osvdb.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// gatherRoot takes the inventory of a mounted root.
func gatherRoot(t testing.TB, dir string) *inventory.Inventory {
	t.Helper()
	target, err := host.Mounted(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	inv, err := newScanner(t, all.Backends()).Gather(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// TestAlmaLinuxGround finds on a real AlmaLinux 8 exactly the pairs of package
// and advisory that the schema's evaluation gives.
func TestAlmaLinuxGround(t *testing.T) {
	root := filepath.Join(inventorytest.Shared(t, "hosts"), "almalinux8")
	text, err := os.ReadFile(filepath.Join(root, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	r, err := newScanner(t, nil, openReal(t)).Assess(t.Context(), gatherRoot(t, root))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for p, ids := range pairs(r) {
		got[p.Name+"@"+p.Version] = ids
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs (-expected +got):\n%s", diff)
	}
	if !r.Summary.Complete {
		t.Errorf("incomplete: %+v", r.Coverage)
	}
}

// nameVersion names an installed package.
type nameVersion struct{ Name, Version string }

// pairs are the advisories of each installed package in a report's findings.
func pairs(r *finding.Report) map[nameVersion][]string {
	m := map[nameVersion][]string{}
	for _, f := range r.Findings {
		for _, p := range f.Packages {
			k := nameVersion{p.Name, p.Version}
			m[k] = append(m[k], p.Advisories...)
		}
	}
	maps.DeleteFunc(m, func(_ nameVersion, ids []string) bool { return len(ids) == 0 })
	for k := range m {
		slices.Sort(m[k])
		m[k] = slices.Compact(m[k])
	}
	return m
}

// TestDebianGround finds on this machine exactly the pairs that a slow
// reference finds, which knows nothing of this module: it asks dpkg for the
// installed packages and for the order of versions, and reads every record.
func TestDebianGround(t *testing.T) {
	for _, tool := range []string{"dpkg", "dpkg-query"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no oracle: %v", err)
		}
	}
	osv := inventorytest.Shared(t, "osv")
	target, err := host.Live()
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if os := target.Host.OS; os.ID != "debian" || os.VersionID != "12" {
		t.Skipf("the records are of Debian 12, this is %s %s", os.ID, os.VersionID)
	}
	r, err := newScanner(t, all.Backends(), openReal(t)).Scan(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	want := slowReference(t, filepath.Join(osv, "Debian", "all.zip"))
	if len(want) == 0 {
		t.Fatal("the reference finds nothing: it proves nothing")
	}
	if diff := cmp.Diff(want, pairs(r)); diff != "" {
		t.Errorf("pairs (-reference +got):\n%s", diff)
	}
	n := 0
	for _, ids := range want {
		n += len(ids)
	}
	t.Logf("%d pairs of package and advisory on %d packages", n, len(want))
}

// slowReference evaluates every record for every installed package.
func slowReference(t *testing.T, zipFile string) map[nameVersion][]string {
	t.Helper()
	out, err := exec.Command("dpkg-query", "-W", "-f", `${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\n`).Output()
	if err != nil {
		t.Fatal(err)
	}
	type installed struct {
		nameVersion
		sourceVersion string
	}
	bySource := map[string][]installed{}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f[0] == "installed" {
			bySource[f[3]] = append(bySource[f[3]], installed{nameVersion{f[1], f[2]}, f[4]})
		}
	}
	order := dpkgOrder{}
	want := map[nameVersion][]string{}
	for _, rec := range rawRecords(t, zipFile) {
		if rec.Withdrawn != "" {
			continue
		}
		for _, a := range rec.Affected {
			if a.Package.Ecosystem != "Debian:12" {
				continue
			}
			for _, p := range bySource[a.Package.Name] {
				if a.holds(t, order, p.sourceVersion) && !slices.Contains(want[p.nameVersion], rec.ID) {
					want[p.nameVersion] = append(want[p.nameVersion], rec.ID)
				}
			}
		}
	}
	for k := range want {
		slices.Sort(want[k])
	}
	return want
}

// rawRecord is as much of a record as the reference needs.
type rawRecord struct {
	ID, Withdrawn string
	Affected      []rawAffected
}

type rawAffected struct {
	Package  struct{ Ecosystem, Name string }
	Ranges   []struct{ Events []map[string]string }
	Versions []string
}

// holds says whether a version is affected: some introduced event is at or
// below it, and no fixed event lies between the two.
func (a rawAffected) holds(t *testing.T, order dpkgOrder, v string) bool {
	t.Helper()
	if slices.Contains(a.Versions, v) {
		return true
	}
	for _, r := range a.Ranges {
		for _, start := range r.Events {
			from, ok := start["introduced"]
			if !ok || from != "0" && !order.atLeast(t, v, from) {
				continue
			}
			closed := slices.ContainsFunc(r.Events, func(end map[string]string) bool {
				to, ok := end["fixed"]
				return ok && (from == "0" || order.atLeast(t, to, from)) && order.atLeast(t, v, to)
			})
			if !closed {
				return true
			}
		}
	}
	return false
}

// dpkgOrder remembers what dpkg said of two versions.
type dpkgOrder map[[2]string]bool

func (o dpkgOrder) atLeast(t *testing.T, a, b string) bool {
	t.Helper()
	if said, ok := o[[2]string{a, b}]; ok {
		return said
	}
	err := exec.Command("dpkg", "--compare-versions", a, "ge", b).Run()
	var code *exec.ExitError
	if err != nil && (!errors.As(err, &code) || code.ExitCode() != 1) {
		t.Fatalf("dpkg --compare-versions %s ge %s: %v", a, b, err)
	}
	o[[2]string{a, b}] = err == nil
	return err == nil
}

func rawRecords(t *testing.T, zipFile string) []rawRecord {
	t.Helper()
	z, err := zip.OpenReader(zipFile)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var rs []rawRecord
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var rec rawRecord
		if err := json.Unmarshal(text, &rec); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		rs = append(rs, rec)
	}
	return rs
}

// TestParity says that online and offline give the same findings, byte for
// byte: the API and the database hold the same records, and one evaluator
// decides.
func TestParity(t *testing.T) {
	hosts := inventorytest.Shared(t, "hosts")
	db := openReal(t)
	server := httptest.NewServer(osvserver.New(db, osvserver.Options{}))
	defer server.Close()
	client, err := osvdev.New(osvdev.Options{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	inventories := map[string]*inventory.Inventory{"every package": everyPackage(t)}
	entries, err := os.ReadDir(hosts)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		inventories[e.Name()] = gatherRoot(t, filepath.Join(hosts, e.Name()))
	}
	for name, inv := range inventories {
		t.Run(name, func(t *testing.T) {
			offline, online := assessBy(t, inv, db), assessBy(t, inv, client)
			if name == "every package" && len(offline.Findings) == 0 {
				t.Error("no findings: it proves nothing")
			}
			if a, b := findingsJSON(t, offline), findingsJSON(t, online); a != b {
				t.Errorf("findings (-offline +online):\n%s", cmp.Diff(a, b))
			}
			if offline.Summary.Complete != online.Summary.Complete {
				t.Errorf("complete: %v offline, %v online\n%+v", offline.Summary.Complete, online.Summary.Complete, online.Coverage)
			}
		})
	}
}

func assessBy(t *testing.T, inv *inventory.Inventory, src advisories.Source) *finding.Report {
	t.Helper()
	r, err := newScanner(t, nil, src).Assess(t.Context(), inv)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func findingsJSON(t *testing.T, r *finding.Report) string {
	t.Helper()
	text, err := json.MarshalIndent(r.Findings, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// everyPackage is a Debian machine that has each source package of the records
// in an old version: more findings than any real machine gives.
func everyPackage(t *testing.T) *inventory.Inventory {
	t.Helper()
	names := map[string]bool{}
	for _, rec := range rawRecords(t, filepath.Join(inventorytest.Shared(t, "osv"), "Debian", "all.zip")) {
		for _, a := range rec.Affected {
			if a.Package.Ecosystem == "Debian:12" {
				names[a.Package.Name] = true
			}
		}
	}
	inv := &inventory.Inventory{
		SchemaVersion: inventory.SchemaVersion, Host: debian,
		Coverage: []inventory.Coverage{{Part: "backend", Name: "dpkg", Status: inventory.StatusOK, Count: 1}},
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		inv.Packages = append(inv.Packages, deb(name, "0.1-1", name, "0.1-1"))
	}
	return inv
}

// BenchmarkAssess measures a real machine of 700 packages with all records.
func BenchmarkAssess(b *testing.B) {
	inv := gatherRoot(b, filepath.Join(inventorytest.Shared(b, "hosts"), "almalinux8"))
	s := newScanner(b, nil, openReal(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Assess(b.Context(), inv); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(inv.Packages))*float64(b.N)/b.Elapsed().Seconds(), "packages/s")
}
