package apt

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"
)

// Bits of the first byte of a frame's descriptor.
const (
	hasDictionary      = 1 << 0
	hasContentChecksum = 1 << 2
	hasContentSize     = 1 << 3
	hasBlockChecksum   = 1 << 4
)

// copyFrame unpacks one frame with the library's reader.
func copyFrame(w io.Writer, src *bufio.Reader) error {
	head, err := src.Peek(5)
	if err != nil {
		return err
	}
	if !bytes.Equal(head[:4], frameHeader[:4]) {
		return fmt.Errorf("%w: not an LZ4 frame", errFormat)
	}
	f := &frame{src: src, flags: head[4]}
	n := int64(len(frameHeader))
	if f.has(hasContentSize) {
		n += 8
	}
	if f.has(hasDictionary) {
		n += 4
	}
	f.part = io.LimitReader(src, n)
	_, err = lz4.NewReader(f).WriteTo(w)
	return err
}

// frame reads from a file up to the end of its first frame. The library's reader
// would go on to further frames, of which a few bytes each make it take up to
// 8 MiB anew.
type frame struct {
	src   *bufio.Reader
	flags byte
	part  io.Reader // the header, or a block, with its size and checksum
	ended bool      // part is the last
}

func (f *frame) has(flag byte) bool { return f.flags&flag != 0 }

// Read implements io.Reader.
func (f *frame) Read(p []byte) (int, error) {
	for {
		n, err := f.part.Read(p)
		if n > 0 || len(p) == 0 || err != io.EOF || f.ended {
			return n, err
		}
		if err := f.next(); err != nil {
			return 0, cut(err)
		}
	}
}

// next goes to the next block, or the end mark.
func (f *frame) next() error {
	head, err := f.src.Peek(4)
	if err != nil {
		return err
	}
	size := int64(binary.LittleEndian.Uint32(head) &^ rawBlock)
	f.ended = binary.LittleEndian.Uint32(head) == 0
	switch {
	case f.ended && f.has(hasContentChecksum), !f.ended && f.has(hasBlockChecksum):
		size += 4
	}
	f.part = io.LimitReader(f.src, 4+size)
	return nil
}
