package rpm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/keeppatched/keeppatched/inventory"
)

// Backend reads rpm's database. The zero value is ready to use, has nothing to
// configure and is safe for concurrent use.
type Backend struct{}

var _ inventory.Backend = Backend{}

// Name is "rpm".
func (Backend) Name() string { return "rpm" }

// Collect reads the database of the target, once from start to end. Packages
// come in the order of the database.
//
// It returns inventory.ErrAbsent where none of the known paths has a database,
// and inventory.ErrUnsupported for the kinds of SQLite or Berkeley DB that rpm
// does not use. A database in which not one package can be read is an error;
// one that holds none is not.
func (Backend) Collect(ctx context.Context, t *inventory.Target) (inventory.Result, error) {
	if err := ctx.Err(); err != nil {
		return inventory.Result{}, err
	}
	c := &collector{texts: map[string]string{}}
	found := locate(t.FS, c)
	if len(found) == 0 {
		if len(c.result.Problems) > 0 {
			return c.result, fmt.Errorf("rpm database: %w", c.result.Problems[0])
		}
		return c.result, fmt.Errorf("rpm database: %w", inventory.ErrAbsent)
	}
	err := c.read(ctx, t.FS, found[0])
	c.leftOver(found)
	return c.finish(found[0].path), err
}

// read reads one database.
func (c *collector) read(ctx context.Context, fsys fs.FS, db database) error {
	s, err := open(ctx, fsys, db, c)
	if err != nil {
		return fmt.Errorf("%s: %w", db.path, err)
	}
	c.path = db.path
	err = c.headers(ctx, s)
	if cerr := s.close(); err == nil && cerr != nil {
		err = fmt.Errorf("%s: %w", db.path, cerr)
	}
	return err
}

// headers takes every header of a database.
func (c *collector) headers(ctx context.Context, s *storage) error {
	records := 0
	for blob, err := range s.blobs {
		// A cancelled context makes the reading fail; that is not the file's fault.
		if ctxErr := ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		if records++; records > maxRecords {
			return fmt.Errorf("%s: %w: more than %d records", c.path, errLimit, maxRecords)
		}
		if err == nil {
			err = c.header(blob)
		}
		if errors.Is(err, errLimit) {
			return fmt.Errorf("%s: %v: %w", c.path, blob.Record, err)
		}
		if err != nil {
			c.problem(c.path, blob.Record.String(), err)
		}
	}
	if err := s.unchanged(); err != nil {
		c.problem(c.path, "", err)
	}
	if len(c.result.Packages) == 0 && c.bad > 0 {
		return fmt.Errorf("no package could be read: %w", c.result.Problems[len(c.result.Problems)-1])
	}
	return ctx.Err()
}
