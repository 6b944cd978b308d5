package osvdb

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Sizes that blocks are filled to, before compression. Smaller blocks cost
// less for each package looked up, larger ones compress better.
var blockSize = [sections]int{
	records:    128 << 10,
	heads:      32 << 10,
	packages:   32 << 10,
	ecosystems: 32 << 10,
}

// fileWriter writes a database: tables in any order, then the header.
type fileWriter struct {
	dst    io.WriteSeeker
	buf    *bufio.Writer
	offset uint64
	zstd   *zstd.Encoder
	header header
}

// newFileWriter leaves room for the header at the beginning of dst.
func newFileWriter(dst io.WriteSeeker) (*fileWriter, error) {
	// One goroutine and no state between calls: the same bytes each time.
	enc, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderLevel(zstd.SpeedBetterCompression),
		zstd.WithEncoderCRC(false), // the ref's sum does that
		zstd.WithZeroFrames(true))
	if err != nil {
		return nil, err
	}
	w := &fileWriter{dst: dst, buf: bufio.NewWriterSize(dst, 256<<10), zstd: enc}
	_, err = w.buf.Write(make([]byte, headerSize))
	w.offset = headerSize
	return w, err
}

// block writes one block and gives its ref.
func (w *fileWriter) block(raw []byte) (ref, error) {
	if len(raw) > maxBlock {
		return ref{}, fmt.Errorf("block of %d bytes: %w", len(raw), ErrLimit)
	}
	stored := w.zstd.EncodeAll(raw, nil)
	r := ref{Offset: w.offset, Stored: uint32(len(stored)), Raw: uint32(len(raw)), Sum: sha256.Sum256(stored)}
	w.offset += uint64(len(stored))
	_, err := w.buf.Write(stored)
	return r, err
}

// finish writes the info and the header.
func (w *fileWriter) finish(info Info) error {
	raw, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if w.header.Info, err = w.block(raw); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	copy(w.header.Magic[:], magic)
	w.header.Format, w.header.Count, w.header.Size = formatVersion, uint32(sections), w.offset
	b, err := w.header.encode()
	if err != nil {
		return err
	}
	if _, err := w.dst.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = w.dst.Write(b)
	return err
}

// tableWriter writes one table of a file, its keys in rising order.
type tableWriter struct {
	file    *fileWriter
	section section
	leaf    blockBuilder
	entries uint64
	index   []child // of the leaves written
}

// child is a block below an index block.
type child struct {
	last string
	ref  ref
}

func (w *fileWriter) table(s section) *tableWriter { return &tableWriter{file: w, section: s} }

func (t *tableWriter) add(key string, value []byte) error {
	if t.entries > 0 && key <= t.lastKey() {
		return fmt.Errorf("%s: %q after %q: %w", t.section, key, t.lastKey(), errOrder)
	}
	if t.leaf.size() > 0 && len(t.leaf.ends) > 0 && t.leaf.size()+len(key)+len(value) > blockSize[t.section] {
		if err := t.flush(); err != nil {
			return err
		}
	}
	t.leaf.add(key, value)
	t.entries++
	return nil
}

func (t *tableWriter) lastKey() string {
	if len(t.leaf.ends) > 0 {
		return t.leaf.last
	}
	return t.index[len(t.index)-1].last
}

// flush writes the leaf.
func (t *tableWriter) flush() error {
	c, err := t.file.child(&t.leaf)
	t.index = append(t.index, c)
	return err
}

// child writes a block and empties its builder.
func (w *fileWriter) child(b *blockBuilder) (child, error) {
	c := child{last: b.last}
	var err error
	c.ref, err = w.block(b.finish())
	b.reset()
	return c, err
}

// finish writes what is left, then the index: level upon level, until one
// block remains. An empty table is one empty leaf.
func (t *tableWriter) finish() error {
	if len(t.leaf.ends) > 0 || len(t.index) == 0 {
		if err := t.flush(); err != nil {
			return err
		}
	}
	height, level := uint32(0), t.index
	for ; len(level) > 1; height++ {
		var err error
		if level, err = t.file.indexLevel(level); err != nil {
			return err
		}
	}
	t.file.header.Tables[t.section] = root{Top: level[0].ref, Height: height, Entries: t.entries}
	return nil
}

// indexLevel writes the blocks that name the blocks of one level. Each names
// at least two, so that a tree always ends.
func (w *fileWriter) indexLevel(below []child) (level []child, err error) {
	const size = 16 << 10
	var b blockBuilder
	for i, c := range below {
		b.add(c.last, appendRef(nil, c.ref))
		if left := len(below) - i - 1; left == 0 || b.size() >= size && len(b.ends) >= 2 && left >= 2 {
			above, err := w.child(&b)
			if err != nil {
				return nil, err
			}
			level = append(level, above)
		}
	}
	return level, nil
}
