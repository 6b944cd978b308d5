package rpm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// form is a storage format of rpm's database.
type form string

const (
	formSQLite form = "SQLite"
	formNDB    form = "NDB"
	formBDB    form = "Berkeley DB"
)

// The places of a database, the preferred ones first; see the package comment.
var (
	dirs  = [...]string{"usr/lib/sysimage/rpm", "usr/share/rpm", "var/lib/rpm"}
	files = [...]struct {
		name string
		form form
	}{
		{"rpmdb.sqlite", formSQLite},
		{"Packages.db", formNDB},
		{"Packages", formBDB},
	}
)

// database is a file that should be an rpm database.
type database struct {
	path     string
	form     form
	size     int64
	modified time.Time
	start    []byte // the first bytes
}

// startSize is how much of a file's start tells it from another of the same
// size and time: the metadata of every form.
const startSize = 4096

// locate gives the databases of a file system, each once, in the order of the
// package comment. What is there and cannot be opened becomes a problem; a link
// to nothing counts as nothing.
func locate(fsys fs.FS, c *collector) []database {
	var found []database
	for _, dir := range dirs {
		for _, f := range files {
			db, err := look(fsys, path.Join(dir, f.name), f.form)
			switch {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				c.problem(path.Join(dir, f.name), "", err)
			case !db.in(found):
				found = append(found, db)
			}
		}
	}
	return found
}

// look takes down what identifies a database.
func look(fsys fs.FS, name string, form form) (db database, err error) {
	f, size, err := read.Open(fsys, name)
	if err != nil {
		return database{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return database{}, err
	}
	start, err := io.ReadAll(io.LimitReader(f, startSize))
	if err != nil {
		return database{}, err
	}
	return database{name, form, size, info.ModTime(), start}, nil
}

// in says whether the database is one of those found, by another path.
func (db database) in(found []database) bool {
	for _, other := range found {
		if db.form == other.form && db.size == other.size &&
			db.modified.Equal(other.modified) && bytes.Equal(db.start, other.start) {
			return true
		}
	}
	return false
}

var errWrongDatabase = errors.New("this may be the database in use")

// leftOver reports the databases that were found besides the one read.
func (c *collector) leftOver(found []database) {
	for _, db := range found[1:] {
		switch {
		case db.modified.After(found[0].modified):
			c.problem(db.path, "", fmt.Errorf("%w: it was written to later than %s, which was read", errWrongDatabase, found[0].path))
		case len(c.result.Packages) == 0:
			c.problem(db.path, "", fmt.Errorf("%w: %s, which was read, gave no package", errWrongDatabase, found[0].path))
		default:
			c.note("%s was not read: an older database beside %s", db.path, found[0].path)
		}
	}
}
