package sqlite

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

// The sqlite_schema table: its root page and its columns.
const (
	schemaRoot    = 1
	schemaType    = 0
	schemaName    = 1
	schemaRootPtr = 3
)

// ErrNoTable says that the database has no table of that name.
var ErrNoTable = errors.New("no such table")

// Blobs yields the blob in the given column (from 0) of every row of a table, in
// the order of the row ids, under the record "hnum ROWID". An error comes with
// the record or page it concerns; what follows is still read.
func (d *DB) Blobs(table string, column int) iter.Seq2[store.Blob, error] {
	return func(yield func(store.Blob, error) bool) {
		root, err := d.root(table)
		if err != nil {
			yield(store.Blob{Record: store.Record{Unit: "page", Number: schemaRoot}}, err)
			return
		}
		for row, err := range d.rows(root) {
			blob := store.Blob{Record: row.record}
			if err == nil {
				blob.Data, err = blobColumn(row.payload, column)
			}
			if !yield(blob, err) {
				return
			}
		}
	}
}

// root finds the root page of a table in the schema.
func (d *DB) root(table string) (uint32, error) {
	var bad []error
	for row, err := range d.rows(schemaRoot) {
		if err != nil {
			bad = append(bad, fmt.Errorf("%v: %w", row.record, err))
			if len(bad) == maxSchemaErrors {
				break
			}
			continue
		}
		found, root, err := isTable(row.payload, table)
		if err != nil {
			bad = append(bad, fmt.Errorf("%v: %w", row.record, err))
		} else if found {
			return root, nil
		}
	}
	return 0, errors.Join(append([]error{fmt.Errorf("schema: %w: %s", ErrNoTable, table)}, bad...)...)
}

// maxSchemaErrors is how much damage in the schema is listed.
const maxSchemaErrors = 10

// isTable says whether a row of the schema describes the table, and if so where
// it starts.
func isTable(row []byte, table string) (bool, uint32, error) {
	kind, err := column(row, schemaType)
	if err != nil {
		return false, 0, err
	}
	name, err := column(row, schemaName)
	if err != nil || string(kind.data) != "table" || !strings.EqualFold(string(name.data), table) {
		return false, 0, err
	}
	root, err := column(row, schemaRootPtr)
	if err != nil {
		return false, 0, err
	}
	n, err := root.integer()
	if err != nil || n < 1 || n > 1<<32-1 {
		return false, 0, fmt.Errorf("root page %d of table %s: %w", n, table, errors.Join(errNotValid, err))
	}
	return true, uint32(n), nil
}

var errNotValid = errors.New("not valid")

// blobColumn gives a column that holds a blob.
func blobColumn(row []byte, i int) ([]byte, error) {
	c, err := column(row, i)
	if err != nil {
		return nil, err
	}
	if c.serial < 12 || c.serial%2 != 0 {
		return nil, fmt.Errorf("column %d has serial type %d, want a blob", i, c.serial)
	}
	return c.data, nil
}
