package dpkg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory"
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

// readFile reads the stanzas of one file and hands the good ones to add.
func (db *database) readFile(ctx context.Context, fsys fs.FS, path string, f form, add func(record)) (err error) {
	file, _, err := read.Open(fsys, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return db.read(read.WithContext(ctx, file), path, f, add)
}

func (db *database) read(file io.Reader, path string, f form, add func(record)) error {
	location := []string{path}
	r := deb822.NewReader(file, fields...)
	r.MaxField = maxField
	for r.Next() {
		s := r.Stanza()
		rec, err := parse(s, location, f.hasStatus)
		if s.Open != "" && f.whole {
			err = fmt.Errorf("the file ends inside the %s field: it may be cut", s.Open)
		}
		for _, fault := range s.Faults {
			db.problem(path, fault.Line, rec.Name, fault.Err)
		}
		if f.closed && !s.Closed && r.Err() == nil {
			db.problem(path, s.Line, rec.Name, errors.New("the file ends inside this stanza: it may be cut"))
		}
		if err != nil {
			db.problem(path, s.Line, rec.Name, err)
			continue
		}
		if r.Err() != nil {
			break // of a stanza that could not be read to its end nothing is sure
		}
		if err := db.memory.Take(rec.size()); err != nil {
			return &fs.PathError{Op: "read", Path: path, Err: err}
		}
		add(rec)
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (db *database) problem(path string, n int, pkg string, err error) {
	db.problems.Add(inventory.Problem{Path: path, Record: line(n), Package: pkg, Err: err})
}

// add adds a record. Where one of its key is there already that one stays, and
// the new one is a problem: dpkg writes none twice.
func (db *database) add(rec record) {
	k := key{rec.Name, rec.Arch}
	if i, ok := db.index[k]; ok {
		first := db.records[i]
		db.problem(rec.Locations[0], rec.line, rec.Name, fmt.Errorf(
			"version %q is recorded again: version %q of %s, line %d, is taken",
			rec.Version, first.Version, first.Locations[0], first.line))
		return
	}
	db.index[k] = len(db.records)
	db.records = append(db.records, rec)
}
