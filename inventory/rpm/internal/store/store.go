// Package store holds what the storage formats of an rpm database have in
// common: what they yield, how they read, and how they make sure that no page
// is read twice.
//
// rpm keeps each installed package as one header blob under a number. Three
// formats hold these blobs on disk, each with a package beside this one:
// SQLite, NDB and Berkeley DB.
package store

import (
	"errors"
	"fmt"
	"io"
)

// MaxBlob is the longest header blob that is read, in bytes. rpm's own limit
// for a header is 256 MiB; the largest real ones, of packages with a hundred
// thousand files, are below 20 MiB.
const MaxBlob = 64 << 20

// ErrBlobTooLarge says that a blob is longer than MaxBlob.
var ErrBlobTooLarge = fmt.Errorf("header larger than the limit of %d bytes", MaxBlob)

// Record says where in a database something is.
type Record struct {
	Unit   string // "hnum", "slot", "page"
	Number uint64
}

// String gives "hnum 17".
func (r Record) String() string { return fmt.Sprintf("%s %d", r.Unit, r.Number) }

// Blob is one header blob and its place. Data is valid until the next one is
// asked for.
type Blob struct {
	Record Record
	Data   []byte
}

// ReadAt fills buf from offset off. Anything less than all of it is an error,
// io.ErrUnexpectedEOF where the file ends before.
func ReadAt(r io.ReaderAt, buf []byte, off int64) error {
	n, err := r.ReadAt(buf, off)
	switch {
	case n == len(buf):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// Pages is the set of pages that were read. In a sound file every page has one
// parent, so a page that comes up twice is a loop or a forgery, and the work of
// reading a file stays in proportion to its size.
type Pages struct {
	bits []uint64
}

// NewPages gives an empty set for the page numbers below n.
func NewPages(n uint64) *Pages { return &Pages{bits: make([]uint64, n/64+1)} }

// Visit adds a page and says whether it is new. A page beyond the set is not.
func (p *Pages) Visit(n uint32) bool {
	word, bit := uint64(n)/64, uint64(1)<<(n%64)
	if word >= uint64(len(p.bits)) || p.bits[word]&bit != 0 {
		return false
	}
	p.bits[word] |= bit
	return true
}
