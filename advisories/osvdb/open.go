package osvdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
)

// DB is an open database. It is safe for concurrent use; Close ends that.
type DB struct {
	store  *store
	tables [sections]table
	info   Info
	close  func() error
}

var (
	_ advisories.Source    = (*DB)(nil)
	_ advisories.Describer = (*DB)(nil)
	_ advisories.Checker   = (*DB)(nil)
	_ advisories.Dated     = (*DB)(nil)
)

// Open opens a database file. It reads the header and the info, not more. The
// file may be replaced by [Build] while it is open: the DB keeps the old one.
func Open(path string) (*DB, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	db, err := openFile(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return db, nil
}

func openFile(f *os.File) (*DB, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: not a regular file", f.Name(), ErrNotDatabase)
	}
	db, err := open(f.Name(), f, info.Size())
	if err != nil {
		return nil, err
	}
	db.close = f.Close
	return db, nil
}

// OpenReaderAt opens a database of size bytes that r gives. Close does not
// close r.
func OpenReaderAt(r io.ReaderAt, size int64) (*DB, error) {
	return open("database", r, size)
}

func open(name string, r io.ReaderAt, size int64) (*DB, error) {
	b := make([]byte, headerSize)
	n, err := r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	h, err := parseHeader(b[:n], size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s, err := newStore(name, r, size)
	if err != nil {
		return nil, err
	}
	db := &DB{store: s, close: func() error { return nil }}
	for sec := range sections {
		db.tables[sec] = table{store: s, section: sec, root: h.Tables[sec]}
	}
	raw, err := s.read(sections, h.Info)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(raw), &db.info); err != nil {
		return nil, s.corrupt(sections, h.Info, err)
	}
	return db, nil
}

// Close closes the file. Advisories that were returned stay valid.
func (db *DB) Close() error { return db.close() }

// Name is "osvdb".
func (db *DB) Name() string { return "osvdb" }

// Info says what the database holds.
func (db *DB) Info() Info { return db.info }

// Check tells of the records that were refused when the database was built.
func (db *DB) Check() error {
	if n := db.info.Refused; n > 0 {
		return fmt.Errorf("%d records could not be read when the database was built, and are missing", n)
	}
	return nil
}

// Describe says in a sentence what the database holds.
func (db *DB) Describe() string { return db.info.String() }

// Newest gives the latest Modified among an ecosystem's records.
func (db *DB) Newest(_ context.Context, ecosystem string) (time.Time, error) {
	value, ok, err := db.tables[ecosystems].get(ecosystem)
	if err != nil || !ok {
		return time.Time{}, err
	}
	e, err := decodeEcosystem(ecosystem, value)
	if err != nil {
		return time.Time{}, db.damaged(ecosystems, ecosystem, err)
	}
	return e.Newest, nil
}

// Ecosystems lists the ecosystems with records, in byte order of their names.
func (db *DB) Ecosystems(ctx context.Context) ([]Ecosystem, error) {
	var list []Ecosystem
	for e, err := range db.entries(ctx, ecosystems) {
		if err != nil {
			return nil, err
		}
		eco, err := decodeEcosystem(e.key, e.value)
		if err != nil {
			return nil, db.damaged(ecosystems, e.key, err)
		}
		eco.Name = strings.Clone(eco.Name)
		list = append(list, eco)
	}
	return list, nil
}

// Record is one record as the export had it.
type Record struct {
	ID   string
	JSON json.RawMessage
}

// Record gives the whole record of an id, byte for byte as the export had it.
// The error wraps [advisories.ErrNotFound] where there is none.
func (db *DB) Record(ctx context.Context, id string) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	value, ok, err := db.tables[records].get(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%q: %w", id, advisories.ErrNotFound)
	}
	return json.RawMessage(value), nil
}

// All walks over all records, in byte order of their ids. It ends after the
// first error.
func (db *DB) All(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for e, err := range db.entries(ctx, records) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !yield(Record{ID: strings.Clone(e.key), JSON: json.RawMessage(e.value)}, nil) {
				return
			}
		}
	}
}

type entry struct{ key, value string }

// entries walks over a table.
func (db *DB) entries(ctx context.Context, s section) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		it := iterator{table: &db.tables[s]}
		for err := it.seek(nil); it.valid() || err != nil; err = it.next() {
			if err = errors.Join(err, ctx.Err()); err != nil {
				yield(entry{}, err)
				return
			}
			key, value := it.entry()
			if !yield(entry{key, value}, nil) {
				return
			}
		}
	}
}

// damaged says which entry of which table cannot be read.
func (db *DB) damaged(s section, key string, cause error) error {
	return fmt.Errorf("%w: %s: %s: %q: %w", ErrCorrupt, db.store.name, s, key, cause)
}
