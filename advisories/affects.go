package advisories

import (
	"fmt"
	"slices"

	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/version"
)

// Match is what an advisory says of one package version.
type Match struct {
	// Affected says that the version is affected.
	Affected bool
	// Withdrawn says that the record is withdrawn. Affected is then false.
	Withdrawn bool
	// Fixed is the lowest version above the query's that the record says is
	// not affected: the least upgrade that closes it. It is one of the fixed
	// events of the package's entries, and no entry of the package counts it as
	// affected. Empty: no fix is known, or it cannot be told: there is an error, or
	// the entries are in two orders (SEMVER and another) at once.
	Fixed string
	// Severity is what the matching entries say, each once, else the record. It
	// may be nil, is shared with the record and must not be changed.
	Severity []Severity
	// Entries are the indices in Advisory.Affected of the entries that say so,
	// ascending. Nil where Affected is false.
	Entries []int
}

// Affects evaluates one record for one package version, as the OSV schema says
// ("Evaluation", ossf.github.io/osv-schema): the version is affected if any
// entry of the package lists it or has a range that holds it.
//
// What an entry says, in detail:
//
//   - It is of the query's package if ecosystem and name are equal; names of
//     PyPI are compared in their normalised form.
//   - A listed version matches by equal text or by equal rank in the order.
//   - A SEMVER range is in SemVer order whatever the ecosystem, an ECOSYSTEM
//     range in the ecosystem's. A GIT range holds commits and is passed over.
//   - Events may stand in any order. Of those that apply to the version, the
//     last one decides; in a tie introduced comes before last_affected, and
//     that before fixed. An introduced "0" stands before every version.
//   - Limits cut the range off: the version must be below one of them.
//   - The name "*" means a whole release (its end of life). It matches a query
//     for "*" only, and if that has no version, every version is meant.
//
// A withdrawn record is not evaluated.
//
// An error says that part of the record could not be evaluated: a version in it
// or in the query is no version of the order, the ecosystem has no order here,
// or the range is not one that the schema allows. It names the record and the
// entry. The Match counts nevertheless: Affected true is certain, from another
// entry or range. Affected false with an error means unknown, never clean.
//
// Affects changes nothing, is safe for concurrent use, and allocates only where
// the version is affected or there is an error.
func Affects(a *Advisory, q Query) (Match, error) {
	if !a.Withdrawn.IsZero() {
		return Match{Withdrawn: true}, nil
	}
	e := evaluation{advisory: a, query: q, name: ecosystem.CanonicalName(q.Ecosystem, q.Name)}
	if info, ok := ecosystem.Get(q.Ecosystem); ok {
		e.scheme = info.Scheme
	}
	var m Match
	var failed failures
	for i := range a.Affected {
		if !e.concerns(i) {
			continue
		}
		affected, err := e.entry(i, q.Version)
		if err != nil {
			failed.add(fmt.Errorf("affected[%d]: %w", i, err))
		}
		if affected {
			m.Entries = append(m.Entries, i)
		}
	}
	err := failed.err(a.ID)
	if m.Affected = m.Entries != nil; m.Affected {
		m.Severity = e.severity(m.Entries)
		if err == nil && q.Version != "" {
			m.Fixed = e.fixedAbove()
		}
	}
	return m, err
}

// evaluation is one record seen with one query.
type evaluation struct {
	advisory *Advisory
	query    Query
	name     string         // of the query's package, canonical
	scheme   version.Scheme // of the query's ecosystem; empty: none is known
}

// concerns reports whether an entry is of the query's package.
func (e *evaluation) concerns(i int) bool {
	p := &e.advisory.Affected[i].Package
	return ecosystem.Speaks(p.Ecosystem, e.query.Ecosystem) &&
		(p.Name == e.query.Name || ecosystem.CanonicalName(p.Ecosystem, p.Name) == e.name)
}

// entry reports whether an entry says that v is affected. The error is about
// the parts that cannot tell.
func (e *evaluation) entry(i int, v string) (bool, error) {
	entry := &e.advisory.Affected[i]
	if v == "" {
		if e.query.Name == wholeRelease {
			return true, nil
		}
		return false, fmt.Errorf("the query has no version: %w", version.ErrInvalid)
	}
	if slices.Contains(entry.Versions, v) {
		return true, nil
	}
	var failed failures
	for j := range entry.Ranges {
		in, err := e.inRange(&entry.Ranges[j], v)
		if in {
			return true, nil
		}
		if err != nil {
			failed.add(fmt.Errorf("ranges[%d]: %w", j, err))
		}
	}
	in, err := e.lists(entry.Versions, v)
	if err != nil {
		failed.add(fmt.Errorf("versions: %w", err))
	}
	return in, failed.err("")
}

// wholeRelease is the package name that stands for a whole release.
const wholeRelease = "*"

// lists reports whether a version of the list has the rank of v. A text in it
// that is no version cannot have.
func (e *evaluation) lists(versions []string, v string) (bool, error) {
	if len(versions) == 0 {
		return false, nil
	}
	order, err := e.order(RangeEcosystem)
	if err != nil {
		return false, err
	}
	if err := order.Check(v); err != nil {
		return false, err
	}
	for _, other := range versions {
		if c, err := order.Compare(v, other); err == nil && c == 0 {
			return true, nil
		}
	}
	return false, nil
}

// severity gathers the severities of the entries that match, else the record's.
func (e *evaluation) severity(entries []int) []Severity {
	var out []Severity
	for _, i := range entries {
		own := e.advisory.Affected[i].Severity
		if out == nil {
			out = own[:len(own):len(own)] // appending copies
			continue
		}
		for _, s := range own {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	if len(out) == 0 {
		return e.advisory.Severity
	}
	return out
}

// failures keeps the first error and counts the rest: a hostile record has
// hundreds of thousands.
type failures struct {
	first error
	more  int
}

func (f *failures) add(err error) {
	if f.first == nil {
		f.first = err
		return
	}
	f.more++
}

// err gives the first error with the id of the record, if any. Nil: none.
func (f *failures) err(id string) error {
	err := f.first
	if f.more > 0 {
		err = fmt.Errorf("%w (and %d more)", err, f.more)
	}
	if err != nil && id != "" {
		err = fmt.Errorf("advisory %s: %w", quoted(id), err)
	}
	return err
}
