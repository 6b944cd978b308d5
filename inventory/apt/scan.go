package apt

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	order "github.com/keeppatched/keeppatched/advisories/version"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/bound"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

const (
	maxStanza = 1 << 20 // bytes of one stanza
	maxValue  = 1 << 10 // bytes of a value that is kept
	maxOffers = 1 << 16 // stanzas of installed packages in one list
)

// offer is one version that a list offers of an installed package.
type offer struct {
	name string
	version
}

// scanner goes through a Packages file, the pieces of which are written to it,
// and keeps what it says of the packages it was given the names of. The stanzas
// of all others, the most by far, are passed over: only their ends are looked
// for.
type scanner struct {
	names    map[string]bool
	index    *index
	found    []offer
	problems bound.Problems
	size     int64 // bytes written

	rest    []byte // the beginning of a stanza that has not ended yet
	skip    bool   // that stanza is too long, it is passed over
	unnamed int    // stanzas without a name
}

// Write takes the next piece of the file. It keeps nothing of p.
func (s *scanner) Write(p []byte) (int, error) {
	n := len(p)
	if s.size += int64(n); s.size > maxList {
		return 0, tooLarge()
	}
	p = p[s.complete(p):]
	for len(s.found) <= maxOffers {
		end := stanzaEnd(p)
		if end < 0 {
			s.rest = append(s.rest, p...)
			return n, nil
		}
		s.stanza(p[:end])
		p = p[end:]
	}
	return 0, fmt.Errorf("%w of %d versions of installed packages", read.ErrTooLarge, maxOffers)
}

// stanzaEnd finds the end of the first stanza: behind the empty line that
// follows it. -1: it is not in b.
func stanzaEnd(b []byte) int {
	i := 0
	for {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
		switch {
		case i < len(b) && b[i] == '\n':
			return i + 1
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			return i + 2
		}
	}
}

// complete reads the stanza that began in an earlier piece, and says how much of
// this one belongs to it.
func (s *scanner) complete(p []byte) (used int) {
	const step = 4 << 10
	for len(s.rest) > 0 && used < len(p) {
		old := len(s.rest)
		from := max(0, old-2) // the empty line may have begun there
		s.rest = append(s.rest, p[used:min(used+step, len(p))]...)
		if end := stanzaEnd(s.rest[from:]); end >= 0 {
			s.stanza(s.rest[:from+end])
			s.rest = s.rest[:0]
			return used + from + end - old
		}
		used += len(s.rest) - old
		if len(s.rest) > maxStanza {
			if !s.skip {
				s.problem("", fmt.Errorf("a stanza is %w of %d bytes", read.ErrTooLarge, maxStanza))
			}
			s.skip = true
			s.rest = append(s.rest[:0], s.rest[len(s.rest)-2:]...)
		}
	}
	return used
}

// close takes the end of the file, which need not have an empty line.
func (s *scanner) close() {
	switch {
	case len(s.rest) == 0:
	case s.rest[len(s.rest)-1] != '\n':
		s.problem("", errors.New("ends within a line: the list is cut"))
	default:
		s.stanza(s.rest)
	}
	if s.unnamed > 0 {
		s.problem("", fmt.Errorf("%d stanzas have no Package field", s.unnamed))
	}
}

func (s *scanner) problem(name string, err error) {
	s.problems.Add(inventory.Problem{Path: s.index.path, Package: name, Err: err})
}

// stanza reads one whole stanza, with empty lines around it.
func (s *scanner) stanza(b []byte) {
	if s.skip {
		s.skip = false
		return
	}
	name, named := packageName(b)
	switch {
	case !named:
		if len(bytes.TrimSpace(b)) > 0 {
			s.unnamed++
		}
	case s.names[string(name)]:
		o, err := parseOffer(string(name), b)
		if err != nil {
			s.problem(o.name, err)
			return
		}
		o.indexes = []*index{s.index}
		s.found = append(s.found, o)
	}
}

// packageName gives the Package field, which nearly always is the first.
func packageName(b []byte) ([]byte, bool) {
	if value, ok := bytes.CutPrefix(b, []byte("Package: ")); ok {
		if end := bytes.IndexByte(value, '\n'); end >= 0 {
			value = value[:end]
		}
		return bytes.TrimSpace(value), true
	}
	for line := range bytes.Lines(b) {
		field, value, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.EqualFold(field, []byte("Package")) {
			return bytes.TrimSpace(value), true
		}
	}
	return nil, false
}

// parseOffer reads the stanza of a package. A field that stands twice counts as
// it stands first.
func parseOffer(name string, stanza []byte) (offer, error) {
	o := offer{name: name, version: version{phased: 100}}
	var source, phased string
	for line := range bytes.Lines(stanza) {
		field, value, _ := bytes.Cut(line, []byte(":"))
		to := o.field(field, &source, &phased)
		if to == nil || *to != "" {
			continue
		}
		value = bytes.TrimSpace(value)
		if len(value) > maxValue {
			return o, fmt.Errorf("%s: %w of %d bytes", field, read.ErrTooLarge, maxValue)
		}
		*to = string(value)
	}
	if o.text == "" || o.arch == "" {
		return o, errors.New("no Version or no Architecture field")
	}
	if err := order.Dpkg.Check(o.text); err != nil {
		return o, fmt.Errorf("Version: %w", err)
	}
	o.source, o.sourceVersion = source822(source, name, o.text)
	if phased != "" {
		n, err := strconv.Atoi(phased)
		if err != nil || n < 0 || n > 100 {
			return o, fmt.Errorf("Phased-Update-Percentage: %q is not a percentage", phased)
		}
		o.phased = n
	}
	return o, nil
}

// field says where the value of a field goes. Nil: it is not kept.
func (o *offer) field(name []byte, source, phased *string) *string {
	switch {
	case is(name, "Version"):
		return &o.text
	case is(name, "Architecture"):
		return &o.arch
	case is(name, "Source"):
		return source
	case is(name, "Phased-Update-Percentage"):
		return phased
	}
	return nil
}

// is compares the name of a field, which may be in any case.
func is(name []byte, field string) bool {
	return len(name) == len(field) && strings.EqualFold(string(name), field)
}

// source822 reads a Source field, "name" or "name (version)". What it leaves
// out is as in the binary package.
func source822(field, name, version string) (string, string) {
	if field == "" {
		return name, version
	}
	source, rest, ok := strings.Cut(field, "(")
	if ok {
		version = strings.TrimSuffix(rest, ")")
	}
	return strings.TrimSpace(source), version
}
