package rpmtest

import (
	"encoding/binary"
	"hash/adler32"
)

// NDB writes an NDB database with one slot page. The package numbers start at 1;
// slot 3 is free.
func NDB(blobs ...[]byte) []byte {
	le := binary.LittleEndian
	page := le.AppendUint32([]byte("RpmP"), 0)
	page = le.AppendUint32(le.AppendUint32(le.AppendUint32(page, 7), 1), uint32(len(blobs)+1))
	page = append(page, make([]byte, 32-len(page))...)
	var data []byte
	slot := func(number, block, blocks int) {
		page = le.AppendUint32(append(page, "Slot"...), uint32(number))
		page = le.AppendUint32(le.AppendUint32(page, uint32(block)), uint32(blocks))
	}
	for i, blob := range blobs {
		if i == 1 {
			slot(0, 0, 0)
		}
		b := le.AppendUint32(append([]byte(nil), "BlbS"...), uint32(i+1))
		b = le.AppendUint32(le.AppendUint32(b, 1_700_000_000), uint32(len(blob)))
		b = append(b, blob...)
		b = append(b, make([]byte, -(len(b)+12)&15)...)
		b = le.AppendUint32(b, adler32.Checksum(b))
		b = append(le.AppendUint32(b, uint32(len(blob))), "BlbE"...)
		slot(i+1, (4096+len(data))/16, len(b)/16)
		data = append(data, b...)
	}
	for len(page) < 4096 {
		slot(0, 0, 0)
	}
	return append(page, data...)
}
