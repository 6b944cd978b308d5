package osvdb

import (
	"encoding/binary"
	"errors"
	"sort"
)

// blockBuilder collects the entries of one block.
type blockBuilder struct {
	data []byte
	ends []uint32
	last string // the last key
}

func (b *blockBuilder) add(key string, value []byte) {
	b.data = binary.AppendUvarint(b.data, uint64(len(key)))
	b.data = append(b.data, key...)
	b.data = append(b.data, value...)
	b.ends = append(b.ends, uint32(len(b.data)))
	b.last = key
}

// size is the block's length so far.
func (b *blockBuilder) size() int { return len(b.data) + 4*len(b.ends) + 4 }

// finish gives the block's bytes. They are valid until the next reset.
func (b *blockBuilder) finish() []byte {
	for _, end := range b.ends {
		b.data = binary.LittleEndian.AppendUint32(b.data, end)
	}
	b.data = binary.LittleEndian.AppendUint32(b.data, uint32(len(b.ends)))
	return b.data
}

func (b *blockBuilder) reset() { b.data, b.ends, b.last = b.data[:0], b.ends[:0], "" }

// block is a checked block: parseBlock has seen that every offset lies within
// it and that its keys rise, so that the methods cannot fail.
type block struct {
	data string // entries
	ends string // u32 each
}

var (
	errOffsets = errors.New("an entry lies outside its block")
	errOrder   = errors.New("keys out of order")
)

// parseBlock checks a block and makes it readable.
func parseBlock(s string) (block, error) {
	if len(s) < 4 {
		return block{}, errOffsets
	}
	rest, n := len(s)-4, uint64(le32(s[len(s)-4:]))
	if n*4 > uint64(rest) {
		return block{}, errOffsets
	}
	split := rest - int(n)*4
	b := block{data: s[:split], ends: s[split:rest]}
	start, last := 0, ""
	for i := range b.len() {
		end := int(le32(b.ends[4*i:]))
		if end < start || end > len(b.data) {
			return block{}, errOffsets
		}
		key, _, ok := cutEntry(b.data[start:end])
		if !ok {
			return block{}, errOffsets
		}
		if i > 0 && key <= last {
			return block{}, errOrder
		}
		start, last = end, key
	}
	if start != len(b.data) {
		return block{}, errOffsets
	}
	return b, nil
}

func (b block) len() int { return len(b.ends) / 4 }

// entry gives the key and value at 0 <= i < len. Both share the block's memory.
func (b block) entry(i int) (key, value string) {
	start := uint32(0)
	if i > 0 {
		start = le32(b.ends[4*(i-1):])
	}
	key, value, _ = cutEntry(b.data[start:le32(b.ends[4*i:])])
	return key, value
}

// last gives the highest key. An empty block has none.
func (b block) last() (key string, ok bool) {
	if b.len() == 0 {
		return "", false
	}
	key, _ = b.entry(b.len() - 1)
	return key, true
}

// search gives the index of the first key that is not below the wanted one.
func (b block) search(want []byte) int {
	return sort.Search(b.len(), func(i int) bool {
		key, _ := b.entry(i)
		return key >= string(want)
	})
}

// cutEntry splits an entry into key and value.
func cutEntry(s string) (key, value string, ok bool) {
	n, rest, ok := cutUvarint(s)
	if !ok || n > uint64(len(rest)) {
		return "", "", false
	}
	return rest[:n], rest[n:], true
}

func le32(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// bytes is the memory that the block takes.
func (b block) bytes() int { return len(b.data) + len(b.ends) }
