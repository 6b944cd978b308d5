// Package lines reads a text file line by line in constant memory, whatever
// the file holds: a line longer than the buffer shows its beginning and is
// passed over, and the lines after it are read.
package lines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Limit is the length in bytes, line end included, up to which a line is
// given whole.
const Limit = 64 << 10

// Reader reads lines that end in LF or CR LF. It takes memory for one line of
// [Limit] bytes and is not safe for concurrent use.
type Reader struct {
	buf    *bufio.Reader
	text   []byte
	number int
	cut    bool
	open   bool
	err    error
}

// NewReader gives a Reader of r.
func NewReader(r io.Reader) *Reader {
	return &Reader{buf: bufio.NewReaderSize(r, Limit)}
}

// Next goes to the next line. It gives false at the end of the file and after
// an error; see [Reader.Err].
func (r *Reader) Next() bool {
	if r.cut {
		r.skip()
	}
	r.text, r.cut = nil, false
	if r.err != nil {
		return false
	}
	line, err := r.buf.ReadSlice('\n')
	switch {
	case err == nil:
		line = line[:len(line)-1]
	case errors.Is(err, bufio.ErrBufferFull):
		r.cut = true
	default:
		r.err = err
		if !errors.Is(err, io.EOF) || len(line) == 0 {
			return false
		}
		r.open = true
	}
	if !r.cut {
		line = bytes.TrimSuffix(line, []byte{'\r'})
	}
	r.text = line
	r.number++
	return true
}

// skip reads to the end of a line that is longer than the buffer.
func (r *Reader) skip() {
	for {
		_, err := r.buf.ReadSlice('\n')
		switch {
		case err == nil:
			return
		case !errors.Is(err, bufio.ErrBufferFull):
			r.err = err
			r.open = errors.Is(err, io.EOF)
			return
		}
	}
}

// Text is the line without its end. It is valid until the next call of Next.
func (r *Reader) Text() []byte { return r.text }

// Number is the number of the line, counted from 1.
func (r *Reader) Number() int { return r.number }

// Cut says that the line is longer than [Limit], and Text only its beginning.
func (r *Reader) Cut() bool { return r.cut }

// Open says that the file has ended, and that its last line has no end: the
// file may have been cut in the middle of it.
func (r *Reader) Open() bool { return r.open }

// Err is the error that ended the reading, nil at the end of the file. Of a
// line in which reading failed nothing is given.
func (r *Reader) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}
