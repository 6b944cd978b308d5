package deb822

import (
	"bytes"
	"io"

	"github.com/keeppatched/keeppatched/inventory/internal/lines"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// DefaultMaxField is the longest value that is kept unless told otherwise.
const DefaultMaxField = 1 << 20

// tooLong is the text of a fault.
const tooLong = "%s: %w of %d bytes"

// Reader reads the stanzas of one control file. It is not safe for concurrent
// use. Its settings must not change after the first call of Next.
type Reader struct {
	// Comments says that lines that begin with "#" are comments, as in the
	// files people write (apt's preferences), not in those that tools write.
	Comments bool
	// Signed says that the file may be a clear-signed message (RFC 9580,
	// section 7), as InRelease is: what is not part of the signed text is left
	// out. The signature is not verified.
	Signed bool
	// MaxField is the length in bytes up to which a value is kept; longer ones
	// are a fault. Zero means [DefaultMaxField]. A single line of a value is
	// kept up to [lines.Limit] bytes.
	MaxField int

	lines   *lines.Reader
	stanza  Stanza
	current int  // the field that a continuation line belongs to, or none, or skipped
	header  bool // inside the header lines of a signed message
	done    bool // the signature was reached
}

// Values of Reader.current that are no field.
const (
	none    = -1 // the stanza has no field yet
	skipped = -2 // a field that is not kept
)

// NewReader gives a Reader of r that keeps the named fields. All others are
// passed over.
func NewReader(r io.Reader, keep ...string) *Reader {
	return &Reader{
		MaxField: DefaultMaxField,
		lines:    lines.NewReader(r),
		stanza:   Stanza{names: keep, values: make([]value, len(keep))},
	}
}

// Next goes to the next stanza: one or more lines between empty ones, even
// where none of them is a field. It gives false at the end of the file and
// after an error of the underlying reader; see [Reader.Err].
func (r *Reader) Next() bool {
	s := &r.stanza
	s.reset()
	r.current = none
	for !s.Closed && !r.done && r.lines.Next() {
		line := r.lines.Text()
		switch {
		case r.Signed && r.armour(line):
		case len(line) == 0:
			s.Closed = s.Line > 0
		case s.Line == 0 && isBlank(line):
		case r.Comments && line[0] == '#':
		default:
			if s.Line == 0 {
				s.Line = r.lines.Number()
			}
			r.line(line)
		}
	}
	s.finish(r.lines.Number())
	if r.lines.Open() && r.current >= 0 {
		s.Open = s.names[r.current]
	}
	return s.Line > 0
}

// Stanza is where Next went to.
func (r *Reader) Stanza() *Stanza { return &r.stanza }

// Err is the error of the underlying reader that ended the reading; nil at the
// end of the file. The stanza in which it came up may be incomplete.
func (r *Reader) Err() error { return r.lines.Err() }

// line reads one line of a stanza.
func (r *Reader) line(line []byte) {
	s := &r.stanza
	begins := !blank(line[0])
	if begins {
		r.current = skipped
	}
	switch {
	case bytes.IndexByte(line, 0) >= 0:
		r.spoil("%w", ErrNUL)
	case begins:
		r.field(line)
	case r.current == none:
		r.spoil("%w: a continuation line with nothing before it", ErrSyntax)
	case r.current == skipped || isBlank(line):
	case r.lines.Cut():
		r.spoil(tooLong, s.names[r.current], read.ErrTooLarge, lines.Limit)
	default:
		s.add(r.current, line)
		r.limit()
	}
}

// field reads the first line of a field.
func (r *Reader) field(line []byte) {
	s := &r.stanza
	name, rest, found := bytes.Cut(line, []byte{':'})
	name = trimRight(name)
	if !found || !isName(name) {
		s.fault(r.lines.Number(), "%w: %q", ErrSyntax, line[:min(len(line), 40)])
		return
	}
	i := s.index(string(name))
	switch {
	case i < 0:
	case s.values[i].seen:
		s.fault(r.lines.Number(), "%w: %s", ErrDuplicate, s.names[i])
	case r.lines.Cut():
		s.values[i].seen = true
		s.fault(r.lines.Number(), tooLong, s.names[i], read.ErrTooLarge, lines.Limit)
	default:
		s.values[i].seen = true
		s.add(i, rest)
		r.current = i
		r.limit()
	}
}

// limit drops the current field where it has grown too long.
func (r *Reader) limit() {
	most := r.MaxField
	if most == 0 {
		most = DefaultMaxField
	}
	v := r.stanza.values[r.current]
	if v.end-v.start > most {
		r.spoil(tooLong, r.stanza.names[r.current], read.ErrTooLarge, most)
	}
}

// spoil reports a fault of the current line, and drops the field it is of.
func (r *Reader) spoil(format string, args ...any) {
	s := &r.stanza
	s.fault(r.lines.Number(), format, args...)
	if r.current >= 0 {
		s.drop(r.current)
	}
	r.current = skipped
}

// armour says whether a line belongs to the frame of a signed message.
func (r *Reader) armour(line []byte) bool {
	switch {
	case r.header:
		r.header = len(line) > 0
	case string(line) == "-----BEGIN PGP SIGNED MESSAGE-----":
		r.header = true
	case string(line) == "-----BEGIN PGP SIGNATURE-----":
		r.done = true
		r.stanza.Closed = r.stanza.Line > 0
	default:
		return false
	}
	return true
}

// isBlank says whether a line has nothing but blanks. Such a line does not end
// a stanza (Debian Policy, section 5.1, lets parsers choose): dpkg and apt, who
// own these files, read on.
func isBlank(line []byte) bool { return len(trimRight(line)) == 0 }

func blank(c byte) bool { return c == ' ' || c == '\t' }

func trimRight(b []byte) []byte {
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	return b
}

// isName says whether b can be a field name: printable US-ASCII without
// blanks, not beginning with "#" or "-" (deb822(5)).
func isName(b []byte) bool {
	if len(b) == 0 || b[0] == '#' || b[0] == '-' {
		return false
	}
	for _, c := range b {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
