package osvdb

import (
	"encoding/binary"
	"errors"
	"time"
)

var errMalformed = errors.New("malformed value")

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// appendTime writes an instant: 0 for the zero time, else 1, the seconds since
// 1970 and the nanoseconds. The zone is not kept.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	b = binary.AppendVarint(append(b, 1), t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// cursor reads values one after the other. What it returns shares the memory
// of the text it reads. After the first malformed value it returns zeros, and
// close says so.
type cursor struct {
	rest string
	bad  bool
}

func (c *cursor) uvarint() uint64 {
	v, rest, ok := cutUvarint(c.rest)
	if !ok {
		c.fail()
		return 0
	}
	c.rest = rest
	return v
}

func (c *cursor) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// count reads how many values follow. Each takes at least a byte, so no count
// above the bytes left is believed.
func (c *cursor) count() int {
	n := c.uvarint()
	if n > uint64(len(c.rest)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) string() string {
	n := c.count()
	s := c.rest[:n]
	c.rest = c.rest[n:]
	return s
}

func (c *cursor) byte() byte {
	if c.rest == "" {
		c.fail()
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// strings reads a list into the memory of one that is no longer needed.
func (c *cursor) strings(list []string) []string {
	list = resize(list, c.count())
	for i := range list {
		list[i] = c.string()
	}
	return list
}

func (c *cursor) time() time.Time {
	switch c.byte() {
	case 0:
		return time.Time{}
	case 1:
		sec, nsec := c.varint(), c.uvarint()
		if nsec < 1e9 {
			return time.Unix(sec, int64(nsec)).UTC()
		}
	}
	c.fail()
	return time.Time{}
}

// resize gives a slice of length n, in the memory of list where that suffices.
// No elements of no list are nil. Old elements may still be there.
func resize[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}

func (c *cursor) fail() { c.bad, c.rest = true, "" }

// close says whether all was read and well formed.
func (c *cursor) close() error {
	if c.bad || c.rest != "" {
		return errMalformed
	}
	return nil
}

// cutUvarint is binary.Uvarint for a string.
func cutUvarint(s string) (v uint64, rest string, ok bool) {
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		c := s[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, s[i+1:], true
		}
	}
	return 0, s, false
}
