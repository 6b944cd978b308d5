package scanner

import (
	"context"
	"fmt"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
)

// hit is one advisory that affects one installed package.
type hit struct {
	pkg      int // index of the inventory's packages
	query    advisories.Query
	advisory *advisories.Advisory
	match    advisories.Match
	doubtful bool // part of the record could not be evaluated
}

// verdict is what the evaluation of all answers gives.
type verdict struct {
	hits     []hit
	assessed []bool                         // by package
	reasons  []error                        // by package: why it was not assessed
	problems map[string][]inventory.Problem // by ecosystem: records that could not be evaluated
	errs     []error                        // by query: nil, or why no source answered
}

// evaluate lets the one evaluator decide over every candidate. Its error is
// only the context's.
func evaluate(ctx context.Context, qs questions, answers []joined) (verdict, error) {
	v := verdict{
		assessed: make([]bool, len(qs.packages)),
		reasons:  make([]error, len(qs.packages)),
		problems: map[string][]inventory.Problem{},
		errs:     make([]error, len(qs.queries)),
	}
	matches := make([][]hit, len(qs.queries))
	for i, q := range qs.queries {
		if ctx.Err() != nil {
			return verdict{}, context.Cause(ctx)
		}
		v.errs[i] = answers[i].err
		matches[i] = v.matches(q, answers[i].advisories)
	}
	for i, p := range qs.packages {
		v.reasons[i] = p.err
		for _, k := range p.keys {
			if !k.optional && v.reasons[i] == nil {
				v.reasons[i] = v.errs[k.query]
			}
			for _, h := range matches[k.query] {
				h.pkg = i
				v.hits = append(v.hits, h)
			}
		}
		v.assessed[i] = v.reasons[i] == nil
	}
	return v, nil
}

// matches evaluates the candidates of one query.
func (v *verdict) matches(q advisories.Query, candidates []*advisories.Advisory) []hit {
	var hits []hit
	for _, a := range candidates {
		m, err := affects(a, q)
		if err != nil {
			v.problems[q.Ecosystem] = append(v.problems[q.Ecosystem],
				inventory.Problem{Record: a.ID, Package: q.Name, Err: err})
		}
		if m.Affected {
			hits = append(hits, hit{query: q, advisory: a, match: m, doubtful: err != nil})
		}
	}
	return hits
}

// affects turns a panic over a hostile record into an error.
func affects(a *advisories.Advisory, q advisories.Query) (m advisories.Match, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = advisories.Match{}, fmt.Errorf("panic: %v", p)
		}
	}()
	return advisories.Affects(a, q)
}
