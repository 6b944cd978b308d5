package advisories

import (
	"slices"

	"github.com/keeppatched/keeppatched/advisories/version"
)

// fixedAbove gives the lowest fixed version above the query's that no entry of
// the package counts as affected. The first candidate nearly always is; where
// another entry or range still holds it (the builds of several module streams,
// say), the events of all of them are walked in order.
//
// It is called only after all entries could be evaluated.
func (e *evaluation) fixedAbove() string {
	order, ok := e.commonOrder()
	if !ok {
		return ""
	}
	lowest := ""
	for r := range e.ranges {
		for i := range r.Events {
			at := r.Events[i].Fixed
			if at == "" {
				continue
			}
			if c, err := order.Compare(at, e.query.Version); err != nil || c <= 0 {
				continue
			}
			if lowest != "" {
				if c, _ := order.Compare(at, lowest); c >= 0 {
					continue
				}
			}
			lowest = at
		}
	}
	if lowest == "" || !e.affectedAt(lowest) {
		return lowest
	}
	return e.timeline(order).fixedAbove(e.query.Version)
}

// ranges gives the ranges of versions of all entries of the package.
func (e *evaluation) ranges(yield func(*Range) bool) {
	for i := range e.advisory.Affected {
		if !e.concerns(i) {
			continue
		}
		for j := range e.advisory.Affected[i].Ranges {
			r := &e.advisory.Affected[i].Ranges[j]
			if r.Type != RangeGit && !yield(r) {
				return
			}
		}
	}
}

// commonOrder gives the one order of all ranges of the package. If there are
// two, no fixed version can be said to be the lowest.
func (e *evaluation) commonOrder() (version.Scheme, bool) {
	var common version.Scheme
	for r := range e.ranges {
		order, err := e.order(r.Type)
		if err != nil || common != "" && order != common {
			return "", false
		}
		common = order
	}
	return common, common != ""
}

// affectedAt reports whether any entry of the package holds a version.
func (e *evaluation) affectedAt(v string) bool {
	for i := range e.advisory.Affected {
		if !e.concerns(i) {
			continue
		}
		if affected, _ := e.entry(i, v); affected {
			return true
		}
	}
	return false
}

// moment is something that happens at a version: a bound of a range, told by
// its number, or the mention of the version as affected.
type moment struct {
	bound
	span int
}

// listed is the kind of a moment at a version that is affected by itself.
const listed kind = limit + 1

// timeline is everything that happens to a package, in order of version and
// kind: a copy, so that the shared record stays as it is.
type timeline struct {
	order   version.Scheme
	moments []moment
	spans   int // how many ranges there are
}

// timeline collects the moments. Of a range's limits only the highest counts.
func (e *evaluation) timeline(order version.Scheme) timeline {
	t := timeline{order: order}
	for r := range e.ranges {
		var end bound
		for i := range r.Events {
			b, _ := r.Events[i].bound()
			switch {
			case b.kind != limit:
				t.moments = append(t.moments, moment{b, t.spans})
			case end.at == "" || b.infinite() || !end.infinite() && b.compare(end, order) > 0:
				end = b
			}
		}
		if end.at != "" && !end.infinite() {
			t.moments = append(t.moments, moment{end, t.spans})
		}
		t.spans++
	}
	for i := range e.advisory.Affected {
		if !e.concerns(i) {
			continue
		}
		for _, v := range e.advisory.Affected[i].Versions {
			if order.Check(v) == nil {
				t.moments = append(t.moments, moment{bound{listed, v}, -1})
			}
		}
	}
	slices.SortFunc(t.moments, func(a, b moment) int { return a.compare(b.bound, order) })
	return t
}

// fixedAbove walks the timeline to the first fixed version above v at which
// nothing is affected.
func (t timeline) fixedAbove(v string) string {
	open := make([]bool, t.spans) // the ranges that hold the current version
	over := make([]bool, t.spans) // the ranges that have reached their limit
	count := 0
	set := func(span int, to bool) {
		if over[span] || open[span] == to {
			return
		}
		open[span] = to
		if to {
			count++
		} else {
			count--
		}
	}
	for rest := t.moments; len(rest) > 0; {
		now := rest[:t.sameVersion(rest)]
		rest = rest[len(now):]
		candidate, alone := "", true
		for _, m := range now {
			switch m.kind {
			case introduced:
				set(m.span, true)
			case fixed:
				set(m.span, false)
				candidate = m.at
			case limit:
				set(m.span, false)
				over[m.span] = true
			case listed:
				alone = false
			}
		}
		if candidate != "" && alone && count == 0 {
			if c, _ := t.order.Compare(candidate, v); c > 0 {
				return candidate
			}
		}
		for _, m := range now { // these still held the version itself
			if m.kind == lastAffected {
				set(m.span, false)
			}
		}
	}
	return ""
}

// sameVersion counts the moments at the version of the first.
func (t timeline) sameVersion(moments []moment) int {
	n := 1
	for n < len(moments) && moments[n].compareVersion(moments[0].bound, t.order) == 0 {
		n++
	}
	return n
}
