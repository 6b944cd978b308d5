package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

// backend lists what a made-up package manager has installed: a line for each
// package, with its name and version.
type backend struct{}

var _ inventory.Backend = backend{}

func (backend) Name() string { return "example" }

func (backend) Collect(_ context.Context, t *inventory.Target) (inventory.Result, error) {
	const path = "var/lib/example/packages"
	text, err := fs.ReadFile(t.FS, path) // a real backend limits what it reads
	if errors.Is(err, fs.ErrNotExist) {
		return inventory.Result{}, fmt.Errorf("%s: %w", path, inventory.ErrAbsent)
	}
	if err != nil {
		return inventory.Result{}, err
	}
	var r inventory.Result
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		name, version, ok := strings.Cut(line, " ")
		if !ok { // one bad line takes nothing else away, and does not go unseen
			r.Problems = append(r.Problems, inventory.Problem{
				Path: path, Record: fmt.Sprint("line ", i+1), Err: errors.New("want a name and a version"),
			})
			continue
		}
		r.Packages = append(r.Packages, inventory.Package{
			Backend: "example", Type: "generic", Name: name, Version: version, Locations: []string{path},
		})
	}
	return r, nil
}

// A backend reads one kind of package database from a target's file system.
func ExampleBackend() {
	machine := inventorytest.FS(`
-- var/lib/example/packages --
shell 5.2
editor
browser 141.0
`)
	r, err := backend{}.Collect(context.Background(), &inventory.Target{FS: machine})
	for _, p := range r.Packages {
		fmt.Println(p.Name, p.Version)
	}
	for _, p := range r.Problems {
		fmt.Println(p)
	}
	fmt.Println(err)
	// Output:
	// shell 5.2
	// browser 141.0
	// var/lib/example/packages: line 2: want a name and a version
	// <nil>
}
