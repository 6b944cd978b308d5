package all_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/all"
)

// TestListed compares the list with the packages that lie beside this one.
func TestListed(t *testing.T) {
	var want []string
	err := filepath.WalkDir("..", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "testdata" || name == "internal" || name == "inventorytest" {
			return fs.SkipDir
		}
		has, err := hasBackend(dir)
		if has {
			want = append(want, filepath.Base(dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range all.Backends() {
		got = append(got, path.Base(reflect.TypeOf(b).PkgPath()))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-packages with a Backend +listed:\n%s", diff)
	}
}

// hasBackend says whether the Go files of a directory declare a struct Backend.
func hasBackend(dir string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return false, err
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return false, err
		}
		for d := range ast.Preorder(parsed) {
			spec, ok := d.(*ast.TypeSpec)
			if !ok || spec.Name.Name != "Backend" {
				continue
			}
			if _, ok := spec.Type.(*ast.StructType); ok {
				return true, nil
			}
		}
	}
	return false, nil
}

// TestNames has each backend named as its package is, and none twice.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range all.Backends() {
		if want := path.Base(reflect.TypeOf(b).PkgPath()); b.Name() != want || seen[b.Name()] {
			t.Errorf("%T has the name %q, want %q, once", b, b.Name(), want)
		}
		seen[b.Name()] = true
	}
	if !slices.IsSortedFunc(all.Backends(), func(a, b inventory.Backend) int { return strings.Compare(a.Name(), b.Name()) }) {
		t.Error("the list is not in the order of names")
	}
}

// TestEmpty has all of them absent on a machine with nothing on it.
func TestEmpty(t *testing.T) {
	for _, b := range all.Backends() {
		_, err := b.Collect(t.Context(), &inventory.Target{FS: fstest.MapFS{}})
		if !errors.Is(err, inventory.ErrAbsent) {
			t.Errorf("%s: error %v, want ErrAbsent", b.Name(), err)
		}
	}
}

func Example() {
	for _, b := range all.Backends() {
		fmt.Println(b.Name())
	}
	// Output:
	// apk
	// apt
	// dpkg
	// rpm
}
