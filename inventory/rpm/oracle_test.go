package rpm_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
	"github.com/keeppatched/keeppatched/inventory/rpm"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/ndb"
)

// machines are the real ones, with rpm's name for their format.
var machines = []struct{ name, dbpath, backend string }{
	{"almalinux8", "var/lib/rpm", "sqlite"},
	{"fedora35", "var/lib/rpm", "sqlite"},
	{"sles15", "usr/lib/sysimage/rpm", "ndb"},
	{"rpm-bdb-small", "var/lib/rpm", "bdb_ro"},
}

// TestAgainstRPM compares with what rpm says of the same database.
func TestAgainstRPM(t *testing.T) {
	tool, err := exec.LookPath("rpm")
	if err != nil {
		t.Skip("rpm is not installed")
	}
	hosts := inventorytest.Shared(t, "hosts")
	for _, m := range machines {
		t.Run(m.name, func(t *testing.T) {
			root := filepath.Join(hosts, m.name)
			got, err := rpm.Backend{}.Collect(context.Background(), &inventory.Target{FS: os.DirFS(root)})
			if err != nil || len(got.Problems) > 0 {
				t.Fatalf("Collect gives error %v and problems %v", err, got.Problems)
			}
			want := query(t, tool, filepath.Join(root, m.dbpath), m.backend)
			if diff := cmp.Diff(want, lines(got.Packages)); diff != "" {
				t.Errorf("packages (-rpm +ours):\n%s", diff)
			}
			t.Logf("%d packages", len(got.Packages))
		})
	}
}

// query asks rpm for the packages of a copy of a database.
func query(t *testing.T, tool, dbpath, backend string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(dbpath)); err != nil {
		t.Fatal(err)
	}
	makeWritable(t, dir)
	if backend == "ndb" {
		backend = toSQLite(t, tool, dir)
	}
	const format = `%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{VENDOR}|%{MODULARITYLABEL}|%{INSTALLTIME}\n`
	cmd := exec.Command(tool, "--define", "_db_backend "+backend, "--dbpath", dir, "-qa", "--nodigest", "--nosignature", "--qf", format)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stdout.Len() == 0 {
		t.Skipf("rpm cannot read this form: %v %s", err, stderr.String())
	}
	var packages []string
	for line := range strings.Lines(stdout.String()) {
		if !strings.HasPrefix(line, "gpg-pubkey|") {
			packages = append(packages, normal(t, strings.Split(strings.TrimSuffix(line, "\n"), "|")))
		}
	}
	slices.Sort(packages)
	return packages
}

// toSQLite moves the headers of an NDB database to one that rpm makes in
// SQLite's form: not every rpm is built with NDB. NDB's own checksums vouch for
// the headers.
func toSQLite(t *testing.T, rpm, dir string) string {
	t.Helper()
	sqlite3, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("sqlite3 is not installed")
	}
	file, err := os.ReadFile(filepath.Join(dir, "Packages.db"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := ndb.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var script bytes.Buffer
	for blob, err := range db.Blobs() {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&script, "INSERT INTO Packages VALUES(%d, x'%x');\n", blob.Record.Number, blob.Data)
	}
	if out, err := exec.Command(rpm, "--define", "_db_backend sqlite", "--dbpath", dir, "--initdb").CombinedOutput(); err != nil {
		t.Skipf("rpm cannot make a database: %v: %s", err, out)
	}
	cmd := exec.Command(sqlite3, filepath.Join(dir, "rpmdb.sqlite"))
	cmd.Stdin = &script
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("sqlite3: %v: %s", err, out)
	}
	return "sqlite"
}

