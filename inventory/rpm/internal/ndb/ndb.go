// Package ndb reads the header blobs of an NDB database (Packages.db), rpm's
// own format, the default of SUSE.
//
// The file is an array of 16-byte blocks. Slot pages of 4096 bytes come first;
// the first two slots are the file's header. A slot names a package number and
// the blocks its blob occupies, or is free. All numbers are little-endian:
//
//	header  "RpmP", version 0, generation, slot pages, next package number
//	slot    "Slot", package number, first block (0: free), blocks
//	blob    "BlbS", package number, time, length; data; zero bytes to the block's
//	        end; Adler-32 of all before, length, "BlbE"
//
// The generation counts the writes; it tells two states of a file apart, not
// valid from invalid. The format is defined by lib/backend/ndb/rpmpkg.c of rpm.
package ndb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"iter"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

const (
	headerMagic = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24
	slotMagic   = 'S' | 'l'<<8 | 'o'<<16 | 't'<<24
	headMagic   = 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24
	tailMagic   = 'B' | 'l'<<8 | 'b'<<16 | 'E'<<24

	blockSize  = 16
	slotSize   = 16
	pageSize   = 4096
	headerSize = 32
	headSize   = 16
	tailSize   = 12
)

// DB is an open database. It is not safe for concurrent use.
type DB struct {
	r     io.ReaderAt
	size  int64
	pages uint32 // slot pages
	left  int64  // bytes that blobs may still occupy
	buf   []byte
}

// Open reads the file's header. size is the size of the file.
func Open(r io.ReaderAt, size int64) (*DB, error) {
	var h [headerSize]byte
	if err := store.ReadAt(r, h[:], 0); err != nil {
		return nil, fmt.Errorf("ndb header: %w", err)
	}
	if binary.LittleEndian.Uint32(h[:]) != headerMagic {
		return nil, errors.New("not an NDB database")
	}
	if v := binary.LittleEndian.Uint32(h[4:]); v != 0 {
		return nil, fmt.Errorf("NDB version %d is not known", v)
	}
	return &DB{r: r, size: size, pages: binary.LittleEndian.Uint32(h[12:])}, nil
}

// Blobs yields every package's blob in the order of the slots. An error comes
// with the record it concerns; what follows is still read.
func (d *DB) Blobs() iter.Seq2[store.Blob, error] {
	return func(yield func(store.Blob, error) bool) {
		d.left = d.size
		page := make([]byte, pageSize)
		for n := range d.pages {
			if err := store.ReadAt(d.r, page, int64(n)*pageSize); err != nil {
				err = fmt.Errorf("slot page %d of %d: %w", n+1, d.pages, err)
				yield(store.Blob{Record: store.Record{Unit: "page", Number: uint64(n)}}, err)
				return
			}
			if !d.slots(n, page, yield) {
				return
			}
		}
	}
}

// slots yields the blobs of one slot page.
func (d *DB) slots(n uint32, page []byte, yield func(store.Blob, error) bool) bool {
	first := 0
	if n == 0 {
		first = headerSize / slotSize
	}
	for i := first; i < pageSize/slotSize; i++ {
		slot := page[i*slotSize:][:slotSize]
		if binary.LittleEndian.Uint32(slot) == slotMagic && binary.LittleEndian.Uint32(slot[8:]) == 0 {
			continue // free
		}
		rec := store.Record{Unit: "slot", Number: uint64(n)*(pageSize/slotSize) + uint64(i)}
		data, err := d.blob(slot)
		if !yield(store.Blob{Record: rec, Data: data}, err) {
			return false
		}
	}
	return true
}

// blob reads the blob of one slot and checks it from head to tail.
func (d *DB) blob(slot []byte) ([]byte, error) {
	if binary.LittleEndian.Uint32(slot) != slotMagic {
		return nil, errors.New("slot without its magic number")
	}
	number := binary.LittleEndian.Uint32(slot[4:])
	off := int64(binary.LittleEndian.Uint32(slot[8:])) * blockSize
	size := int64(binary.LittleEndian.Uint32(slot[12:])) * blockSize
	switch {
	case number == 0 || size < headSize+tailSize:
		return nil, fmt.Errorf("slot of package %d is not valid: %d bytes at %d", number, size, off)
	case off+size > d.size:
		return nil, fmt.Errorf("package %d: %d bytes at %d are beyond the file's %d: %w", number, size, off, d.size, io.ErrUnexpectedEOF)
	case size > store.MaxBlob:
		return nil, fmt.Errorf("package %d: %w", number, store.ErrBlobTooLarge)
	case size > d.left:
		return nil, fmt.Errorf("package %d: its blocks and those of earlier slots overlap", number)
	}
	d.left -= size
	if int64(cap(d.buf)) < size {
		d.buf = make([]byte, size+size/4)
	}
	b := d.buf[:size]
	if err := store.ReadAt(d.r, b, off); err != nil {
		return nil, fmt.Errorf("package %d: %w", number, err)
	}
	return check(b, number)
}

// check gives the data inside a blob's blocks.
func check(b []byte, number uint32) ([]byte, error) {
	le := binary.LittleEndian
	tail := b[len(b)-tailSize:]
	length := le.Uint32(b[12:])
	blocks := (headSize + uint64(length) + tailSize + blockSize - 1) / blockSize
	switch {
	case le.Uint32(b) != headMagic || le.Uint32(tail[8:]) != tailMagic:
		return nil, fmt.Errorf("package %d: blob without its magic numbers", number)
	case le.Uint32(b[4:]) != number:
		return nil, fmt.Errorf("slot of package %d leads to the blob of package %d", number, le.Uint32(b[4:]))
	case le.Uint32(tail[4:]) != length || blocks*blockSize != uint64(len(b)):
		return nil, fmt.Errorf("package %d: blob of %d bytes does not fit its %d", number, length, len(b))
	case adler32.Checksum(b[:len(b)-tailSize]) != le.Uint32(tail):
		return nil, fmt.Errorf("package %d: checksum does not match", number)
	}
	return b[headSize : headSize+length], nil
}
