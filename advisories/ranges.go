package advisories

import (
	"errors"
	"fmt"
	"strings"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// ErrRange says that a range of a record is not one that the schema allows.
var ErrRange = errors.New("invalid range")

// kind is what an event does. Of events at one version, the lower kind comes
// first.
type kind int

const (
	introduced kind = iota
	lastAffected
	fixed
	limit
)

// bound is an event taken apart: what happens, and at which version.
type bound struct {
	kind kind
	at   string
}

// zero reports whether the bound stands before every version.
func (b bound) zero() bool { return b.kind == introduced && b.at == "0" }

// infinite reports whether the bound stands after every version.
func (b bound) infinite() bool { return b.kind == limit && strings.Contains(b.at, "*") }

// bound takes the event apart. An event with several fields, or with none that
// is known, has no meaning that could be relied on.
func (e *Event) bound() (bound, error) {
	var b bound
	n := 0
	for k, at := range [...]string{introduced: e.Introduced, lastAffected: e.LastAffected, fixed: e.Fixed, limit: e.Limit} {
		if at != "" {
			b = bound{kind(k), at}
			n++
		}
	}
	if n != 1 {
		return b, fmt.Errorf("%w: an event with %d known fields, want 1", ErrRange, n)
	}
	return b, nil
}

// order gives the order that the events of a range stand in.
func (e *evaluation) order(t RangeType) (version.Scheme, error) {
	switch t {
	case RangeSemVer:
		return version.SemVer, nil
	case RangeEcosystem:
		if e.scheme == "" {
			return "", fmt.Errorf("%w: ecosystem %s", version.ErrScheme, quoted(e.query.Ecosystem))
		}
		return e.scheme, nil
	default:
		return "", fmt.Errorf("%w: of unknown type %s", ErrRange, quoted(string(t)))
	}
}

// inRange reports whether v lies in a range. Instead of sorting the events and
// walking them, it looks for the last one that applies, which decides: that
// leaves the shared record alone and takes one pass.
func (e *evaluation) inRange(r *Range, v string) (bool, error) {
	if r.Type == RangeGit {
		return false, nil
	}
	order, err := e.order(r.Type)
	if err != nil {
		return false, err
	}
	var last bound
	decided, starts, limited, within := false, false, false, false
	for i := range r.Events {
		b, err := r.Events[i].bound()
		if err != nil {
			return false, err
		}
		applies, err := b.applies(order, v)
		if err != nil {
			return false, err
		}
		switch {
		case b.kind == limit:
			limited = true
			within = within || !applies
		case applies && (!decided || last.compare(b, order) <= 0):
			last, decided = b, true
		}
		starts = starts || b.kind == introduced
	}
	if !starts {
		return false, fmt.Errorf("%w: no introduced event", ErrRange)
	}
	return decided && last.kind == introduced && (within || !limited), nil
}

// applies reports whether what happens at the bound has happened to v.
func (b bound) applies(order version.Scheme, v string) (bool, error) {
	if b.zero() || b.infinite() {
		return b.zero(), nil
	}
	c, err := order.Compare(v, b.at)
	return c > 0 || c == 0 && b.kind != lastAffected, err
}

// compare orders bounds by version, then kind. Both must be of the order.
func (b bound) compare(other bound, order version.Scheme) int {
	if c := b.compareVersion(other, order); c != 0 {
		return c
	}
	return int(b.kind) - int(other.kind)
}

func (b bound) compareVersion(other bound, order version.Scheme) int {
	switch x, y := b.zero(), other.zero(); {
	case x && y:
		return 0
	case x:
		return -1
	case y:
		return 1
	}
	c, _ := order.Compare(b.at, other.at)
	return c
}
