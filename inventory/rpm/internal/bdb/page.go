package bdb

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

// Types of pages, and of items on a hash page.
const (
	pageHashUnsorted = 2
	pageOverflow     = 7
	pageHash         = 13

	itemInline  = 1 // H_KEYDATA
	itemOffPage = 3 // H_OFFPAGE
)

// The header of a page: LSN (8 bytes), number, previous, next, entries, free
// space or length, level, type.
const (
	offNumber  = 8
	offNext    = 16
	offEntries = 20
	offLength  = 22
	offType    = 25
	pageHeader = 26
)

// offPageSize is the length of an item that refers to overflow pages: type,
// 3 unused bytes, first page, total length.
const offPageSize = 12

// Blobs yields every package's blob in the order of the file. An error comes
// with the record it concerns; what follows is still read.
func (d *DB) Blobs() iter.Seq2[store.Blob, error] {
	return func(yield func(store.Blob, error) bool) {
		d.visited = store.NewPages(uint64(d.pages))
		for n := uint32(1); n < d.pages; n++ {
			page, err := d.next(n)
			switch {
			case err != nil:
				if !yield(at("page", n), err) {
					return
				}
			case page[offType] != pageHash && page[offType] != pageHashUnsorted:
			case !d.items(n, page, yield):
				return
			}
		}
		if d.last >= d.pages {
			yield(at("page", d.pages), fmt.Errorf("the file ends before its last page, %d: %w", d.last, io.ErrUnexpectedEOF))
		}
	}
}

func at(unit string, n uint32) store.Blob {
	return store.Blob{Record: store.Record{Unit: unit, Number: uint64(n)}}
}

// next gives page n to a reader who asks for all in order: many are read at once,
// and one by one where that fails, so that a bad page costs no other.
func (d *DB) next(n uint32) ([]byte, error) {
	per := uint32(windowSize / d.pageSize)
	if i := n % per; i == 0 || n == 1 {
		count := min(per, d.pages-(n-i))
		d.window = d.window[:int(count)*d.pageSize]
		if d.read(n-i, d.window) != nil {
			d.window = d.window[:0]
		}
	}
	if len(d.window) == 0 {
		return d.page, d.read(n, d.page)
	}
	return d.window[int(n%per)*d.pageSize:][:d.pageSize], nil
}

func (d *DB) read(n uint32, page []byte) error {
	return store.ReadAt(d.r, page, int64(n)*int64(d.pageSize))
}

// items yields the values of one hash page. Keys and values alternate, laid
// out from the page's end towards its start.
func (d *DB) items(n uint32, page []byte, yield func(store.Blob, error) bool) bool {
	if got := d.order.Uint32(page[offNumber:]); got != n {
		return yield(at("page", n), fmt.Errorf("hash page calls itself page %d", got))
	}
	entries := int(d.order.Uint16(page[offEntries:]))
	if entries%2 != 0 || pageHeader+2*entries > d.pageSize {
		return yield(at("page", n), fmt.Errorf("hash page with %d entries", entries))
	}
	end := d.pageSize
	for i := 0; i < entries; i += 2 {
		key := int(d.order.Uint16(page[pageHeader+2*i:]))
		value := int(d.order.Uint16(page[pageHeader+2*i+2:]))
		if value < pageHeader+2*entries || key <= value || end <= key {
			return yield(at("page", n), fmt.Errorf("entry %d of the hash page is out of bounds", i))
		}
		if !d.pair(n, page[key:end], page[value:key], yield) {
			return false
		}
		end = value
	}
	return true
}

// pair yields the value of one key, unless the key is 0: there rpm keeps the
// next package number, not a package.
func (d *DB) pair(n uint32, key, value []byte, yield func(store.Blob, error) bool) bool {
	if len(key) != 5 || key[0] != itemInline {
		return yield(at("page", n), errors.New("key is not a package number"))
	}
	number := d.order.Uint32(key[1:])
	if number == 0 {
		return true
	}
	blob := at("hnum", number)
	var err error
	blob.Data, err = d.data(value)
	return yield(blob, err)
}

// data gives the bytes of an item.
func (d *DB) data(item []byte) ([]byte, error) {
	switch {
	case item[0] == itemInline:
		return item[1:], nil
	case item[0] == itemOffPage && len(item) == offPageSize:
		return d.overflow(d.order.Uint32(item[4:]), d.order.Uint32(item[8:]))
	}
	return nil, fmt.Errorf("value is an item of type %d and %d bytes", item[0], len(item))
}

// overflow reads length bytes from a chain of overflow pages.
func (d *DB) overflow(n, length uint32) ([]byte, error) {
	if length > store.MaxBlob {
		return nil, store.ErrBlobTooLarge
	}
	if uint64(length) > uint64(d.pages)*uint64(d.pageSize) {
		return nil, fmt.Errorf("value of %d bytes does not fit the file", length)
	}
	d.value = slices.Grow(d.value[:0], int(length))
	for uint32(len(d.value)) < length {
		if n == 0 || !d.visited.Visit(n) {
			return nil, fmt.Errorf("overflow chain breaks at page %d after %d of %d bytes", n, len(d.value), length)
		}
		if err := d.read(n, d.chain); err != nil {
			return nil, fmt.Errorf("overflow page %d: %w", n, err)
		}
		used := uint32(d.order.Uint16(d.chain[offLength:]))
		if d.chain[offType] != pageOverflow || d.order.Uint32(d.chain[offNumber:]) != n ||
			used == 0 || pageHeader+int(used) > d.pageSize || used > length-uint32(len(d.value)) {
			return nil, fmt.Errorf("page %d is not the overflow page it should be", n)
		}
		d.value = append(d.value, d.chain[pageHeader:pageHeader+used]...)
		n = d.order.Uint32(d.chain[offNext:])
	}
	return d.value, nil
}
