package apk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/bound"
	"github.com/keeppatched/keeppatched/inventory/internal/lines"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// database is what was read so far.
type database struct {
	packages []inventory.Package
	index    map[string]int // of packages, by name: apk has one version of each
	virtual  int            // packages left out
	problems bound.Problems
	memory   bound.Memory
}

func (db *database) readFile(ctx context.Context, fsys fs.FS, path string) (err error) {
	file, _, err := read.Open(fsys, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := db.read(read.WithContext(ctx, file), path); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// read reads one file. The error is of the reader, or bound.ErrTooMuch.
func (db *database) read(file io.Reader, path string) error {
	in := &reading{db: db, path: path, location: []string{path}, lines: lines.NewReader(file)}
	for in.lines.Next() {
		if len(in.lines.Text()) > 0 {
			in.line(in.lines.Text())
			continue
		}
		if err := in.end(); err != nil {
			return err
		}
	}
	if err := in.lines.Err(); err != nil {
		return err // the package under way was not read to its end
	}
	if in.rec.line > 0 {
		in.problem(in.rec.line, "the file ends inside this package: it may be cut")
	}
	if in.lines.Open() && in.last != nil {
		*in.last = "" // the value may be cut
	}
	return in.end()
}

// reading is one file being read.
type reading struct {
	db       *database
	path     string
	location []string
	lines    *lines.Reader
	rec      record
	last     *string // the field that the last line filled, or nil
	damaged  int     // damaged lines of rec
}

// line reads a line that is not empty.
func (in *reading) line(text []byte) {
	if in.rec.line == 0 {
		in.rec.line = in.lines.Number()
	}
	in.last = nil
	letter := text[0] | 0x20
	if len(text) < 2 || text[1] != ':' || letter < 'a' || letter > 'z' {
		in.damage("not a field: %q", text[:min(len(text), 40)])
		return
	}
	if bytes.IndexByte(text, 0) >= 0 {
		in.damage("%c: NUL byte", text[0])
		return
	}
	field := in.rec.field(text[0])
	switch value := text[2:]; {
	case field == nil:
	case len(value) > maxField:
		in.damage("%c: %w of %d bytes", text[0], read.ErrTooLarge, maxField)
	case *field != "":
		in.damage("%c: field stands twice", text[0])
	default:
		*field, in.last = string(value), field
	}
}

// damage reports the first damaged line of a package, and counts the others.
func (in *reading) damage(format string, args ...any) {
	if in.damaged++; in.damaged == 1 {
		in.problem(in.lines.Number(), format, args...)
	}
}

func (in *reading) problem(line int, format string, args ...any) {
	in.db.problems.Atf(in.path, line, in.rec.name, format, args...)
}

// end ends a package.
func (in *reading) end() error {
	defer func() { in.rec, in.last, in.damaged = record{}, nil, 0 }()
	r := &in.rec
	if r.line == 0 {
		return nil // one empty line more
	}
	if in.damaged > 1 {
		in.problem(r.line, "%d more damaged lines", in.damaged-1)
	}
	if err := r.check(); err != nil {
		in.problem(r.line, "%w", err)
		return nil
	}
	if r.virtual() {
		in.db.virtual++
		return nil
	}
	for _, err := range r.doubts() {
		in.problem(r.line, "%w", err)
	}
	return in.add(r.pack(in.location))
}

// add adds a package. The same in two files, which may be one file at two
// places, is one package; anything else that stands twice is a problem.
func (in *reading) add(p inventory.Package) error {
	db := in.db
	i, known := db.index[p.Name]
	if !known {
		db.index[p.Name] = len(db.packages)
		db.packages = append(db.packages, p)
		return db.memory.Take(len(p.Name) + len(p.Version) + len(p.Arch) + len(p.Source) + len(p.Vendor))
	}
	first := &db.packages[i]
	if first.Version == p.Version && first.Arch == p.Arch && first.Locations[0] != in.path {
		first.Locations = []string{first.Locations[0], in.path}
		return nil
	}
	in.problem(in.rec.line, "version %q is recorded again: version %q of %s is taken",
		p.Version, first.Version, first.Locations[0])
	return nil
}

// result makes the backend's result of the packages.
func (db *database) result(backend string) inventory.Result {
	for i := range db.packages {
		db.packages[i].Backend = backend
	}
	r := inventory.Result{Packages: db.packages, Problems: db.problems.List()}
	if len(db.packages) == 0 {
		r.Notes = append(r.Notes, "no package is recorded as installed")
	} else {
		r.Notes = append(r.Notes, "updates that apk has on offer are not read")
	}
	if db.virtual > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("left out, virtual packages: %d", db.virtual))
	}
	return r
}
