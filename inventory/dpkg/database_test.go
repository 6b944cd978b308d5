package dpkg_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/internal/bound"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

// TestDatabase covers the files beside the status file, and their absence.
func TestDatabase(t *testing.T) {
	denied := errors.New("permission denied")
	tests := []struct {
		name     string
		files    string
		broken   string // a file that cannot be opened
		packages []string
		problems []string
		err      string
	}{
		{name: "nothing", err: "var/lib/dpkg/status: not present on this target"},
		{
			name:  "a copy of the status, but no status",
			files: "-- var/lib/dpkg/status-old --\nPackage: a\n",
			err:   "open var/lib/dpkg/status: file does not exist, although var/lib/dpkg/status-old is there",
		},
		{
			name:  "a status emptied",
			files: "-- var/lib/dpkg/status --\n-- var/lib/dpkg/info/format --\n1\n",
			err:   "var/lib/dpkg/status: no package is recorded, although var/lib/dpkg/info/format is there",
		},
		{
			name:     "a status that cannot be opened",
			files:    "-- var/lib/dpkg/status --\n-- var/lib/dpkg/status-old --\n-- var/lib/dpkg/status.d/a --\nPackage: a\nVersion: 1\n",
			broken:   "var/lib/dpkg/status",
			packages: []string{"a 1"},
			err:      "permission denied",
		},
		{
			name: "an image without dpkg",
			files: "-- var/lib/dpkg/status.d/base --\nPackage: base-files\nArchitecture: amd64\nVersion: 12\n" +
				"-- var/lib/dpkg/status.d/base.md5sums --\n1234 etc/x\n" +
				"-- var/lib/dpkg/status.d/gone --\nPackage: gone\nVersion: 1\nStatus: deinstall ok config-files\n" +
				"-- var/lib/dpkg/status.d/sub/file --\n",
			packages: []string{"base-files 12 amd64"},
			problems: []string{"var/lib/dpkg/status.d/sub: open var/lib/dpkg/status.d/sub: not a regular file"},
		},
		{
			name: "status.d besides a status",
			files: "-- var/lib/dpkg/status --\n" + stanza("a", "2") +
				"-- var/lib/dpkg/status.d/a --\nPackage: a\nVersion: 1\n",
			packages: []string{"a 2"},
			problems: []string{`var/lib/dpkg/status.d/a: line 1: a: version "1" is recorded again: version "2" of var/lib/dpkg/status, line 1, is taken`},
		},
		{
			name: "updates that cannot be read",
			files: "-- var/lib/dpkg/status --\n" + stanza("a", "1") + "-- var/lib/dpkg/updates/0001 --\n" + stanza("a", "2") +
				"-- var/lib/dpkg/updates/0002 --\nPackage: b\nStatus: install ok installed\n",
			broken:   "var/lib/dpkg/updates/0001",
			packages: []string{"a 1"},
			problems: []string{
				"var/lib/dpkg/updates/0001: permission denied",
				"var/lib/dpkg/updates/0002: line 1: b: no Version field",
			},
		},
		{
			name: "updates in no order",
			files: "-- var/lib/dpkg/status --\n" + stanza("a", "1") +
				"-- var/lib/dpkg/updates/0001 --\n" + stanza("a", "2") +
				"-- var/lib/dpkg/updates/00002 --\n" + stanza("a", "3"),
			packages: []string{"a 2"},
			problems: []string{"var/lib/dpkg/updates/0001: its name is longer or shorter than the others: the order of the updates is not certain"},
		},
		{
			name: "times that cannot be seen",
			files: "-- var/lib/dpkg/status --\n" + stanza("a", "1") + stanza("b", "1") +
				"-- var/lib/dpkg/info/a.list/x --\n-- var/lib/dpkg/info/b.list/x --\n",
			packages: []string{"a 1", "b 1"},
			problems: []string{"var/lib/dpkg/info: the time of 2 packages could not be seen, the first: stat var/lib/dpkg/info/a.list: not a regular file"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(t, deny{FS: inventorytest.FS(tt.files), name: tt.broken, err: denied})
			if err == nil && tt.err != "" || err != nil && err.Error() != tt.err {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if diff := cmp.Diff(tt.packages, brief(got.Packages)); diff != "" {
				t.Errorf("packages -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, says(got.Problems)); diff != "" {
				t.Errorf("problems -want +got:\n%s", diff)
			}
		})
	}
}

// deny is a file system with one file that cannot be opened.
type deny struct {
	fs.FS
	name string
	err  error
}

func (d deny) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, d.err
	}
	return d.FS.Open(name)
}

// TestChanged has dpkg at work while the database is read.
func TestChanged(t *testing.T) {
	fsys := inventorytest.FS("-- var/lib/dpkg/status --\n" + stanza("a", "1") + "-- var/lib/dpkg/updates/x --\n")
	got, err := collect(t, working{fsys})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"var/lib/dpkg/status: dpkg changed the database while it was read: " +
		"the packages may be mixed from before and after"}, says(got.Problems)); diff != "" {
		t.Errorf("problems -want +got:\n%s", diff)
	}
}

// working is a file system on which dpkg writes its status once its journal is
// looked at.
type working struct{ fstest.MapFS }

func (w working) Open(name string) (fs.File, error) {
	if name == "var/lib/dpkg/updates" {
		w.MapFS["var/lib/dpkg/status"] = &fstest.MapFile{Data: []byte(stanza("a", "2")), ModTime: time.Unix(1, 0)}
	}
	return w.MapFS.Open(name)
}

func (w working) Stat(name string) (fs.FileInfo, error) { return w.MapFS.Stat(name) }

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := dpkg.Backend{}.Collect(ctx, &inventory.Target{FS: fstest.MapFS{}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestTooMany has more packages than a machine can have.
func TestTooMany(t *testing.T) {
	var status strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&status, "Package: p%d\nStatus: install ok installed\nVersion: 1\n\n", i)
	}
	got, err := collect(t, fstest.MapFS{"var/lib/dpkg/status": {Data: []byte(status.String())}})
	if !errors.Is(err, bound.ErrTooMuch) || len(got.Packages) < 200_000 {
		t.Errorf("%d packages, error %v, want 200,000 or more and ErrTooMuch", len(got.Packages), err)
	}
}
