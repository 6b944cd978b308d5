package rpm_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
	"github.com/keeppatched/keeppatched/inventory/rpm"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/header"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

// machine is a file system with files of the same age.
func machine(files map[string][]byte) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data, Mode: 0o644, ModTime: time.Unix(1_700_000_000, 0)}
	}
	return fsys
}

func collect(t *testing.T, fsys fs.FS) (inventory.Result, error) {
	t.Helper()
	return rpm.Backend{}.Collect(context.Background(), &inventory.Target{FS: fsys})
}

// three packages and a key, the second package on overflow pages in every form.
var three = [][]byte{
	rpmtest.Package("bash", "5.1.8", "9.el9", "x86_64",
		rpmtest.Entry{Tag: header.Epoch, Value: uint32(0)},
		rpmtest.Entry{Tag: header.SourceRPM, Value: "bash-5.1.8-9.el9.src.rpm"},
		rpmtest.Entry{Tag: header.Vendor, Value: "AlmaLinux"},
		rpmtest.Entry{Tag: header.InstallTime, Value: uint32(1_700_000_000)}),
	rpmtest.Package("perl-libs", "5.32.1", "481.el9", "x86_64", rpmtest.Big(20_000),
		rpmtest.Entry{Tag: header.Epoch, Value: uint32(4)},
		rpmtest.Entry{Tag: header.SourceRPM, Value: "perl-5.32.1-481.el9.src.rpm"},
		rpmtest.Entry{Tag: header.Vendor, Value: "AlmaLinux"}),
	rpmtest.Package("gpg-pubkey", "c21ad6ea", "61b5d2a1", "(none)"),
	rpmtest.Package("nodejs", "18.1.0", "1.module_el8", "x86_64",
		rpmtest.Entry{Tag: header.Vendor, Value: "(none)"},
		rpmtest.Entry{Tag: header.SourceRPM, Value: "nodejs-18.1.0-1.module_el8.nosrc.rpm"},
		rpmtest.Entry{Tag: header.ModularityLabel, Value: "nodejs:18:8070020220801:deadbeef"}),
}

func wantThree(path string) []inventory.Package {
	locations := []string{path}
	return []inventory.Package{
		{
			Backend: "rpm", Type: "rpm", Name: "bash", Version: "5.1.8-9.el9", Arch: "x86_64",
			Source: "bash", SourceVersion: "5.1.8-9.el9", Vendor: "AlmaLinux",
			InstalledAt: time.Unix(1_700_000_000, 0).UTC(), Locations: locations,
		},
		{
			Backend: "rpm", Type: "rpm", Name: "perl-libs", Version: "4:5.32.1-481.el9", Arch: "x86_64",
			Source: "perl", SourceVersion: "5.32.1-481.el9", Vendor: "AlmaLinux", Locations: locations,
		},
		{
			Backend: "rpm", Type: "rpm", Name: "nodejs", Version: "18.1.0-1.module_el8", Arch: "x86_64",
			Source: "nodejs", SourceVersion: "18.1.0-1.module_el8",
			Module: "nodejs:18:8070020220801:deadbeef", Locations: locations,
		},
	}
}

const (
	keyNote     = "1 gpg-pubkey records are keys, not packages"
	updatesNote = "updates that dnf, yum or zypper have on offer are not read"
)

// databases are the same three packages in every form and place.
var databases = map[string][]byte{
	"var/lib/rpm/rpmdb.sqlite":          rpmtest.SQLite(4096, three...),
	"usr/share/rpm/rpmdb.sqlite":        rpmtest.SQLite(512, three...),
	"usr/lib/sysimage/rpm/rpmdb.sqlite": rpmtest.SQLite(65536, three...),
	"usr/lib/sysimage/rpm/Packages.db":  rpmtest.NDB(three...),
	"var/lib/rpm/Packages.db":           rpmtest.NDB(three...),
	"var/lib/rpm/Packages":              rpmtest.BDB(binary.LittleEndian, 4096, three...),
	"usr/share/rpm/Packages":            rpmtest.BDB(binary.BigEndian, 512, three...),
	"usr/lib/sysimage/rpm/Packages":     rpmtest.BDB(binary.BigEndian, 32768, three...),
}

