package deb822

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of fault.
var (
	// ErrSyntax says that a line is neither a field, nor the continuation of
	// one, nor empty.
	ErrSyntax = errors.New("not a field")
	// ErrNUL says that a line has NUL bytes in it, as files have that were
	// being written when the power failed.
	ErrNUL = errors.New("NUL byte")
	// ErrDuplicate says that a stanza has a field twice. The first counts.
	ErrDuplicate = errors.New("field stands twice")
)

// maxFaults is how many faults a stanza lists; further ones are counted.
const maxFaults = 8

// Fault is something wrong with a stanza. The field concerned is left out, all
// the others are read.
type Fault struct {
	Line int // counted from 1
	Err  error
}

// Stanza is one paragraph of a control file. It is valid until the Reader goes
// to the next.
type Stanza struct {
	// Line is where the stanza begins, counted from 1.
	Line int
	// Faults are in the order of their lines, a handful at most; the last then
	// says how many there are besides.
	Faults []Fault
	// Closed says that an empty line follows. The last stanza of a file that
	// was cut is not closed; the last one of a whole file may not be either,
	// where its writer leaves the empty line out.
	Closed bool
	// Open names the kept field that stands at the end of a file whose last
	// line has no line end: its value may be cut. Usually empty.
	Open string

	names  []string // the fields to keep
	values []value  // of names, in the same order
	text   []byte   // the values kept, one behind the other
	more   int      // faults that are not listed
}

type value struct {
	start, end int // in text
	seen, kept bool
}

// Get gives the value of one of the fields that the Reader keeps, by its name
// in any case: the lines of the value without the blanks around each, joined
// by LF, without lines of nothing but blanks. Nil means that the stanza has no such field, or that it has a fault.
// The bytes are valid until the Reader goes to the next stanza.
func (s *Stanza) Get(name string) []byte {
	i := s.index(name)
	if i < 0 || !s.values[i].kept {
		return nil
	}
	v := s.values[i]
	return s.text[v.start:v.end:v.end]
}

// index finds a field among those to keep; -1: it is not one of them.
func (s *Stanza) index(name string) int {
	for i, n := range s.names {
		if len(n) == len(name) && strings.EqualFold(n, name) {
			return i
		}
	}
	return -1
}

func (s *Stanza) reset() {
	clear(s.values)
	*s = Stanza{names: s.names, values: s.values, text: s.text[:0]}
}

// fault lists a fault, or counts it: a file of nothing but faults is then read
// as fast as another.
func (s *Stanza) fault(line int, format string, args ...any) {
	if len(s.Faults) == maxFaults {
		s.more++
		return
	}
	s.Faults = append(s.Faults, Fault{Line: line, Err: fmt.Errorf(format, args...)})
}

// finish tells of the faults that are not listed.
func (s *Stanza) finish(line int) {
	if s.more > 0 {
		s.Faults = append(s.Faults, Fault{Line: line, Err: fmt.Errorf("%d more faults in this stanza", s.more)})
	}
}

// add appends a line to a value, the first or a further one.
func (s *Stanza) add(i int, line []byte) {
	v := &s.values[i]
	if v.kept {
		s.text = append(s.text, '\n')
	} else {
		v.start, v.kept = len(s.text), true
	}
	s.text = append(s.text, trimLeft(trimRight(line))...)
	v.end = len(s.text)
}

// drop leaves the value out that was added last.
func (s *Stanza) drop(i int) {
	v := &s.values[i]
	s.text, v.kept = s.text[:v.start], false
}
