package dpkg

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// readUpdates reads dpkg's journal, as dpkg itself does when it starts: the
// files with names of digits, all of one length, in their order. Each holds the
// whole new stanza of a package.
func (db *database) readUpdates(ctx context.Context, fsys fs.FS) error {
	names, err := list(fsys, updatesDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return db.survive(ctx, updatesDir, err)
	}
	var j journal
	for _, name := range names {
		if strings.Trim(name, "0123456789") != "" {
			continue // dpkg's own temporary file
		}
		file := path.Join(updatesDir, name)
		if len(name) != len(names[0]) {
			err := errors.New("its name is longer or shorter than the others: the order of the updates is not certain")
			db.problems.Add(inventory.Problem{Path: file, Err: err})
		}
		if j == nil {
			j = newJournal(db)
		}
		err := db.readFile(ctx, fsys, file, updateForm, func(rec record) error { return j.apply(db, rec) })
		if err := db.survive(ctx, file, err); err != nil {
			return err
		}
	}
	return nil
}

// journal has the records of each package that dpkg has something of, by name
// and architecture, as indices of the database.
type journal map[string]map[string]int

func newJournal(db *database) journal {
	j := journal{}
	for i, r := range db.records {
		j.note(i, &r)
	}
	return j
}

// note takes the record for one that dpkg has something of, or has not.
func (j journal) note(i int, r *record) {
	switch {
	case r.state == notInstalled:
		delete(j[r.Name], r.Arch)
	case j[r.Name] == nil:
		j[r.Name] = map[string]int{r.Arch: i}
	default:
		j[r.Name][r.Arch] = i
	}
}

// apply replaces the record that an update is of. That is the one of its
// architecture, or the only one of its name, where the two cannot be installed
// beside each other: the package has then changed its architecture.
func (j journal) apply(db *database, rec record) error {
	at, known := db.index[key{rec.Name, rec.Arch}]
	if set := j[rec.Name]; len(set) == 1 {
		for _, only := range set {
			if !rec.same || !db.records[only].same {
				at, known = only, true
			}
		}
	}
	if !known {
		j.note(len(db.records), &rec)
		return db.add(rec)
	}
	old := &db.records[at]
	delete(db.index, key{old.Name, old.Arch})
	delete(j[old.Name], old.Arch)
	db.index[key{rec.Name, rec.Arch}] = at
	db.records[at] = rec
	j.note(at, &rec)
	return nil
}
