package osvdb

import (
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// What the tests need of the inside: to make files whose sums are right and
// whose content is not, and to reach the decoders.

// RawTable is a table as a test wants it: the bytes of one block, and the
// height that the header claims for it.
type RawTable struct {
	Block  []byte
	Height uint32
}

// RawFile makes a file of blocks as they are given, the tables in the order of
// type section, with right sums. It also gives the values by which an index
// names these blocks; they hold for every file that begins with the same ones.
func RawFile(tables [4]RawTable, info Info) (file []byte, refs [4]string, err error) {
	var m memory
	w, err := newFileWriter(&m)
	if err != nil {
		return nil, refs, err
	}
	if old, ok := encoders.Get().(*zstd.Encoder); ok {
		w.zstd = old // a new one takes longer than all the rest
	}
	defer encoders.Put(w.zstd)
	for i, t := range tables {
		r, err := w.block(t.Block)
		if err != nil {
			return nil, refs, err
		}
		w.header.Tables[i] = root{Top: r, Height: t.Height}
		refs[i] = string(appendRef(nil, r))
	}
	err = w.finish(info)
	return m.data, refs, err
}

var encoders sync.Pool

// Block makes the bytes of a block from keys and values in turn.
func Block(keysAndValues ...string) []byte {
	var b blockBuilder
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		b.add(keysAndValues[i], []byte(keysAndValues[i+1]))
	}
	return b.finish()
}

// RefTo makes the value of an index entry.
func RefTo(offset uint64, stored, raw uint32, sum [32]byte) string {
	return string(appendRef(nil, ref{offset, stored, raw, sum}))
}

// HeaderSize is the length of the header and HeaderUsed how much of it counts.
const HeaderSize = headerSize

var HeaderUsed = headerLen + 32

// Decoders under test. Each gives what is written again from what was read.
var (
	AppendHead     = appendHead
	DecodeHead     = decodeHead
	AppendAffected = appendAffected
	DecodeAffected = decodeAffected
)

// NewCache and the rest reach the cache: it keeps blocks of the given length.
func NewCache(limit int) *cache { return newCache(limit) }

func (c *cache) Put(offset uint64, n int) { c.put(offset, block{data: string(make([]byte, n))}) }

func (c *cache) Has(offset uint64) bool { _, ok := c.get(offset); return ok }

// memory is a file in memory.
type memory struct {
	data []byte
	pos  int
}

func (m *memory) Write(b []byte) (int, error) {
	if grow := m.pos + len(b) - len(m.data); grow > 0 {
		m.data = append(m.data, make([]byte, grow)...)
	}
	m.pos += copy(m.data[m.pos:], b)
	return len(b), nil
}

func (m *memory) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekStart {
		return 0, errors.New("only from the start")
	}
	m.pos = int(offset)
	return offset, nil
}