func makeWritable(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// normal writes rpm's answer as lines does.
func normal(t *testing.T, f []string) string {
	t.Helper()
	if len(f) != 9 {
		t.Fatalf("rpm prints %q", f)
	}
	for i := range f {
		if f[i] == "(none)" {
			f[i] = ""
		}
	}
	evr := f[2] + "-" + f[3]
	if f[1] != "" && f[1] != "0" {
		evr = f[1] + ":" + evr
	}
	source := strings.TrimSuffix(strings.TrimSuffix(f[5], ".src.rpm"), ".nosrc.rpm")
	return strings.Join([]string{f[0], evr, f[4], source, f[6], f[7], f[8]}, "|")
}

func lines(packages []inventory.Package) []string {
	var out []string
	for _, p := range packages {
		source := strings.Trim(p.Source+"-"+p.SourceVersion, "-")
		installed := ""
		if !p.InstalledAt.IsZero() {
			installed = strconv.FormatInt(p.InstalledAt.Unix(), 10)
		}
		out = append(out, strings.Join([]string{p.Name, p.Version, p.Arch, source, p.Vendor, p.Module, installed}, "|"))
	}
	slices.Sort(out)
	return out
}

// TestAgainstSQLite lets SQLite write a database with deep trees, deleted rows
// and a log, and reads it while SQLite has it open.
func TestAgainstSQLite(t *testing.T) {
	tool, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("sqlite3 is not installed")
	}
	for _, pageSize := range []int{512, 1024, 4096, 65536} {
		t.Run(strconv.Itoa(pageSize), func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "var/lib/rpm")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			copied := filepath.Join(root, "copy/var/lib/rpm")
			script := sqliteScript(pageSize, filepath.Join(dir, "rpmdb.sqlite"), copied)
			cmd := exec.Command(tool, filepath.Join(dir, "rpmdb.sqlite"))
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("rror")) {
				t.Fatalf("sqlite3: %v: %s", err, out)
			}
			for _, r := range []string{filepath.Join(root, "copy"), root} {
				got, err := collect(t, os.DirFS(r))
				if err != nil || len(got.Problems) > 0 {
					t.Fatalf("Collect gives error %v and problems %v", err, got.Problems)
				}
				if diff := cmp.Diff(wantScript(), lines(got.Packages)); diff != "" {
					t.Errorf("packages of %s (-want +got):\n%s", r, diff)
				}
			}
		})
	}
}

// sqliteScript inserts 400 packages before a checkpoint, then, in the log only,
// deletes every third, replaces every seventh and adds 50, gives up a transaction, and
// copies the files in that state.
func sqliteScript(pageSize int, file, copied string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "PRAGMA page_size=%d;\nPRAGMA journal_mode=wal;\nPRAGMA wal_autocheckpoint=0;\n", pageSize)
	b.WriteString("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL);\n")
	insert := func(i, version int) {
		fmt.Fprintf(&b, "INSERT OR REPLACE INTO Packages VALUES(%d, x'%x');\n", i, scriptHeader(i, version))
	}
	b.WriteString("BEGIN;\n")
	for i := 1; i <= 400; i++ {
		insert(i, 1)
	}
	b.WriteString("COMMIT;\nPRAGMA wal_checkpoint(TRUNCATE);\nDELETE FROM Packages WHERE hnum % 3 = 0;\n")
	for i := 7; i <= 400; i += 7 {
		insert(i, 2)
	}
	for i := 1001; i <= 1050; i++ {
		insert(i, 1)
	}
	// A small cache makes SQLite write frames of a transaction before its end.
	b.WriteString("PRAGMA cache_size=1;\nBEGIN;\n")
	for i := 2001; i <= 2050; i++ {
		insert(i, 1)
	}
	b.WriteString("ROLLBACK;\n")
	fmt.Fprintf(&b, ".shell mkdir -p '%s' && cp '%s' '%s-wal' '%s'\n", copied, file, file, copied)
	return b.String()
}

func scriptHeader(i, version int) []byte {
	return scriptPackage(fmt.Sprintf("package-%04d", i), strconv.Itoa(version), i*37%5000)
}

func wantScript() []string {
	var want []string
	add := func(i, version int) {
		want = append(want, fmt.Sprintf("package-%04d|%d-1|noarch||||", i, version))
	}
	for i := 1; i <= 400; i++ {
		switch {
		case i%7 == 0:
			add(i, 2)
		case i%3 != 0:
			add(i, 1)
		}
	}
	for i := 1001; i <= 1050; i++ {
		add(i, 1)
	}
	return want
}
