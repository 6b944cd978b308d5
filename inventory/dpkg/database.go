package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/keeppatched/keeppatched/inventory/internal/bound"
	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// database is what was read so far.
type database struct {
	records  []record
	index    map[key]int // of records
	problems bound.Problems
	memory   bound.Memory
}

// key identifies a record.
type key struct{ name, arch string }

// form is how one of the database's files is written.
type form struct {
	hasStatus bool // stanzas have a Status field
	closed    bool // an empty line follows every stanza, the last too
	whole     bool // the last line has a line end
}

// The three forms. dpkg refuses a status file and an update without a line end
// at their end; the files of status.d come from many tools.
var (
	statusForm    = form{hasStatus: true, closed: true, whole: true}
	updateForm    = form{hasStatus: true, whole: true}
	statusDirForm = form{}
)

// readFile reads the stanzas of one file and hands the good ones to add,
// whose error ends the reading.
func (db *database) readFile(ctx context.Context, fsys fs.FS, path string, f form, add func(record) error) (err error) {
	file, size, err := read.Open(fsys, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// A stanza of a real machine has nearly a kilobyte. The size is only
	// believed as far as that costs nothing.
	db.records = slices.Grow(db.records, int(min(size/800, 1<<10)))
	return db.read(read.WithContext(ctx, file), path, f, add)
}

// read reads the stanzas of one file. The error is of the reader or of add.
func (db *database) read(file io.Reader, path string, f form, add func(record) error) error {
	location := []string{path}
	r := deb822.NewReader(file, fields...)
	r.MaxField = maxField
	for r.Next() && r.Err() == nil { // an error leaves its stanza incomplete
		s := r.Stanza()
		rec, err := parse(s, location, f.hasStatus)
		if s.Open != "" && f.whole {
			err = fmt.Errorf("the file ends inside the %s field: it may be cut", s.Open)
		}
		for _, fault := range s.Faults {
			db.problems.Atf(path, fault.Line, rec.Name, "%w", fault.Err)
		}
		if f.closed && !s.Closed {
			db.problems.Atf(path, s.Line, rec.Name, "the file ends inside this stanza: it may be cut")
		}
		if err != nil {
			db.problems.Atf(path, s.Line, rec.Name, "%w", err)
			continue
		}
		if err := add(rec); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// add adds a record. Where one of its key is there already that one stays, and
// the new one is a problem: dpkg writes none twice. The error is
// bound.ErrTooMuch.
func (db *database) add(rec record) error {
	k := key{rec.Name, rec.Arch}
	if i, ok := db.index[k]; ok {
		first := db.records[i]
		db.problems.Atf(rec.Locations[0], rec.line, rec.Name,
			"version %q is recorded again: version %q of %s, line %d, is taken",
			rec.Version, first.Version, first.Locations[0], first.line)
		return nil
	}
	db.index[k] = len(db.records)
	db.records = append(db.records, rec)
	return db.memory.Take(rec.size())
}
