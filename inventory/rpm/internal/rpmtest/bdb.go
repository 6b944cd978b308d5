package rpmtest

import "encoding/binary"

// ByteOrder is either of the byte orders of package binary.
type ByteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// BDB writes a Berkeley DB hash database. Package numbers start at 1; number 0
// holds what rpm keeps there. Every hash page takes one value: on the page
// itself if it fits, else on overflow pages behind it.
func BDB(order ByteOrder, pageSize int, blobs ...[]byte) []byte {
	w := &bdbWriter{order: order, pageSize: pageSize, file: make([]byte, pageSize)}
	w.value(0, []byte{1, 0, 0, 0, 0})
	for i, blob := range blobs {
		w.value(uint32(i+1), blob)
	}
	meta := w.file
	order.PutUint32(meta[12:], 0x061561)
	order.PutUint32(meta[16:], 9)
	order.PutUint32(meta[20:], uint32(pageSize))
	meta[25] = 8
	order.PutUint32(meta[32:], uint32(len(w.file)/pageSize-1))
	return w.file
}

type bdbWriter struct {
	order    ByteOrder
	pageSize int
	file     []byte
}

// page adds an empty page and gives its number.
func (w *bdbWriter) page(kind byte, next uint32, entries, length int) (uint32, []byte) {
	n := uint32(len(w.file) / w.pageSize)
	w.file = append(w.file, make([]byte, w.pageSize)...)
	p := w.file[int(n)*w.pageSize:]
	w.order.PutUint32(p[8:], n)
	w.order.PutUint32(p[16:], next)
	w.order.PutUint16(p[20:], uint16(entries))
	w.order.PutUint16(p[22:], uint16(length))
	p[25] = kind
	return n, p
}

func (w *bdbWriter) value(number uint32, value []byte) {
	n, _ := w.page(13, 0, 2, 0)
	item := append([]byte{1}, value...)
	if len(item) > w.pageSize-100 {
		item = w.order.AppendUint32([]byte{3, 0, 0, 0}, n+1)
		item = w.order.AppendUint32(item, uint32(len(value)))
		for part := w.pageSize - 26; len(value) > 0; value = value[part:] {
			part = min(part, len(value))
			next := uint32(0)
			if part < len(value) {
				next = uint32(len(w.file)/w.pageSize) + 1
			}
			_, p := w.page(7, next, 1, part)
			copy(p[26:], value[:part])
		}
	}
	p := w.file[int(n)*w.pageSize:][:w.pageSize]
	key := w.order.AppendUint32([]byte{1}, number)
	at := w.pageSize - len(key)
	copy(p[at:], key)
	w.order.PutUint16(p[26:], uint16(at))
	at -= len(item)
	copy(p[at:], item)
	w.order.PutUint16(p[28:], uint16(at))
}
