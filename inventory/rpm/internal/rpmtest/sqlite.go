package rpmtest

import (
	"encoding/binary"
	"math/bits"
)

// PackagesRoot is the page where the table Packages starts in what SQLite
// writes.
const PackagesRoot = 2

// SQLite writes an SQLite database with the table Packages of rpm. Row ids start
// at 1. The root of the table is an interior page, with one leaf page a row, so
// that a page of 512 bytes holds some fifty rows.
func SQLite(pageSize int, blobs ...[]byte) []byte {
	w := &sqliteWriter{pageSize: pageSize}
	schema := w.page()
	copy(schema, "SQLite format 3\x00")
	be := binary.BigEndian
	be.PutUint16(schema[16:], uint16(pageSize%65535)) // 65536 is written as 1
	schema[18], schema[19] = 2, 2                     // write-ahead log
	schema[21], schema[22], schema[23] = 64, 32, 32
	be.PutUint32(schema[24:], 1)
	be.PutUint32(schema[44:], 4)
	be.PutUint32(schema[56:], 1)
	be.PutUint32(schema[92:], 1)
	sql := "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)"
	w.leaf(1, 100, 1, record("table", "Packages", "Packages", byte(PackagesRoot), sql))
	w.page() // PackagesRoot
	w.table(blobs)
	be.PutUint32(w.file[28:], uint32(len(w.file)/pageSize))
	return w.file
}

type sqliteWriter struct {
	pageSize int
	file     []byte
}

func (w *sqliteWriter) page() []byte {
	w.file = append(w.file, make([]byte, w.pageSize)...)
	return w.at(w.count())
}

func (w *sqliteWriter) count() int { return len(w.file) / w.pageSize }

func (w *sqliteWriter) at(n int) []byte { return w.file[(n-1)*w.pageSize:][:w.pageSize] }

// table writes the leaves and then the root above them.
func (w *sqliteWriter) table(blobs [][]byte) {
	be := binary.BigEndian
	if len(blobs) == 0 {
		root := w.at(PackagesRoot)
		root[0] = 13
		be.PutUint16(root[5:], uint16(w.pageSize))
		return
	}
	var children []int
	for i, blob := range blobs {
		w.page()
		children = append(children, w.count())
		w.leaf(w.count(), 0, uint64(i+1), record(nil, blob))
	}
	root := w.at(PackagesRoot)
	root[0] = 5
	last := len(children) - 1
	be.PutUint16(root[3:], uint16(last))
	be.PutUint32(root[8:], uint32(children[last]))
	end := w.pageSize
	for i, child := range children[:last] {
		cell := appendVarint(be.AppendUint32(nil, uint32(child)), uint64(i+1))
		end -= len(cell)
		copy(root[end:], cell)
		be.PutUint16(root[12+2*i:], uint16(end))
	}
	be.PutUint16(root[5:], uint16(end))
}

// leaf writes a leaf page with one row.
func (w *sqliteWriter) leaf(n, start int, id uint64, payload []byte) {
	be := binary.BigEndian
	cell := appendVarint(appendVarint(nil, uint64(len(payload))), id)
	local := w.local(len(payload))
	cell = append(cell, payload[:local]...)
	if local < len(payload) {
		cell = be.AppendUint32(cell, uint32(w.count()+1))
		w.overflow(payload[local:])
	}
	p := w.at(n)
	p[start] = 13
	at := w.pageSize - len(cell)
	be.PutUint16(p[start+3:], 1)
	be.PutUint16(p[start+5:], uint16(at))
	be.PutUint16(p[start+8:], uint16(at))
	copy(p[at:], cell)
}

func (w *sqliteWriter) local(size int) int {
	most, least := w.pageSize-35, (w.pageSize-12)*32/255-23
	if size <= most {
		return size
	}
	if k := least + (size-least)%(w.pageSize-4); k <= most {
		return k
	}
	return least
}

func (w *sqliteWriter) overflow(rest []byte) {
	for part := w.pageSize - 4; len(rest) > 0; rest = rest[part:] {
		part = min(part, len(rest))
		p := w.page()
		copy(p[4:], rest[:part])
		if part < len(rest) {
			binary.BigEndian.PutUint32(p, uint32(w.count()+1))
		}
	}
}

// record writes a row of texts, blobs, small integers and nulls.
func record(values ...any) []byte {
	var types, body []byte
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			types = append(types, 0)
		case byte:
			types, body = append(types, 1), append(body, v)
		case string:
			types, body = appendVarint(types, uint64(len(v))*2+13), append(body, v...)
		case []byte:
			types, body = appendVarint(types, uint64(len(v))*2+12), append(body, v...)
		}
	}
	return append(append([]byte{byte(len(types) + 1)}, types...), body...)
}

func appendVarint(b []byte, v uint64) []byte {
	for shift := (max(bits.Len64(v), 1) - 1) / 7 * 7; shift > 0; shift -= 7 {
		b = append(b, byte(v>>shift)|0x80)
	}
	return append(b, byte(v&0x7f))
}

// Frame is one frame of a write-ahead log.
type Frame struct {
	Page   uint32
	Commit uint32 // pages in the database, 0 for a frame that does not commit
	Data   []byte // a whole page
}

// WAL writes a write-ahead log with little-endian or big-endian checksums.
func WAL(pageSize int, bigEndian bool, frames ...Frame) []byte {
	be := binary.BigEndian
	magic := uint32(0x377f0682)
	if bigEndian {
		magic |= 1
	}
	b := be.AppendUint32(be.AppendUint32(nil, magic), 3007000)
	b = be.AppendUint32(be.AppendUint32(b, uint32(pageSize)), 0)
	const salt = "saltsalt"
	b = append(b, salt...)
	sum := func(a, c uint32, data []byte) (uint32, uint32) {
		var order binary.ByteOrder = binary.LittleEndian
		if bigEndian {
			order = be
		}
		for i := 0; i+8 <= len(data); i += 8 {
			a += order.Uint32(data[i:]) + c
			c += order.Uint32(data[i+4:]) + a
		}
		return a, c
	}
	x, y := sum(0, 0, b)
	b = be.AppendUint32(be.AppendUint32(b, x), y)
	for _, f := range frames {
		h := be.AppendUint32(be.AppendUint32(nil, f.Page), f.Commit)
		x, y = sum(x, y, h)
		x, y = sum(x, y, f.Data)
		h = be.AppendUint32(be.AppendUint32(append(h, salt...), x), y)
		b = append(append(b, h...), f.Data...)
	}
	return b
}
