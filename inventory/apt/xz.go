package apt

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// copyXZ unpacks a file in the form of xz (The .xz File Format 1.2.1, section 2
// and 3). The container is read here and its blocks by the library, since the
// library's reader of containers takes any dictionary a block asks for, of up to
// 4 GiB and anew for each block, and some early ends for proper ones. Of the
// index at the end, only its being there is looked at.
func copyXZ(w io.Writer, r io.Reader) error {
	src := bufio.NewReaderSize(r, 64<<10)
	var head [12]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return cut(err)
	}
	if !bytes.Equal(head[:7], []byte("\xfd7zXZ\x00\x00")) ||
		crc32.ChecksumIEEE(head[6:8]) != binary.LittleEndian.Uint32(head[8:]) {
		return errors.New("not the header of an xz file")
	}
	x := &xzFile{src: src, w: w, budget: maxDictionary}
	switch head[7] {
	case 0:
	case 1:
		x.check = crc32.NewIEEE()
	case 4:
		x.check = crc64.New(crc64.MakeTable(crc64.ECMA))
	default:
		return fmt.Errorf("%w: xz with the check %d", errFormat, head[7])
	}
	for {
		last, err := x.block()
		if err != nil {
			return cut(err)
		}
		if last {
			return x.end()
		}
	}
}

// errFormat says that a list uses what no archive uses.
var errFormat = errors.New("a form that is not read")

// xzFile is a file in the form of xz, behind its header.
type xzFile struct {
	src   *bufio.Reader
	w     io.Writer
	check hash.Hash // nil: blocks have none
	// budget is how many bytes of dictionary further blocks may have. What
	// tools write has blocks longer than their dictionaries, so it grows with
	// what is unpacked.
	budget int64
}

// block reads one block, or finds the index that follows the last.
func (x *xzFile) block() (last bool, err error) {
	size, err := x.src.Peek(1)
	if err != nil || size[0] == 0 {
		return true, err
	}
	head, err := x.src.Peek((int(size[0]) + 1) * 4)
	if err != nil {
		return false, err
	}
	dictionary, err := parseBlockHeader(head)
	if err != nil {
		return false, err
	}
	if x.budget -= dictionary; x.budget < 0 {
		return false, fmt.Errorf("dictionaries %w of %d bytes", read.ErrTooLarge, maxDictionary)
	}
	if _, err := x.src.Discard(len(head)); err != nil {
		return false, err
	}
	packed := &counter{r: x.src}
	z, err := lzma.Reader2Config{DictCap: int(max(dictionary, lzma.MinDictCap))}.NewReader2(packed)
	if err != nil {
		return false, err
	}
	out := x.w
	if x.check != nil {
		x.check.Reset()
		out = io.MultiWriter(x.w, x.check)
	}
	n, err := io.CopyBuffer(out, onlyReader{z}, make([]byte, 64<<10))
	x.budget += n
	if err != nil {
		return false, err
	}
	return false, x.verify(packed.n)
}

// parseBlockHeader gives the size of a block's dictionary.
func parseBlockHeader(head []byte) (int64, error) {
	body, sum := head[:len(head)-4], head[len(head)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return 0, errors.New("an xz block header with a wrong checksum")
	}
	flags, rest := body[1], body[2:]
	for _, present := range []byte{0x40, 0x80} { // compressed and uncompressed size
		if flags&present != 0 {
			_, n := binary.Uvarint(rest)
			rest = rest[max(n, 0):]
		}
	}
	if flags&0x3f != 0 || len(rest) < 3 || rest[0] != 0x21 || rest[1] != 1 {
		return 0, fmt.Errorf("%w: xz with a filter other than LZMA2", errFormat)
	}
	return lzma.DecodeDictCap(rest[2])
}

// verify compares the check behind a block that has n bytes when packed.
func (x *xzFile) verify(n int64) error {
	if _, err := x.src.Discard(int(-n & 3)); err != nil || x.check == nil {
		return err
	}
	stored := make([]byte, x.check.Size())
	if _, err := io.ReadFull(x.src, stored); err != nil {
		return err
	}
	sum := x.check.Sum(nil)
	for i := range sum { // little endian in the file
		if sum[i] != stored[len(stored)-1-i] {
			return errors.New("an xz block with a wrong checksum")
		}
	}
	return nil
}

// end passes over the index to the last two bytes, which are "YZ".
func (x *xzFile) end() error {
	tail := make([]byte, 0, 2+512)
	for {
		n, err := x.src.Read(tail[len(tail) : len(tail)+512])
		tail = tail[:len(tail)+n]
		tail = append(tail[:0], tail[max(0, len(tail)-2):]...)
		switch {
		case errors.Is(err, io.EOF) && string(tail) == "YZ":
			return nil
		case err != nil:
			return cut(err)
		}
	}
}

// counter counts what is read through it.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
