package rpm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/bdb"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/ndb"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/sqlite"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

const (
	// maxFile is the largest database that is read, in bytes. Real ones of
	// machines with thousands of packages stay below 500 MiB.
	maxFile = 4 << 30
	// maxMemory is the largest that is read where the file system cannot read
	// at an offset and the file has to be held in memory.
	maxMemory = 512 << 20

	// The table of rpm's SQLite database that holds the headers: hnum, blob.
	packagesTable = "Packages"
	blobColumn    = 1
)

// storage is an open database.
type storage struct {
	blobs iter.Seq2[store.Blob, error]
	// unchanged says whether the database stood still while it was read.
	unchanged func() error
	files     []*read.At
}

func (s *storage) close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// open opens a database. What it can read around goes to the collector.
func open(ctx context.Context, fsys fs.FS, db database, c *collector) (*storage, error) {
	s := &storage{unchanged: func() error { return nil }}
	file, err := s.file(fsys, db.path)
	if err == nil {
		err = s.start(ctx, fsys, db, file, c)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// file opens one file of the database.
func (s *storage) file(fsys fs.FS, name string) (*read.At, error) {
	f, err := read.OpenAt(fsys, name, maxMemory)
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, f)
	if f.Size > maxFile {
		return nil, fmt.Errorf("%s: %w of %d bytes", name, read.ErrTooLarge, int64(maxFile))
	}
	return f, nil
}

// start reads the header of a database.
func (s *storage) start(ctx context.Context, fsys fs.FS, db database, file *read.At, c *collector) error {
	r := contextReader{ctx, file}
	switch db.form {
	case formNDB:
		d, err := ndb.Open(r, file.Size)
		if err != nil {
			return err
		}
		s.blobs = d.Blobs()
	case formBDB:
		d, err := bdb.Open(r, file.Size)
		if err != nil {
			return unsupported(err, bdb.ErrUnsupported)
		}
		s.blobs = d.Blobs()
	default:
		c.journal(fsys, db.path+"-journal")
		log := s.log(ctx, fsys, db.path+"-wal", c)
		d, err := sqlite.Open(r, file.Size, log)
		if err != nil {
			return unsupported(err, sqlite.ErrUnsupported)
		}
		s.blobs, s.unchanged = d.Blobs(packagesTable, blobColumn), d.Unchanged
	}
	return nil
}

func unsupported(err, kind error) error {
	if errors.Is(err, kind) {
		return fmt.Errorf("%w: %w", inventory.ErrUnsupported, err)
	}
	return err
}

// log opens an SQLite database's write-ahead log, nil if there is none. What of
// it cannot be read is a problem: rpm's latest transactions may be there.
func (s *storage) log(ctx context.Context, fsys fs.FS, name string, c *collector) *sqlite.Log {
	f, err := s.file(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		c.problem(name, "", err)
		return nil
	}
	log, err := sqlite.OpenLog(contextReader{ctx, f}, f.Size)
	if err != nil {
		c.problem(name, "", fmt.Errorf("transactions from here on are not seen: %w", err))
	}
	if log != nil && log.Unfinished > 0 {
		c.note("%s ends with a transaction that is not committed; it was left out", name)
	}
	return log
}

// journalMagic starts a rollback journal that is in force. SQLite zeroes it when
// the transaction ends and the file stays.
const journalMagic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"

// errTransaction says that a writer has not finished, or died.
var errTransaction = errors.New("a transaction was under way or was broken off: the database may hold half of it")

// journal looks whether an SQLite database waits to be rolled back.
func (c *collector) journal(fsys fs.FS, name string) {
	f, _, err := read.Open(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var start []byte
	if err == nil {
		start, err = io.ReadAll(io.LimitReader(f, int64(len(journalMagic))))
		err = errors.Join(err, f.Close())
	}
	switch {
	case err != nil:
		c.problem(name, "", err)
	case strings.HasPrefix(string(start), journalMagic):
		c.problem(name, "", errTransaction)
	}
}

// contextReader makes every read of a file end with the context. It lives as
// long as one Collect.
type contextReader struct {
	ctx context.Context
	r   io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (c contextReader) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.ReadAt(p, off)
}
