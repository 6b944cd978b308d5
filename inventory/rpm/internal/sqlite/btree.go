package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

// Types of b-tree pages of a table, and the sizes of their headers.
const (
	interiorTable = 5
	leafTable     = 13

	interiorHeader = 12
	leafHeader     = 8
)

// maxDepth is how deep a b-tree may be. Four levels of the smallest pages hold
// more rows than a database has packages; SQLite itself stops at 20.
const maxDepth = 20

// row is one row of a table, or the place of an error.
type row struct {
	record  store.Record // the row id, or the page where that is not known
	payload []byte       // valid until the next row; nil with an error
}

// walk is one pass over a table.
type walk struct {
	db       *DB
	visited  *store.Pages
	levels   [][]byte // a page buffer for each level of the tree
	chain    []byte   // buffer for overflow pages
	overflow []byte   // buffer for payloads that need them
	yield    func(row, error) bool
}

// rows yields the rows of the table that starts at a root page. A page or cell
// that cannot be read is yielded as an error and left out.
func (d *DB) rows(root uint32) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		w := &walk{db: d, visited: store.NewPages(uint64(d.pages) + 1), chain: make([]byte, d.pageSize), yield: yield}
		w.page(root, 0)
	}
}

// page walks the subtree at page n. It gives false when the consumer has
// enough.
func (w *walk) page(n uint32, level int) bool {
	if level == maxDepth || n == 0 || n > w.db.pages || !w.visited.Visit(n) {
		return w.fail(n, errors.New("page is not part of this tree: out of range, too deep or seen before"))
	}
	if level == len(w.levels) {
		w.levels = append(w.levels, make([]byte, w.db.pageSize))
	}
	buf := w.levels[level]
	if err := w.db.page(n, buf); err != nil {
		return w.fail(n, err)
	}
	start := 0
	if n == 1 {
		start = fileHeaderSize // the database header comes before
	}
	switch kind := buf[start]; kind {
	case interiorTable:
		return w.interior(n, buf, start, level)
	case leafTable:
		return w.leaf(n, buf, start)
	default:
		return w.fail(n, fmt.Errorf("page of type %d is not part of a table", kind))
	}
}

func (w *walk) fail(n uint32, err error) bool {
	return w.yield(row{record: store.Record{Unit: "page", Number: uint64(n)}}, err)
}

// cells gives the pointers to a page's cells, or false if they do not fit.
func (w *walk) cells(buf []byte, start, header int) ([]byte, bool) {
	from := start + header
	to := from + 2*int(binary.BigEndian.Uint16(buf[start+3:]))
	if to > w.db.usable {
		return nil, false
	}
	return buf[from:to], true
}

// interior walks the children of an interior page, from left to right.
func (w *walk) interior(n uint32, buf []byte, start, level int) bool {
	cells, ok := w.cells(buf, start, interiorHeader)
	if !ok && !w.fail(n, errors.New("page has more cells than fit")) {
		return false
	}
	for ; len(cells) > 0; cells = cells[2:] {
		at := int(binary.BigEndian.Uint16(cells))
		if at+4 > w.db.usable {
			if !w.fail(n, fmt.Errorf("cell at %d is beyond the page", at)) {
				return false
			}
			continue
		}
		if !w.page(binary.BigEndian.Uint32(buf[at:]), level+1) {
			return false
		}
	}
	return w.page(binary.BigEndian.Uint32(buf[start+8:]), level+1)
}

// leaf yields the rows of a leaf page.
func (w *walk) leaf(n uint32, buf []byte, start int) bool {
	cells, ok := w.cells(buf, start, leafHeader)
	if !ok {
		return w.fail(n, errors.New("page has more cells than fit"))
	}
	left := w.db.usable // cells do not overlap, so together they fit the page
	for ; len(cells) > 0; cells = cells[2:] {
		at := int(binary.BigEndian.Uint16(cells))
		c, err := w.cell(buf, at)
		if left -= len(c.local); err == nil && left < 0 {
			err = errors.New("cells overlap")
		}
		if err != nil {
			if !w.fail(n, fmt.Errorf("cell at %d: %w", at, err)) {
				return false
			}
			continue
		}
		payload, err := w.payload(c)
		if !w.yield(row{store.Record{Unit: "hnum", Number: c.id}, payload}, err) {
			return false
		}
	}
	return true
}

// cell is one cell of a leaf page.
type cell struct {
	id    uint64
	size  uint64 // of the whole payload
	local []byte // the part of it on this page
	next  uint32 // the first overflow page, 0 if local is all
}

// cell takes the cell at an offset apart.
func (w *walk) cell(buf []byte, at int) (cell, error) {
	if at >= w.db.usable {
		return cell{}, errors.New("it is beyond the page")
	}
	b := buf[at:w.db.usable]
	size, n := varint(b)
	id, m := varint(b[n:])
	if n == 0 || m == 0 {
		return cell{}, errors.New("it is cut off by the end of the page")
	}
	b = b[n+m:]
	local := w.db.local(size)
	if local > uint64(len(b)) || local < size && local+4 > uint64(len(b)) {
		return cell{}, fmt.Errorf("payload of %d bytes does not fit the page", size)
	}
	c := cell{id: id, size: size, local: b[:local]}
	if local < size {
		c.next = binary.BigEndian.Uint32(b[local:])
	}
	return c, nil
}

// local says how much of a payload is on the leaf page itself.
func (d *DB) local(size uint64) uint64 {
	u := uint64(d.usable)
	most, least := u-35, (u-12)*32/255-23
	if size <= most {
		return size
	}
	if k := least + (size-least)%(u-4); k <= most {
		return k
	}
	return least
}

// payload puts a cell's payload together.
func (w *walk) payload(c cell) ([]byte, error) {
	if c.next == 0 && c.size == uint64(len(c.local)) {
		return c.local, nil
	}
	if c.size > store.MaxBlob {
		return nil, store.ErrBlobTooLarge
	}
	if c.size > uint64(w.db.pages)*uint64(w.db.pageSize) {
		return nil, fmt.Errorf("payload of %d bytes does not fit the database", c.size)
	}
	w.overflow = append(slices.Grow(w.overflow[:0], int(c.size)), c.local...)
	for n := c.next; uint64(len(w.overflow)) < c.size; n = binary.BigEndian.Uint32(w.chain) {
		if n == 0 || n > w.db.pages || !w.visited.Visit(n) {
			return nil, fmt.Errorf("overflow chain breaks at page %d after %d of %d bytes", n, len(w.overflow), c.size)
		}
		if err := w.db.page(n, w.chain); err != nil {
			return nil, fmt.Errorf("overflow page %d: %w", n, err)
		}
		part := min(c.size-uint64(len(w.overflow)), uint64(w.db.usable-4))
		w.overflow = append(w.overflow, w.chain[4:4+part]...)
	}
	return w.overflow, nil
}
