package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/store"
)

const (
	logMagic        = 0x377f0682 // the lowest bit set: big-endian checksums
	logVersion      = 3007000
	logHeaderSize   = 32
	frameHeaderSize = 24

	// maxFrames limits the memory for the index of a log: 4 GiB of the usual
	// pages. SQLite starts over after 1,000 frames unless a reader hinders it.
	maxFrames = 1 << 20
)

// Log is the committed part of a write-ahead log. It is not safe for
// concurrent use.
type Log struct {
	// Unfinished counts the valid frames after the last commit: a transaction
	// that was under way or given up. They are not part of the database.
	Unfinished int

	r        io.ReaderAt
	header   []byte
	pageSize int
	pages    uint32           // in the database after the last commit; 0: no commit
	frames   map[uint32]int64 // page number to the offset of its latest content
}

// OpenLog reads a write-ahead log of size bytes. An error says that commits are
// there that cannot be reached; with it comes a Log that has the commits before,
// or nil if not even the header is valid. SQLite does not tell such errors and
// uses the commits before, so they are what rpm sees.
//
// A log normally ends with what is no error: frames of an earlier use, which
// have other salts, and frames of a transaction that is not committed. Of the
// latter SQLite may write one twice, and then the checksums after it hold only
// from the commit on.
func OpenLog(r io.ReaderAt, size int64) (*Log, error) {
	if size == 0 {
		return nil, nil
	}
	h := make([]byte, logHeaderSize)
	if err := store.ReadAt(r, h, 0); err != nil {
		return nil, fmt.Errorf("write-ahead log header: %w", err)
	}
	magic := binary.BigEndian.Uint32(h)
	if magic&^1 != logMagic {
		return nil, errors.New("not a write-ahead log")
	}
	if v := binary.BigEndian.Uint32(h[4:]); v != logVersion {
		return nil, fmt.Errorf("write-ahead log version %d is not known", v)
	}
	pageSize := int(binary.BigEndian.Uint32(h[8:]))
	if !validPageSize(pageSize) {
		return nil, fmt.Errorf("write-ahead log page size %d is not valid", pageSize)
	}
	sum := checksum{swap: magic&1 == 1}
	if sum.add(h[:24]); !sum.is(h[24:]) {
		return nil, errors.New("write-ahead log header: checksum does not match")
	}
	l := &Log{r: r, header: h, pageSize: pageSize, frames: map[uint32]int64{}}
	return l, l.read(size, sum)
}

// read goes through the frames until one is not valid.
func (l *Log) read(size int64, sum checksum) error {
	frame := make([]byte, frameHeaderSize+l.pageSize)
	open := map[uint32]int64{} // the frames since the last commit
	off := int64(logHeaderSize)
	for i := 1; size-off >= frameHeaderSize; i++ {
		if i > maxFrames {
			return fmt.Errorf("write-ahead log of more than %d frames", maxFrames)
		}
		h := frame[:frameHeaderSize]
		if err := store.ReadAt(l.r, h, off); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
		if !bytes.Equal(h[8:16], l.header[16:24]) {
			return nil // a frame of an earlier use: the log ends here
		}
		if err := store.ReadAt(l.r, frame, off); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
		sum.add(h[:8])
		sum.add(frame[frameHeaderSize:])
		page, commit := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:])
		if !sum.is(h[16:]) || page == 0 {
			return l.lost(off, size)
		}
		open[page] = off + frameHeaderSize
		l.Unfinished++
		if commit != 0 {
			l.commit(open, commit)
		}
		off += int64(len(frame))
	}
	if off < size {
		return fmt.Errorf("the last frame: %w", io.ErrUnexpectedEOF)
	}
	return nil
}

// commit takes over the frames of a transaction, after which the database has
// the given number of pages.
func (l *Log) commit(open map[uint32]int64, pages uint32) {
	for n, at := range open {
		l.frames[n] = at
	}
	clear(open)
	l.pages, l.Unfinished = pages, 0
}

// lost looks for commits from the first frame on of which the checksum does not
// match: they are damaged, or lie behind damage. Without one, the rest belongs
// to transactions that were never committed.
func (l *Log) lost(off, size int64) error {
	first := off
	h := make([]byte, frameHeaderSize)
	for ; size-off >= frameHeaderSize; off += int64(frameHeaderSize + l.pageSize) {
		if err := store.ReadAt(l.r, h, off); err != nil {
			return fmt.Errorf("frame at %d: %w", off, err)
		}
		if !bytes.Equal(h[8:16], l.header[16:24]) {
			return nil
		}
		if binary.BigEndian.Uint32(h[4:]) != 0 {
			return fmt.Errorf("frame at %d: checksum does not match, and the commit at %d is lost", first, off)
		}
		l.Unfinished++
	}
	return nil
}

// unchanged looks whether the log was started over.
func (l *Log) unchanged() error {
	h := make([]byte, logHeaderSize)
	if err := store.ReadAt(l.r, h, 0); err != nil || !bytes.Equal(h, l.header) {
		return errors.Join(ErrChanged, err)
	}
	return nil
}

// checksum is the running checksum of a log. Its words are little-endian, or
// big-endian if swap is set; where it is stored it is always big-endian.
type checksum struct {
	a, b uint32
	swap bool
}

// add takes in data, of which the length is a multiple of 8.
func (c *checksum) add(data []byte) {
	a, b := c.a, c.b
	for ; len(data) >= 8; data = data[8:] {
		x, y := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
		if c.swap {
			x, y = bits.ReverseBytes32(x), bits.ReverseBytes32(y)
		}
		a += x + b
		b += y + a
	}
	c.a, c.b = a, b
}

// is compares with a stored checksum.
func (c *checksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.a && binary.BigEndian.Uint32(stored[4:]) == c.b
}
