package dpkg

import (
	"fmt"

	"github.com/keeppatched/keeppatched/inventory"
)

// result makes the backend's result of the records.
func (db *database) result(backend string) inventory.Result {
	packages := make([]inventory.Package, 0, len(db.records))
	removed, configured := 0, 0
	for i := range db.records {
		r := &db.records[i]
		switch {
		case r.state.onDisk():
			r.Backend = backend
			packages = append(packages, r.Package)
			if err := r.uncertain(); err != nil {
				db.problems.Atf(r.Locations[0], r.line, r.Name, "%w", err)
			}
		case r.state == configFiles:
			configured++
		default:
			removed++
		}
	}
	return inventory.Result{
		Packages: packages,
		Problems: db.problems.List(),
		Notes:    notes(len(packages), configured, removed),
	}
}

// notes tells of the records that are no installed packages.
func notes(present, configured, removed int) []string {
	var notes []string
	if present == 0 {
		notes = append(notes, "no package is recorded as installed")
	}
	if configured > 0 {
		notes = append(notes, fmt.Sprintf("left out, removed except for configuration (config-files): %d", configured))
	}
	if removed > 0 {
		notes = append(notes, fmt.Sprintf("left out, not installed (not-installed): %d", removed))
	}
	return notes
}
