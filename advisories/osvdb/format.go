package osvdb

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// The file, version 1. Integers are little endian; uvarint is that of
// encoding/binary.
//
//	file   = header *block
//	header = magic            8 bytes, "KPOSVDB\n"
//	         format           u32, 1
//	         tables           u32, 4
//	         size             u64, of the whole file
//	         info             ref of a block: JSON of type Info
//	         root             of each table, in the order of type section
//	         sum              SHA-256 of all header bytes before it
//	         reserved         zeros up to 512 bytes, not read: room for a signature
//	ref    = offset u64, stored u32, raw u32, sum (SHA-256 of the stored bytes)
//	root   = ref of the top block, height u32, entries u64
//
// A block is stored as one zstd frame; stored and raw are its lengths with and
// without compression. Every block but those of the header's refs is named by
// exactly one ref in another block. So the header's sum covers the whole file,
// and a reader can check each block as it comes to it.
//
// A table is a sorted tree of blocks. Its leaves (height 0) hold keys and
// values; blocks above hold, for each block below, its last key and its ref.
//
//	block  = *entry *end count
//	entry  = uvarint length of the key, key, value
//	end    = u32, where the entry ends, for each entry
//	count  = u32, number of entries
//
// Keys rise strictly, in byte order, within a block and from leaf to leaf.
//
//	table       key                      value
//	records     id                       the record's JSON, byte for byte
//	heads       id                       what findings need of it, affected left out (record.go)
//	packages    ecosystem 0 name 0 id    the record's affected entries of that package (record.go)
//	ecosystems  ecosystem                number of records, newest modified (record.go)
const (
	magic         = "KPOSVDB\n"
	formatVersion = 1
	headerSize    = 512
	// maxBlock bounds what one block decompresses to: one record of the
	// largest size, its key and the block's own bytes.
	maxBlock = maxRecord + 1<<20
	// maxStored bounds its stored length: zstd may lengthen a block a little.
	maxStored = maxBlock + maxBlock/64
	// maxHeight bounds a tree; four levels hold more records than exist.
	maxHeight = 8
)

// section is one of the file's tables.
type section int

const (
	records section = iota
	heads
	packages
	ecosystems
	sections // their number
)

func (s section) String() string {
	return [...]string{"records", "heads", "packages", "ecosystems", "info"}[s]
}

// ref says where a block is stored and what it must be.
type ref struct {
	Offset uint64
	Stored uint32
	Raw    uint32
	Sum    [sha256.Size]byte
}

// root is the top of a table.
type root struct {
	Top     ref
	Height  uint32 // 0: the top block is a leaf
	Entries uint64
}

// header is the first part of the file; its sum and reserved bytes follow.
type header struct {
	Magic  [len(magic)]byte
	Format uint32
	Count  uint32 // of tables
	Size   uint64
	Info   ref
	Tables [sections]root
}

var headerLen = binary.Size(header{})

// encode gives the header's 512 bytes.
func (h *header) encode() ([]byte, error) {
	b, err := binary.Append(nil, binary.LittleEndian, h)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	b = append(b, sum[:]...)
	return append(b, make([]byte, headerSize-len(b))...), nil
}

// parseHeader reads the first bytes of a file of the given size.
func parseHeader(b []byte, size int64) (*header, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, ErrNotDatabase
	}
	if len(b) < headerSize {
		return nil, fmt.Errorf("%w: cut short in the header", ErrCorrupt)
	}
	var h header
	if _, err := binary.Decode(b, binary.LittleEndian, &h); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrCorrupt, err)
	}
	if h.Format != formatVersion {
		return nil, fmt.Errorf("%w: it has %d, this program reads %d: build it again from OSV's export", ErrFormat, h.Format, formatVersion)
	}
	sum := sha256.Sum256(b[:headerLen])
	if !bytes.Equal(sum[:], b[headerLen:headerLen+len(sum)]) {
		return nil, fmt.Errorf("%w: header: checksum differs", ErrCorrupt)
	}
	if h.Count != uint32(sections) {
		return nil, fmt.Errorf("%w: header: %d tables, not %d", ErrCorrupt, h.Count, sections)
	}
	if h.Size != uint64(size) {
		return nil, fmt.Errorf("%w: the file has %d bytes, its header says %d", ErrCorrupt, size, h.Size)
	}
	for s, t := range h.Tables {
		if t.Height > maxHeight {
			return nil, fmt.Errorf("%w: header: %s: height %d", ErrCorrupt, section(s), t.Height)
		}
	}
	return &h, nil
}

const refLen = 8 + 4 + 4 + sha256.Size

func appendRef(b []byte, r ref) []byte {
	b = binary.LittleEndian.AppendUint64(b, r.Offset)
	b = binary.LittleEndian.AppendUint32(b, r.Stored)
	b = binary.LittleEndian.AppendUint32(b, r.Raw)
	return append(b, r.Sum[:]...)
}

// parseRef reads what appendRef wrote.
func parseRef(s string) (r ref, ok bool) {
	if len(s) != refLen {
		return ref{}, false
	}
	b := []byte(s)
	r.Offset = binary.LittleEndian.Uint64(b)
	r.Stored = binary.LittleEndian.Uint32(b[8:])
	r.Raw = binary.LittleEndian.Uint32(b[12:])
	copy(r.Sum[:], b[16:])
	return r, true
}
