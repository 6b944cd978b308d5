// Package bdb reads the header blobs of a Berkeley DB hash database (Packages),
// the format of rpm before 4.16 and of every RHEL up to 8.
//
// The file is an array of pages, numbered from 0, in the byte order of the
// machine that wrote it. Page 0 is the metadata page. A hash page holds pairs
// of key and value; a long value, as nearly every header is, lies on a chain of
// overflow pages and the hash page holds only its place and length.
//
// Every hash page of the file is read, in the order of the file: the buckets
// that they belong to do not matter to a reader who wants everything, and a
// damaged page cannot hide the ones behind it. Pages that the database has
// freed are of another type.
//
// The layout is that of Berkeley DB's dbinc/db_page.h.
package bdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

const (
	hashMagic  = 0x061561
	btreeMagic = 0x053162
	metaSize   = 512   // the smallest page
	windowSize = 65536 // the largest page
)

// ErrUnsupported says that the file is a Berkeley DB of a kind that rpm does
// not use for its packages.
var ErrUnsupported = errors.New("unsupported kind of Berkeley DB")

// DB is an open database. It is not safe for concurrent use.
type DB struct {
	r        io.ReaderAt
	order    binary.ByteOrder
	pageSize int
	pages    uint32 // in the file
	last     uint32 // as the metadata says
	visited  *store.Pages

	// Buffers, used again for every page and value.
	window, page, chain, value []byte
}

// Open reads the metadata page. size is the size of the file.
func Open(r io.ReaderAt, size int64) (*DB, error) {
	meta := make([]byte, metaSize)
	if err := store.ReadAt(r, meta, 0); err != nil {
		return nil, fmt.Errorf("metadata of Berkeley DB: %w", err)
	}
	order, err := byteOrder(meta[12:])
	if err != nil {
		return nil, err
	}
	if v := order.Uint32(meta[16:]); v < 8 || v > 10 {
		return nil, fmt.Errorf("%w: hash version %d", ErrUnsupported, v)
	}
	// Encrypted pages cannot be read; checksummed ones have a longer header.
	if meta[24] != 0 || meta[26]&1 != 0 {
		return nil, fmt.Errorf("%w: encrypted or with checksums", ErrUnsupported)
	}
	pageSize := order.Uint32(meta[20:])
	if pageSize < 512 || pageSize > 65536 || pageSize&(pageSize-1) != 0 {
		return nil, fmt.Errorf("page size %d of Berkeley DB is not valid", pageSize)
	}
	pages := min(size/int64(pageSize), 1<<32-1)
	return &DB{
		r: r, order: order, pageSize: int(pageSize),
		pages: uint32(pages), last: order.Uint32(meta[32:]),
		window: make([]byte, windowSize), page: make([]byte, pageSize), chain: make([]byte, pageSize),
	}, nil
}

// byteOrder tells a file's byte order from its magic number.
func byteOrder(magic []byte) (binary.ByteOrder, error) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case hashMagic:
			return order, nil
		case btreeMagic:
			return nil, fmt.Errorf("%w: b-tree", ErrUnsupported)
		}
	}
	return nil, errors.New("not a Berkeley DB hash database")
}
