package keeppatched_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/keeppatched/keeppatched/"

// room says, for a package or the packages below a folder, what it may import
// of this module, and why.
type room struct {
	dir   string   // "x/..." also stands for what is below x
	allow []string // in the same notation
	why   string
}

// rooms is the table of rooms. The first entry that fits counts.
var rooms = []room{
	{"inventory", nil, "types and contracts: they must be free to go anywhere"},
	{"inventory/internal/...", []string{"inventory", "inventory/internal/..."}, "helpers of the inventory room"},
	{"inventory/all", []string{"inventory/..."}, "lists the backends"},
	{"inventory/apt", []string{"inventory", "inventory/internal/...", "inventory/dpkg", "advisories/version"}, "an update is a newer version of what dpkg has installed, by dpkg's order"},
	{"inventory/...", []string{"inventory", "inventory/internal/...", "inventory/<own>/..."}, "a backend knows its own format only"},
	{"advisories/version", nil, "the orders of versions are a leaf"},
	{"advisories/ecosystem", []string{"advisories/version"}, "a table over the orders"},
	{"advisories", []string{"advisories/ecosystem", "advisories/version"}, "records and their evaluation"},
	{"advisories/...", []string{"advisories", "advisories/ecosystem", "advisories/version", "advisories/internal/...", "advisories/<own>/..."}, "a source knows nothing of what is installed"},
	{"scanner/finding", []string{"inventory"}, "wire types: host and coverage are the inventory's"},
	{"scanner/report", []string{"inventory", "scanner/finding"}, "a writer is a view of the report"},
	{"scanner", []string{"inventory", "inventory/purl", "advisories", "advisories/ecosystem", "advisories/version", "scanner/finding"}, "joins contracts: no concrete backend, source or writer"},
	{"examples/...", []string{"..."}, "programs put everything together"},
	{".", nil, "the root holds the documentation only"},
}

// TestImports holds the table of rooms: data flows one way, and inventory and
// advisories do not know each other.
func TestImports(t *testing.T) {
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		checkImports(t, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, file string) {
	t.Helper()
	dir := path.Dir(file)
	if strings.HasPrefix(dir, "inventory/inventorytest") {
		return // a test kit: its own rules
	}
	i := slices.IndexFunc(rooms, func(r room) bool { return fits(r.dir, dir, dir) })
	if i < 0 {
		t.Errorf("%s: no room is named %s: add it to the table", file, dir)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		own, ok := strings.CutPrefix(imported, module)
		if !ok || own == dir {
			continue
		}
		if !slices.ContainsFunc(rooms[i].allow, func(pattern string) bool { return fits(pattern, own, dir) }) {
			t.Errorf("%s imports %s: %s (%s may import %v)", file, own, rooms[i].why, rooms[i].dir, rooms[i].allow)
		}
	}
}

// fits says whether a folder fits a pattern; <own> stands for the importing
// package's own folder.
func fits(pattern, dir, importer string) bool {
	if strings.Contains(pattern, "<own>") {
		room, below, _ := strings.Cut(importer, "/")
		sub, _, _ := strings.Cut(below, "/")
		pattern = room + "/" + sub + "/..."
	}
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == base || strings.HasPrefix(dir, base+"/")
	}
	return dir == pattern
}
