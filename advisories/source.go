package advisories

import (
	"context"
	"errors"
	"time"
)

// Query asks for the advisories of one package version.
type Query struct {
	// Ecosystem is the OSV ecosystem with its suffix ("Debian:12").
	Ecosystem string `json:"ecosystem"`
	// Name is the package's name under the ecosystem's name key, which often
	// is not the name of the installed package; see advisories/ecosystem.
	Name string `json:"name"`
	// Version is the version in the ecosystem's own form. Empty asks for every
	// record of the package, whatever it affects.
	Version string `json:"version,omitempty"`
}

// Answer is what a source knows for one query.
type Answer struct {
	// Advisories are candidates, ordered by ID, each once: every record of the
	// source that affects the query's version, and perhaps others. [Affects]
	// decides. Withdrawn records may be among them. In each, Affected may be
	// reduced to the entries of the query's package.
	Advisories []*Advisory
	// Err says why the query could not be answered. With an error, nothing may
	// be concluded from Advisories. ErrNotCovered is the common one.
	Err error
}

// Source is a set of advisories that can be asked. Implementations are safe
// for concurrent use.
type Source interface {
	// Name is the source's name, constant, as the report shows it ("osvdb").
	Name() string
	// Lookup answers the queries: as many answers, in the same order. The error
	// is for failures of the whole source (the context's end, a database that
	// cannot be read); the answers are then void.
	Lookup(ctx context.Context, qs []Query) ([]Answer, error)
}

// Describer is implemented by sources that can say what they hold, in a
// sentence for the report's coverage ("38,264 records as of 2026-08-22").
type Describer interface{ Describe() string }

// Checker is implemented by sources that can know that they do not hold all
// that they should.
type Checker interface {
	// Check gives nil, or says what is missing ("3 records could not be read").
	// It is cheap, and does not look for damage.
	Check() error
}

// Dated is implemented by sources that can tell how recent what they hold of an
// ecosystem is: a feed may have ended years before the database was built.
type Dated interface {
	// Newest is the latest Modified among the records of exactly that ecosystem,
	// suffix included. Zero: there is no record of it, or none is dated.
	Newest(ctx context.Context, ecosystem string) (time.Time, error)
}

// ErrNotCovered says that a source has no data for a query's ecosystem or
// release: the absence of advisories then means nothing.
var ErrNotCovered = errors.New("not covered by this source")

// ErrNotFound says that a source has no record of an id.
var ErrNotFound = errors.New("no such advisory")
