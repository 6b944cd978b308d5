package osvdev

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
)

const (
	maxProbes      = 20        // of the queries' own names, for one ecosystem
	maxProbeRounds = 5         // pages that hold nothing but a token
	probeMemory    = time.Hour // after it, what was not covered may be by now
	maxProbed      = 10_000    // ecosystems remembered
)

// wellKnown are packages that have had advisories nearly everywhere: the first
// five in distributions, the others in the ecosystems of languages. A name that
// an ecosystem has not costs nothing.
func wellKnown() []string {
	return []string{
		"openssl", "linux", "kernel", "curl", "bash",
		"stdlib",                              // Go
		"django",                              // PyPI
		"lodash",                              // npm
		"org.apache.logging.log4j:log4j-core", // Maven
		"nokogiri",                            // RubyGems
		"symfony/http-foundation",             // Packagist
		"Newtonsoft.Json",                     // NuGet
		"plug",                                // Hex
		"gitlab",                              // Bitnami
	}
}

// coverage remembers which ecosystems the server has records of.
type coverage struct {
	mu    sync.Mutex
	known map[string]*probed
}

// probed is what is known of one ecosystem.
type probed struct {
	covered bool
	names   map[string]bool // asked without version, in vain
	since   time.Time
}

func newCoverage() *coverage { return &coverage{known: map[string]*probed{}} }

// confirm remembers that the server has records of an ecosystem.
func (c *coverage) confirm(ecosystem string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entry(ecosystem).covered = true
}

// deny remembers names that the server has no records of.
func (c *coverage) deny(ecosystem string, names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entry(ecosystem)
	for _, name := range names {
		e.names[name] = true
	}
}

// recall says whether an ecosystem is known to be covered, and gives those of
// the names that are still to be asked for.
func (c *coverage) recall(ecosystem string, names []string) (covered bool, unasked []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entry(ecosystem)
	return e.covered, slices.DeleteFunc(names, func(name string) bool { return e.names[name] })
}

func (c *coverage) entry(ecosystem string) *probed {
	e := c.known[ecosystem]
	if e != nil && (e.covered || time.Since(e.since) < probeMemory) {
		return e
	}
	if len(c.known) >= maxProbed {
		clear(c.known)
	}
	e = &probed{names: map[string]bool{}, since: time.Now()}
	c.known[ecosystem] = e
	return e
}

// checkCoverage fails the asks of ecosystems that the server shows no record
// of. It answers an unknown release with nothing, as it does a package that has
// no advisories, so no result at all for an ecosystem is not yet an answer.
func (l *lookup) checkCoverage(ctx context.Context, asks []*ask) {
	answered := map[string]bool{} // by ecosystem
	silent := map[string][]*ask{} // answered with nothing, by ecosystem
	var ecosystems []string       // of silent, in order
	for _, a := range asks {
		ecosystem := a.query.Ecosystem
		switch {
		case a.err != nil:
		case len(a.found) > 0:
			answered[ecosystem] = true
		default:
			if silent[ecosystem] == nil {
				ecosystems = append(ecosystems, ecosystem)
			}
			silent[ecosystem] = append(silent[ecosystem], a)
		}
	}
	for ecosystem := range answered {
		l.coverage.confirm(ecosystem)
	}
	ecosystems = slices.DeleteFunc(ecosystems, func(e string) bool { return answered[e] })
	l.each(ctx, len(ecosystems), func(i int) {
		asks := silent[ecosystems[i]]
		if err := l.probe(ctx, ecosystems[i], asks); err != nil {
			fail(asks, err)
		}
	})
}

// probe gives nil when the server has records of the ecosystem, and an error
// when it has none of the names asked for, or that cannot be told.
func (l *lookup) probe(ctx context.Context, ecosystem string, silent []*ask) error {
	covered, names := l.coverage.recall(ecosystem, probeNames(silent))
	if covered {
		return nil
	}
	asks := make([]*ask, len(names))
	for i, name := range names {
		query := advisories.Query{Ecosystem: ecosystem, Name: name}
		asks[i] = newAsk(query)
	}
	found, err := l.findAny(ctx, asks)
	switch {
	case found:
		l.coverage.confirm(ecosystem)
		return nil
	case errors.Is(err, advisories.ErrNotCovered):
		return err
	case err != nil:
		return fmt.Errorf("whether %q is covered cannot be told: %w", ecosystem, err)
	}
	l.coverage.deny(ecosystem, names)
	return fmt.Errorf("%w: %s has no records of ecosystem %q", advisories.ErrNotCovered, l.shown, ecosystem)
}

// findAny says whether any of the asks has a record: it reads no further than
// to the first page that shows one. A name that the server refuses, as one that
// cannot be in the ecosystem, has none.
func (l *lookup) findAny(ctx context.Context, asks []*ask) (bool, error) {
	b := batch{lookup: l}
	var failure error
	for range maxProbeRounds {
		b.page(ctx, asks)
		for _, a := range asks {
			if len(a.found) > 0 {
				return true, nil
			}
			if _, refused := refusal(a.err, 1); a.err != nil && !refused || errors.Is(a.err, advisories.ErrNotCovered) {
				failure = a.err
			}
		}
		asks = slices.DeleteFunc(asks, (*ask).done)
	}
	if failure == nil && len(asks) > 0 {
		failure = fmt.Errorf("%w: only empty pages", ErrResponse)
	}
	return false, failure
}

// probeNames gives the names to ask for: some of the asks' own, and the well
// known.
func probeNames(asks []*ask) []string {
	var names []string
	for _, a := range asks {
		if len(names) == maxProbes {
			break
		}
		if !slices.Contains(names, a.query.Name) {
			names = append(names, a.query.Name)
		}
	}
	for _, name := range wellKnown() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
