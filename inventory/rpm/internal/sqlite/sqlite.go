// Package sqlite reads one table of an SQLite database file and its write-ahead
// log, without SQL and without locks, from anything that is an io.ReaderAt.
//
// That is all that rpm's database asks for: its table Packages holds a number
// and a header blob for each package, and everything else in the file is an
// index over them. What rpm has written since the last checkpoint is only in
// the log (rpmdb.sqlite-wal), so the log is read as SQLite reads it: frames
// whose salts and checksums hold, up to the last commit, the latest frame of a
// page first. The shared-memory index (-shm) is not needed: it only caches what
// the log says.
//
// The format is described at https://www.sqlite.org/fileformat2.html; names here
// are the ones used there.
package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

// ErrUnsupported says that the file is an SQLite database that uses what rpm
// never does: another text encoding or a newer file format.
var ErrUnsupported = errors.New("unsupported kind of SQLite database")

// ErrChanged says that somebody wrote to the database while it was read.
var ErrChanged = errors.New("the database changed while it was read")

const (
	fileMagic      = "SQLite format 3\x00"
	fileHeaderSize = 100
	minPage        = 512
	maxPage        = 65536
)

// DB is an open database: one committed state of it. It is not safe for
// concurrent use.
type DB struct {
	file     io.ReaderAt
	log      *Log // nil: none
	header   []byte
	pageSize int
	usable   int    // pageSize without the bytes reserved at the end of each page
	pages    uint32 // in the database
}

// Open reads a database's header. size is the size of the file; log is its
// write-ahead log, nil if there is none.
func Open(file io.ReaderAt, size int64, log *Log) (*DB, error) {
	d := &DB{file: file, header: make([]byte, fileHeaderSize)}
	if err := store.ReadAt(file, d.header, 0); err != nil {
		return nil, fmt.Errorf("SQLite header: %w", err)
	}
	if err := d.geometry(d.header); err != nil {
		return nil, err
	}
	d.pages = d.pagesInHeader(d.header, size)
	if log != nil && log.pages > 0 {
		if err := d.attach(log, size); err != nil {
			return nil, err
		}
	}
	if enc := binary.BigEndian.Uint32(d.header[56:]); enc > 1 {
		return nil, fmt.Errorf("%w: text encoding %d", ErrUnsupported, enc)
	}
	return d, nil
}

// geometry checks a header and takes the sizes of pages from it.
func (d *DB) geometry(h []byte) error {
	if !bytes.HasPrefix(h, []byte(fileMagic)) {
		return errors.New("not an SQLite database")
	}
	d.pageSize = int(binary.BigEndian.Uint16(h[16:]))
	if d.pageSize == 1 { // 65536 does not fit
		d.pageSize = maxPage
	}
	if !validPageSize(d.pageSize) {
		return fmt.Errorf("SQLite page size %d is not valid", d.pageSize)
	}
	d.usable = d.pageSize - int(h[20])
	if d.usable < 480 {
		return fmt.Errorf("SQLite page of %d bytes with %d reserved", d.pageSize, h[20])
	}
	if h[19] > 2 {
		return fmt.Errorf("%w: read version %d", ErrUnsupported, h[19])
	}
	return nil
}

func validPageSize(n int) bool { return n >= minPage && n <= maxPage && n&(n-1) == 0 }

// pagesInHeader gives the size of the database in pages. The header's number
// counts only if the same version of SQLite wrote the change counter beside it;
// a file may also be longer than its database.
func (d *DB) pagesInHeader(h []byte, size int64) uint32 {
	inFile := uint32(min(size/int64(d.pageSize), 1<<32-1))
	n := binary.BigEndian.Uint32(h[28:])
	if n == 0 || !bytes.Equal(h[24:28], h[92:96]) {
		return inFile
	}
	return min(n, inFile)
}

// attach puts the log over the file: the header and the number of pages are
// those of the last commit.
func (d *DB) attach(log *Log, size int64) error {
	if log.pageSize != d.pageSize {
		return fmt.Errorf("the write-ahead log has pages of %d bytes, the database of %d", log.pageSize, d.pageSize)
	}
	most := uint64(size)/uint64(d.pageSize) + uint64(len(log.frames))
	if uint64(log.pages) > most {
		return fmt.Errorf("the write-ahead log commits a database of %d pages where there are at most %d", log.pages, most)
	}
	d.log, d.pages = log, log.pages
	if at, ok := log.frames[1]; ok {
		h := make([]byte, fileHeaderSize)
		if err := store.ReadAt(log.r, h, at); err != nil {
			return fmt.Errorf("write-ahead log, page 1: %w", err)
		}
		if err := d.geometry(h); err != nil {
			return fmt.Errorf("write-ahead log, page 1: %w", err)
		}
		if log.pageSize != d.pageSize {
			return fmt.Errorf("the write-ahead log has pages of %d bytes and says %d", log.pageSize, d.pageSize)
		}
		copy(d.header[56:60], h[56:60])
	}
	return nil
}

// page reads one page as of the last commit.
func (d *DB) page(n uint32, buf []byte) error {
	if n == 0 || n > d.pages {
		return fmt.Errorf("page %d is not one of the database's %d", n, d.pages)
	}
	if d.log != nil {
		if at, ok := d.log.frames[n]; ok {
			return store.ReadAt(d.log.r, buf, at)
		}
	}
	return store.ReadAt(d.file, buf, int64(n-1)*int64(d.pageSize))
}

// Unchanged looks whether the file or its log was written to since they were
// opened, in a way that could have mixed two states. It gives ErrChanged then.
// Commits that were only added to the log are no such way.
func (d *DB) Unchanged() error {
	h := make([]byte, fileHeaderSize)
	if err := store.ReadAt(d.file, h, 0); err != nil {
		return err
	}
	// The change counter, and the size beside it.
	if !bytes.Equal(h[24:32], d.header[24:32]) {
		return ErrChanged
	}
	if d.log == nil {
		return nil
	}
	return d.log.unchanged()
}
