package inventorytest

import (
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory"
)

// Check runs one check of Run, or all for "", without a test, and gives what each
// one that failed says, by its name.
func Check(b inventory.Backend, fsys fs.FS, name string) map[string]string {
	s := &suite{backend: b, fsys: fsys}
	failed := map[string]string{}
	for _, c := range checks {
		if name != "" && c.name != name {
			continue
		}
		if err := c.run(s); err != nil {
			failed[c.name] = err.Error()
		}
	}
	return failed
}
