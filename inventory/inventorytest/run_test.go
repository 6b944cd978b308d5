package inventorytest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

const database = "var/lib/lines/db"

var machine = inventorytest.FS(`
-- var/lib/lines/db --
bash 5.2
zlib 1.3
`)

// lines is a backend for a database of lines "NAME VERSION". The fields break
// one rule each.
type lines struct {
	badName, lost, unsorted, leaky, panics, quiet, deaf, slash, stuck, silent bool

	runs *atomic.Int32
}

func (b lines) Name() string {
	if b.badName {
		return "Lines DB"
	}
	return "lines"
}

func (b lines) Collect(ctx context.Context, t *inventory.Target) (inventory.Result, error) {
	if err := ctx.Err(); err != nil && !b.deaf {
		return inventory.Result{}, err
	}
	if b.slash {
		_, _ = t.FS.Open("/" + database)
	}
	f, err := t.FS.Open(database)
	switch {
	case errors.Is(err, fs.ErrNotExist), err != nil && b.lost:
		return inventory.Result{}, inventory.ErrAbsent
	case err != nil && b.quiet:
		return inventory.Result{}, nil
	case err != nil:
		return inventory.Result{}, err
	}
	if !b.leaky {
		defer func() { _ = f.Close() }()
	}
	if b.stuck {
		done := make(chan struct{})
		go func() { <-done }()
	}
	return b.read(ctx, f)
}

func (b lines) read(ctx context.Context, f io.Reader) (r inventory.Result, err error) {
	if b.deaf {
		n, err := io.Copy(io.Discard, f)
		return inventory.Result{Packages: []inventory.Package{{
			Backend: "lines", Type: "generic", Name: "x", Version: fmt.Sprint(n), Locations: []string{database}}}}, err
	}
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		name, version, ok := strings.Cut(s.Text(), " ")
		if b.panics {
			_ = strings.Fields(s.Text())[1]
		}
		if !b.silent && (!ok || name == "" || version == "") {
			r.Problems = append(r.Problems, inventory.Problem{
				Path: database, Record: fmt.Sprintf("line %d", n), Err: errors.New("not a package")})
			continue
		}
		r.Packages = append(r.Packages, inventory.Package{
			Backend: "lines", Type: "generic", Name: name, Version: version, Locations: []string{database}})
	}
	if b.unsorted && b.runs.Add(1)%2 == 0 {
		slices.Reverse(r.Packages)
	}
	if b.quiet {
		return r, nil
	}
	return r, s.Err()
}

var _ inventory.Backend = lines{}

func TestRun(t *testing.T) {
	inventorytest.Run(t, lines{}, machine, inventory.Host{})
}

func TestRunFindsBrokenRules(t *testing.T) {
	for _, tt := range []struct {
		name    string
		backend lines
		check   string // that fails, perhaps with others
		says    string
	}{
		{"name", lines{badName: true}, "name", `"Lines DB"`},
		{"unreadable called absent", lines{lost: true}, "hostile", "the database is there"},
		{"order changes", lines{unsorted: true, runs: new(atomic.Int32)}, "good", "another result"},
		{"file left open", lines{leaky: true}, "good", "leaves \"var/lib/lines/db\" open"},
		{"panic", lines{panics: true}, "hostile", "index out of range"},
		{"error kept quiet", lines{quiet: true}, "hostile", "unreadable: the file could not be read"},
		{"read error kept quiet", lines{quiet: true}, "hostile", "failing in the middle: the file could not be read"},
		{"context ignored", lines{deaf: true}, "cancelled", "no error, want context.Canceled"},
		{"endless read", lines{deaf: true}, "hostile", "endless: still reading"},
		{"path with a slash", lines{slash: true}, "good", "not a path of io/fs"},
		{"goroutine left", lines{stuck: true}, "goroutines", "after"},
		{"half-empty package", lines{silent: true}, "hostile", "Version is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			failed := inventorytest.Check(tt.backend, machine, tt.check)
			if got := failed[tt.check]; !strings.Contains(got, tt.says) {
				t.Errorf("check %q says %q, want it to contain %q", tt.check, got, tt.says)
			}
		})
	}
}

func TestRunWantsPackages(t *testing.T) {
	failed := inventorytest.Check(lines{}, inventorytest.FS("-- var/lib/lines/db --\n"), "")
	if diff := cmp.Diff([]string{"good"}, slices.Collect(maps.Keys(failed))); diff != "" {
		t.Errorf("failed checks (-want +got):\n%s", diff)
	}
}