func TestForms(t *testing.T) {
	for path, data := range databases {
		t.Run(path, func(t *testing.T) {
			got, err := collect(t, machine(map[string][]byte{path: data}))
			if err != nil {
				t.Fatal(err)
			}
			want := inventory.Result{Packages: wantThree(path), Notes: []string{keyNote, updatesNote}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Collect (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConformance(t *testing.T) {
	for _, path := range []string{
		"var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages.db",
		"var/lib/rpm/Packages", "usr/share/rpm/Packages",
	} {
		t.Run(path, func(t *testing.T) {
			inventorytest.Run(t, rpm.Backend{}, machine(map[string][]byte{path: databases[path]}), inventory.Host{})
		})
	}
	t.Run("write-ahead log", func(t *testing.T) {
		inventorytest.Run(t, rpm.Backend{}, machine(logged(t)), inventory.Host{})
	})
}

// logged is a database of which the last three packages are only in the log.
func logged(t *testing.T) map[string][]byte {
	t.Helper()
	const pageSize = 4096
	before, after := rpmtest.SQLite(pageSize, three[:1]...), rpmtest.SQLite(pageSize, three...)
	var frames []rpmtest.Frame
	for n := 0; n < len(after)/pageSize; n++ {
		frames = append(frames, rpmtest.Frame{Page: uint32(n + 1), Data: after[n*pageSize:][:pageSize]})
	}
	frames[len(frames)-1].Commit = uint32(len(frames))
	return map[string][]byte{
		"var/lib/rpm/rpmdb.sqlite":     before,
		"var/lib/rpm/rpmdb.sqlite-wal": rpmtest.WAL(pageSize, false, frames...),
	}
}

func TestLog(t *testing.T) {
	got, err := collect(t, machine(logged(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := inventory.Result{Packages: wantThree("var/lib/rpm/rpmdb.sqlite"), Notes: []string{keyNote, updatesNote}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Collect (-want +got):\n%s", diff)
	}
}

func TestDamagedLogIsAProblem(t *testing.T) {
	files := logged(t)
	log := files["var/lib/rpm/rpmdb.sqlite-wal"]
	log[len(log)-1] ^= 1
	got, err := collect(t, machine(files))
	if err != nil || len(got.Packages) != 1 {
		t.Errorf("Collect gives %d packages and %v, want the 1 of before", len(got.Packages), err)
	}
	if len(got.Problems) != 1 || got.Problems[0].Path != "var/lib/rpm/rpmdb.sqlite-wal" {
		t.Errorf("problems %v, want one of the log", got.Problems)
	}
	if len(got.Notes) != 2 || got.Notes[1] != updatesNote {
		t.Errorf("notes %v, want one on the unfinished transaction", got.Notes)
	}
}

func TestHotJournalIsAProblem(t *testing.T) {
	files := map[string][]byte{
		"var/lib/rpm/rpmdb.sqlite":         databases["var/lib/rpm/rpmdb.sqlite"],
		"var/lib/rpm/rpmdb.sqlite-journal": []byte("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and pages"),
	}
	got, err := collect(t, machine(files))
	if err != nil || len(got.Packages) != 3 || len(got.Problems) != 1 {
		t.Errorf("Collect gives %d packages, problems %v, error %v", len(got.Packages), got.Problems, err)
	}
	files["var/lib/rpm/rpmdb.sqlite-journal"] = make([]byte, 512) // zeroed when it was done
	got, err = collect(t, machine(files))
	if err != nil || len(got.Problems) != 0 {
		t.Errorf("with a finished journal: problems %v, error %v", got.Problems, err)
	}
}

func TestWhichDatabase(t *testing.T) {
	sqlite, old := databases["var/lib/rpm/rpmdb.sqlite"], rpmtest.BDB(binary.LittleEndian, 4096, three[:1]...)
	const newer = "this may be the database in use: it was written to later than var/lib/rpm/rpmdb.sqlite, which was read"
	tests := []struct {
		name     string
		files    map[string][]byte
		later    string // one of the files that was written to later
		packages int
		notes    []string
		problems []string
	}{
		{
			name: "linked directories",
			files: map[string][]byte{
				"usr/lib/sysimage/rpm/rpmdb.sqlite": sqlite, "usr/share/rpm/rpmdb.sqlite": sqlite, "var/lib/rpm/rpmdb.sqlite": sqlite,
			},
			packages: 3, notes: []string{keyNote, updatesNote},
		},
		{
			name:     "left over by a conversion",
			files:    map[string][]byte{"var/lib/rpm/rpmdb.sqlite": sqlite, "var/lib/rpm/Packages": old},
			packages: 3,
			notes:    []string{"var/lib/rpm/Packages was not read: an older database beside var/lib/rpm/rpmdb.sqlite", keyNote, updatesNote},
		},
		{
			name:     "newer than the one read",
			files:    map[string][]byte{"var/lib/rpm/rpmdb.sqlite": sqlite, "var/lib/rpm/Packages": old},
			later:    "var/lib/rpm/Packages",
			packages: 3, notes: []string{keyNote, updatesNote}, problems: []string{"var/lib/rpm/Packages: " + newer},
		},
		{
			name:  "the one read is empty",
			files: map[string][]byte{"var/lib/rpm/rpmdb.sqlite": rpmtest.SQLite(4096), "var/lib/rpm/Packages": old},
			problems: []string{
				"var/lib/rpm/Packages: this may be the database in use: var/lib/rpm/rpmdb.sqlite, which was read, gave no package",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := machine(tt.files)
			if tt.later != "" {
				fsys[tt.later].ModTime = fsys[tt.later].ModTime.Add(time.Hour)
			}
			got, err := collect(t, fsys)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Packages) != tt.packages {
				t.Errorf("%d packages, want %d", len(got.Packages), tt.packages)
			}
			if diff := cmp.Diff(tt.notes, got.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, texts(got.Problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func texts(problems []inventory.Problem) []string {
	var s []string
	for _, p := range problems {
		s = append(s, p.Error())
	}
	return s
}

func TestFailures(t *testing.T) {
	btree := rpmtest.BDB(binary.BigEndian, 512)
	binary.BigEndian.PutUint32(btree[12:], 0x053162)
	utf16 := rpmtest.SQLite(512)
	utf16[59] = 2
	tests := []struct {
		name string
		file string
		data []byte
		want error
	}{
		{"no database", "etc/os-release", nil, inventory.ErrAbsent},
		{"b-tree", "var/lib/rpm/Packages", btree, inventory.ErrUnsupported},
		{"UTF-16", "var/lib/rpm/rpmdb.sqlite", utf16, inventory.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := collect(t, machine(map[string][]byte{tt.file: tt.data}))
			if !errors.Is(err, tt.want) {
				t.Errorf("Collect gives %v, want %v", err, tt.want)
			}
		})
	}
}

func TestNothingReadableIsAnError(t *testing.T) {
	got, err := collect(t, machine(map[string][]byte{"var/lib/rpm/Packages.db": rpmtest.NDB([]byte("a"), []byte("b"))}))
	if err == nil || len(got.Problems) != 2 {
		t.Errorf("Collect gives error %v and problems %v, want an error and two problems", err, got.Problems)
	}
}

func TestEmptyDatabaseIsNotAnError(t *testing.T) {
	for name, data := range map[string][]byte{
		"rpmdb.sqlite": rpmtest.SQLite(512),
		"Packages.db":  rpmtest.NDB(),
		"Packages":     rpmtest.BDB(binary.BigEndian, 512),
	} {
		got, err := collect(t, machine(map[string][]byte{"var/lib/rpm/" + name: data}))
		if err != nil || len(got.Packages)+len(got.Problems) > 0 {
			t.Errorf("%s: Collect gives %v and error %v", name, got, err)
		}
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	blobs := make([][]byte, 2000)
	for i := range blobs {
		blobs[i] = []byte("bad")
	}
	blobs[0] = rpmtest.Package("good", "1", "1", "noarch")
	got, err := collect(t, machine(map[string][]byte{"var/lib/rpm/Packages": rpmtest.BDB(binary.LittleEndian, 512, blobs...)}))
	if err != nil {
		t.Fatal(err)
	}
	last := got.Problems[len(got.Problems)-1].Error()
	if want := "var/lib/rpm/Packages: 999 more problems are not listed"; len(got.Problems) != 1001 || last != want {
		t.Errorf("%d problems, the last %q, want %q", len(got.Problems), last, want)
	}
}

func ExampleBackend_Collect() {
	fsys := fstest.MapFS{"var/lib/rpm/Packages.db": {
		Data: rpmtest.NDB(rpmtest.Package("bash", "5.2.15", "3.el9", "x86_64",
			rpmtest.Entry{Tag: header.SourceRPM, Value: "bash-5.2.15-3.el9.src.rpm"})),
	}}
	result, err := rpm.Backend{}.Collect(context.Background(), &inventory.Target{FS: fsys})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range result.Packages {
		fmt.Println(p.Name, p.Version, p.Arch, "from", p.Source)
	}
	// Output: bash 5.2.15-3.el9 x86_64 from bash
}
