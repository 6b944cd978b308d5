package apt

import (
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// Limits of one list. The largest of Debian's has 60 MB, of Ubuntu's 80 MB.
const (
	maxList       = 1 << 30  // bytes, as stored and unpacked
	maxDictionary = 64 << 20 // bytes that a compressed list may make the decoder keep
)

// format is a form that apt stores lists in.
type format struct {
	extension string
	// copy unpacks a list. It returns without error only at the proper end.
	copy func(w io.Writer, r io.Reader) error
}

// formats are in the order of preference, where a list is there twice.
var formats = []format{
	{"", copyPlain}, {".lz4", copyLZ4}, {".zst", copyZstd}, {".gz", copyGzip}, {".xz", copyXZ}, {".bz2", copyBzip2},
}

func copyPlain(w io.Writer, r io.Reader) error {
	_, err := io.CopyBuffer(w, onlyReader{r}, make([]byte, 256<<10))
	return err
}

// onlyReader hides other methods, so that io.CopyBuffer uses its buffer.
type onlyReader struct{ io.Reader }

func copyGzip(w io.Writer, r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return cut(err)
	}
	return errors.Join(copyPlain(w, z), z.Close())
}

func copyZstd(w io.Writer, r io.Reader) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxDictionary))
	if err != nil {
		return cut(err)
	}
	defer z.Close()
	return copyPlain(w, z)
}

func copyBzip2(w io.Writer, r io.Reader) error { return copyPlain(w, bzip2.NewReader(r)) }

// cut names the end of a file for what it is where there had to be more.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// limited reads up to maxList bytes.
type limited struct {
	r io.Reader
	n int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.n += int64(n); l.n > maxList {
		return n, tooLarge()
	}
	return n, err
}

func tooLarge() error { return fmt.Errorf("%w of %d bytes", read.ErrTooLarge, maxList) }
