package apt

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"
)

// frameHeader is how every file begins that liblz4 writes with its defaults, as
// apt does: the magic number, and a descriptor with its check byte that says
// blocks of 64 KiB, each of which may copy from the 64 KiB before it, without
// checksums (lz4's doc/lz4_Frame_format.md).
var frameHeader = []byte{0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0}

const (
	blockSize   = 64 << 10 // the most that a block of such a frame unpacks to
	historySize = 64 << 10 // how far back it may copy from
	pieceSize   = historySize + 4*blockSize
	rawBlock    = 1 << 31 // the bit in a block's size that says it is not packed
)

// copyLZ4 unpacks an LZ4 frame. Of the time that reading a Debian machine's
// lists takes, most is spent here, so frames as apt writes them are unpacked in
// place: the history that a block copies from is where the blocks before it
// were unpacked to, and the writer sees them there. All others, as a server may
// have packed them, go to the library's reader.
func copyLZ4(w io.Writer, r io.Reader) error {
	src := bufio.NewReaderSize(r, 2*blockSize)
	head, err := src.Peek(len(frameHeader))
	if err != nil {
		return cut(err)
	}
	if bytes.Equal(head, frameHeader) {
		if _, err = src.Discard(len(head)); err == nil {
			err = copyBlocks(w, src)
		}
	} else {
		err = copyFrame(w, src)
	}
	if err != nil {
		return cut(err)
	}
	if _, err := src.ReadByte(); !errors.Is(err, io.EOF) {
		return errors.Join(errors.New("bytes after the end of the LZ4 frame"), err)
	}
	return nil
}

// copyBlocks unpacks blocks to the end mark.
func copyBlocks(w io.Writer, src *bufio.Reader) (err error) {
	out := newRelay(w)
	defer func() { err = cmp.Or(out.close(), err) }()
	var pieces [3]piece // one to fill, one that waits, one that is looked through
	before := &pieces[len(pieces)-1]
	for i := 0; ; i = (i + 1) % len(pieces) {
		p := &pieces[i]
		p.follow(before)
		before = p
		last, err := p.fill(src)
		if err == nil {
			err = out.write(p.buf[historySize:p.end])
		}
		if err != nil || last {
			return err
		}
	}
}

// piece is a part of the unpacked list, and the history before it.
type piece struct {
	buf     []byte // the history ends at historySize
	end     int
	history int // how much of it there is
}

// follow makes p the empty piece after another.
func (p *piece) follow(before *piece) {
	if p.buf == nil {
		p.buf = make([]byte, pieceSize)
	}
	p.history = min(before.history+max(before.end-historySize, 0), historySize)
	p.end = historySize
	copy(p.buf[historySize-p.history:historySize], before.buf[before.end-p.history:before.end])
}

// fill unpacks blocks while there is room, and says whether the end mark came.
func (p *piece) fill(src *bufio.Reader) (last bool, err error) {
	for len(p.buf)-p.end >= blockSize {
		packed, raw, err := nextBlock(src)
		if err != nil || packed == nil {
			return true, err
		}
		room := p.buf[p.end : p.end+blockSize]
		history := p.buf[max(historySize-p.history, p.end-historySize):p.end]
		n := len(packed)
		if raw {
			copy(room, packed)
		} else if n, err = lz4.UncompressBlockWithDict(packed, room, history); err != nil {
			return true, err
		}
		p.end += n
		if _, err := src.Discard(len(packed)); err != nil {
			return true, err
		}
	}
	return false, nil
}

// nextBlock gives the next block as it is stored; nil is the end mark. The bytes
// stay in the reader's buffer.
func nextBlock(src *bufio.Reader) (packed []byte, raw bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return nil, false, err
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size == 0 {
		return nil, false, nil
	}
	raw = size&rawBlock != 0
	size &^= rawBlock
	if size > blockSize {
		return nil, false, fmt.Errorf("an LZ4 block of %d bytes where %d are the most", size, blockSize)
	}
	packed, err = src.Peek(int(size))
	return packed, raw, err
}
