package osvdb

import (
	"crypto/sha256"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	// cacheBytes bounds the memory of blocks kept between look-ups.
	cacheBytes = 4 << 20
	// maxWorkers bounds the goroutines of one look-up, and decompressors.
	maxWorkers = 4
)

// store reads the blocks of a file and checks them. It is safe for concurrent
// use.
type store struct {
	name    string // of the file, for errors
	file    io.ReaderAt
	size    int64
	zstd    *zstd.Decoder
	cache   *cache
	buffers sync.Pool // of *buffers
}

// buffers are used again from block to block.
type buffers struct{ stored, raw []byte }

func newStore(name string, file io.ReaderAt, size int64) (*store, error) {
	// The decoder is used by DecodeAll only: it starts no goroutine, needs no
	// Close, and never writes beyond the buffer it is given.
	dec, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(maxWorkers),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxBlock),
		zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	return &store{name: name, file: file, size: size, zstd: dec, cache: newCache(cacheBytes)}, nil
}

// block gives a block of entries, from the cache or the file.
func (s *store) block(sec section, r ref) (block, error) {
	if b, ok := s.cache.get(r.Offset); ok {
		return b, nil
	}
	raw, err := s.read(sec, r)
	if err != nil {
		return block{}, err
	}
	b, err := parseBlock(raw)
	if err != nil {
		return block{}, s.corrupt(sec, r, err)
	}
	s.cache.put(r.Offset, b)
	return b, nil
}

// read gives a block's bytes, checked and decompressed.
func (s *store) read(sec section, r ref) (string, error) {
	if r.Raw > maxBlock || r.Stored > maxStored || uint64(r.Stored) > uint64(s.size) || r.Offset > uint64(s.size)-uint64(r.Stored) {
		return "", s.corrupt(sec, r, errOffsets)
	}
	buf, _ := s.buffers.Get().(*buffers)
	if buf == nil {
		buf = &buffers{}
	}
	defer s.buffers.Put(buf)
	buf.stored = resize(buf.stored, int(r.Stored))
	if _, err := s.file.ReadAt(buf.stored, int64(r.Offset)); err != nil && err != io.EOF {
		return "", fmt.Errorf("%s: %s: block at %d: %w", s.name, sec, r.Offset, err)
	}
	// A short read ends here too: the sum cannot be right.
	if sha256.Sum256(buf.stored) != r.Sum {
		return "", s.corrupt(sec, r, errChecksum)
	}
	buf.raw = resize(buf.raw, int(r.Raw))
	raw, err := s.zstd.DecodeAll(buf.stored, buf.raw[:0:r.Raw])
	if err != nil {
		return "", s.corrupt(sec, r, err)
	}
	if len(raw) != int(r.Raw) {
		return "", s.corrupt(sec, r, errOffsets)
	}
	return string(raw), nil
}

// corrupt says which block of which file is damaged, and how.
func (s *store) corrupt(sec section, r ref, cause error) error {
	return fmt.Errorf("%w: %s: %s: block at %d: %w", ErrCorrupt, s.name, sec, r.Offset, cause)
}
