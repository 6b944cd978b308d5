package osvdb

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
)

// Lookup answers queries from the database.
//
// With a version, records are left out that [advisories.Affects] finds not to
// affect it; a record that cannot be evaluated stays. Without one, all records
// of the package are given, the withdrawn ones too. An Advisory has no
// Details, and in Affected only the entries of the query's package.
//
// An answer's error wraps [advisories.ErrNotCovered] where the database has no
// record at all of exactly the query's ecosystem, its suffix included. An
// error of Lookup itself wraps ErrCorrupt for a damaged file.
func (db *DB) Lookup(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	answers := make([]advisories.Answer, len(qs))
	order := make([]int, len(qs))
	for i := range order {
		order[i] = i
	}
	// In the order of the keys each block is read once.
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(qs[a].Ecosystem, qs[b].Ecosystem), strings.Compare(qs[a].Name, qs[b].Name))
	})
	err := spread(ctx, order, func(ctx context.Context, part []int) error {
		m := newMatcher(db)
		for _, i := range part {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := m.answer(qs[i], &answers[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answers, db.fill(ctx, answers)
}

// matcher answers queries for one goroutine.
type matcher struct {
	db       *DB
	packages iterator
	// key and candidate are used again from query to query.
	key       []byte
	candidate advisories.Advisory
	// ecosystem is the one asked for last, and covered whether it is known.
	ecosystem string
	covered   error
	asked     bool
}

func newMatcher(db *DB) *matcher {
	return &matcher{db: db, packages: iterator{table: &db.tables[packages]}}
}

// answer finds the candidates of a query. They have an ID, Withdrawn and
// Affected only; fill adds the rest.
func (m *matcher) answer(q advisories.Query, a *advisories.Answer) error {
	if err := m.cover(q.Ecosystem); err != nil {
		return err
	}
	if a.Err = m.covered; a.Err != nil {
		return nil
	}
	name := ecosystem.CanonicalName(q.Ecosystem, q.Name)
	m.key = appendPackageKey(m.key[:0], q.Ecosystem, name)
	err := m.packages.seek(m.key)
	for ; err == nil && m.packages.valid(); err = m.packages.next() {
		key, value := m.packages.entry()
		if len(key) < len(m.key) || key[:len(m.key)] != string(m.key) {
			return nil
		}
		if err := decodeAffected(&m.candidate, value, q.Ecosystem, name); err != nil {
			return m.db.damaged(packages, key, err)
		}
		m.candidate.ID = key[len(m.key):]
		if !keep(&m.candidate, q) {
			continue
		}
		adv := &advisories.Advisory{ID: strings.Clone(m.candidate.ID)}
		// A copy of its own: the block need not stay in memory for it.
		if err := decodeAffected(adv, strings.Clone(value), q.Ecosystem, name); err != nil {
			return m.db.damaged(packages, key, err)
		}
		a.Advisories = append(a.Advisories, adv)
	}
	return err
}

// cover finds out whether the database knows an ecosystem.
func (m *matcher) cover(name string) error {
	if m.asked && m.ecosystem == name {
		return nil
	}
	_, ok, err := m.db.tables[ecosystems].get(name)
	if err != nil {
		return err
	}
	m.ecosystem, m.asked, m.covered = name, true, nil
	if !ok {
		m.covered = fmt.Errorf("ecosystem %q: %w", name, advisories.ErrNotCovered)
	}
	return nil
}

// keep says whether a record is a candidate: all are that the evaluator does
// not rule out.
func keep(a *advisories.Advisory, q advisories.Query) bool {
	if q.Version == "" {
		return true
	}
	m, err := advisories.Affects(a, q)
	return err != nil || m.Affected
}

// fill completes the candidates from the heads table.
func (db *DB) fill(ctx context.Context, answers []advisories.Answer) error {
	var all []*advisories.Advisory
	for _, a := range answers {
		all = append(all, a.Advisories...)
	}
	slices.SortFunc(all, func(a, b *advisories.Advisory) int { return strings.Compare(a.ID, b.ID) })
	return spread(ctx, all, func(ctx context.Context, part []*advisories.Advisory) error {
		it := iterator{table: &db.tables[heads]}
		var head *advisories.Advisory
		for _, a := range part {
			if err := ctx.Err(); err != nil {
				return err
			}
			if head == nil || head.ID != a.ID {
				var err error
				if head, err = db.head(&it, a.ID); err != nil {
					return err
				}
			}
			affected := a.Affected
			*a = *head
			a.Affected = affected
		}
		return nil
	})
}

// head reads what the heads table has of a record.
func (db *DB) head(it *iterator, id string) (*advisories.Advisory, error) {
	if err := it.seek([]byte(id)); err != nil {
		return nil, err
	}
	if !it.valid() {
		return nil, db.damaged(heads, id, advisories.ErrNotFound)
	}
	key, value := it.entry()
	if key != id {
		return nil, db.damaged(heads, id, advisories.ErrNotFound)
	}
	head, err := decodeHead(strings.Clone(value)) // not to hold the whole block
	if err != nil {
		return nil, db.damaged(heads, id, err)
	}
	if head.ID != id {
		return nil, db.damaged(heads, id, errMalformed)
	}
	return head, nil
}

// spread splits a list among a few goroutines, in contiguous parts: small
// lists are not split.
func spread[T any](ctx context.Context, list []T, do func(context.Context, []T) error) error {
	const least = 128
	workers := max(1, min(maxWorkers, runtime.GOMAXPROCS(0), len(list)/least))
	group, ctx := errgroup.WithContext(ctx)
	for i := range workers {
		part := list[len(list)*i/workers : len(list)*(i+1)/workers]
		group.Go(func() error { return do(ctx, part) })
	}
	return group.Wait()
}

// appendPackageKey writes the beginning that all keys of a package share in
// the packages table. An ecosystem has no zero byte, and an id none either.
func appendPackageKey(b []byte, eco, name string) []byte {
	b = append(append(b, eco...), 0)
	return append(append(b, name...), 0)
}
