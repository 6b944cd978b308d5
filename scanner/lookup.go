package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
)

// reply is what one source said to all queries.
type reply struct {
	source  string
	about   string               // how the source describes itself, if it does
	lacks   error                // what the source says it does not hold, if it says so
	newest  map[string]time.Time // by ecosystem: its latest record, if the source knows
	answers []advisories.Answer
	err     error // the whole source failed; answers are void
}

// lookup asks all sources. Its error is only the context's.
func (s *Scanner) lookup(ctx context.Context, qs []advisories.Query) ([]reply, error) {
	replies := make([]reply, len(s.opts.Sources))
	var g errgroup.Group
	g.SetLimit(s.opts.Concurrency)
	for i, src := range s.opts.Sources {
		g.Go(func() error {
			s.opts.Progress(Progress{Part: partSource, Name: src.Name()})
			replies[i] = query(ctx, src, qs)
			s.opts.Progress(Progress{Part: partSource, Name: src.Name(), Done: true})
			return nil
		})
	}
	_ = g.Wait() // each source's error stands in its reply
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return replies, nil
}

// query asks one source, and turns a panic of it and a wrong number of answers
// into its failure.
func query(ctx context.Context, src advisories.Source, qs []advisories.Query) (r reply) {
	r.source = src.Name()
	defer func() {
		if p := recover(); p != nil {
			r.answers, r.err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	if len(qs) > 0 {
		r.answers, r.err = src.Lookup(ctx, qs)
	}
	if d, ok := src.(advisories.Dated); ok && r.err == nil {
		r.newest, r.err = newestRecords(ctx, d, qs)
	}
	if r.err == nil && len(r.answers) != len(qs) {
		r.err = fmt.Errorf("%d answers to %d queries", len(r.answers), len(qs))
	}
	if d, ok := src.(advisories.Describer); ok {
		r.about = d.Describe()
	}
	if c, ok := src.(advisories.Checker); ok {
		r.lacks = c.Check()
	}
	return r
}

// newestRecords asks a source for the date of its latest record of each
// ecosystem.
func newestRecords(ctx context.Context, d advisories.Dated, qs []advisories.Query) (map[string]time.Time, error) {
	dates := map[string]time.Time{}
	for _, q := range qs {
		if _, asked := dates[q.Ecosystem]; asked {
			continue
		}
		date, err := d.Newest(ctx, q.Ecosystem)
		if err != nil {
			return nil, err
		}
		dates[q.Ecosystem] = date
	}
	return dates, nil
}

// joined is what all sources together say to one query.
type joined struct {
	advisories []*advisories.Advisory // by id
	err        error                  // why no source answered; nil where one did
}

// join merges the sources' replies. Of a record that several sources have, the
// one modified last is taken.
func join(n int, replies []reply) []joined {
	all := make([]joined, n)
	for q := range all {
		answered := false
		var errs []error
		for _, r := range replies {
			err := r.err
			if err == nil {
				err = r.answers[q].Err
			}
			if err != nil {
				errs = append(errs, r.blame(err))
				continue
			}
			answered = true
			all[q].advisories = append(all[q].advisories, r.answers[q].Advisories...)
		}
		if !answered {
			all[q].err = cmp.Or(errors.Join(errs...), errNoSource)
		}
		if len(replies) > 1 {
			all[q].advisories = newest(all[q].advisories)
		}
	}
	return all
}

// blame names the source in an error of it, which may do so itself.
func (r reply) blame(err error) error {
	if strings.HasPrefix(err.Error(), r.source+": ") {
		return err
	}
	return fmt.Errorf("%s: %w", r.source, err)
}

var errNoSource = errors.New("no source of advisories was given")

// newest keeps one record an id, the last modified.
func newest(as []*advisories.Advisory) []*advisories.Advisory {
	slices.SortStableFunc(as, func(a, b *advisories.Advisory) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), b.Modified.Compare(a.Modified))
	})
	return slices.CompactFunc(as, func(a, b *advisories.Advisory) bool { return a.ID == b.ID })
}

// sourceCoverage says how each source fared.
func sourceCoverage(replies []reply) []inventory.Coverage {
	if len(replies) == 0 {
		return []inventory.Coverage{{
			Part: partSource, Name: "none", Status: inventory.StatusFailed,
			Reason: "no source of advisories was given: vulnerabilities were not assessed",
		}}
	}
	cs := make([]inventory.Coverage, len(replies))
	for i, r := range replies {
		cs[i] = oneSource(r)
	}
	return cs
}

// oneSource counts a source's answers. What it does not cover is no failure of
// the source: the ecosystems' own entries tell of it.
func oneSource(r reply) inventory.Coverage {
	c := inventory.Coverage{Part: partSource, Name: r.source, Status: inventory.StatusOK}
	if r.about != "" {
		c.Notes = []string{r.about}
	}
	if r.err != nil {
		c.Status = inventory.StatusFailed
		c.Reason = "vulnerabilities were not assessed by it: " + r.err.Error()
		return c
	}
	var failed []error
	for _, a := range r.answers {
		switch {
		case a.Err == nil:
			c.Count++
		case !errors.Is(a.Err, advisories.ErrNotCovered):
			failed = append(failed, a.Err)
		}
	}
	switch {
	case len(failed) > 0:
		c.Status = inventory.StatusPartial
		c.Reason = fmt.Sprintf("%d of %d queries failed, the first: %v", len(failed), len(r.answers), failed[0])
	case r.lacks != nil:
		c.Status, c.Reason = inventory.StatusPartial, r.lacks.Error()
	}
	return c
}
